import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Groups of cores that do several steps at once")
struct TogetherTests {
  private static func agree(_ image: HardwareImage, _ profile: Profile, _ samples: Samples) throws {
    let emulator = try Emulator(image: image, profile: profile)
    let one = try emulator.together(1).run(samples)
    for steps in [2, 3, 16] {
      let several = try emulator.together(steps).run(samples)
      let isSame = one == several
      #expect(isSame, "\(steps) steps")
      #expect(one.scores == several.scores)
      #expect(one.latencyNanoseconds.bitPattern == several.latencyNanoseconds.bitPattern)
    }
    let threads = try emulator.together(4).run(samples, range: 0..<1, threads: 3)
    let isSame = try emulator.together(1).run(samples, range: 0..<1) == threads
    #expect(isSame, "threads in one sample")
  }

  @Test("the record is that of one step after the other", arguments: 0..<UInt64(54))
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

  @Test("inputs that wait as bits", arguments: 0..<UInt64(12))
  func inputs(seed: UInt64) throws {
    let image = RandomImage.make(seed: seed, options: .init(spikes: true, inputChannels: 12))
    try Self.agree(
      image, TestProfiles.profile(), RandomImage.samples(image, count: 2, seed: seed))
  }

  @Test("window codes", arguments: 0..<UInt64(12))
  func windows(seed: UInt64) throws {
    for code in WindowTwinTests.codes {
      let image = WindowTwinTests.image(seed, code)
      try Self.agree(
        image, WindowTwinTests.profile(seed), RandomImage.samples(image, count: 1, seed: seed))
    }
  }

  @Test("partial sums")
  func sums() throws {
    try Self.agree(PartialSumImage.make(), PartialSumImage.profile(), PartialSumImage.sample)
  }
}
