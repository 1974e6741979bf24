import LoomHardware
import LoomImage
import Testing

@Suite("Mesh hops")
struct MeshHopsTests {
  /// Four chips in two columns, each of 4 × 3 tiles.
  private static let topology = Topology(
    tileColumns: 4, tileRows: 3, coresPerTile: 2, maximumChips: 4, chipColumns: 2)

  @Test("routes counted by hand")
  func byHand() {
    func hops(_ from: CorePosition, _ to: CorePosition) -> MeshHops {
      MeshHops(from: from, to: to, Self.topology)
    }
    let origin = CorePosition(chip: 0, column: 0, row: 0, slot: 0)
    #expect(
      hops(origin, CorePosition(chip: 0, column: 2, row: 1, slot: 0))
        == MeshHops(eastWest: 2, northSouth: 1))
    #expect(
      hops(origin, CorePosition(chip: 0, column: 0, row: 0, slot: 1)) == MeshHops(staysInTile: true)
    )
    // Tiles (3, 2) and (4, 3) of the whole grid: two links between chips, nothing else.
    #expect(
      hops(
        CorePosition(chip: 0, column: 3, row: 2, slot: 0),
        CorePosition(chip: 3, column: 0, row: 0, slot: 0)) == MeshHops(betweenChips: 2))
    // From (5, 1) to (2, 5): x 5, 4 | 3, 2; y 1, 2 | 3, 4, 5.
    #expect(
      hops(
        CorePosition(chip: 1, column: 1, row: 1, slot: 0),
        CorePosition(chip: 2, column: 2, row: 2, slot: 1))
        == MeshHops(eastWest: 2, northSouth: 3, betweenChips: 2))
  }

  @Test("a walk from tile to tile counts the same, between all tiles")
  func walk() {
    let places = (0..<4).flatMap { chip in
      (0..<4).flatMap { column in
        (0..<3).map { CorePosition(chip: chip, column: column, row: $0, slot: 0) }
      }
    }
    for start in places {
      for end in places {
        #expect(MeshHops(from: start, to: end, Self.topology) == walked(start, end))
      }
    }
  }

  private func walked(_ start: CorePosition, _ end: CorePosition) -> MeshHops {
    func chip(_ x: Int, _ y: Int) -> Int { y / 3 * 2 + x / 4 }
    var (x, y) = (start.chip % 2 * 4 + start.column, start.chip / 2 * 3 + start.row)
    let goal = (end.chip % 2 * 4 + end.column, end.chip / 2 * 3 + end.row)
    var hops = MeshHops(staysInTile: (x, y) == goal)
    while (x, y) != goal {
      let next = x == goal.0 ? (x, y + (y < goal.1 ? 1 : -1)) : (x + (x < goal.0 ? 1 : -1), y)
      if chip(x, y) != chip(next.0, next.1) {
        hops.betweenChips += 1
      } else if next.0 == x {
        hops.northSouth += 1
      } else {
        hops.eastWest += 1
      }
      (x, y) = next
    }
    return hops
  }
}
