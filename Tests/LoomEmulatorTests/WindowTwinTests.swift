import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Window codes against their plain twin")
struct WindowTwinTests {
  static func profile(_ seed: UInt64) -> Profile {
    var profile = TestProfiles.profile(
      seed % 4 == 0 ? TestProfiles.crossbar : .packedEntries(TestProfiles.packed))
    profile.topology.coresPerTile = 8
    profile.core.neurons = 4096
    profile.core.axonsIn = 1 << 20
    profile.core.axonsOut = 1 << 20
    profile.neuron.distinctThresholds = 0
    profile.delay.maximum = 64
    profile.neuron.codes = SpikeCode.allCases
    return profile
  }

  static let codes = [SpikeCode.bitSerial, .timeToFirstSpike]

  /// Some with potentials so narrow that sums saturate.
  static func image(_ seed: UInt64, _ code: SpikeCode) -> HardwareImage {
    var image = RandomImage.make(
      seed: seed, profile: profile(seed), options: .init(hiddenOutput: seed % 3 == 0, code: code))
    for index in image.populations.indices where seed % 2 == 1 {
      image.populations[index].potentialBits = 13 + Int(seed % 3)
    }
    return image
  }

  @Test("spikes, potentials and scores agree", arguments: 0..<UInt64(48), codes)
  func agree(seed: UInt64, code: SpikeCode) throws {
    let image = WindowTwinTests.image(seed, code)
    let emulator = try Emulator(image: image, profile: WindowTwinTests.profile(seed))
    let samples = RandomImage.samples(image, count: 2, seed: seed)
    let record = try emulator.run(samples)
    for index in 0..<2 {
      let trace = try emulator.trace(samples, index: index)
      let twin = WindowTwin(image, input: TwinTests.input(image, samples, index))
      for population in image.populations.indices {
        #expect(trace.spikes[population] == twin.spikes[population].flatMap { $0 })
        #expect(trace.finalPotentials[population].map(Int.init) == twin.finalPotentials[population])
      }
      #expect(trace.scores.map(Int.init) == twin.scores)
      let width = record.scoresPerSample
      #expect(Array(record.scores[(index * width)..<((index + 1) * width)]) == trace.scores)
    }
    #expect(record.stepsPerSample == image.schedule.steps)
    if seed % 2 == 0 {
      #expect(ImageVerifier.check(image, profile: WindowTwinTests.profile(seed)).isEmpty)
    }
  }

  @Test(
    "the images above say something: codes of all kinds, and sums that saturate", arguments: codes)
  func variety(code: SpikeCode) {
    var values: Set<Int> = []
    var clamps = 0
    var inner = 0
    for seed in 0..<UInt64(48) {
      let image = WindowTwinTests.image(seed, code)
      let samples = RandomImage.samples(image, count: 1, seed: seed)
      let twin = WindowTwin(image, input: TwinTests.input(image, samples, 0))
      clamps += twin.clamps
      for population in 1...2 {
        let codes = twin.codes(population)
        values.formUnion(codes)
        let full = code == .bitSerial ? 1 << image.schedule.timesteps - 1 : image.schedule.timesteps
        inner += codes.count { $0 > 0 && $0 < full }
      }
    }
    #expect(values.count >= (code == .bitSerial ? 30 : 6))
    #expect(inner > 500 && clamps > 100)
  }

  @Test(
    "codes are the floor-quantised clips of dense sums of codes", arguments: 0..<UInt64(24), codes
  )
  func dense(seed: UInt64, code: SpikeCode) throws {
    let image = WindowTwinTests.image(2 * seed, code)
    let samples = RandomImage.samples(image, count: 1, seed: seed)
    let twin = WindowTwin(image, input: TwinTests.input(image, samples, 0))
    let trace = try Emulator(image: image, profile: WindowTwinTests.profile(2 * seed))
      .trace(samples, index: 0)
    let steps = image.schedule.timesteps
    let plain = PlainTwin(resting: image)
    let sources = [twin.codes(0), twin.codes(1)]
    // Population 2: Σ w·code of populations 0 and 1, once; without a gate and with one site.
    var sums = zip(plain.potentials[2], plain.biases[2]).map(+)
    for template in image.templates where template.target == 2 && template.source < 2 {
      let synapses = TemplateOracle.synapses(
        template, image.populations[template.source].shape, image.populations[2].shape)
      for synapse in synapses {
        sums[synapse.target] +=
          Int(template.weights[synapse.weight]) << synapse.shift
          * sources[template.source][synapse.source]
      }
    }
    for (neuron, sum) in sums.enumerated() {
      let threshold = plain.thresholds[2][neuron]
      let wanted =
        code == .bitSerial
        ? min(max((sum << steps).flooredQuotient(threshold), 0), 1 << steps - 1)
        : min(max(sum.flooredQuotient(threshold), 0), steps)
      var found = 0
      for j in 0..<steps
      where trace.didSpike(population: 2, step: image.populations[2].start + j, neuron: neuron) {
        found += code == .bitSerial ? 1 << (steps - 1 - j) : steps - j
      }
      #expect(found == wanted)
    }
  }

  @Test("one and two threads give the same record", arguments: codes)
  func threads(code: SpikeCode) throws {
    let image = WindowTwinTests.image(4, code)
    let emulator = try Emulator(image: image, profile: WindowTwinTests.profile(4))
    let samples = RandomImage.samples(image, count: 37, seed: 4)
    #expect(try emulator.run(samples, threads: 1) == emulator.run(samples, threads: 2))
  }

  @Test("an image read from its file is the same", arguments: codes)
  func decodedImage(code: SpikeCode) throws {
    let image = WindowTwinTests.image(6, code)
    #expect(try ChipFile.decode(ChipFile.encode(image), name: "x.chip") == image)
  }

  @Test("runs or refuses whatever damage the decoder lets through", arguments: codes)
  func fuzz(code: SpikeCode) throws {
    let image = WindowTwinTests.image(2, code)
    let packed = try Repacked(ChipFile.encode(image))
    let samples = RandomImage.samples(image, count: 1, seed: 2)
    var generator = SeededGenerator(seed: 102)
    var ran = 0
    for _ in 0..<(300 * Repacked.effort) {
      guard let decoded = try? ChipFile.decode(packed.mutated(&generator), name: "x"),
        decoded.schedule.steps < 500,
        decoded.cores.allSatisfy({ $0.axonBlocks.allSatisfy { $0.delay < 500 } }),
        let emulator = try? Emulator(
          image: decoded, profile: WindowTwinTests.profile(2), allowInconsistentRoutes: true)
      else { continue }
      if (try? emulator.run(samples)) != nil { ran += 1 }
    }
    #expect(ran > 3)
  }
}

extension Int {
  /// The quotient rounded towards minus infinity; the divisor is positive.
  func flooredQuotient(_ divisor: Int) -> Int {
    let quotient = self / divisor
    return quotient * divisor > self ? quotient - 1 : quotient
  }
}
