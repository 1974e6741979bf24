import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Cores that do many steps at once, patch after patch")
struct StretchTests {
  /// Whether a run in stretches is that of one step after the other; returns how many cores could stretch.
  private static func agree(
    _ image: HardwareImage, _ profile: Profile, _ samples: Samples
  ) throws -> Int {
    let emulator = try Emulator(image: image, profile: profile)
    let one = try emulator.together(1).run(samples)
    // 8: a stretch and a rest that is done step by step.
    for steps in [8, 16] {
      let several = try emulator.together(steps).run(samples)
      let isSame = one == several
      #expect(isSame, "\(steps) steps")
      #expect(one.latencyNanoseconds.bitPattern == several.latencyNanoseconds.bitPattern)
      #expect(one.intervalNanoseconds.bitPattern == several.intervalNanoseconds.bitPattern)
      #expect(one.stepBottlenecks == several.stepBottlenecks)
    }
    return emulator.together(16).patchedCores
  }

  private static let options: [RandomImage.Options] = [
    .init(spikes: true, quiet: true, inputChannels: 16),
    .init(spikes: true, quiet: true, inputChannels: 8),
    .init(spikes: true, freeRunning: true, quiet: true, inputChannels: 16),
    .init(spikes: true, hiddenOutput: true, quiet: true, inputChannels: 16),
    .init(spikes: true, large: true), .init(spikes: true, large: true, inputChannels: 24),
  ]

  /// The same with weights of the first population so small that its potentials stand in 16 bits.
  private static func light(_ image: HardwareImage, shift: UInt8, factor: Int) -> HardwareImage {
    var image = image
    for index in image.templates.indices where image.templates[index].target == 0 {
      image.templates[index].shifts = [shift]
      for weight in image.templates[index].weights.indices {
        image.templates[index].weights[weight] = Int16((weight * 37 % 101 - 40) * factor)
      }
    }
    for core in image.cores.indices {
      for slice in image.cores[core].slices.indices
      where image.cores[core].slices[slice].population == 0 {
        image.cores[core].slices[slice].initialPotentials = .uniform(20)
        if shift > 0 { image.cores[core].slices[slice].biases = .uniform(-4) }
      }
    }
    return image
  }

  @Test("the record is that of one step after the other", arguments: 0..<UInt64(6))
  func records(kind: UInt64) throws {
    var patched = 0
    for seed in 0..<UInt64(12) {
      var profile = TestProfiles.profile()
      profile.topology.coresPerTile = 8
      profile.neuron.perPopulationReset = seed % 3 == 2
      let image = RandomImage.make(
        seed: 50 * kind + seed, profile: profile, options: Self.options[Int(kind)])
      let samples = RandomImage.samples(
        image, count: 2, seed: seed, rarity: [1, 3, 20, 250][Int(seed % 4)])
      let taken =
        kind < 4 ? Self.light(image, shift: UInt8(seed % 3), factor: kind == 1 ? 3 : 1) : image
      patched += try Self.agree(taken, profile, samples)
    }
    #expect(patched > 8)
  }

  @Test("potentials that leave 16 bits: the stretch is taken back, and done step by step")
  func leaving() throws {
    var (patched, far) = (0, 0)
    for seed in 0..<UInt64(18) {
      let image = ShortUpdateTests.falling(
        seed: seed, shift: UInt8(seed % 3), inputChannels: 8)
      let samples = RandomImage.samples(image, count: 2, seed: seed, rarity: 1 + UInt8(seed % 2))
      patched += try Self.agree(image, TestProfiles.profile(), samples)
      let trace = try Emulator(image: image, profile: TestProfiles.profile())
        .trace(samples, index: 0)
      if trace.finalPotentials[0].contains(where: { $0 < -40_000 << Int32(seed % 3) }) { far += 1 }
    }
    #expect(patched > 18)
    #expect(far > 12)
  }
}
