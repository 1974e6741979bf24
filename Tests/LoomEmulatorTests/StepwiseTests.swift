import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Every length from one run")
struct StepwiseTests {
  static let lengths = [
    RunLength(timesteps: 1, readoutStart: 0), RunLength(timesteps: 4, readoutStart: 1),
    RunLength(timesteps: 5, readoutStart: 3), RunLength(timesteps: 8, readoutStart: 0),
    RunLength(timesteps: 9, readoutStart: 3),
  ]

  static let cases: [RandomImage.Options] = [
    .init(), .init(hiddenOutput: true), .init(freeRunning: true), .init(secondCompartment: true),
    .init(hiddenOutput: true, counted: true),
  ]

  private static func options(_ seed: UInt64) -> RandomImage.Options {
    cases[Int(seed) % cases.count]
  }

  /// A random image; with `isPrefix` all populations are active in all steps, as without a start step.
  private static func image(
    _ seed: UInt64, _ profile: Profile, isPrefix: Bool
  ) -> HardwareImage {
    var image = RandomImage.make(seed: seed, profile: profile, options: options(seed))
    guard isPrefix else { return image }
    for index in image.populations.indices {
      image.populations[index].activeSteps = 0..<image.schedule.steps
    }
    return image
  }

  private static func profile(_ seed: UInt64) -> Profile {
    var profile = TestProfiles.profile(
      seed % 4 == 0 ? TestProfiles.crossbar : .packedEntries(TestProfiles.packed),
      softReset: options(seed).secondCompartment ? .secondCompartment : .native)
    profile.topology.coresPerTile = 8
    profile.neuron.perPopulationReset = seed / 2 % 2 == 0
    profile.routing.multicast = seed % 3 == 1
    return profile
  }

  private static func sum(_ counts: [CoreCounts]) -> CoreCounts {
    counts.reduce(into: CoreCounts()) { $0.add($1) }
  }

  @Test(
    "counts, scores and times are those of a run of the shortened image", arguments: 0..<UInt64(48))
  func equalsShorterRuns(seed: UInt64) throws {
    let profile = Self.profile(seed)
    let isPrefix = seed % 3 == 1
    let image = Self.image(seed, profile, isPrefix: isPrefix)
    let samples = RandomImage.samples(image, count: 3, seed: seed)
    let emulator = try Emulator(image: image, profile: profile)
    let stepwise = try emulator.runStepwise(samples, lengths: Self.lengths, timedSamples: 3)
    #expect(stepwise.timing == .everySample)
    for (length, record) in zip(Self.lengths, stepwise.records) {
      let short = image.shortened(to: length.timesteps, readoutStart: length.readoutStart)
      let wanted = try Emulator(image: short, profile: profile).run(samples)
      #expect(record.cores == [Self.sum(wanted.cores)], "T = \(length.timesteps)")
      #expect(record.loweringCores == [Self.sum(wanted.loweringCores)], "T = \(length.timesteps)")
      #expect(record.host == wanted.host)
      // Random images have biases that act before the window, where t0 = 0 is read elsewhere.
      if !isPrefix || length.readoutStart > 0 {
        let scores = (0..<3).flatMap { stepwise.readings.scores(sample: $0, length: length) }
        #expect(scores == wanted.scores)
        #expect(record.predictions == wanted.predictions)
      }
      #expect(record.stepsPerSample == wanted.stepsPerSample)
      #expect(close(record.latencyNanoseconds, wanted.latencyNanoseconds))
      #expect(close(record.intervalNanoseconds, wanted.intervalNanoseconds))
    }
  }

  @Test(
    "packet by packet, times are those of a run of the shortened image", arguments: 0..<UInt64(40))
  func packetTimes(seed: UInt64) throws {
    let profile = EventTwinTests.profile(seed, Self.options(seed))
    let isPrefix = seed % 3 != 0
    let image = Self.image(seed, profile, isPrefix: isPrefix)
    let samples = RandomImage.samples(image, count: 2, seed: seed)
    let emulator = try Emulator(image: image, profile: profile, timing: .event)
    let stepwise = try emulator.runStepwise(samples, lengths: Self.lengths, timedSamples: 2)
    for (length, record) in zip(Self.lengths, stepwise.records) {
      let short = image.shortened(to: length.timesteps, readoutStart: length.readoutStart)
      let wanted = try Emulator(image: short, profile: profile, timing: .event).run(samples)
      #expect(record.cores == [Self.sum(wanted.cores)], "T = \(length.timesteps)")
      #expect(close(record.latencyNanoseconds, wanted.latencyNanoseconds))
      #expect(close(record.intervalNanoseconds, wanted.intervalNanoseconds))
    }
  }

  @Test("packets take other times than counts say, so that the equality says something")
  func packetTimesDiffer() throws {
    var (latencies, intervals) = (0, 0)
    for seed in 0..<UInt64(40) where seed % 3 != 0 {
      let profile = EventTwinTests.profile(seed, Self.options(seed))
      let image = Self.image(seed, profile, isPrefix: true)
      let samples = RandomImage.samples(image, count: 2, seed: seed)
      let record = try [TimingMode.analytic, .event].map {
        try Emulator(image: image, profile: profile, timing: $0)
          .runStepwise(samples, lengths: Self.lengths).records[2]
      }
      if !close(record[0].latencyNanoseconds, record[1].latencyNanoseconds) { latencies += 1 }
      let isOverlapping = profile.neuron.perPopulationReset && image.schedule.depth > 0
      let differs = !close(record[0].intervalNanoseconds, record[1].intervalNanoseconds)
      if isOverlapping, differs { intervals += 1 }
    }
    #expect(latencies > 10 && intervals > 3, "\(latencies), \(intervals)")
  }

  private func close(_ left: Double, _ right: Double) -> Bool {
    abs(left - right) <= 1e-12 * max(abs(left), abs(right))
  }

  @Test("short runs do less than long ones, so that the equality says something")
  func countsGrow() throws {
    let profile = Self.profile(4)
    let image = Self.image(4, profile, isPrefix: false)
    let samples = RandomImage.samples(image, count: 3, seed: 4)
    let records = try Emulator(image: image, profile: profile)
      .runStepwise(samples, lengths: Self.lengths).records
    for (short, long) in zip(records, records.dropFirst()) {
      #expect(short.cores[0].neuronUpdates < long.cores[0].neuronUpdates)
      #expect(short.cores[0].synapticOperations < long.cores[0].synapticOperations)
      #expect(short.cores[0].arrayReads < long.cores[0].arrayReads)
      #expect(short.latencyNanoseconds < long.latencyNanoseconds)
    }
  }

  @Test("one and two threads give the same record", arguments: [UInt64(0), 3, 8])
  func threads(seed: UInt64) throws {
    let profile = Self.profile(seed)
    let image = Self.image(seed, profile, isPrefix: seed % 2 == 1)
    let samples = RandomImage.samples(image, count: 21, seed: seed)
    let emulator = try Emulator(image: image, profile: profile)
    let rule = ExitRule(
      length: RunLength(timesteps: 9, readoutStart: 3), interval: 2, threshold: 40
    ) { $0 / 2 }
    let one = try emulator.runStepwise(samples, threads: 1, lengths: Self.lengths, rule: rule)
    let two = try emulator.runStepwise(samples, threads: 2, lengths: Self.lengths, rule: rule)
    #expect(one == two)
  }

  @Test("times of a few samples are scaled to all, and said to be")
  func fewSamples() throws {
    let profile = Self.profile(6)
    let image = Self.image(6, profile, isPrefix: false)
    let samples = RandomImage.samples(image, count: 8, seed: 6)
    let emulator = try Emulator(image: image, profile: profile)
    let record = try emulator.runStepwise(samples, lengths: Self.lengths, timedSamples: 2)
    #expect(record.timing == .firstSamples(2))
    let short = image.shortened(to: 4, readoutStart: 1)
    let two = try Emulator(image: short, profile: profile).run(samples, range: 0..<2)
    #expect(close(record.records[1].latencyNanoseconds, two.latencyNanoseconds * 4))
    let whole = try emulator.run(samples)
    #expect(close(record.records[4].latencyNanoseconds, whole.latencyNanoseconds))
  }

  @Test(
    "a sample that stops has run all cores up to its last step, no further",
    arguments: [UInt64(7), 10, 25])
  func stopping(seed: UInt64) throws {
    let profile = Self.profile(seed)
    let image = Self.image(seed, profile, isPrefix: true)
    let samples = RandomImage.samples(image, count: 5, seed: seed)
    let emulator = try Emulator(image: image, profile: profile)
    let length = RunLength(timesteps: 9, readoutStart: 0)
    // Any margin stops at the first reading that has one.
    let rule = ExitRule(length: length, interval: 4, threshold: 1) { _ in 0 }
    let record = try emulator.runStepwise(samples, lengths: [length], rule: rule)
    let exit = try #require(record.exit)
    var (synaptic, steps, time) = (UInt64(0), 0, 0.0)
    for (sample, decision) in exit.decisions.enumerated() {
      let short = image.shortened(to: decision.steps, readoutStart: 0)
      let alone = try Emulator(image: short, profile: profile)
        .run(samples, range: sample..<(sample + 1))
      synaptic += alone.cores.reduce(0) { $0 + $1.synapticOperations }
      steps += alone.stepsPerSample
      // 9 ns for each number read before the last reading.
      time += alone.latencyNanoseconds
      time += Double(9 * (decision.readings - 1) * record.readings.width)
    }
    #expect(close(exit.record.latencyNanoseconds, time))
    #expect(exit.decisions.contains { $0.steps < 9 })
    #expect(exit.record.cores[0].synapticOperations == synaptic)
    #expect(exit.chipSteps == steps)
    let width = UInt64(record.readings.width)
    #expect(
      exit.record.host.readouts == width * exit.decisions.reduce(0) { $0 + UInt64($1.readings) })
  }

  @Test("samples of spikes are refused, for a shorter one has fewer of them")
  func spikes() throws {
    let image = RandomImage.make(seed: 1, options: .init(spikes: true))
    let emulator = try Emulator(image: image, profile: TestProfiles.profile())
    let samples = RandomImage.samples(image, count: 1, seed: 1)
    #expect(throws: DiagnosticsError.self) { try emulator.runStepwise(samples, lengths: []) }
  }

  @Test("window codes are refused, for their T is not a number of repetitions")
  func windowCodes() throws {
    let profile = Self.profile(1)
    let image = Self.image(1, profile, isPrefix: false)
    let samples = RandomImage.samples(image, count: 1, seed: 1)
    _ = try Emulator(image: image, profile: profile).runStepwise(samples, lengths: [])
    var windowed = image
    windowed.schedule.code = .bitSerial
    guard let emulator = try? Emulator(image: windowed, profile: profile) else { return }
    #expect(throws: DiagnosticsError.self) { try emulator.runStepwise(samples, lengths: []) }
  }
}
