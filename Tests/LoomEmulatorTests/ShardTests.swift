import Foundation
import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Parts of a run")
struct ShardTests {
  @Test("parts cover every sample once, in order, and begin between chunks")
  func ranges() {
    for total in [1, 2, 7, 40, 1023, 1024, 1025, 2500, 10_000, 60_001] {
      let chunk = (total + 1023) / 1024
      for count in [1, 2, 3, 7, 64, 1024] {
        let parts = (1...count).map { Shard(part: $0, of: count).samples(of: total) }
        #expect(parts.flatMap { Array($0) } == Array(0..<total), "\(total) in \(count)")
        #expect(
          parts.allSatisfy { $0.lowerBound % chunk == 0 || $0.isEmpty }, "\(total) in \(count)")
        let sizes = parts.map(\.count)
        // A part is at most a chunk larger than another; the last chunk may be short.
        #expect((sizes.max() ?? 0) - (sizes.dropLast().min() ?? sizes[0]) <= 2 * chunk)
      }
    }
  }

  @Test("there is no part 0, none beyond the last, and no more than 1024")
  func possibleParts() {
    #expect(Shard.isPossible(part: 1, of: 1) && Shard.isPossible(part: 1024, of: 1024))
    for (part, count) in [(0, 1), (2, 1), (1, 0), (-1, -1), (1, 1025), (.max, .max)] {
      #expect(!Shard.isPossible(part: part, of: count))
    }
  }

  /// Sums through the file format and back.
  private static func stored<Sums: Codable>(_ sums: Sums) throws -> Sums {
    try JSONDecoder().decode(Sums.self, from: try JSONEncoder().encode(sums))
  }

  @Test(
    "parts of a run, appended, give the record of the run, field for field",
    arguments: [2, 3, 7], [UInt64(0), 1, 2, 3, 5])
  func run(count: Int, seed: UInt64) throws {
    let profile = TestProfiles.profile(
      seed % 2 == 0 ? TestProfiles.crossbar : .packedEntries(TestProfiles.packed))
    let image = RandomImage.make(
      seed: seed, profile: profile, options: .init(spikes: seed == 3, hiddenOutput: seed == 5))
    // More than 1,024 samples once: chunks of two, the last of one.
    let samples = RandomImage.samples(image, count: seed == 1 ? 1027 : 12, seed: seed)
    let emulator = try Emulator(image: image, profile: profile)
    let whole = try emulator.run(samples, threads: 2)
    var sums: RunSums?
    for part in 1...count {
      let shard = Shard(part: part, of: count)
      let found = try Self.stored(try emulator.sums(samples, shard: shard, threads: part % 3 + 1))
      try found.check(shard)
      if sums == nil { sums = found } else { try sums?.append(found) }
    }
    #expect(sums?.record == whole)
    #expect(whole.latencyNanoseconds > 0 && whole.cores.contains { $0.synapticOperations > 0 })
  }

  @Test(
    "parts of a stepwise run, appended, give its records, times and early exits",
    arguments: [2, 3, 7], [true, false])
  func stepwise(count: Int, isPrefix: Bool) throws {
    let profile = TestProfiles.profile(TestProfiles.crossbar)
    var image = RandomImage.make(seed: 4, profile: profile)
    if isPrefix {
      for index in image.populations.indices {
        image.populations[index].activeSteps = 0..<image.schedule.steps
      }
    }
    let samples = RandomImage.samples(image, count: 13, seed: 4)
    let emulator = try Emulator(image: image, profile: profile)
    let rule = ExitRule(
      length: RunLength(timesteps: 9, readoutStart: 3), interval: 2, threshold: 40
    ) { $0 / 2 }
    let whole = try emulator.runStepwise(
      samples, threads: 2, lengths: StepwiseTests.lengths, rule: rule, timedSamples: 5)
    var sums: StepwiseSums?
    for part in 1...count {
      let shard = Shard(part: part, of: count)
      let found = try Self.stored(
        try emulator.stepwiseSums(
          samples, shard: shard, lengths: StepwiseTests.lengths, rule: rule, timedSamples: 5
        ).sums)
      try found.check(shard)
      if sums == nil { sums = found } else { try sums?.append(found) }
    }
    #expect(sums?.records == whole.records)
    #expect(sums?.exitRecord == whole.exit)
    #expect(sums?.timing == whole.timing)
    #expect(whole.timing == (isPrefix ? .everySample : .firstSamples(5)))
  }

  @Test("parts of different runs, and numbers no run gives, are refused")
  func refusals() throws {
    let profile = TestProfiles.profile(TestProfiles.crossbar)
    let image = RandomImage.make(seed: 2, profile: profile)
    let emulator = try Emulator(image: image, profile: profile)
    let samples = RandomImage.samples(image, count: 12, seed: 2)
    let (one, two) = (Shard(part: 1, of: 2), Shard(part: 2, of: 2))
    let first = try emulator.sums(samples, shard: one)
    let second = try emulator.sums(samples, shard: two)
    var merged = first
    try merged.append(second)
    #expect(throws: PartMismatch.self) {
      var sums = first
      try sums.append(try emulator.sums(samples, range: 0..<10, shard: two))
    }
    #expect(throws: PartMismatch.self) { try merged.check(one) }
    let changes: [(inout RunSums) -> Void] = [
      { $0.cores[0].spikes = .max }, { $0.cores[0].spikes = 1 << 53 + 1 },
      { $0.cores.removeLast() }, { $0.bounds = [] }, { $0.chunks.removeLast() },
      { $0.chunks[0].steps.removeLast() }, { $0.chunks[0].latency = -1 },
      { $0.chunks[0].hostBoundIntervals = .max }, { $0.predictions.append(0) },
      { $0.scores.removeLast() }, { $0.frame.samples = 0 }, { $0.frame.samples = .max },
      { $0.frame.stepsPerSample = .max }, { $0.frame.durations.readout = -1 },
      { $0.slowestCoreTicks = [] }, { $0.clockedPopulations = [] },
    ]
    for (number, change) in changes.enumerated() {
      var sums = first
      change(&sums)
      #expect(throws: PartMismatch.self, "change \(number)") { try sums.check(one) }
    }
    #expect(throws: PartMismatch.self) {
      var sums = first
      sums.boundTicks[0] = .max
      var other = second
      other.boundTicks[0] = 1
      try sums.append(other)
    }
  }
}
