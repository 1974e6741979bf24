import LoomBase
import LoomEmulator
import LoomImage
import Testing

@Suite("Potentials in 16 bits, among the sums")
struct ShortUpdateTests {
  /// 200 numbers of each kind, of which some in the middle are a slice's.
  private struct Neurons {
    var potentials: [Int16]
    var limits: [Int16]
    var drive: [Int16]
    let first = 5
    let place = 9
    let count: Int
    let isHard: Bool
    let firesOnEqual: Bool
    let periods: (limits: Int, drive: Int)

    init(seed: UInt64) {
      var generator = SeededGenerator(seed: seed)
      func pick(_ range: ClosedRange<Int16>) -> Int16 { Int16.random(in: range, using: &generator) }
      count = seed < 4 ? 96 : Int(pick(1...180))
      isHard = pick(0...1) == 0
      firesOnEqual = pick(0...1) == 0
      periods = (
        pick(0...1) == 0 ? 31 : .max, pick(0...2) == 0 ? 31 : pick(0...1) == 0 ? 127 : .max
      )
      // From blocks in which nobody fires to blocks in which all do.
      let most = pick(1...3000)
      potentials = (0..<200).map { _ in pick(-4000...most) }
      limits = (0..<200).map { _ in pick(0...1500) }
      drive = (0..<200).map { _ in pick(-90...90) }
    }

    var rule: UpdateKernel.ShortRule {
      UpdateKernel.ShortRule(
        firstPotential: place, neurons: first..<(first + count), isHard: isHard,
        firesOnEqual: firesOnEqual, reach: 4096, limitMask: periods.limits,
        driveMask: periods.drive)
    }
  }

  @Test("neuron by neuron", arguments: 0..<UInt64(80))
  func update(seed: UInt64) {
    let given = Neurons(seed: seed)
    var expected = given.potentials
    var fired: [Int] = []
    for neuron in 0..<given.count {
      let before =
        expected[given.place + neuron] + given.drive[given.first + neuron & given.periods.drive]
      let limit = given.limits[given.first + neuron & given.periods.limits]
      if before > limit { fired.append(neuron) }
      let threshold = given.firesOnEqual ? limit + 1 : limit
      expected[given.place + neuron] =
        before <= limit ? before : given.isHard ? 0 : before - threshold
    }
    var potentials = given.potentials
    var bits = [UInt64](repeating: 0b1011, count: 5)
    for word in 1..<(1 + (given.count + 63) / 64) { bits[word] = .max }
    let found = UpdateKernel.update(
      given.rule, potentials: &potentials, limits: given.limits, drive: given.drive, fired: &bits,
      firstWord: 1)
    #expect(potentials == expected)
    #expect(found.spikes == fired.count && found.staysShort)
    let marked = (0..<(64 * ((given.count + 63) / 64))).filter {
      bits[1 + $0 / 64] >> UInt64($0 % 64) & 1 == 1
    }
    #expect(marked == fired)
    #expect(bits[0] == 0b1011 && bits[(1 + (given.count + 63) / 64)...].allSatisfy { $0 == 0b1011 })
  }

  @Test(
    "out of reach above, below, in a block and after the last",
    arguments: [(-4097, false), (-4096, true), (4095, true), (4096, false)], [0, 40, 63, 64, 69])
  func reach(_ potential: (value: Int16, stays: Bool), neuron: Int) {
    var potentials = [Int16](repeating: 3, count: 70)
    potentials[neuron] = potential.value
    var bits: [UInt64] = [0, 0]
    let found = UpdateKernel.update(
      UpdateKernel.ShortRule(
        firstPotential: 0, neurons: 0..<70, isHard: true, firesOnEqual: true, reach: 4096),
      potentials: &potentials, limits: [Int16](repeating: 5000, count: 70),
      drive: [Int16](repeating: 0, count: 70), fired: &bits, firstWord: 0)
    #expect(found.spikes == 0 && found.staysShort == potential.stays)
  }

  /// A network of which most neurons of one population only go down.
  static func falling(seed: UInt64, shift: UInt8, inputChannels: Int = 2) -> HardwareImage {
    var image = RandomImage.make(
      seed: seed, options: .init(spikes: true, quiet: true, inputChannels: inputChannels))
    for index in image.templates.indices where image.templates[index].target == 0 {
      let channels = image.populations[0].shape.channels
      let inputs = image.templates[index].weights.count / channels
      image.templates[index].shifts = [shift]
      // In no step by more than 16 bits hold.
      for weight in image.templates[index].weights.indices {
        image.templates[index].weights[weight] =
          weight % channels % 4 > 0 ? Int16(-28_000 / inputs) : Int16(900 / inputs)
      }
    }
    for core in image.cores.indices {
      for slice in image.cores[core].slices.indices
      where image.cores[core].slices[slice].population == 0 {
        image.cores[core].slices[slice].initialPotentials = .uniform(20)
      }
    }
    return image
  }

  @Test("potentials that leave 16 bits for good go on in 32")
  func drift() throws {
    var found = 0
    for seed in 0..<UInt64(18) {
      let shift = UInt8(seed % 3)
      let image = Self.falling(seed: seed, shift: shift)
      let samples = RandomImage.samples(image, count: 2, seed: seed, rarity: 1 + UInt8(seed % 2))
      try TwinTests().compare(image, TestProfiles.profile(), samples)
      let trace = try Emulator(image: image, profile: TestProfiles.profile())
        .trace(samples, index: 0)
      let isFar = trace.finalPotentials[0].contains { $0 < -40_000 << Int32(shift) }
      if isFar, trace.spikes[0].contains(where: { $0 > 0 }) { found += 1 }
    }
    #expect(found > 12)
  }

  @Test("sums and bias that 16 bits do not hold together", arguments: 0..<UInt64(6))
  func beyond(seed: UInt64) throws {
    var image = Self.falling(seed: seed, shift: 0)
    for core in image.cores.indices {
      for slice in image.cores[core].slices.indices
      where image.cores[core].slices[slice].population == 0 {
        image.cores[core].slices[slice].biases = .uniform(-6000)
      }
    }
    let samples = RandomImage.samples(image, count: 2, seed: seed)
    try TwinTests().compare(image, TestProfiles.profile(), samples, fires: false)
  }

  @Test("what the host drives with numbers is in 32 bits")
  func driven() throws {
    let profile = TestProfiles.profile()
    var found = 0
    for seed in 0..<UInt64(8) {
      var image = RandomImage.make(seed: seed, profile: profile, options: .init(quiet: true))
      for index in image.frontEnd.indices where image.frontEnd[index].target == 1 {
        // Population 2 has the same map, and no gate.
        image.frontEnd[index].target = 2
        found += 1
      }
      for index in image.templates.indices where image.templates[index].target == 2 {
        // So little that sums of 16 bits are enough.
        image.templates[index].weights = image.templates[index].weights.map { $0.signum() }
      }
      try TwinTests().compare(image, profile, RandomImage.samples(image, count: 2, seed: seed))
    }
    #expect(found > 0)
  }
}
