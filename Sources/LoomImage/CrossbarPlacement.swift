import LoomBase
public import LoomHardware

/// Which crossbar of a core holds the rows of which axon.
///
/// Every axon takes one row (a broadcast axon one for each plane, for a cell holds one weight). An array
/// and column have one shift, so rows that feed the same columns (slice and current site) with different
/// shifts never share an array. Rows are placed block by block: a block (or plane) goes to the first
/// group of rows none of whose members contradicts its shifts; groups are cut into arrays of `rows`. Where
/// axons have types the neurons hold the weights, and shifts keep no rows apart.
public struct CrossbarPlacement: Sendable, Hashable {
  /// For each axon the start of its arrays in `arrays`; one more at the end.
  public private(set) var offsets: [Int] = [0]
  /// The arrays of each axon.
  public private(set) var arrays: [Int] = []
  /// The row of each of `arrays` that the axon takes.
  public private(set) var rows: [Int] = []
  /// Arrays in use.
  public private(set) var arrayCount: Int = 0
  /// Rows in use over all arrays.
  public private(set) var rowCount: Int = 0

  /// Places the rows of a core's axon blocks.
  public init(
    blocks: [AxonBlock], slices: [NeuronSlice], templates: [SynapseTemplate],
    populations: [ImagePopulation], format: CrossbarFormat
  ) {
    var groups: [RowGroup] = []
    var parts: [[(group: Int, firstRow: Int)]] = []
    for block in blocks {
      let formats = ColumnFormat.formats(
        of: block, slices: slices, template: templates[block.template],
        target: populations[templates[block.template].target].shape)
      parts.append(
        formats.map { columnFormat in
          let group =
            groups.firstIndex { format.axonTypes > 0 || $0.accepts(columnFormat) }
            ?? CrossbarPlacement.open(&groups)
          let first = groups[group].rows
          groups[group].add(columnFormat, rows: block.sources.count)
          return (group, first)
        })
    }
    let firstArrays = countArrays(groups, rows: max(1, format.rows))
    for (block, part) in zip(blocks, parts) {
      for axon in 0..<block.sources.count {
        for (group, first) in part {
          arrays.append(firstArrays[group] + (first + axon) / max(1, format.rows))
          rows.append((first + axon) % max(1, format.rows))
        }
        offsets.append(arrays.count)
      }
    }
  }

  private static func open(_ groups: inout [RowGroup]) -> Int {
    groups.append(RowGroup())
    return groups.count - 1
  }

  private mutating func countArrays(_ groups: [RowGroup], rows: Int) -> [Int] {
    var first: [Int] = []
    for group in groups {
      first.append(arrayCount)
      arrayCount += (group.rows + rows - 1) / rows
      rowCount += group.rows
    }
    return first
  }
}

/// The columns a row feeds and the shifts it needs there.
struct ColumnFormat: Hashable {
  var slice: Int
  var site: Int
  var shifts: [UInt8]

  /// One for each row of an axon of the block: one, or one per plane of a broadcast.
  static func formats(
    of block: AxonBlock, slices: [NeuronSlice], template: SynapseTemplate, target: MapShape
  ) -> [ColumnFormat] {
    let box = slices[block.slice].box
    func format(_ shifts: [UInt8]) -> ColumnFormat {
      let uniform = shifts.first.map { first in shifts.allSatisfy { $0 == first } } ?? false
      return ColumnFormat(
        slice: block.slice, site: template.site, shifts: uniform ? [shifts[0]] : shifts)
    }
    // A sum goes to its neuron past the cells.
    if case .sums = template.kind { return [] }
    guard case .broadcast(let planes, let perNeuron) = template.kind else {
      return [
        format(template.shifts.count == 1 ? template.shifts : Array(template.shifts[box.channels]))
      ]
    }
    if template.shifts.count == 1 {
      return Array(repeating: format(template.shifts), count: planes)
    }
    let whole = perNeuron ? target.count : target.channels
    return (0..<planes).map { plane in
      let shifts = Array(template.shifts[(plane * whole)..<((plane + 1) * whole)])
      guard perNeuron else { return format(Array(shifts[box.channels])) }
      return format(
        box.rows.flatMap { row in
          box.columns.flatMap { column in
            box.channels.map { shifts[(row * target.width + column) * target.channels + $0] }
          }
        })
    }
  }
}

/// Rows that may share arrays.
private struct RowGroup {
  var rows = 0
  var members: [ColumnFormat] = []

  func accepts(_ format: ColumnFormat) -> Bool {
    members.allSatisfy {
      $0.slice != format.slice || $0.site != format.site || $0.shifts == format.shifts
    }
  }

  mutating func add(_ format: ColumnFormat, rows count: Int) {
    rows += count
    if !members.contains(format) { members.append(format) }
  }
}
