import LoomBase
package import LoomHardware
package import LoomImage

/// Where cores sit, and what that costs.
///
/// Before: cores in order of starts and their traffic. After: a position for each.
package struct Placement: Sendable {
  /// The position of each core.
  package private(set) var positions: [CorePosition]
  /// What it costs.
  package private(set) var measure: PlacementMeasure
  /// The way it was found.
  private(set) var choice = PlacementChoice.hilbert
  /// How many moves were tried.
  package private(set) var moves = 0

  /// Moves tried by default: this many for each core, up to a limit that keeps the largest networks quick.
  private static let movesPerCore = 4000
  private static let mostMoves = 12_000_000

  /// The places that the options ask for; `order` is that of the row-by-row baseline.
  static func make(
    _ traffic: CoreTraffic, _ topology: Topology, options: CompilerOptions, order: [Int]
  ) -> Placement {
    var placement =
      switch options.placement {
      case .refined:
        refined(traffic, topology, moves: options.placementMoves, seed: options.seed)
      case .hilbert: hilbert(traffic, topology)
      case .rowByRow: rows(traffic, topology, order: order)
      case .random: random(traffic, topology, seed: options.seed)
      }
    placement.choice = options.placement
    // The cost that annealing makes small is that of a mesh.
    if topology.kind == .tree, options.placement == .refined { placement.choice = .hilbert }
    return placement
  }

  private init(_ traffic: CoreTraffic, _ grid: PlacementGrid, places: [Int]) {
    positions = places.map { grid.positions[$0] }
    measure = PlacementMeasure(traffic, grid, places: places)
  }

  /// In order of cores along a Hilbert curve over each chip's tiles, chips in turn.
  package static func hilbert(_ traffic: CoreTraffic, _ topology: Topology) -> Placement {
    let chips = ChipArrangement.inOrder(cores: traffic.cores, topology)
    return Placement(
      traffic, PlacementGrid(topology, chips: chips, order: .hilbert),
      places: Array(0..<traffic.cores))
  }

  /// In a given order of cores row by row over each chip's tiles, chips in turn.
  package static func rows(
    _ traffic: CoreTraffic, _ topology: Topology, order: [Int]
  ) -> Placement {
    let chips = ChipArrangement.inOrder(cores: traffic.cores, topology)
    var places = [Int](repeating: 0, count: traffic.cores)
    for (place, core) in order.enumerated() { places[core] = place }
    return Placement(
      traffic, PlacementGrid(topology, chips: chips, order: .rows), places: places)
  }

  /// Anywhere on the chips that the other orders use.
  package static func random(
    _ traffic: CoreTraffic, _ topology: Topology, seed: UInt64
  ) -> Placement {
    let chips = ChipArrangement.inOrder(cores: traffic.cores, topology)
    let grid = PlacementGrid(topology, chips: chips, order: .rows)
    var generator = SeededGenerator(seed: seed)
    var places = Array(grid.positions.indices)
    for index in places.indices.reversed() { places.swapAt(index, generator.below(index + 1)) }
    return Placement(traffic, grid, places: Array(places.prefix(traffic.cores)))
  }

  /// Along a Hilbert curve, then refined; never worse than the curve, in cost or in hops.
  ///
  /// An eighth of the moves goes into each way of arranging the chips, all of them into the best; then one for
  /// every 500 into the busiest link. Nothing but the arguments decides. On trees the curve is all: its quarters,
  /// and theirs, are the subtrees where sides are powers of two.
  package static func refined(
    _ traffic: CoreTraffic, _ topology: Topology, moves budget: Int? = nil, seed: UInt64 = 0
  ) -> Placement {
    var best = hilbert(traffic, topology)
    let total = min(budget ?? min(mostMoves, movesPerCore * traffic.cores), Int(Int32.max))
    guard total > 0, !traffic.flows.isEmpty, topology.kind == .mesh else { return best }
    let grid = arrangement(traffic, topology, moves: total / 8, seed: seed, &best.moves)
    var annealing = PlacementAnnealing(
      PlacementState(traffic, grid, places: Array(0..<traffic.cores)), seed: seed)
    annealing.run(moves: total)
    var relief = LinkRelief(annealing.state, traffic, seed: seed)
    relief.run(moves: total / 500)
    var result = Placement(traffic, grid, places: relief.state.places)
    best.moves += total + total / 500
    result.moves = best.moves
    let isBetter =
      result.measure.cost < best.measure.cost
      && result.measure.packetHops <= best.measure.packetHops
    return isBetter ? result : best
  }

  /// The chips on which a short annealing comes cheapest.
  private static func arrangement(
    _ traffic: CoreTraffic, _ topology: Topology, moves: Int, seed: UInt64, _ tried: inout Int
  ) -> PlacementGrid {
    let grids = ChipArrangement.blocks(cores: traffic.cores, topology).map {
      PlacementGrid(topology, chips: $0, order: .hilbert)
    }
    guard grids.count > 1 else { return grids[0] }
    var chosen = (grid: grids[0], cost: Double.infinity)
    for grid in grids {
      var trial = PlacementAnnealing(
        PlacementState(traffic, grid, places: Array(0..<traffic.cores)), seed: seed)
      trial.run(moves: moves)
      tried += moves
      let cost = PlacementMeasure(traffic, grid, places: trial.state.places).cost
      if cost < chosen.cost { chosen = (grid, cost) }
    }
    return chosen.grid
  }
}

extension Placement {
  /// The measures for the mapping report.
  var report: PlacementReport {
    PlacementReport(
      choice: choice, packetHops: measure.packetHops, chipHops: measure.chipHops,
      busiestLink: measure.busiestLink, moves: moves)
  }
}
