import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Messages on trees")
struct TreeTests {
  /// `TestProfiles`' chips of 4 × 3 tiles with routers in two levels.
  static func profile() -> Profile {
    var profile = TestProfiles.profile()
    profile.topology.kind = .tree
    return profile
  }

  @Test("two levels up and two down, each a hop in y")
  func counts() throws {
    // From tile (0, 0) to (2, 1): the same quarter only at level 2, the root.
    let record = try Emulator(image: HandWorkedImage.make(), profile: Self.profile())
      .run(HandWorkedImage.sample)
    #expect(record.cores[0].messagesOut == 5)
    #expect(record.cores[0].hopsNorthSouth == 20 && record.cores[0].hopsEastWest == 0)
    #expect(record.cores[0].hopsWithinTile == 0 && record.scores == [19])
    // Work of 90, 55, 90 and 50, the way 4·6, the barrier 150.
    #expect(record.stepNanoseconds == [264, 229, 264, 200])
  }

  @Test("neighbours in one quarter meet at level 1, cores of one tile at none")
  func near() throws {
    var image = HandWorkedImage.make()
    image.cores[1].position = CorePosition(chip: 0, column: 1, row: 1, slot: 0)
    let near = try Emulator(image: image, profile: Self.profile()).run(HandWorkedImage.sample)
    #expect(near.cores[0].hopsNorthSouth == 10)
    image.cores[1].position = CorePosition(chip: 0, column: 0, row: 0, slot: 1)
    let within = try Emulator(image: image, profile: Self.profile()).run(HandWorkedImage.sample)
    #expect(within.cores[0].hopsNorthSouth == 0 && within.cores[0].hopsWithinTile == 5)
  }

  @Test("a link up is busy for all messages that climb it")
  func links() throws {
    var slow = Self.profile()
    slow.times.linkOccupancy = TestProfiles.quantity(100)
    let record = try Emulator(image: HandWorkedImage.make(), profile: slow)
      .run(HandWorkedImage.sample)
    // Two messages in steps 0 and 2, one in step 1.
    #expect(record.stepNanoseconds == [350, 250, 350, 200])
    #expect(record.bounds == [.core: 1, .link: 3, .route: 0])
  }

  @Test("between chips a message goes from root to root")
  func chips() throws {
    var image = HandWorkedImage.make()
    image.cores[0].position = CorePosition(chip: 0, column: 1, row: 2, slot: 1)
    image.cores[1].position = CorePosition(chip: 3, column: 1, row: 0, slot: 0)
    let record = try Emulator(image: image, profile: Self.profile()).run(HandWorkedImage.sample)
    #expect(record.cores[0].hopsNorthSouth == 20)
    #expect(record.cores[0].hopsBetweenChips == 10)
    // Work 90, 55, 90, then 4·6 + 2·50 = 124; the barrier of two chips 1000.
    #expect(record.stepNanoseconds == [1214, 1179, 1214, 1050])
  }

  @Test("hops in x need no duration on a tree")
  func durations() throws {
    var profile = Self.profile()
    profile.times.hopEastWest = nil
    _ = try Emulator(image: HandWorkedImage.make(), profile: profile)
    profile.topology.kind = .mesh
    #expect(throws: DiagnosticsError.self) {
      try Emulator(image: HandWorkedImage.make(), profile: profile)
    }
  }
}
