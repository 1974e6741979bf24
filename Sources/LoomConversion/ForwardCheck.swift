import LoomBase
import LoomNetwork

/// What a few calibration samples say of the trained network itself: how many of its multiplications
/// meet a zero, and how far max pooling by pairs is off.
///
/// Effective MACs = dense MACs × the share of the layer's input elements that are not zero, in plain ReLU
/// arithmetic, mean over up to 32 calibration samples. (Padding and the reach of single elements at
/// borders are not told apart.)
struct ForwardCheck {
  /// The layers that multiply.
  private(set) var costs: [ANNLayerCost]
  /// The error of max pooling by pairs.
  private(set) var remarks: [String] = []

  /// Most samples looked at, and most activations kept.
  private static let (maximumSamples, maximumElements) = (32, 64 << 20)

  /// Runs the samples once as the trained network does, and once clipped where pairs are used.
  init(
    _ draft: DraftNetwork, _ calibrated: [CalibratedPopulation], samples: CalibrationSet,
    inputCount: Int
  ) {
    let elements = draft.populations.reduce(inputCount) { $0 + $1.shape.count }
    let count = min(
      samples.count, Self.maximumSamples, max(1, Self.maximumElements / max(1, elements)))
    let input = Array(samples.blocks.blocks.joined().prefix(count * inputCount))
    let plain = draft.activations(of: input, samples: count, thresholds: nil)
    costs = draft.costs.map { draftCost in
      var cost = draftCost.cost
      let read = Self.evaluate(draftCost.input, input, plain, count)
      let nonzero = read.reduce(0) { $1 != 0 ? $0 + 1 : $0 }
      cost.effectiveMacs = Double(cost.macs) * Double(nonzero) / Double(max(1, read.count))
      return cost
    }
    guard !draft.maxPools.isEmpty else { return }
    let clipped = draft.activations(
      of: input, samples: count, thresholds: calibrated.map(\.thresholds))
    for pool in draft.maxPools {
      let exact = Self.maxima(
        Self.evaluate(pool.input, input, clipped, count), pool, samples: count)
      let pairs = Self.evaluate(pool.output, input, clipped, count)
      let error = zip(exact, pairs).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) }
      let size = exact.reduce(0.0) { $0 + Double(abs($1)) }
      let share = size > 0 ? error / size * 100 : 0
      remarks.append(
        "max pooling '\(pool.name)' by pairs a + ReLU(b − a): mean error "
          + "\((share * 100).rounded() / 100) % of the mean maximum in calibration")
    }
  }

  private static func evaluate(
    _ value: AffineValue, _ input: [Float], _ activations: [[Float]], _ samples: Int
  ) -> [Float] {
    PreparedDrive([value]).current(samples: samples) { $0 < 0 ? input : activations[$0] }
  }

  /// The true maxima of a pooling's windows.
  private static func maxima(_ values: [Float], _ pool: DraftMaxPool, samples: Int) -> [Float] {
    let (source, target) = (pool.input.map, pool.output.map)
    let (rows, columns) = (pool.axes[0], pool.axes[1])
    var result: [Float] = []
    result.reserveCapacity(samples * target.count)
    for plane in 0..<samples * source.channels {
      for row in 0..<target.height {
        for column in 0..<target.width {
          var highest = -Float.infinity
          for y in rows.taps(output: row).map({ rows.read(output: row, tap: $0) }) {
            for x in columns.taps(output: column).map({ columns.read(output: column, tap: $0) }) {
              highest = max(highest, values[plane * source.positions + y * source.width + x])
            }
          }
          result.append(highest)
        }
      }
    }
    return result
  }
}
