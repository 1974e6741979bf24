import LoomBase
import LoomNetwork

/// The constants of the integer first layer, from its integer weights.
///
/// A stored mean must give no current, so each tap inside the map subtracts weight · mean / scale. Where
/// padding leaves taps outside, border positions differ and the offsets are per neuron.
struct FrontEndOffsets {
  let preprocessing: Preprocessing
  /// The integer that stands for a stored 1.
  let factor: Double
  let source: MapShape
  let target: MapShape

  /// The stored integer of the normalised zero of a channel.
  private func zero(_ channel: Int) -> Double {
    preprocessing.mean(ofChannel: channel) * factor / preprocessing.scale
  }

  /// The offsets, with `constant` (the layer's bias by neuron) added before rounding.
  func offsets(
    _ weights: [Int32], _ connectivity: Connectivity, _ rows: WeightRows,
    constant: (Int) -> Double
  ) -> ChannelOrNeuron<Int64> {
    let hasMean = preprocessing.mean.contains { $0 != 0 }
    var values: [Double]
    switch connectivity {
    case .convolution(let geometry) where hasMean:
      values = convolution(weights, geometry, rows)
    case .convolution:
      values = [Double](repeating: 0, count: target.count)
    case .dense, .sparse:
      values = byRow(weights, connectivity, rows)
    }
    for neuron in values.indices { values[neuron] += constant(neuron) }
    return collapse(values.map { PotentialQuantization.rounded($0) })
  }

  private func byRow(
    _ weights: [Int32], _ connectivity: Connectivity, _ rows: WeightRows
  ) -> [Double] {
    let channels = SourceChannels(connectivity, source: source)
    let zeros = (0..<source.channels).map { zero($0) }
    return (0..<rows.count).map { row in
      let range = rows.range(row)
      return -range.reduce(0.0) { sum, index in
        let channel = channels.channel(
          of: index, rowStart: range.lowerBound, targetChannel: rows.channels[row],
          targets: target.channels)
        return sum + Double(weights[index]) * zeros[channel]
      }
    }
  }

  private func convolution(
    _ weights: [Int32], _ geometry: ConvolutionGeometry, _ rows: WeightRows
  ) -> [Double] {
    let taps = tapSums(weights, geometry, rows)
    let size = geometry.kernelHeight * geometry.kernelWidth
    var values = [Double](repeating: 0, count: target.count)
    for row in 0..<target.height {
      let insideRows = inside(
        row, geometry.strideY, geometry.padTop, geometry.dilationY,
        geometry.kernelHeight, source.height)
      for column in 0..<target.width {
        let insideColumns = inside(
          column, geometry.strideX, geometry.padLeft, geometry.dilationX,
          geometry.kernelWidth, source.width)
        for channel in 0..<target.channels {
          var sum = 0.0
          for ky in insideRows {
            for kx in insideColumns {
              sum += taps[channel * size + ky * geometry.kernelWidth + kx]
            }
          }
          values[target.index(channel: channel, row: row, column: column)] = -sum
        }
      }
    }
    return values
  }

  /// Σ over input channels of weight · zero, by target channel and tap.
  private func tapSums(
    _ weights: [Int32], _ geometry: ConvolutionGeometry, _ rows: WeightRows
  ) -> [Double] {
    let size = geometry.kernelHeight * geometry.kernelWidth
    let perGroup = source.channels / geometry.groups
    let targetsPerGroup = target.channels / geometry.groups
    var sums = [Double](repeating: 0, count: target.channels * size)
    for channel in 0..<target.channels {
      for input in 0..<perGroup {
        let zero = zero(channel / targetsPerGroup * perGroup + input)
        let base = rows.offsets[channel] + input * size
        for tap in 0..<size { sums[channel * size + tap] += Double(weights[base + tap]) * zero }
      }
    }
    return sums
  }

  private func inside(
    _ position: Int, _ stride: Int, _ pad: Int, _ dilation: Int, _ kernel: Int, _ side: Int
  ) -> [Int] {
    (0..<kernel).filter { (0..<side).contains(position * stride + $0 * dilation - pad) }
  }

  private func collapse(_ values: [Int64]) -> ChannelOrNeuron<Int64> {
    let positions = target.positions
    for channel in 0..<target.channels {
      let range = (channel * positions)..<((channel + 1) * positions)
      let first = values[range.lowerBound]
      if !values[range].allSatisfy({ $0 == first }) { return .perNeuron(values) }
    }
    return .perChannel((0..<target.channels).map { values[$0 * positions] })
  }
}
