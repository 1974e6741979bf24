import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Arrays read whether spikes come or not")
struct SilentReadTests {
  /// One row an array, so that B's two axons take two arrays.
  static func profile(readsWhenSilent: Bool, cellBits: Int = 0) -> Profile {
    TestProfiles.profile(
      .crossbar(
        CrossbarFormat(
          rows: 1, columns: 16, arrays: 4, cellBits: cellBits, readsWhenSilent: readsWhenSilent)))
  }

  private static func run(
    _ image: HardwareImage, _ profile: Profile, value: UInt8 = 10
  ) throws -> RunRecord {
    let sample = Samples(storage: .bytes([value]), sampleShape: [1], count: 1)
    return try Emulator(image: image, profile: profile).run(sample)
  }

  @Test("both arrays in each of B's three steps, and A, which has none, reads none")
  func reads() throws {
    let image = HandWorkedImage.make()
    let event = try Self.run(image, Self.profile(readsWhenSilent: false))
    let silent = try Self.run(image, Self.profile(readsWhenSilent: true))
    // Both axons get a spike in steps 1 and 3, one in step 2.
    #expect(event.cores[1].arrayReads == 5)
    #expect(silent.cores[1].arrayReads == 6 && silent.cores[1].columnAdds == 6)
    #expect(silent.cores[0].arrayReads == 0)
    #expect(silent.scores == event.scores && silent.stepNanoseconds == event.stepNanoseconds)
    // Currents of 2 and 0 bring A from 15 to 21 and nobody to 30.
    let quiet = try Self.run(image, Self.profile(readsWhenSilent: true), value: 0)
    #expect(quiet.cores[0].spikes == 0)
    #expect(quiet.cores[1].arrayReads == 6)
    let quietEvents = try Self.run(image, Self.profile(readsWhenSilent: false), value: 0)
    #expect(quietEvents.cores[1].arrayReads == 0)
  }

  @Test("outside the window events open their own arrays only")
  func outside() throws {
    var image = HandWorkedImage.make()
    image.populations[1].activeSteps = 2..<3
    let record = try Self.run(image, Self.profile(readsWhenSilent: true))
    // Step 1: two events. Step 2: both arrays. Step 3: two events.
    #expect(record.cores[1].arrayReads == 6)
    image.populations[1].activeSteps = 2..<4
    let quiet = try Self.run(image, Self.profile(readsWhenSilent: true), value: 0)
    #expect(quiet.cores[1].arrayReads == 4)
  }

  @Test("a weight of 8 bits in cells of 3 is read from three columns")
  func cells() throws {
    let record = try Self.run(
      HandWorkedImage.make(), Self.profile(readsWhenSilent: true, cellBits: 3))
    #expect(record.cores[1].arrayReads == 6 && record.cores[1].columnAdds == 18)
  }

  @Test("every length of a run reads what a run of that length reads", arguments: 0..<UInt64(12))
  func stepwise(seed: UInt64) throws {
    var profile = TestProfiles.profile(
      .crossbar(CrossbarFormat(rows: 16, columns: 256, arrays: 64, readsWhenSilent: true)))
    profile.topology.coresPerTile = 8
    var image = RandomImage.make(
      seed: seed, profile: profile, options: .init(freeRunning: seed % 3 == 2))
    if seed % 3 == 1 {
      for index in image.populations.indices {
        image.populations[index].activeSteps = 0..<image.schedule.steps
      }
    }
    let samples = RandomImage.samples(image, count: 2, seed: seed)
    let emulator = try Emulator(image: image, profile: profile)
    let lengths = [1, 4, 8, 9].map { RunLength(timesteps: $0, readoutStart: 0) }
    let record = try emulator.runStepwise(samples, lengths: lengths, timedSamples: 1)
    var last: UInt64 = 0
    for (length, found) in zip(lengths, record.records) {
      let short = image.shortened(to: length.timesteps, readoutStart: 0)
      let wanted = try Emulator(image: short, profile: profile).run(samples)
      let reads = wanted.cores.reduce(UInt64(0)) { $0 + $1.arrayReads }
      let adds = wanted.cores.reduce(UInt64(0)) { $0 + $1.columnAdds }
      #expect(found.cores[0].arrayReads == reads, "T = \(length.timesteps)")
      #expect(found.cores[0].columnAdds == adds, "T = \(length.timesteps)")
      #expect(reads > last)
      last = reads
    }
  }
}
