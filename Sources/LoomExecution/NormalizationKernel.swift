import Foundation
import LoomNetwork

/// Normalisations of channels and the softmax family.
enum NormalizationKernel {
  static func batch(epsilon: Float, _ operands: Operands) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    guard input.shape.count >= 2 || input.shape.count == 1 else {
      throw .invalid("needs channels, has shape \(input.shape)")
    }
    let channels = input.shape.count > 1 ? input.shape[1] : 1
    let scale = try parameters(1, channels, operands)
    let bias = try parameters(2, channels, operands)
    let mean = try parameters(3, channels, operands)
    let variance = try parameters(4, channels, operands)
    let factors = (0..<channels).map {
      Double(scale[$0]) / (Double(variance[$0]) + Double(epsilon)).squareRoot()
    }
    var result = try operands.floats(0)
    let size = try ShapeArithmetic.count(Array(input.shape.dropFirst(2)))
    guard !result.isEmpty else { return input }
    for map in 0..<(result.count / size) {
      let channel = map % channels
      let factor = Float(factors[channel])
      let (center, offset) = (mean[channel], bias[channel])
      for index in (map * size)..<((map + 1) * size) {
        result[index] = (result[index] - center) * factor + offset
      }
    }
    return Tensor(input.shape, input.type, floats: result)
  }

  private static func parameters(
    _ index: Int, _ channels: Int, _ operands: Operands
  ) throws(ExecutionError) -> [Float] {
    let values = try operands.floats(index)
    guard values.count == channels else {
      throw .invalid("needs \(channels) values for input \(index), has \(values.count)")
    }
    return values
  }

  static func instance(epsilon: Float, _ operands: Operands) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    guard input.shape.count >= 2 else {
      throw .invalid("needs channels, has shape \(input.shape)")
    }
    let channels = input.shape[1]
    let scale = try parameters(1, channels, operands)
    let bias = try parameters(2, channels, operands)
    var result = try operands.floats(0)
    let size = try ShapeArithmetic.count(Array(input.shape.dropFirst(2)))
    guard !result.isEmpty else { return input }
    for map in 0..<(result.count / size) {
      let range = (map * size)..<((map + 1) * size)
      let mean = result[range].reduce(0.0) { $0 + Double($1) } / Double(size)
      let variance =
        result[range].reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        / Double(size)
      let factor = Double(scale[map % channels]) / (variance + Double(epsilon)).squareRoot()
      for index in range {
        result[index] = Float(
          (Double(result[index]) - mean) * factor + Double(bias[map % channels]))
      }
    }
    return Tensor(input.shape, input.type, floats: result)
  }

  /// x / (bias + alpha / size · Σ x²)^beta over neighbouring channels.
  static func localResponse(
    size: Int, alpha: Float, beta: Float, bias: Float, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    guard input.shape.count >= 2, size >= 1, size <= 1 << 30 else {
      throw .invalid("needs channels and a positive size, has \(input.shape) and \(size)")
    }
    let values = try operands.floats(0)
    let channels = input.shape[1]
    let area = try ShapeArithmetic.count(Array(input.shape.dropFirst(2)))
    var result = values
    let (before, after) = ((size - 1) / 2, size / 2)
    for sample in 0..<input.shape[0] {
      for channel in 0..<channels {
        let low = max(0, channel - before)
        let high = min(channels - 1, channel + after)
        let base = sample * channels * area
        for position in 0..<area {
          var sum = 0.0
          for other in low...high {
            let value = Double(values[base + other * area + position])
            sum += value * value
          }
          let power = Foundation.pow(
            Double(bias) + Double(alpha) / Double(size) * sum, -Double(beta))
          let index = base + channel * area + position
          result[index] = Float(Double(values[index]) * power)
        }
      }
    }
    return Tensor(input.shape, input.type, floats: result)
  }

  /// Softmax along an axis or, flattened, over all axes from one on.
  static func softmax(
    axis: Int, flattened: Bool, logarithmic: Bool, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    let rank = input.shape.count
    if rank == 0 { return Tensor([], input.type, .splat(logarithmic ? 0 : 1)) }
    let first =
      flattened && axis == rank ? rank : try ShapeArithmetic.axis(axis, rank: rank)
    let outer = try ShapeArithmetic.count(Array(input.shape[..<first]))
    let rest = Array(input.shape[first...])
    let extent = flattened ? try ShapeArithmetic.count(rest) : rest[0]
    let inner = flattened ? 1 : try ShapeArithmetic.count(Array(rest.dropFirst()))
    var values = try operands.dense(input).doubles
    for block in 0..<outer {
      for column in 0..<inner {
        let start = block * extent * inner + column
        softmaxLine(&values, start, extent, inner, logarithmic)
      }
    }
    let storage: Tensor.Storage =
      input.type == .float64 ? .doubles(values) : .floats(values.map { Float($0) })
    return Tensor(input.shape, input.type, storage)
  }

  private static func softmaxLine(
    _ values: inout [Double], _ start: Int, _ extent: Int, _ step: Int, _ logarithmic: Bool
  ) {
    var greatest = -Double.infinity
    for index in 0..<extent { greatest = max(greatest, values[start + index * step]) }
    var sum = 0.0
    for index in 0..<extent { sum += Foundation.exp(values[start + index * step] - greatest) }
    let logarithm = Foundation.log(sum)
    for index in 0..<extent {
      let place = start + index * step
      let shifted = values[place] - greatest
      values[place] = logarithmic ? shifted - logarithm : Foundation.exp(shifted) / sum
    }
  }
}
