import LoomBase
import LoomNetwork

/// What the readouts' constant currents must gain so that mean answers equal the trained network's.
///
/// Accumulators are linear, so the correction is exact for every step t0 to read from; one value for each
/// channel of an output, the mean over positions and samples.
struct ReadoutCorrection: Sendable {
  /// By mark: the correction of every element of the answer.
  let offsets: [[Float]]
  /// By mark and output: one value for each channel.
  let channels: [[[Float]]]

  /// Measures mean errors on the answers of a simulation.
  init(_ answer: RateSimulation.Answer, outputs: [MapShape]) {
    var (offsets, channels): ([[Float]], [[[Float]]]) = ([], [])
    let samples = answer.targets.count
    for mark in answer.marks.indices.dropLast() {
      let scores = (0..<samples).map { answer.scores(sample: $0, from: mark) }
      var (flat, lists): ([Float], [[Float]]) = ([], [])
      var first = 0
      for shape in outputs {
        let list = (0..<shape.channels).map { channel in
          var sum = 0.0
          let begin = first + channel * shape.positions
          for sample in 0..<samples {
            for element in begin..<begin + shape.positions {
              sum += Double(answer.targets[sample][element] - scores[sample][element])
            }
          }
          return Float(sum / Double(max(1, samples * shape.positions)))
        }
        lists.append(list)
        flat += list.flatMap { [Float](repeating: $0, count: shape.positions) }
        first += shape.count
      }
      offsets.append(flat)
      channels.append(lists)
    }
    (self.offsets, self.channels) = (offsets, channels)
  }
}
