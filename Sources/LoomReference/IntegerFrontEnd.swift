import LoomBase
import LoomNetwork

/// One integer front end, worked out target by target exactly as `FixedFrontEnd` states it.
struct IntegerFrontEnd: Sendable {
  private let frontEnd: FixedFrontEnd
  private let source: MapShape
  private let target: MapShape

  init(_ frontEnd: FixedFrontEnd, source: MapShape, target: MapShape) {
    self.frontEnd = frontEnd
    self.source = source
    self.target = target
  }

  var site: Int { frontEnd.site }
  var targetIndex: Int { frontEnd.target.index }

  /// The constant current of every target neuron (channel-first) for a sample's integers
  /// (channel-first); throws if one does not fit 32 bits.
  func currents(_ input: [Int64]) throws(DiagnosticsError) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(target.count)
    for channel in 0..<target.channels {
      for row in 0..<target.height {
        for column in 0..<target.width {
          let neuron = target.index(channel: channel, row: row, column: column)
          let sum = weightedSum(input, channel: channel, row: row, column: column)
          result.append(try current(sum, neuron: neuron))
        }
      }
    }
    return result
  }

  private func current(_ sum: Int64, neuron: Int) throws(DiagnosticsError) -> Int32 {
    let offset = frontEnd.offset.value(neuron: neuron, in: target)
    var current = FixedPoint.roundingShiftRight(sum + offset, by: frontEnd.rightShift)
    if frontEnd.biasMantissaBits > 0 {
      current = FixedPoint.roundToMantissa(
        current, mantissaBits: frontEnd.biasMantissaBits,
        maximumExponent: frontEnd.biasMaximumExponent)
    }
    guard let narrow = Int32(exactly: current) else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL3904", "needs front-end currents of 32 bits, has \(current)",
          notes: ["The target neuron is \(neuron) of population \(frontEnd.target.index)."]))
    }
    return narrow
  }

  private func weightedSum(_ input: [Int64], channel: Int, row: Int, column: Int) -> Int64 {
    switch frontEnd.connectivity {
    case .dense:
      let neuron = target.index(channel: channel, row: row, column: column)
      let base = neuron * source.count
      var sum: Int64 = 0
      for index in 0..<source.count {
        sum &+= Int64(frontEnd.weights[base &+ index]) &* input[index]
      }
      return sum
    case .sparse(let pattern):
      let neuron = target.index(channel: channel, row: row, column: column)
      var sum: Int64 = 0
      for entry in pattern.targetOffsets[neuron]..<pattern.targetOffsets[neuron + 1] {
        sum &+= Int64(frontEnd.weights[entry]) &* input[Int(pattern.sources[entry])]
      }
      return sum
    case .convolution(let geometry):
      return convolved(input, geometry, channel: channel, row: row, column: column)
    }
  }

  private func convolved(
    _ input: [Int64], _ geometry: ConvolutionGeometry, channel: Int, row: Int, column: Int
  ) -> Int64 {
    let members = source.channels / geometry.groups
    let firstChannel = channel / (target.channels / geometry.groups) * members
    var sum: Int64 = 0
    for member in 0..<members {
      for kernelRow in 0..<geometry.kernelHeight {
        let y = row * geometry.strideY - geometry.padTop + kernelRow * geometry.dilationY
        guard (0..<source.height).contains(y) else { continue }
        let weightRow =
          ((channel * members + member) * geometry.kernelHeight + kernelRow)
          * geometry.kernelWidth
        for kernelColumn in 0..<geometry.kernelWidth {
          let x = column * geometry.strideX - geometry.padLeft + kernelColumn * geometry.dilationX
          guard (0..<source.width).contains(x) else { continue }
          let place = source.index(channel: firstChannel + member, row: y, column: x)
          sum &+= Int64(frontEnd.weights[weightRow + kernelColumn]) &* input[place]
        }
      }
    }
    return sum
  }
}
