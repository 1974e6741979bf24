import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Routers send every spike where it belongs")
struct RoutingTableTests {
  /// Small cores on small chips of routers with tables.
  static func profile(entries: Int = 1024) throws -> Profile {
    try ProfileFile.load(
      "spinnaker1",
      overrides: [
        "/core/neurons=24", "/topology/tileColumns=4", "/topology/tileRows=3",
        "/topology/coresPerTile=2", "/routing/tableEntries=\(entries)",
      ])
  }

  static func compile(_ profile: Profile) throws -> (image: HardwareImage, report: MappingReport) {
    let network = EquivalenceTests.residual(seed: 2)
    let fixed = try Quantizer.quantize(network, profile: profile).network
    return try Compiler.compile(
      fixed, profile: profile, options: CompilerOptions(placement: .random, seed: 3))
  }

  /// Follows a key from router to router by what the tables say; without a match it goes straight on.
  ///
  /// Returns the places it is delivered to, in order; more than `most` routers mean a loop.
  static func follow(
    _ key: UInt64, from start: Int, _ tables: [Int: RoutingTables.Table], width: Int
  ) throws -> [[Int]] {
    var delivered: [[Int]] = []
    var packets: [(tile: Int, travels: Int?)] = [(start, nil)]
    var passed = 0
    while let packet = packets.popLast() {
      passed += 1
      try #require(passed < 10_000)
      let table = tables[packet.tile]
      guard let number = table?.table.action(for: key) else {
        let straight = try #require(packet.travels, "a packet dies in its own router")
        packets.append((packet.tile + [1, -1, width, -width][straight], straight))
        continue
      }
      let action = try #require(table?.actions[number])
      delivered += action.slots.map { [packet.tile, $0] }
      for link in 0..<4 where action.links >> UInt8(link) & 1 == 1 {
        packets.append((packet.tile + [1, -1, width, -width][link], link))
      }
    }
    return delivered.sorted { $0.lexicographicallyPrecedes($1) }
  }

  @Test("followed by its key from router to router a spike reaches exactly its cores, each once")
  func delivery() throws {
    let profile = try Self.profile()
    let (image, report) = try Self.compile(profile)
    let tables = try #require(RoutingTables(image, profile))
    let topology = profile.topology
    let width = topology.chipColumns * topology.tileColumns
    let byTile = Dictionary(uniqueKeysWithValues: tables.tables.map { ($0.place, $0) })
    func tile(_ core: Int) -> Int {
      let place = MeshHops.tile(of: image.cores[core].position, topology)
      return place.y * width + place.x
    }
    var followed = 0
    for (index, core) in image.cores.enumerated() {
      for neuron in 0..<core.neuronCount {
        let entries = Int(core.routes.offsets[neuron])..<Int(core.routes.offsets[neuron + 1])
        let goals = Set(core.routes.cores[entries]).map {
          [tile(Int($0)), image.cores[Int($0)].position.slot]
        }.sorted { $0.lexicographicallyPrecedes($1) }
        guard !goals.isEmpty else { continue }
        let key = UInt64(index) << UInt64(tables.neuronBits) | UInt64(neuron)
        #expect(
          try Self.follow(key, from: tile(index), byTile, width: width) == goals,
          "core \(index), neuron \(neuron)")
        followed += 1
      }
    }
    #expect(followed > 200 && Set(image.cores.map(\.position.chip)).count > 1)
    let full = try #require(report.tables)
    #expect(full.most == tables.most && full.total == tables.total && full.limit == 1024)
    #expect(full.most < full.mostUncompressed)
  }

  @Test("a table that is too small is refused with the router named; the image's own check agrees")
  func overflow() throws {
    let roomy = try Self.profile()
    let (image, report) = try Self.compile(roomy)
    let most = try #require(report.tables).most
    #expect(ImageVerifier.check(image, profile: roomy).isEmpty)
    _ = try Self.compile(Self.profile(entries: most))
    var small = roomy
    small.routing.tableEntries = most - 1
    let found = ImageVerifier.check(image, profile: small)
    #expect(found.map(\.code) == ["SL5107"])
    let error = try #require(throws: DiagnosticsError.self) {
      try Self.compile(Self.profile(entries: most - 1))
    }
    #expect(error.diagnostics.map(\.code) == ["SL4031"])
    #expect(
      error.diagnostics[0].message.contains("needs \(most) routing-table entries in the router"))
  }

  @Test("tables of cores hold the destination sets of their own neurons")
  func ownTables() throws {
    var profile = try Self.profile()
    profile.routing.tablePerChip = false
    let (image, _) = try Self.compile(profile)
    let tables = try #require(RoutingTables(image, profile))
    for table in tables.tables {
      let routes = image.cores[table.place].routes
      for neuron in 0..<(routes.offsets.count - 1) {
        let entries = Int(routes.offsets[neuron])..<Int(routes.offsets[neuron + 1])
        let goals = Set(routes.cores[entries]).map { Int($0) }.sorted()
        guard !goals.isEmpty else { continue }
        let number = try #require(table.table.action(for: UInt64(neuron)))
        #expect(table.actions[number].slots == goals)
      }
    }
    #expect(tables.tables.count > 10)
  }
}
