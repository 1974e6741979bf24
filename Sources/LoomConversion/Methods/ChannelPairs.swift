import LoomBase

/// Currents of one channel as codes make them, and what the trained network says there.
struct ChannelPairs: Sendable {
  /// Currents when all layers before speak in codes.
  private(set) var currents: [Float] = []
  /// The trained network's currents.
  private(set) var exactCurrents: [Float] = []
  /// The trained network's activations.
  private(set) var targets: [Float] = []
  /// The largest activation of all elements, those not picked included.
  private(set) var peak: Float = 0

  /// Most pairs looked at.
  private static let limit = 1 << 15

  /// Picks pairs of a channel evenly over samples and positions.
  init(
    channel: Int, shape: MapShape, coded: SampleBlocks, exactCurrents exact: SampleBlocks,
    targets wanted: SampleBlocks
  ) {
    let positions = shape.positions
    let total = coded.blocks.reduce(0) { $0 + $1.count } / max(1, shape.count) * positions
    let stride = max(1, total / Self.limit)
    var random = SeededGenerator(seed: UInt64(channel))
    // The next element picked: one of every `stride`, at a random place, so that no column is preferred.
    var (next, group, element) = (0, 0, 0)
    for block in coded.blocks.indices {
      let values = coded.blocks[block]
      for start in Swift.stride(from: channel * positions, to: values.count, by: shape.count) {
        for index in start..<start + positions {
          peak = max(peak, wanted.blocks[block][index])
          if element == next {
            currents.append(values[index])
            exactCurrents.append(exact.blocks[block][index])
            targets.append(wanted.blocks[block][index])
            group += stride
            next = group + (stride > 1 ? Int(random.next() % UInt64(stride)) : 0)
          }
          element += 1
        }
      }
    }
  }

  /// Mean squared error and mean error (target − value) of codes.
  func error(_ grid: CodeGrid, scale: Float, initial: Float) -> (squared: Double, mean: Double) {
    let step = scale * grid.quantum
    let inverse = 1 / step
    var (squared, mean) = (0.0, 0.0)
    for index in currents.indices {
      let value = step * grid.code(currents[index], initial: initial, perQuantum: inverse)
      let difference = targets[index] - value
      squared += Double(difference * difference)
      mean += Double(difference)
    }
    let count = Double(max(1, currents.count))
    return (squared / count, mean / count)
  }

  /// Mean difference of the currents themselves.
  var meanCurrentError: Double {
    var sum = 0.0
    for index in currents.indices { sum += Double(exactCurrents[index] - currents[index]) }
    return sum / Double(max(1, currents.count))
  }

  /// Mean spikes of a window.
  func spikes(_ grid: CodeGrid, scale: Float, initial: Float) -> Double {
    let inverse = 1 / (scale * grid.quantum)
    var total = 0
    for current in currents {
      total += grid.spikes(
        code: Int(grid.code(current, initial: initial, perQuantum: inverse)))
    }
    return Double(total) / Double(max(1, currents.count))
  }
}
