import LoomBase
import LoomHardware
import LoomImage

/// How the synaptic operations of an axon are counted on chips whose axons have a type or a sign, or whose
/// neurons have copies.
///
/// One operation is one event meeting one cell. Of the cells of one synapse (planes of its weight) the first
/// counts as the network's, the others as lowering; so do all cells in the columns of a neuron's copies. A cell
/// of weight zero is none where cells only say that a synapse is there.
struct CellCounts {
  /// The template's weights, in the order of its runs.
  let weights: [Int16]
  /// Whether weights of zero are stored nowhere.
  let skipsZeros: Bool
  /// Copies beyond the first of the slice's neurons; empty if there are none.
  let copies: ArraySlice<UInt32>
  /// The weights of the planes before this one, in the same places.
  let earlierPlanes: [[Int16]]

  /// Whether sources that meet the same targets have the same counts.
  var isShared: Bool { !skipsZeros && earlierPlanes.isEmpty }

  /// The runs without weights of zero.
  func stored(_ runs: [SynapseRun]) -> [SynapseRun] {
    guard skipsZeros else { return runs }
    var result: [SynapseRun] = []
    for run in runs {
      var begin = 0
      while begin < run.count {
        let place = run.firstWeight
        guard weights[place + begin] != 0 else {
          begin += 1
          continue
        }
        var end = begin + 1
        while end < run.count, weights[place + end] != 0 { end += 1 }
        result.append(
          SynapseRun(
            firstTarget: run.firstTarget + begin, firstWeight: run.firstWeight + begin,
            count: end - begin, shift: run.shift))
        begin = end
      }
    }
    return result
  }

  /// The operations of one event, and how many of them are lowering.
  func operations(_ runs: [SynapseRun]) -> (all: Int, lowering: Int) {
    let repeated = repeatedCells(runs)
    var cells = 0
    var copied = 0
    for run in runs {
      cells += run.count
      guard !copies.isEmpty else { continue }
      for target in run.firstTarget..<(run.firstTarget + run.count) {
        copied += Int(copies[copies.startIndex + target])
      }
    }
    return (cells + copied, repeated + copied)
  }

  /// Cells of synapses that have one in an earlier plane; where zeros are stored, all cells of a source that
  /// has an axon there.
  private func repeatedCells(_ runs: [SynapseRun]) -> Int {
    guard !earlierPlanes.isEmpty else { return 0 }
    var repeated = 0
    var cells = 0
    for run in runs {
      cells += run.count
      for place in run.firstWeight..<(run.firstWeight + run.count)
      where earlierPlanes.contains(where: { $0[place] != 0 }) { repeated += 1 }
    }
    return skipsZeros ? repeated : repeated > 0 ? cells : 0
  }
}
