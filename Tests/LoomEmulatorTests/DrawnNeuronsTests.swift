import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Spikes the host draws")
struct DrawnNeuronsTests {
  let profile = TestProfiles.profile()

  /// The three neurons of `HandWorkedImage`, A0 and A1 drawn by the host: B starts at step 0, too.
  static func image(seed: UInt64 = 0) -> HardwareImage {
    var image = HostNeuronsTests.image()
    image.draw = PoissonDraw(seed: seed)
    return image
  }

  /// As many samples of the number 10.
  static func samples(_ count: Int) -> Samples {
    Samples(
      storage: .bytes([UInt8](repeating: 10, count: count)), sampleShape: [1], count: count)
  }

  @Test("spikes, potentials and counts by hand")
  func byHand() throws {
    // Currents 17 and 25 of θ = 30; numbers of seed 0, sample 0 by a program in Python: A0 fires in steps 0 and 1, A1
    // in steps 1 and 2. B adds 20 for A0, −8 for A1 and its bias 1: 21, 34, 27. A0 and A1 keep v(0) = 15.
    let emulator = try Emulator(image: Self.image(), profile: profile)
    let trace = try emulator.trace(HandWorkedImage.sample, index: 0)
    #expect(trace.spikes[0] == [1, 0, 1, 1, 0, 1])
    #expect(trace.finalPotentials == [[15, 15], [27]])
    #expect(trace.scores == [27])
    let record = try emulator.run(HandWorkedImage.sample)
    #expect(record.host.inputSpikes == 4 && record.host.inputMessages == 4)
    #expect(record.host.neuronUpdates == 6 && record.host.frontEndMacs == 2)
    #expect(record.host.biasWrites == 0)
    #expect(record.cores.map(\.messagesIn) == [4] && record.cores.map(\.synapticOperations) == [4])
  }

  @Test("samples differ, in one run as taken alone, on any number of threads and in every part")
  func samplesDiffer() throws {
    let emulator = try Emulator(image: Self.image(), profile: profile)
    let samples = Self.samples(64)
    let scores = try (0..<64).map { try emulator.trace(samples, index: $0).scores[0] }
    #expect(Set(scores).count > 4)
    let alone = try (0..<64).map { try emulator.trace(samples.selecting([$0]), index: 0).scores[0] }
    #expect(alone == scores)
    for threads in [1, 2, 3] {
      #expect(try emulator.run(samples, threads: threads).scores == scores)
    }
    let parts = try (1...5).flatMap {
      try emulator.sums(samples, shard: Shard(part: $0, of: 5), threads: 2).scores
    }
    #expect(parts == scores)
    let other = try Emulator(image: Self.image(seed: 1), profile: profile)
    #expect(try other.run(samples, threads: 1).scores != scores)
  }

  @Test("a host neuron without a front end, a gate, integrates all the same")
  func gates() throws {
    var image = Self.image()
    // A second pair of neurons on the host, of bias 10 and θ = 30: they fire in step 1 (15 + 20 = 35).
    image.populations.append(image.populations[0])
    image.templates.append(image.templates[0])
    image.templates[1].source = 2
    image.hostNeurons.append(image.hostNeurons[0])
    image.hostNeurons[1].population = 2
    image.hostNeurons[1].biases = .uniform(10)
    image.cores[0].axonBlocks.append(image.cores[0].axonBlocks[0])
    image.cores[0].axonBlocks[1].template = 1
    image.cores[0].axonBlocks[1].firstAxon = 2
    image = image.assemblingRoutes()
    let trace = try Emulator(image: image, profile: profile).trace(
      HandWorkedImage.sample, index: 0)
    #expect(trace.spikes[0] == [1, 0, 1, 1, 0, 1])
    #expect(trace.spikes[2] == [0, 0, 1, 1, 0, 0])
    #expect(trace.finalPotentials[2] == [15, 15])
    #expect(trace.scores == [27 + 12])
  }

  @Test("the file keeps the seed, and no reader may pass over it")
  func file() throws {
    for seed in [0, 77, UInt64.max] {
      let image = Self.image(seed: seed)
      let bytes = ChipFile.encode(image)
      #expect(try ChipFile.decode(bytes, name: "drawn.chip") == image)
      #expect(ImageVerifier.check(image, profile: profile).isEmpty)
      let name = Array("DRAW".utf8)
      let place = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
      #expect(bytes[place + 4] == 0)
    }
    var plain = Self.image()
    plain.draw = nil
    let bytes = ChipFile.encode(plain)
    #expect(!bytes.indices.contains { bytes[$0...].starts(with: Array("DRAW".utf8)) })
  }

  @Test("images whose spikes cannot be drawn are refused")
  func broken() throws {
    func findings(_ change: (inout HardwareImage) -> Void) -> [Diagnostic] {
      var image = Self.image()
      change(&image)
      return ImageStructure.findings(image)
    }
    #expect(findings { _ in }.isEmpty)
    #expect(!findings { $0.frontEnd = [] }.isEmpty)
    #expect(!findings { $0.frontEnd[0].target = 1 }.isEmpty)
    #expect(!findings { $0.hostNeurons[0].thresholds = .perChannel([30, 0]) }.isEmpty)
    #expect(!findings { $0.hostNeurons[0].thresholds = .uniform(-5) }.isEmpty)
    #expect(!findings { $0.schedule.freeRunning = true }.isEmpty)
    // On the chip nobody draws.
    var chip = HandWorkedImage.make()
    #expect(ImageStructure.findings(chip).isEmpty)
    chip.draw = PoissonDraw(seed: 0)
    #expect(!ImageStructure.findings(chip).isEmpty)
  }
}
