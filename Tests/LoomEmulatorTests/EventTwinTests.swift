import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Event timing against its twin")
struct EventTwinTests {
  /// A chip with routers, slow enough that packets wait; every step closes after 100 ns.
  static func profile(_ seed: UInt64, _ options: RandomImage.Options) -> Profile {
    var profile = TestProfiles.profile(
      softReset: options.secondCompartment ? .secondCompartment : .native)
    profile.times.barrierByTiles = [BarrierPoint(units: 1, duration: TestProfiles.quantity(100))]
    profile.times.barrierByChips = [BarrierPoint(units: 1, duration: TestProfiles.quantity(100))]
    profile.times.linkOccupancy = TestProfiles.quantity(seed % 2 == 0 ? 3 : 60)
    profile.times.chipLinkOccupancy = TestProfiles.quantity(seed % 2 == 0 ? 4 : 90)
    profile.router.fifoDepth = TestProfiles.quantity(seed % 4 == 1 ? 1 : 64, "flits")
    profile.router.creditDelay = TestProfiles.quantity(1)
    profile.router.entryDelay = TestProfiles.quantity(2)
    profile.router.ejectionDelay = TestProfiles.quantity(3)
    profile.routing.multicast = seed % 3 == 2
    profile.neuron.perPopulationReset = seed % 5 >= 3
    return profile
  }

  private static let cases: [RandomImage.Options] = [
    .init(), .init(spikes: true), .init(freeRunning: true), .init(hiddenOutput: true),
    .init(secondCompartment: true), .init(spikes: true, freeRunning: true),
  ]

  @Test("steps, stalls and links are those of packets made one by one", arguments: 0..<UInt64(60))
  func agree(seed: UInt64) throws {
    let options = Self.cases[Int(seed) % Self.cases.count]
    let profile = Self.profile(seed, options)
    let image = RandomImage.make(seed: seed, profile: profile, options: options)
    let samples = RandomImage.samples(image, count: 1, seed: seed)
    let emulator = try Emulator(image: image, profile: profile, timing: .event)
    var spikes = try emulator.trace(samples, index: 0).spikes
    for population in image.populations.indices
    where image.populations[population].role == .input {
      spikes[population] = TwinTests.input(image, samples, 0).flatMap { $0.map { UInt8($0) } }
    }
    let twin = try EventTwin(image, profile, spikes, barrier: 100)
    let record = try emulator.run(samples)
    let steps = (0..<image.schedule.steps).map { twin.length([$0]) }
    #expect(steps.map(\.nanoseconds).agrees(with: record.stepNanoseconds))
    let packets = try #require(record.packets)
    #expect(packets.undelivered == 0)
    for core in image.cores.indices {
      let stall = steps.reduce(0) { $0 + $1.stalls[core] }
      #expect(abs(stall - packets.stallNanoseconds[core]) < 1e-3)
    }
    let busy = packets.links.reduce(0) { $0 + $1.busyNanoseconds }
    #expect(abs(busy - steps.reduce(0) { $0 + $1.busy }) < 1e-3)
    let held = packets.links.reduce(0) { $0 + $1.heldNanoseconds }
    #expect(abs(held - steps.reduce(0) { $0 + $1.held }) < 1e-3)
    for (step, bottleneck) in zip(steps, record.stepBottlenecks) { check(bottleneck, of: step) }
    var slowest = [UInt64](repeating: 0, count: image.cores.count)
    for step in steps {
      guard let last = step.finish.max(), last > 0 else { continue }
      slowest[step.finish.firstIndex(of: last) ?? 0] += 1
    }
    #expect(record.slowestCoreSteps == slowest)
    guard profile.neuron.perPopulationReset else { return }
    let period = image.schedule.timesteps
    let together = (0..<period).reduce(0.0) { sum, residue in
      sum + twin.length(Array(stride(from: residue, to: steps.count, by: period))).nanoseconds
    }
    #expect(abs(together - record.intervalNanoseconds) < 1e-3)
  }

  /// A step that a core ends is the core's unless its packets waited; one that an unhindered packet ends is no link's.
  private func check(_ bottleneck: StepBottleneck, of step: EventTwin.Length) {
    guard let last = step.finish.max(), last > 0 else { return }
    let core = step.finish.firstIndex(of: last) ?? 0
    if last >= step.delivery {
      if step.stalls[core] == 0 {
        #expect(bottleneck.bound == .core && bottleneck.core == core)
      } else if last > 1.002 * (zip(step.finish, step.stalls).map(-).max() ?? 0) {
        #expect(bottleneck.bound == .link)
      }
    } else if !step.isDeliveryHeldUp, step.stalls.allSatisfy({ $0 == 0 }) {
      #expect(bottleneck.bound != .link)
    }
  }

  @Test("overlapping samples by counts: links carry the messages of all steps that fall together")
  func links() throws {
    for seed in [3, 4, 8] as [UInt64] {
      var profile = Self.profile(seed, .init())
      profile.neuron.perPopulationReset = true
      profile.times.linkOccupancy = TestProfiles.quantity(1e6)
      profile.times.chipLinkOccupancy = TestProfiles.quantity(1e6)
      let image = RandomImage.make(seed: seed, profile: profile)
      let samples = RandomImage.samples(image, count: 1, seed: seed)
      let emulator = try Emulator(image: image, profile: profile)
      let twin = try EventTwin(
        image, profile, emulator.trace(samples, index: 0).spikes, barrier: 100)
      let period = image.schedule.timesteps
      let expected = (0..<period).reduce(0.0) { sum, residue in
        let steps = Array(stride(from: residue, to: image.schedule.steps, by: period))
        return sum + Double(twin.length(steps).mostPackets) * 1e6 + 100
      }
      let interval = try emulator.run(samples).intervalNanoseconds
      #expect(abs(interval - expected) < 1e-6 * expected)
    }
  }

  @Test("the images above say something: cores wait, and more where samples overlap")
  func variety() throws {
    var stalled = 0
    var overlapping = 0
    for seed in 0..<UInt64(60) {
      let options = Self.cases[Int(seed) % Self.cases.count]
      let profile = Self.profile(seed, options)
      let image = RandomImage.make(seed: seed, profile: profile, options: options)
      let samples = RandomImage.samples(image, count: 1, seed: seed)
      let record = try Emulator(image: image, profile: profile, timing: .event).run(samples)
      let stall = (record.packets?.stallNanoseconds ?? []).reduce(0, +)
      if stall > 0 { stalled += 1 }
      if stall > 0, profile.neuron.perPopulationReset, image.schedule.depth > 0 { overlapping += 1 }
    }
    #expect(stalled > 20 && overlapping > 4, "\(stalled), \(overlapping)")
  }
}

extension [Double] {
  /// Whether all are equal but for rounding to ticks.
  fileprivate func agrees(with other: [Double]) -> Bool {
    count == other.count && zip(self, other).allSatisfy { abs($0 - $1) < 1e-3 }
  }
}
