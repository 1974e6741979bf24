import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Asynchronous images on the emulator")
struct AsynchronousRunTests {
  private let profile: Profile = {
    var profile = TestProfiles.profile()
    profile.synchronisation = .asynchronous
    profile.times.tick = nil
    return profile
  }()

  /// Two inputs → two neurons (θ = 10) → one neuron (θ = 10), dense, two bins.
  private func chain(_ first: [Int16] = [25, 0, 0, 4], bias: Int32 = 0) -> HardwareImage {
    func population(_ count: Int, _ role: ImageRole) -> ImagePopulation {
      ImagePopulation(
        shape: MapShape(channels: count), role: role, reset: .soft, firesOnGreaterOnly: false,
        potentialBits: 24, sites: 1, start: 0, activeSteps: 0..<2, compartments: 1)
    }
    func core(_ place: Int, _ number: Int, _ count: Int, _ sources: Int) -> ImageCore {
      ImageCore(
        position: CorePosition(chip: 0, column: place, row: 0, slot: 0),
        slices: [
          NeuronSlice(
            population: number, box: MapBox(MapShape(channels: count)), thresholds: .uniform(10),
            initialPotentials: .uniform(0), biases: .uniform(number == 1 ? bias : 0))
        ],
        axonBlocks: [
          AxonBlock(
            firstAxon: 0, template: number - 1,
            sources: .box(MapBox(MapShape(channels: sources))), slice: 0, delay: 0)
        ], routes: RouteTable())
    }
    func template(_ source: Int, _ weights: [Int16]) -> SynapseTemplate {
      SynapseTemplate(
        kind: .dense, source: source, target: source + 1, weights: weights, shifts: [0], site: 0,
        isLowering: false)
    }
    return HardwareImage(
      profileName: profile.name, structureDigest: profile.structureDigest,
      schedule: ImageSchedule(
        timesteps: 2, depth: 0, readoutStart: 0, freeRunning: false, isAsynchronous: true),
      input: ImageInput(
        shape: MapShape(channels: 2), isSpikes: true, isBytes: true, floatFactor: 1,
        preprocessing: Preprocessing(scale: 1)), frontEnd: [], hostRoutes: RouteTable(),
      populations: [population(2, .input), population(2, .hidden), population(1, .hidden)],
      templates: [template(0, first), template(1, [6, -1])],
      cores: [core(0, 1, 2, 2), core(2, 2, 1, 2)], outputs: [2], provenance: nil
    ).assemblingRoutes()
  }

  private let raster = Samples(storage: .bytes([1, 1, 0, 0]), sampleShape: [2, 2], count: 1)

  @Test("spikes, counts and durations by hand")
  func byHand() throws {
    // Bin 0: input 0: neuron 0 takes 25, two spikes, 5 left; neuron 1 takes 0. Input 1: 0 and 4.
    // Core 1: 6, 12 → one spike, 2 left.
    let emulator = try Emulator(image: chain(), profile: profile)
    let trace = try emulator.trace(raster, index: 0)
    #expect(trace.emissions == [[[], []], [[0, 0], []], [[0], []]])
    #expect(trace.spikes == [[], [2, 0, 0, 0], [1, 0]])
    #expect(trace.finalPotentials == [[], [5, 4], [2]])
    #expect(trace.scores == [1])
    let record = try emulator.run(raster)
    var sender = CoreCounts()
    sender.spikes = 2
    sender.messagesIn = 2
    sender.messagesOut = 2
    sender.synapticOperations = 4
    sender.hopsEastWest = 4
    var receiver = CoreCounts()
    receiver.spikes = 1
    receiver.messagesIn = 2
    receiver.synapticOperations = 2
    #expect(record.cores == [sender, receiver])
    #expect(record.host.inputSpikes == 2)
    // Core 0: 16 + 2·4 = 24, spikes leave at 24 + 35 = 59 and 94; the second input ends at 118.
    // Core 1 (two hops, 8 away): 67 + 20 = 87; then from 102 + 20 = 122, its spike (30, no way out) at 152.
    #expect(record.stepNanoseconds == [152, 0])
    #expect(record.latencyNanoseconds == 152)
    // Two input spikes at 7 (no time of their own: that of a bias write).
    let interval: Double = 152 + 500 + 9 + 14
    #expect(record.intervalNanoseconds == interval)
  }

  @Test("biases are additions of their own, in every bin, and cost updates")
  func bias() throws {
    // Bias 3: bin 0: 3, 3; +25 → 28: two spikes, 8; +4 → 7. Bin 1: 11 → one spike, 1; 10 → one spike, 0.
    // Neuron 2: 6, 12 → spike, 2; bin 1: 2 + 6 = 8, then 8 − 1 = 7.
    let emulator = try Emulator(image: chain(bias: 3), profile: profile)
    let trace = try emulator.trace(raster, index: 0)
    #expect(trace.emissions == [[[], []], [[0, 0], [0, 1]], [[0], []]])
    #expect(trace.finalPotentials == [[], [1, 0], [7]])
    let record = try emulator.run(raster)
    #expect(record.cores.map(\.neuronUpdates) == [4, 0])
  }

  @Test("a host that plays bins at a pace makes them no shorter")
  func tick() throws {
    var paced = profile
    paced.times.tick = TestProfiles.quantity(100)
    let record = try Emulator(image: chain(), profile: paced).run(raster)
    #expect(record.stepNanoseconds == [152, 100])
  }

  @Test("only the time a spike takes in a core is needed; without it there is no latency")
  func times() throws {
    var times = Times()
    times.readout = TestProfiles.quantity(9)
    times.reset = TestProfiles.quantity(500)
    times.hostSpike = TestProfiles.quantity(7)
    var bare = profile
    bare.times = times
    do {
      _ = try Emulator(image: chain(), profile: bare)
      Issue.record("a latency without durations")
    } catch {
      #expect(
        error.diagnostics.map(\.anchor)
          == [.jsonPointer(file: "test", pointer: "/times/axonIn")])
    }
    bare.times.axonIn = TestProfiles.quantity(100)
    // Two spikes at core 0 (both done by 200, the spikes leave at 100), two at core 1.
    #expect(try Emulator(image: chain(), profile: bare).run(raster).latencyNanoseconds == 300)
  }

  @Test("images that an order cannot be given to are refused")
  func refused() {
    func codes(_ change: (inout HardwareImage) -> Void) -> Set<String> {
      var image = chain()
      change(&image)
      do {
        _ = try Emulator(image: image, profile: profile)
        return []
      } catch {
        return Set(error.diagnostics.map(\.code))
      }
    }
    #expect(codes { _ in } == [])
    #expect(codes { $0.cores[1].axonBlocks[0].delay = 1 } == ["SL5120"])
    #expect(codes { $0.cores[0].slices[0].thresholds = .uniform(0) } == ["SL5120"])
    #expect(codes { $0.populations[1].activeSteps = 0..<1 } == ["SL5120"])
    #expect(codes { $0.schedule.isAsynchronous = false } == ["SL6006"])
    #expect(
      codes { image in
        image.templates[0].source = 2
        image.templates[0].weights = [25, 0]
        image.cores[0].axonBlocks[0].sources = .box(MapBox(MapShape(channels: 1)))
        image = image.assemblingRoutes()
      }.contains("SL5120"))
    #expect(
      codes { image in
        image.cores[1].axonBlocks.append(image.cores[1].axonBlocks[0])
        image = image.assemblingRoutes()
      }.contains("SL5120"))
  }

  @Test("more spikes than can be kept are an error, not an exhausted memory")
  func overrun() throws {
    var image = chain([32_767, 32_767, 0, 0])
    image.templates[0].shifts = [12]
    image.populations[1].potentialBits = 32
    image.cores[0].slices[0].thresholds = .uniform(1)
    let emulator = try Emulator(image: image, profile: profile)
    do {
      _ = try emulator.run(raster)
      Issue.record("ran")
    } catch {
      #expect(error.diagnostics.map(\.code) == ["SL6030"])
    }
    #expect(throws: DiagnosticsError.self) { try emulator.trace(raster, index: 0) }
  }

  @Test("wrong routes are followed and come to an end")
  func wrongRoutes() throws {
    var image = chain()
    // Neuron 0 sends to its own core; what is sent there waits for the next bin.
    image.cores[0].routes.cores[0] = 0
    #expect(throws: DiagnosticsError.self) { try Emulator(image: image, profile: profile) }
    let emulator = try Emulator(
      image: image, profile: profile, allowInconsistentRoutes: true)
    let trace = try emulator.trace(raster, index: 0)
    #expect(trace.emissions[1][1].count > 2)
  }

  @Test("no reading of every T off one run")
  func stepwise() throws {
    let emulator = try Emulator(image: chain(), profile: profile)
    do {
      _ = try emulator.runStepwise(raster, lengths: [])
      Issue.record("ran")
    } catch {
      #expect(error.diagnostics.map(\.code) == ["SL6023"])
    }
  }

  @Test("runs or refuses whatever the decoder lets through", arguments: 0..<UInt64(4))
  func fuzz(seed: UInt64) throws {
    let packed = try Repacked(ChipFile.encode(chain(bias: 3)))
    var generator = SeededGenerator(seed: seed)
    var (ran, tried) = (0, 0)
    for _ in 0..<(200 * Repacked.effort) {
      guard let decoded = try? ChipFile.decode(packed.mutated(&generator), name: "x"),
        decoded.schedule.steps < 500
      else { continue }
      tried += 1
      guard
        let emulator = try? Emulator(
          image: decoded, profile: profile, allowInconsistentRoutes: true)
      else { continue }
      if (try? emulator.run(raster)) != nil { ran += 1 }
    }
    #expect(tried > 0 && ran <= tried)
  }
}
