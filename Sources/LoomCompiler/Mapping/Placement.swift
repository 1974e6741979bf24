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

  /// The places that the options ask for; `order` is that of the row-by-row baseline, `fixed` are the places of
  /// the cores that are pinned.
  static func make(
    _ traffic: CoreTraffic, _ topology: Topology, options: CompilerOptions, order: [Int],
    fixed: [CorePosition?]
  ) -> Placement {
    var placement =
      switch options.placement {
      case .refined:
        refined(
          traffic, topology, fixed: fixed, moves: options.placementMoves, seed: options.seed)
      case .hilbert: hilbert(traffic, topology, fixed: fixed)
      case .rowByRow: rows(traffic, topology, order: order, fixed: fixed)
      case .random: random(traffic, topology, fixed: fixed, seed: options.seed)
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
  package static func hilbert(
    _ traffic: CoreTraffic, _ topology: Topology, fixed: [CorePosition?] = []
  ) -> Placement {
    let chips = ChipArrangement.inOrder(cores: traffic.cores, topology, fixed: fixed)
    let grid = PlacementGrid(topology, chips: chips, order: .hilbert)
    return Placement(
      traffic, grid, places: grid.places(inOrder: Array(0..<traffic.cores), fixed: fixed))
  }

  /// In a given order of cores row by row over each chip's tiles, chips in turn.
  package static func rows(
    _ traffic: CoreTraffic, _ topology: Topology, order: [Int], fixed: [CorePosition?] = []
  ) -> Placement {
    let chips = ChipArrangement.inOrder(cores: traffic.cores, topology, fixed: fixed)
    let grid = PlacementGrid(topology, chips: chips, order: .rows)
    return Placement(traffic, grid, places: grid.places(inOrder: order, fixed: fixed))
  }

  /// Anywhere on the chips that the other orders use.
  package static func random(
    _ traffic: CoreTraffic, _ topology: Topology, fixed: [CorePosition?] = [], seed: UInt64
  ) -> Placement {
    let chips = ChipArrangement.inOrder(cores: traffic.cores, topology, fixed: fixed)
    let grid = PlacementGrid(topology, chips: chips, order: .rows)
    var generator = SeededGenerator(seed: seed)
    var places = Array(grid.positions.indices)
    for index in places.indices.reversed() { places.swapAt(index, generator.below(index + 1)) }
    return Placement(
      traffic, grid,
      places: grid.places(inOrder: Array(0..<traffic.cores), fixed: fixed, from: places))
  }

  /// Along a Hilbert curve, then refined; never worse than the curve, in cost or in hops.
  ///
  /// An eighth of the moves goes into each way of arranging the chips, all of them into the best; then one for
  /// every 500 into the busiest link. Nothing but the arguments decides. On trees the curve is all: its quarters,
  /// and theirs, are the subtrees where sides are powers of two.
  package static func refined(
    _ traffic: CoreTraffic, _ topology: Topology, fixed: [CorePosition?] = [],
    moves budget: Int? = nil, seed: UInt64 = 0
  ) -> Placement {
    var best = hilbert(traffic, topology, fixed: fixed)
    let total = min(budget ?? min(mostMoves, movesPerCore * traffic.cores), Int(Int32.max))
    guard total > 0, !traffic.flows.isEmpty, topology.kind == .mesh else { return best }
    let start = arrangement(
      traffic, topology, fixed: fixed, moves: total / 8, seed: seed, &best.moves)
    var annealing = PlacementAnnealing(start, seed: seed)
    annealing.run(moves: total)
    var relief = LinkRelief(annealing.state, traffic, seed: seed)
    relief.run(moves: total / 500)
    var result = Placement(traffic, start.grid, places: relief.state.places)
    best.moves += total + total / 500
    result.moves = best.moves
    let isBetter =
      result.measure.cost < best.measure.cost
      && result.measure.packetHops <= best.measure.packetHops
    return isBetter ? result : best
  }

  /// Cores in order on the chips on which a short annealing comes cheapest.
  private static func arrangement(
    _ traffic: CoreTraffic, _ topology: Topology, fixed: [CorePosition?], moves: Int,
    seed: UInt64, _ tried: inout Int
  ) -> PlacementState {
    let states = ChipArrangement.blocks(cores: traffic.cores, topology, fixed: fixed).map {
      let grid = PlacementGrid(topology, chips: $0, order: .hilbert)
      return PlacementState(
        traffic, grid,
        places: grid.places(inOrder: Array(0..<traffic.cores), fixed: fixed), fixed: fixed)
    }
    guard states.count > 1 else { return states[0] }
    var chosen = (state: states[0], cost: Double.infinity)
    for state in states {
      var trial = PlacementAnnealing(state, seed: seed)
      trial.run(moves: moves)
      tried += moves
      let cost = PlacementMeasure(traffic, state.grid, places: trial.state.places).cost
      if cost < chosen.cost { chosen = (state, cost) }
    }
    return chosen.state
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
