import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import Testing

@Suite("What a placement costs")
struct PlacingCostTests {
  /// One core a tile.
  static func board(_ columns: Int, _ rows: Int, chips: Int = 1, chipColumns: Int = 1) -> Topology {
    Topology(
      tileColumns: columns, tileRows: rows, coresPerTile: 1, maximumChips: chips,
      chipColumns: chipColumns)
  }

  /// Whole packets between random pairs of cores, so that sums are exact.
  static func random(cores: Int, flows: Int, seed: UInt64) -> CoreTraffic {
    var generator = SeededGenerator(seed: seed)
    var packets = [Double](repeating: 0, count: cores * cores)
    for _ in 0..<flows {
      let pair = Int(generator.next() % UInt64(cores * cores))
      if pair / cores != pair % cores { packets[pair] += Double(1 + generator.next() % 9) }
    }
    return CoreTraffic(
      cores: cores,
      flows: packets.indices.filter { packets[$0] > 0 }.map {
        CoreTraffic.Flow(source: $0 / cores, target: $0 % cores, packets: packets[$0])
      })
  }

  /// 0 → 2: 10, 0 → 3: 1, 2 → 1: 5, 3 → 0: 2.
  static let four = CoreTraffic(
    cores: 4,
    flows: [
      CoreTraffic.Flow(source: 0, target: 2, packets: 10),
      CoreTraffic.Flow(source: 0, target: 3, packets: 1),
      CoreTraffic.Flow(source: 2, target: 1, packets: 5),
      CoreTraffic.Flow(source: 3, target: 0, packets: 2),
    ])

  @Test("four cores on a square of tiles, worked by hand")
  func square() {
    let grid = PlacementGrid(Self.board(2, 2), chips: [0], order: .rows)
    // 0 1 / 2 3: only 3 is across from 0, and 1 from 2: 10 + 1·2 + 5·2 + 2·2 = 26.
    let first = PlacementMeasure(Self.four, grid, places: [0, 1, 2, 3])
    #expect(first.packetHops == 26)
    #expect(first.chipHops == 0)
    // South from 0: only 0 → 2, 10; east from 0: 0 → 3, then south from 1. North from 2: 2 → 1 goes east first.
    #expect(first.busiestLink == 10)
    // 0 3 / 2 1: all neighbours, 10 + 1 + 5 + 2 = 18.
    let state = PlacementState(Self.four, grid, places: [0, 1, 2, 3])
    #expect(state.delta(moving: 3, to: 1) == -8)
    let best = PlacementMeasure(Self.four, grid, places: [0, 3, 2, 1])
    #expect(best.packetHops == 18)
    let refined = Placement.refined(Self.four, Self.board(2, 2))
    #expect(refined.measure.packetHops == 18)
  }

  @Test("routes go along x first, and the busiest link carries what shares it")
  func sharedLink() {
    let grid = PlacementGrid(Self.board(3, 2), chips: [0], order: .rows)
    let traffic = CoreTraffic(
      cores: 3,
      flows: [
        CoreTraffic.Flow(source: 0, target: 1, packets: 4),
        CoreTraffic.Flow(source: 0, target: 2, packets: 3),
        CoreTraffic.Flow(source: 2, target: 0, packets: 2),
      ])
    // 0 at (0, 0), 1 at (2, 0), 2 at (1, 1): both start east; the way back goes west along row 1 first.
    let measure = PlacementMeasure(traffic, grid, places: [0, 2, 4])
    // 4·2 + 3·2 + 2·2.
    #expect(measure.packetHops == 18)
    #expect(measure.busiestLink == 7)
  }

  @Test("a hop between chips is a hop and weighs as many as the factor says")
  func chips() {
    let topology = Self.board(2, 1, chips: 4, chipColumns: 2)
    let grid = PlacementGrid(topology, chips: [0, 1, 2], order: .rows)
    let traffic = CoreTraffic(
      cores: 2, flows: [CoreTraffic.Flow(source: 0, target: 1, packets: 3)])
    // From the first tile of chip 0 to the second of chip 1: three links, one between chips.
    let east = PlacementMeasure(traffic, grid, places: [0, 3])
    #expect(east.packetHops == 9 && east.chipHops == 3)
    #expect(east.weightedHops == 3 * (2 + PlacementGrid.chipHopFactor))
    // To the first tile of chip 2, below: one link, between chips.
    let south = PlacementMeasure(traffic, grid, places: [0, 4])
    #expect(south.packetHops == 3 && south.chipHops == 3)
    #expect(grid.positions[4].chip == 2)
  }

  @Test(
    "the busiest link is the one that costs most: few packets between chips outweigh many on one")
  func weightedLink() {
    let factor = PlacementGrid.chipHopFactor
    // Just below the factor times as many on the chip: 0 → 1 on chip 0, 2 → 3 across to chip 1.
    let inside = factor * 4 - 1
    let traffic = CoreTraffic(
      cores: 4,
      flows: [
        CoreTraffic.Flow(source: 0, target: 1, packets: inside),
        CoreTraffic.Flow(source: 2, target: 3, packets: 4),
      ])
    for kind in [TopologyKind.mesh, .tree] {
      var topology = Self.board(2, 2, chips: 2, chipColumns: 2)
      topology.kind = kind
      let grid = PlacementGrid(topology, chips: [0, 1], order: .rows)
      func place(_ chip: Int, _ column: Int, _ row: Int) -> Int {
        grid.positions.firstIndex {
          $0.chip == chip && $0.column == column && $0.row == row
        } ?? 0
      }
      let places = [place(0, 0, 0), place(0, 1, 0), place(0, 1, 1), place(1, 0, 1)]
      let measure = PlacementMeasure(traffic, grid, places: places)
      #expect(measure.busiestLink == inside)
      // Four tiles in use: a quarter of the busiest link's weighted load.
      #expect(measure.cost == measure.weightedHops + 0.25 * 4 * factor, "\(kind)")
    }
  }

  @Test("the change of a move is the difference of the whole costs", arguments: 1...6)
  func delta(seed: Int) {
    let topology = Topology(
      tileColumns: 3, tileRows: 2, coresPerTile: 2, maximumChips: 4, chipColumns: 2)
    let grid = PlacementGrid(topology, chips: [0, 1, 3], order: .hilbert)
    let traffic = Self.random(cores: 30, flows: 160, seed: UInt64(seed))
    var generator = SeededGenerator(seed: UInt64(seed) &+ 100)
    var state = PlacementState(traffic, grid, places: Array(0..<30))
    var before = PlacementMeasure(traffic, grid, places: state.places).weightedHops
    var changes = 0
    for _ in 0..<300 {
      let core = Int(generator.next() % 30)
      let place = Int(generator.next() % UInt64(grid.positions.count))
      let change = state.delta(moving: core, to: place)
      state.move(core, to: place)
      let after = PlacementMeasure(traffic, grid, places: state.places).weightedHops
      #expect(change == after - before)
      #expect(state.places[core] == place)
      #expect(Set(state.places).count == 30)
      if change != 0 { changes += 1 }
      before = after
    }
    #expect(changes > 100)
  }
}
