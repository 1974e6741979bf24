import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Messages copied where their ways part")
struct MulticastTests {
  static func profile() -> Profile {
    var profile = TestProfiles.profile()
    profile.routing.multicast = true
    return profile
  }

  /// `HandWorkedImage` with its readout twice, on two cores: tiles (2, 1) and (2, 2).
  static func image() -> HardwareImage {
    var image = HandWorkedImage.make()
    image.populations[1].shape = MapShape(channels: 2)
    image.templates[0].weights = [10, 10, -4, -4]
    var second = image.cores[1]
    image.cores[1].slices[0].box = MapBox(channels: 0..<1, rows: 0..<1, columns: 0..<1)
    second.slices[0].box = MapBox(channels: 1..<2, rows: 0..<1, columns: 0..<1)
    second.position = CorePosition(chip: 0, column: 2, row: 2, slot: 0)
    image.cores.append(second)
    return image.assemblingRoutes()
  }

  @Test("one message a spike, every link once")
  func counts() throws {
    let record = try Emulator(image: Self.image(), profile: Self.profile())
      .run(HandWorkedImage.sample)
    // Along the row over two links, down the column over two, of which the first serves both.
    #expect(record.cores[0].messagesOut == 5)
    #expect(record.cores[0].hopsEastWest == 10 && record.cores[0].hopsNorthSouth == 10)
    #expect(record.cores[1].messagesIn == 5 && record.cores[2].messagesIn == 5)
    #expect(record.cores[1].synapticOperations == 5 && record.cores[2].synapticOperations == 5)
    #expect(record.scores == [19, 19])
    // Work of 90, 55 and 90, the longest way 2·4 + 2·6 = 20; then core 1's 50. The barrier of three tiles 200.
    #expect(record.stepNanoseconds == [310, 275, 310, 250])
  }

  @Test("without multicast each destination has a message of its own")
  func unicast() throws {
    let record = try Emulator(image: Self.image(), profile: TestProfiles.profile())
      .run(HandWorkedImage.sample)
    #expect(record.cores[0].messagesOut == 10)
    #expect(record.cores[0].hopsEastWest == 20 && record.cores[0].hopsNorthSouth == 15)
    #expect(record.stepNanoseconds == [320, 280, 320, 250])
  }

  @Test("where a neuron has one destination its copies are updated and fire as well")
  func copies() throws {
    var single = TestProfiles.profile()
    single.routing.fanOut = 1
    let record = try Emulator(image: Self.image(), profile: single).run(HandWorkedImage.sample)
    // A copy of each: 4·10, in steps 0 and 2 4·30 and 4 messages of 5, in step 1 2·30 and 2·5; the way 20. Then core
    // 1's 50. The barrier 200.
    #expect(record.stepNanoseconds == [400, 330, 400, 250])
    #expect(record.scores == [19, 19])
  }

  @Test("a link carries a message once, however many cores lie behind it")
  func links() throws {
    var slow = Self.profile()
    slow.times.linkOccupancy = TestProfiles.quantity(100)
    let record = try Emulator(image: Self.image(), profile: slow).run(HandWorkedImage.sample)
    #expect(record.stepNanoseconds == [400, 300, 400, 250])
    #expect(record.bounds == [.core: 1, .link: 3, .route: 0])
  }

  @Test("copies for the own tile are counted beside those that travel")
  func withinTile() throws {
    var image = Self.image()
    image.cores[2].position = CorePosition(chip: 0, column: 0, row: 0, slot: 1)
    let record = try Emulator(image: image, profile: Self.profile()).run(HandWorkedImage.sample)
    #expect(record.cores[0].hopsWithinTile == 5)
    #expect(record.cores[0].hopsEastWest == 10 && record.cores[0].hopsNorthSouth == 5)
  }

  @Test("on a tree what two ways share is climbed once")
  func tree() throws {
    var profile = Self.profile()
    profile.topology.kind = .tree
    let record = try Emulator(image: Self.image(), profile: profile).run(HandWorkedImage.sample)
    // (0, 0) up two levels; down to the quarter of (2, 1) and its leaf, to the quarter of (2, 2) and its leaf.
    #expect(record.cores[0].hopsNorthSouth == 5 * (2 + 2 + 2))
    #expect(record.cores[0].messagesOut == 5)
  }
}
