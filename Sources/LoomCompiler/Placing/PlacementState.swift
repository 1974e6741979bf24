package import LoomImage

/// Cores on places, and what moving one would cost.
///
/// A move puts a core on a place; a core that sits there takes the place left. The change of weighted hops is
/// found from the neighbours of the two cores alone.
package struct PlacementState: Sendable {
  let grid: PlacementGrid
  /// The flows of each core, both ways: `neighbours` and `packets` from `offsets[core]` on.
  let offsets: [Int]
  let neighbours: [Int32]
  let packets: [Double]
  /// The place of each core.
  package private(set) var places: [Int]
  /// The core on each place; −1: none.
  private(set) var occupants: [Int]
  /// Whether a pinned core sits on a place.
  private(set) var isFixed: [Bool]
  /// Weighted coordinates by core.
  private var columns: [Double]
  private var rows: [Double]

  /// Cores on given places of a grid; those with a position in `fixed` never move.
  package init(
    _ traffic: CoreTraffic, _ grid: PlacementGrid, places: [Int], fixed: [CorePosition?] = []
  ) {
    self.grid = grid
    self.places = places
    occupants = Array(repeating: -1, count: grid.positions.count)
    for (core, place) in places.enumerated() { occupants[place] = core }
    isFixed = Array(repeating: false, count: grid.positions.count)
    for (place, position) in zip(places, fixed) where position != nil { isFixed[place] = true }
    columns = places.map { grid.weightedColumns[$0] }
    rows = places.map { grid.weightedRows[$0] }
    (offsets, neighbours, packets) = Self.neighbours(traffic)
  }

  private static func neighbours(_ traffic: CoreTraffic) -> ([Int], [Int32], [Double]) {
    var offsets = [Int](repeating: 0, count: traffic.cores + 1)
    for flow in traffic.flows {
      offsets[flow.source + 1] += 1
      offsets[flow.target + 1] += 1
    }
    for index in 1..<offsets.count { offsets[index] += offsets[index - 1] }
    var next = offsets
    var neighbours = [Int32](repeating: 0, count: 2 * traffic.flows.count)
    var packets = [Double](repeating: 0, count: neighbours.count)
    for flow in traffic.flows {
      for (core, other) in [(flow.source, flow.target), (flow.target, flow.source)] {
        neighbours[next[core]] = Int32(other)
        packets[next[core]] = flow.packets
        next[core] += 1
      }
    }
    return (offsets, neighbours, packets)
  }

  /// The change of weighted hops if a core moved to a place.
  package func delta(moving core: Int, to place: Int) -> Double {
    let from = places[core]
    let other = occupants[place]
    guard other != core else { return 0 }
    let change = delta(of: core, from: from, to: place, but: other)
    return other < 0 ? change : change + delta(of: other, from: place, to: from, but: core)
  }

  /// The change of one core's hops; the flow to the core it changes places with stays as long as it is.
  private func delta(of core: Int, from: Int, to place: Int, but other: Int) -> Double {
    let (oldColumn, oldRow) = (grid.weightedColumns[from], grid.weightedRows[from])
    let (newColumn, newRow) = (grid.weightedColumns[place], grid.weightedRows[place])
    var sum = 0.0
    for index in offsets[core]..<offsets[core + 1] {
      let neighbour = Int(neighbours[index])
      if neighbour == other { continue }
      let (column, row) = (columns[neighbour], rows[neighbour])
      let change =
        abs(newColumn - column) + abs(newRow - row) - abs(oldColumn - column) - abs(oldRow - row)
      sum += packets[index] * change
    }
    return sum
  }

  /// Moves a core to a place; a core that sits there takes the place left.
  package mutating func move(_ core: Int, to place: Int) {
    let from = places[core]
    let other = occupants[place]
    put(core, on: place)
    occupants[from] = other == core ? core : other
    if other >= 0, other != core { put(other, on: from) }
  }

  private mutating func put(_ core: Int, on place: Int) {
    places[core] = place
    occupants[place] = core
    columns[core] = grid.weightedColumns[place]
    rows[core] = grid.weightedRows[place]
  }

  /// The tile in the middle of a core's neighbours, each weighted with its packets; nil without any.
  func centre(of core: Int) -> (column: Int, row: Int)? {
    var (column, row, total) = (0.0, 0.0, 0.0)
    for index in offsets[core]..<offsets[core + 1] {
      let place = places[Int(neighbours[index])]
      column += packets[index] * Double(grid.columns[place])
      row += packets[index] * Double(grid.rows[place])
      total += packets[index]
    }
    guard total > 0 else { return nil }
    return (Int((column / total).rounded()), Int((row / total).rounded()))
  }
}
