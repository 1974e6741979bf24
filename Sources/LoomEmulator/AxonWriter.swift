import LoomBase
import LoomImage

/// Writes the axons of one block; sources of one position and group share their runs.
struct AxonWriter {
  let runs: SynapseRuns
  let box: MapBox
  let firstTarget: Int
  let firstWeight: Int
  /// How cells are counted; nil: each is one operation.
  let cells: CellCounts?
  private var patternKey = -1
  private var patternSource = 0
  private var buffer: [SynapseRun] = []
  /// The runs of all sources of one key, where cells are counted source by source.
  private var layout: Range<Int>?

  init(
    runs: SynapseRuns, box: MapBox, firstTarget: Int, firstWeight: Int, cells: CellCounts?
  ) {
    self.cells = cells
    self.runs = runs
    self.box = box
    self.firstTarget = firstTarget
    self.firstWeight = firstWeight
  }

  mutating func add(_ sources: AxonSources, _ kind: TemplateKind, _ machine: inout Machine) {
    switch sources {
    case .list(let indices):
      for index in indices { add(Int(index), kind, &machine) }
    case .box(let part):
      for row in part.rows {
        for column in part.columns {
          let base = (row * runs.source.width + column) * runs.source.channels
          for channel in part.channels { add(base + channel, kind, &machine) }
        }
      }
    }
  }

  private mutating func add(_ source: Int, _ kind: TemplateKind, _ machine: inout Machine) {
    let (key, step) = share(source, kind)
    let isNew = key != patternKey || key < 0
    if isNew {
      patternKey = key
      patternSource = source
      buffer.removeAll(keepingCapacity: true)
      runs.append(source: source, box: box, to: &buffer)
      layout = nil
    }
    var distance = (source - patternSource) * step
    if let cells, !cells.isShared {
      if !addCells(cells, distance, isAlone: key < 0, &machine) { distance = 0 }
    } else if isNew {
      let operations = cells?.operations(buffer)
      addPattern(
        lay(buffer, &machine),
        operations ?? (all: buffer.reduce(0) { $0 + $1.count }, lowering: 0), &machine)
    }
    machine.axons.append(
      Event(
        pattern: UInt32(machine.patterns.count - 1),
        weightBase: UInt32(firstWeight + distance), axon: UInt32(machine.axons.count)))
  }

  /// The pattern of a source with cells counted for itself; whether its runs are those of all sources of its key.
  ///
  /// Where zeros are stored nowhere, they cut a row of binary cells into runs of one or two. To add them all, zeros too, is then
  /// quicker; what is counted are the cells stored.
  private mutating func addCells(
    _ cells: CellCounts, _ distance: Int, isAlone: Bool, _ machine: inout Machine
  ) -> Bool {
    var moved = buffer
    for index in moved.indices { moved[index].firstWeight += distance }
    let stored = cells.stored(moved)
    let operations = cells.operations(stored)
    let (width, filled) = (
      moved.reduce(0) { $0 + $1.count }, stored.reduce(0) { $0 + $1.count }
    )
    let isWhole = stored == moved || (stored.count > 2 * moved.count && filled * 4 >= width)
    guard !isAlone, isWhole else {
      addPattern(lay(stored, &machine), operations, &machine)
      return false
    }
    let places = layout ?? lay(buffer, &machine)
    layout = places
    addPattern(places, operations, &machine)
    return true
  }

  /// Writes runs; returns where they are.
  private func lay(_ list: [SynapseRun], _ machine: inout Machine) -> Range<Int> {
    let first = machine.runs.count
    for run in list {
      machine.runs.append(
        RunInfo(
          target: UInt32(firstTarget + run.firstTarget), weight: UInt32(run.firstWeight),
          count: UInt32(run.count)))
    }
    return first..<machine.runs.count
  }

  private func addPattern(
    _ places: Range<Int>, _ operations: (all: Int, lowering: Int), _ machine: inout Machine
  ) {
    if operations.lowering > 0 { machine.hasLoweringCells = true }
    machine.patterns.append(
      PatternInfo(
        firstRun: UInt32(places.lowerBound), runCount: UInt32(places.count),
        synapses: UInt32(clamping: operations.all), lowering: UInt32(clamping: operations.lowering))
    )
  }

  /// Sources with equal keys meet the same targets; their weights stand `step` apart for each index.
  private func share(_ source: Int, _ kind: TemplateKind) -> (key: Int, step: Int) {
    switch kind {
    case .dense: return (0, runs.target.count)
    case .convolution(let geometry):
      let channels = runs.source.channels
      let group = source % channels / (channels / geometry.groups)
      return (
        source / channels * geometry.groups + group,
        geometry.kernelHeight * geometry.kernelWidth * (runs.target.channels / geometry.groups)
      )
    case .sparse, .broadcast, .sums: return (-1, 0)
    }
  }
}
