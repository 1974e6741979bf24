import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("One sample's cores on several threads")
struct CoreTeamTests {
  /// The record of one sample after another, each on up to so many threads.
  private static func records(
    _ image: HardwareImage, _ profile: Profile, _ samples: Samples, threads: Int
  ) throws -> [RunRecord] {
    var emulator = try Emulator(image: image, profile: profile)
    emulator.leastLaneWork = 1
    return try (0..<samples.count).map {
      try emulator.run(samples, range: $0..<($0 + 1), threads: threads)
    }
  }

  private static func agree(_ image: HardwareImage, _ profile: Profile, _ samples: Samples) throws {
    let one = try records(image, profile, samples, threads: 1)
    for threads in [2, 3, 16] {
      let several = try records(image, profile, samples, threads: threads)
      for (alone, together) in zip(one, several) {
        let isSame = alone == together
        #expect(isSame, "\(threads) threads")
        #expect(alone.scores == together.scores)
        #expect(
          alone.latencyNanoseconds.bitPattern == together.latencyNanoseconds.bitPattern)
      }
    }
  }

  @Test("the record is that of one thread, whatever the image", arguments: 0..<UInt64(54))
  func rates(seed: UInt64) throws {
    let options = TwinTests.cases[Int(seed) % TwinTests.cases.count]
    var profile = TestProfiles.profile(
      seed % 4 == 0 ? TestProfiles.crossbar : .packedEntries(TestProfiles.packed),
      softReset: options.secondCompartment ? .secondCompartment : .native)
    profile.topology.coresPerTile = 8
    profile.routing.multicast = seed % 5 == 4
    profile.neuron.perPopulationReset = seed % 3 == 2
    let image = RandomImage.make(seed: seed, profile: profile, options: options)
    try Self.agree(image, profile, RandomImage.samples(image, count: 2, seed: seed))
  }

  @Test("window codes", arguments: 0..<UInt64(12))
  func windows(seed: UInt64) throws {
    for code in WindowTwinTests.codes {
      let image = WindowTwinTests.image(seed, code)
      let profile = WindowTwinTests.profile(seed)
      try Self.agree(image, profile, RandomImage.samples(image, count: 1, seed: seed))
    }
  }

  @Test("partial sums cross from thread to thread")
  func sums() throws {
    try Self.agree(PartialSumImage.make(), PartialSumImage.profile(), PartialSumImage.sample)
  }
}
