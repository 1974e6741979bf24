import LoomNetwork

/// One projection as the schedule sees it.
struct ScheduleEdge {
  var source: Int
  var target: Int
  var alignedDelay: Int
  /// The source is host-injected: its spikes are due in the step in which they are injected.
  var fromHost: Bool
  /// The steps a source takes to say a value: 1, or the whole window of a window code.
  var window: Int
  /// Steps that partial sums take between source and target: 0, or the window's (`PartialLowering`).
  var partialSums = 0

  /// The least difference of starts that leaves a legal delay.
  var span: Int { (fromHost ? 0 : window) - alignedDelay + partialSums }
}

/// The chip step of aligned index 0 of every population (architecture.md §3.1).
///
/// A start is the longest path of projections from the input. Before: conv1 → conv2 → add, conv1 → add.
/// After: starts 0, 1, 2 and delays 1, 1 and (shortcut) 2. Window codes of T steps: starts 0, T, 2T and delays
/// 1, 1 and T + 1, since a target listens to the whole window before it emits (`SpikeCode`).
enum StartSchedule {
  /// The starts, or the populations of a cycle whose aligned delays sum to less than its projections.
  static func starts(
    populations: Int, edges: [ScheduleEdge], startsTogether: Bool
  ) -> (starts: [Int], cycle: [Int]) {
    var starts = [Int](repeating: 0, count: populations)
    if startsTogether { return (starts, []) }
    var changed: [Int] = []
    for _ in 0...populations {
      changed = []
      for edge in edges where starts[edge.source] + edge.span > starts[edge.target] {
        starts[edge.target] = starts[edge.source] + edge.span
        changed.append(edge.target)
      }
      if changed.isEmpty { return (starts, []) }
    }
    return (starts, Array(Set(changed)).sorted())
  }

  /// The starts of a spiking network some of whose populations are on the host.
  static func starts(
    of network: SpikingNetwork, onHost: Set<Int> = []
  ) -> (starts: [Int], cycle: [Int]) {
    let edges = network.projections.map { projection in
      ScheduleEdge(
        source: projection.source.index, target: projection.target.index,
        alignedDelay: projection.alignedDelay,
        fromHost: network.populations[projection.source.index].role == .input
          || onHost.contains(projection.source.index),
        window: network.window?.timesteps ?? 1)
    }
    return starts(
      populations: network.populations.count, edges: edges,
      startsTogether: network.schedule != .aligned)
  }

  /// The starts of a fixed-point network; the inputs of populations in `split` come as partial sums.
  static func starts(
    of network: FixedPointNetwork, split: Set<Int> = []
  ) -> (starts: [Int], cycle: [Int]) {
    let window = network.window?.timesteps ?? 1
    let edges = network.projections.map { projection in
      ScheduleEdge(
        source: projection.source.index, target: projection.target.index,
        alignedDelay: projection.alignedDelay,
        fromHost: network.populations[projection.source.index].isInjected, window: window,
        partialSums: split.contains(projection.target.index) ? window : 0)
    }
    return starts(
      populations: network.populations.count, edges: edges,
      startsTogether: network.schedule != .aligned)
  }
}
