import LoomHardware
import LoomImage
import Testing

@Suite("Ways up and down trees")
struct TreeRouteTests {
  private static let topology = Topology(
    tileColumns: 4, tileRows: 3, coresPerTile: 2, maximumChips: 4, chipColumns: 2, kind: .tree)

  private static var places: [CorePosition] {
    (0..<4).flatMap { chip in
      (0..<4).flatMap { column in
        (0..<3).map { CorePosition(chip: chip, column: column, row: $0, slot: 0) }
      }
    }
  }

  @Test("links by hand")
  func byHand() {
    let route = TreeRoute(
      from: CorePosition(chip: 0, column: 1, row: 0, slot: 0),
      to: CorePosition(chip: 0, column: 2, row: 1, slot: 1), Self.topology)
    #expect(
      route.links == [
        .up(chip: 0, level: 0, x: 1, y: 0), .up(chip: 0, level: 1, x: 0, y: 0),
        .down(chip: 0, level: 1, x: 1, y: 0), .down(chip: 0, level: 0, x: 2, y: 1),
      ])
    let far = TreeRoute(
      from: CorePosition(chip: 1, column: 3, row: 2, slot: 0),
      to: CorePosition(chip: 2, column: 0, row: 0, slot: 0), Self.topology)
    #expect(
      far.links == [
        .up(chip: 1, level: 0, x: 3, y: 2), .up(chip: 1, level: 1, x: 1, y: 1),
        .between(chip: 1, next: 0), .between(chip: 0, next: 2),
        .down(chip: 2, level: 1, x: 0, y: 0), .down(chip: 2, level: 0, x: 0, y: 0),
      ])
  }

  @Test("hops are the links, and twice the halvings until two tiles are one")
  func hops() {
    for start in Self.places {
      for end in Self.places {
        let hops = MeshHops(from: start, to: end, Self.topology)
        let links = TreeRoute(from: start, to: end, Self.topology).links
        let between = links.count { if case .between = $0 { true } else { false } }
        #expect(hops.total == links.count && hops.betweenChips == between && hops.eastWest == 0)
        #expect(hops.staysInTile == links.isEmpty)
        guard start.chip == end.chip else {
          #expect(hops.northSouth == 4)
          continue
        }
        var (one, other) = ((start.column, start.row), (end.column, end.row))
        var halvings = 0
        while one != other {
          one = (one.0 / 2, one.1 / 2)
          other = (other.0 / 2, other.1 / 2)
          halvings += 1
        }
        #expect(hops.northSouth == 2 * halvings)
      }
    }
  }

  @Test("as many levels as halvings leave one router")
  func levels() {
    func levels(_ columns: Int, _ rows: Int) -> Int {
      TreeRoute.levels(
        Topology(
          tileColumns: columns, tileRows: rows, coresPerTile: 1, maximumChips: 1, chipColumns: 1,
          kind: .tree))
    }
    #expect(levels(1, 1) == 0 && levels(2, 1) == 1 && levels(3, 4) == 2 && levels(5, 2) == 3)
    // PAICORE 2.0: 32 × 32 cores, 5 levels of routers.
    #expect(levels(32, 32) == 5)
  }
}
