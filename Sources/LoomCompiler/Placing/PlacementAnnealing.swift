import LoomBase

/// Simulated annealing of places on weighted hops (Kirkpatrick, Gelatt and Vecchi, Science 220, 1983).
///
/// Of ten moves about three go to the tile in the middle of a core's neighbours (force-directed), the others to a tile in
/// a window that narrows as it cools. Only sums, products and comparisons decide, so that the result is the same
/// on every machine: exp(x) is taken as (1 + x/16)^16.
struct PlacementAnnealing {
  private(set) var state: PlacementState
  private var generator: SeededGenerator

  private static let stages = 128
  /// Over all stages the temperature falls to 1/360, the window from 8 tiles to 1.
  private static let cooling = 0.955
  private static let narrowing = 0.984
  private static let firstRadius = 8.0
  private static let forcedShare = 0.3

  init(_ state: PlacementState, seed: UInt64) {
    self.state = state
    generator = SeededGenerator(seed: seed)
  }

  /// Tries a number of moves.
  mutating func run(moves: Int) {
    guard moves > 0, !state.places.isEmpty, !state.neighbours.isEmpty else { return }
    var temperature = typicalChange()
    var radius = Self.firstRadius
    for stage in 0..<Self.stages {
      let count = moves * (stage + 1) / Self.stages - moves * stage / Self.stages
      for _ in 0..<count { step(temperature, Int(radius.rounded())) }
      temperature *= Self.cooling
      radius = max(1, radius * Self.narrowing)
    }
  }

  private mutating func step(_ temperature: Double, _ radius: Int) {
    guard let (core, place) = proposal(radius) else { return }
    let change = state.delta(moving: core, to: place)
    if change > 0 {
      guard temperature > 0 else { return }
      var power = 1 + change / temperature / 16
      for _ in 0..<4 { power *= power }
      guard generator.unit() * power < 1 else { return }
    }
    state.move(core, to: place)
  }

  /// The mean change of moves near by, without regard to sign.
  private mutating func typicalChange() -> Double {
    var (sum, count) = (0.0, 0)
    for _ in 0..<512 {
      guard let (core, place) = proposal(3) else { continue }
      sum += abs(state.delta(moving: core, to: place))
      count += 1
    }
    return count == 0 ? 0 : sum / Double(count)
  }

  /// A core and a place on another tile; nil where the tile drawn is its own or not in use.
  private mutating func proposal(_ radius: Int) -> (core: Int, place: Int)? {
    let core = generator.below(state.places.count)
    let own = state.places[core]
    guard !state.isFixed[own] else { return nil }
    var centre = (column: state.grid.columns[own], row: state.grid.rows[own])
    var reach = radius
    if generator.unit() < Self.forcedShare, let middle = state.centre(of: core) {
      centre = middle
      reach = 1
    }
    guard
      let place = state.grid.place(near: centre, reach: reach, awayFrom: own, &generator),
      !state.isFixed[place]
    else { return nil }
    return (core, place)
  }
}

extension PlacementGrid {
  /// A random place within a reach of a tile; nil where the tile drawn is not in use or that of `own`.
  func place(
    near centre: (column: Int, row: Int), reach: Int, awayFrom own: Int,
    _ generator: inout SeededGenerator
  ) -> Int? {
    let column = centre.column + generator.below(2 * reach + 1) - reach
    let row = centre.row + generator.below(2 * reach + 1) - reach
    guard let first = firstPlace(column: column, row: row),
      first != own / coresPerTile * coresPerTile
    else { return nil }
    return first + generator.below(coresPerTile)
  }
}

extension SeededGenerator {
  /// A number in 0..<count.
  mutating func below(_ count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }
}
