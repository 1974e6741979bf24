import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Emulator against its plain twin")
struct TwinTests {
  static let cases: [RandomImage.Options] = [
    .init(), .init(spikes: true), .init(freeRunning: true), .init(hiddenOutput: true),
    .init(spikes: true, freeRunning: true), .init(secondCompartment: true),
    .init(hiddenOutput: true, counted: true), .init(spikes: true, heavy: true),
    .init(hiddenOutput: true, heavy: true),
  ]

  @Test("spikes, potentials, scores and operations agree", arguments: 0..<UInt64(72))
  func agree(seed: UInt64) throws {
    let options = TwinTests.cases[Int(seed) % TwinTests.cases.count]
    var profile = TestProfiles.profile(
      seed % 4 == 0 ? TestProfiles.crossbar : .packedEntries(TestProfiles.packed),
      softReset: options.secondCompartment ? .secondCompartment : .native)
    profile.topology.coresPerTile = 8
    let image = RandomImage.make(seed: seed, profile: profile, options: options)
    let samples = RandomImage.samples(image, count: 2, seed: seed)
    try compare(image, profile, samples)
  }

  @Test(
    "where little fires: blocks that rest, gates, thresholds passed twice",
    arguments: 0..<UInt64(48))
  func quiet(seed: UInt64) throws {
    let profile = TestProfiles.profile()
    let image = RandomImage.make(
      seed: seed, profile: profile, options: .init(spikes: seed % 3 > 0, quiet: true))
    try compare(image, profile, RandomImage.samples(image, count: 2, seed: seed, rarity: 80))
  }

  @Test("depthwise convolutions, neighbouring channels side by side", arguments: 0..<UInt64(24))
  func depthwise(seed: UInt64) throws {
    let profile = TestProfiles.profile()
    let image = RandomImage.make(
      seed: seed, profile: profile,
      options: .init(spikes: seed % 2 == 0, heavy: seed % 5 == 0, depthwise: true))
    let samples = RandomImage.samples(image, count: 2, seed: seed, rarity: seed % 3 == 0 ? 3 : 30)
    try compare(image, profile, samples)
  }

  @Test("inputs in rows long enough to wait as bits", arguments: 0..<UInt64(24))
  func longRows(seed: UInt64) throws {
    let profile = TestProfiles.profile(
      seed % 4 == 0 ? TestProfiles.crossbar : .packedEntries(TestProfiles.packed))
    let image = RandomImage.make(
      seed: seed, profile: profile, options: .init(spikes: true, inputChannels: 12))
    let samples = RandomImage.samples(image, count: 2, seed: seed, rarity: seed % 3 == 0 ? 3 : 30)
    try compare(image, profile, samples)
  }

  @Test("many weights, a few of them beyond 8 bits", arguments: [false, true])
  func large(isPositive: Bool) throws {
    var image = RandomImage.make(seed: 5, options: .init(spikes: true, large: true))
    if isPositive { Self.makePositive(&image) }
    try compare(
      image, TestProfiles.profile(), RandomImage.samples(image, count: 2, seed: 2, rarity: 20))
  }

  private static func makePositive(_ image: inout HardwareImage) {
    for index in image.templates.indices {
      image.templates[index].weights = image.templates[index].weights.map(abs)
    }
  }

  @Test(
    "many weights with sums beyond 16 bits, held in 16 bits, or in 32 for one shift too many",
    arguments: [true, false], [nil, 0, 1])
  func largeSums(spikes: Bool, shifted: Int?) throws {
    for isPositive in [false, true] { try largeSums(spikes, shifted, isPositive) }
  }

  private func largeSums(_ spikes: Bool, _ shifted: Int?, _ isPositive: Bool) throws {
    var image = RandomImage.make(
      seed: 5, options: .init(spikes: spikes, heavy: true, large: true))
    if isPositive { Self.makePositive(&image) }
    if let shifted {
      let most = image.templates.indices.sorted {
        image.templates[$0].weights.count > image.templates[$1].weights.count
      }
      image.templates[most[shifted]].shifts = [1]
    }
    try compare(
      image, TestProfiles.profile(), RandomImage.samples(image, count: 2, seed: 2, rarity: 20))
  }

  @Test("thresholds so far above potentials that 32 bits do not hold the difference")
  func far() throws {
    var image = RandomImage.make(seed: 3, options: .init(spikes: true, quiet: true))
    image.populations[0].potentialBits = 31
    for core in image.cores.indices {
      for slice in image.cores[core].slices.indices
      where image.cores[core].slices[slice].population == 0 {
        image.cores[core].slices[slice].thresholds = .uniform(.max)
        image.cores[core].slices[slice].initialPotentials = .uniform(-1 << 30)
      }
    }
    let samples = RandomImage.samples(image, count: 2, seed: 1)
    try compare(image, TestProfiles.profile(), samples, fires: false)
  }

  /// Runs samples and compares them with the twin's.
  func compare(
    _ image: HardwareImage, _ profile: Profile, _ samples: Samples, fires: Bool = true
  ) throws {
    let emulator = try Emulator(image: image, profile: profile)
    let record = try emulator.run(samples)
    var operations = Array(repeating: 0, count: image.templates.count)
    for index in 0..<2 {
      let trace = try emulator.trace(samples, index: index)
      let twin = PlainTwin(image, input: TwinTests.input(image, samples, index))
      for population in image.populations.indices
      where image.populations[population].role != .input {
        #expect(trace.spikes[population] == twin.spikes[population].flatMap { $0 })
        #expect(trace.finalPotentials[population].map(Int.init) == twin.finalPotentials[population])
      }
      #expect(trace.scores.map(Int.init) == twin.scores)
      let width = record.scoresPerSample
      #expect(Array(record.scores[(index * width)..<((index + 1) * width)]) == trace.scores)
      for template in operations.indices { operations[template] += twin.operations[template] }
    }
    let network = image.templates.indices.filter { !image.templates[$0].isLowering }
    #expect(
      record.cores.reduce(0) { $0 + Int($1.synapticOperations) }
        == network.reduce(0) { $0 + operations[$1] })
    #expect(record.populations.reduce(0) { $0 + $1.spikes } > 0 || !fires)
  }

  @Test("one and two threads give the same record", arguments: 0..<UInt64(4))
  func threads(seed: UInt64) throws {
    let profile = TestProfiles.profile()
    let image = RandomImage.make(seed: seed, options: .init(spikes: seed % 2 == 1))
    let emulator = try Emulator(image: image, profile: profile)
    let samples = RandomImage.samples(image, count: 37, seed: seed)
    let one = try emulator.run(samples, threads: 1)
    let two = try emulator.run(samples, threads: 2)
    #expect(one == two)
    #expect(one.latencyNanoseconds.bitPattern == two.latencyNanoseconds.bitPattern)
    let part = try emulator.run(samples, range: 5..<9, threads: 3)
    #expect(part.predictions == Array(one.predictions[5..<9]))
  }

  @Test("an image read from its file runs to the same record")
  func decodedImage() throws {
    let profile = TestProfiles.profile()
    let image = RandomImage.make(seed: 11)
    let decoded = try ChipFile.decode(ChipFile.encode(image), name: "x.chip")
    let samples = RandomImage.samples(image, count: 3, seed: 1)
    #expect(
      try Emulator(image: decoded, profile: profile).run(samples)
        == Emulator(image: image, profile: profile).run(samples))
  }

  /// Spikes by step (channel-last) or the numbers of a sample (channel-first), which the images' bytes
  /// hold channel-first unless both layouts fit.
  static func input(_ image: HardwareImage, _ samples: Samples, _ index: Int) -> [[Int]] {
    guard case .bytes(let bytes) = samples.storage else { return [] }
    let size = samples.elementsPerSample
    let values = bytes[(index * size)..<((index + 1) * size)].map(Int.init)
    let map = image.input.shape
    let layout =
      SampleLayout.matching(
        stored: [map.channels, map.height, map.width], map: map, isBytes: true) ?? .channelFirst
    let steps = image.input.isSpikes ? image.schedule.timesteps : 1
    return (0..<steps).map { step in
      (0..<map.count).map { place in
        let channel = image.input.isSpikes ? place % map.channels : place / map.positions
        let position = image.input.isSpikes ? place / map.channels : place % map.positions
        return values[
          step * map.count
            + layout.storedIndex(
              channel: channel, row: position / map.width, column: position % map.width, in: map)]
      }
    }
  }
}
