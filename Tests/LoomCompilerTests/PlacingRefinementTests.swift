import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import Testing

@Suite("Refined placement")
struct PlacingRefinementTests {
  static let boards = [
    Topology(tileColumns: 4, tileRows: 4, coresPerTile: 2, maximumChips: 16, chipColumns: 4),
    Topology(tileColumns: 8, tileRows: 1, coresPerTile: 1, maximumChips: 9, chipColumns: 3),
    Topology(tileColumns: 3, tileRows: 5, coresPerTile: 3, maximumChips: 5, chipColumns: 3),
    Topology(tileColumns: 1, tileRows: 1, coresPerTile: 4, maximumChips: 40, chipColumns: 7),
    Topology(tileColumns: 16, tileRows: 16, coresPerTile: 1, maximumChips: 1, chipColumns: 1),
  ]

  private func isLegal(_ positions: [CorePosition], _ topology: Topology) -> Bool {
    Set(positions).count == positions.count
      && positions.allSatisfy {
        (0..<topology.maximumChips).contains($0.chip)
          && (0..<topology.tileColumns).contains($0.column)
          && (0..<topology.tileRows).contains($0.row)
          && (0..<topology.coresPerTile).contains($0.slot)
      }
  }

  @Test(
    "every way gives each core a place of its own on the board, on no more chips than are needed",
    arguments: boards.indices, [1, 5, 70])
  func legal(board: Int, cores: Int) {
    let topology = Self.boards[board]
    let traffic = PlacingCostTests.random(cores: cores, flows: 4 * cores, seed: 3)
    let order = Array((0..<cores).reversed())
    for placement in [
      Placement.hilbert(traffic, topology), .rows(traffic, topology, order: order),
      .random(traffic, topology, seed: 1), .refined(traffic, topology, moves: 8000),
    ] {
      #expect(placement.positions.count == cores)
      #expect(isLegal(placement.positions, topology))
      let chips = Set(placement.positions.map(\.chip)).count
      #expect(chips <= (cores + topology.coresPerChip - 1) / topology.coresPerChip)
    }
  }

  @Test(
    "refinement is never worse than the Hilbert curve, however little it may try",
    arguments: [0, 1, 50, 4000], 1...4)
  func neverWorse(moves: Int, seed: Int) {
    for topology in Self.boards {
      let traffic = PlacingCostTests.random(cores: 60, flows: 200, seed: UInt64(seed))
      let curve = Placement.hilbert(traffic, topology)
      let refined = Placement.refined(traffic, topology, moves: moves, seed: UInt64(seed))
      #expect(refined.measure.cost <= curve.measure.cost)
      #expect(refined.measure.packetHops <= curve.measure.packetHops)
      if moves == 0 { #expect(refined.positions == curve.positions) }
    }
  }

  /// A line of cores, each sending to the next, numbered so that order says nothing.
  private func shuffledLine(_ cores: Int) -> CoreTraffic {
    var generator = SeededGenerator(seed: 9)
    let line = Array(0..<cores).shuffled(using: &generator)
    return CoreTraffic(
      cores: cores,
      flows: zip(line, line.dropFirst()).map {
        CoreTraffic.Flow(source: $0, target: $1, packets: 10)
      }.sorted { ($0.source, $0.target) < ($1.source, $1.target) })
  }

  @Test("a shuffled line on a mesh is nearly unrolled")
  func line() {
    let topology = PlacingCostTests.board(6, 6)
    let traffic = shuffledLine(36)
    // At least 35 links of 10 packets; the curve through a random order needs about 4 times as many.
    let refined = Placement.refined(traffic, topology)
    #expect(refined.measure.packetHops >= 350)
    #expect(refined.measure.packetHops <= 450)
    #expect(Placement.hilbert(traffic, topology).measure.packetHops > 1000)
    #expect(refined.moves >= 36 * 4000)
  }

  @Test("the same seed gives the same places, another seed others")
  func deterministic() {
    let topology = Self.boards[0]
    let traffic = PlacingCostTests.random(cores: 90, flows: 400, seed: 5)
    let first = Placement.refined(traffic, topology, moves: 20_000, seed: 7)
    #expect(
      Placement.refined(traffic, topology, moves: 20_000, seed: 7).positions == first.positions)
    #expect(
      Placement.refined(traffic, topology, moves: 20_000, seed: 8).positions != first.positions)
    #expect(
      Placement.random(traffic, topology, seed: 7).positions
        != Placement.random(traffic, topology, seed: 8).positions)
  }

  @Test("the busiest link is relieved where hops are equal")
  func relief() {
    // Twelve cores send to one in a corner's neighbourhood; annealing sees hops only.
    let topology = PlacingCostTests.board(5, 5)
    let traffic = PlacingCostTests.random(cores: 25, flows: 120, seed: 11)
    let grid = PlacementGrid(topology, chips: [0], order: .hilbert)
    let curve = PlacementMeasure(traffic, grid, places: Array(0..<25))
    let refined = Placement.refined(traffic, topology).measure
    #expect(refined.busiestLink < curve.busiestLink)
  }
}
