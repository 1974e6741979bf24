import LoomBase
import LoomExecution
import LoomNetwork

extension LinearMap {
  /// The map applied to one map's elements.
  func apply(_ input: [Float]) -> [Float] {
    var output = [Float](repeating: 0, count: target.count)
    PreparedMap(self).accumulate(
      input, samples: 1, into: &output, firstElement: 0, outputStride: target.count)
    return output
  }
}

/// A linear map made ready to be applied to many samples.
struct PreparedMap: Sendable {
  private let map: LinearMap
  /// The dense matrix as [source][target]; empty for other forms.
  private let transposed: [Float]

  /// Prepares a map.
  init(_ map: LinearMap) {
    self.map = map
    guard case .dense = map.form else {
      transposed = []
      return
    }
    let (rows, columns) = (map.target.count, map.source.count)
    var matrix = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        matrix[column * rows + row] = map.weights[row * columns + column]
      }
    }
    transposed = matrix
  }

  /// Adds the map's output of `samples` samples to `output`, whose samples are `outputStride` apart; the
  /// map's first target element is `firstElement` of each.
  func accumulate(
    _ input: [Float], samples: Int, into output: inout [Float], firstElement: Int,
    outputStride: Int
  ) {
    precondition(
      input.count >= samples * map.source.count && output.count >= samples * outputStride
        && firstElement + map.target.count <= outputStride, "the batch fits the map")
    switch map.form {
    case .diagonal: addDiagonal(input, samples, &output, firstElement, outputStride)
    case .dense: addDense(input, samples, &output, firstElement, outputStride)
    case .sparse(let pattern):
      addSparse(pattern, input, samples, &output, firstElement, outputStride)
    case .convolution(let geometry):
      addConvolution(geometry, input, samples, &output, firstElement, outputStride)
    }
  }

  private func addDiagonal(
    _ input: [Float], _ samples: Int, _ output: inout [Float], _ first: Int, _ stride: Int
  ) {
    let count = map.target.count
    for sample in 0..<samples {
      let (from, to) = (sample * count, sample * stride + first)
      if map.weights.count == 1 {
        let factor = map.weights[0]
        for index in 0..<count { output[to &+ index] += factor * input[from &+ index] }
      } else {
        for index in 0..<count { output[to &+ index] += map.weights[index] * input[from &+ index] }
      }
    }
  }

  private func addSparse(
    _ pattern: SparsePattern, _ input: [Float], _ samples: Int, _ output: inout [Float],
    _ first: Int, _ stride: Int
  ) {
    let weights = map.weights
    for sample in 0..<samples {
      let (from, to) = (sample * map.source.count, sample * stride + first)
      for row in 0..<map.target.count {
        var sum: Float = 0
        for entry in pattern.targetOffsets[row]..<pattern.targetOffsets[row &+ 1] {
          sum += weights[entry] * input[from &+ Int(pattern.sources[entry])]
        }
        output[to &+ row] += sum
      }
    }
  }

  private func addDense(
    _ input: [Float], _ samples: Int, _ output: inout [Float], _ first: Int, _ stride: Int
  ) {
    let (rows, columns) = (map.target.count, map.source.count)
    var product = [Float](repeating: 0, count: samples * rows)
    unsafe input.withUnsafeBufferPointer { left in
      unsafe transposed.withUnsafeBufferPointer { right in
        unsafe product.withUnsafeMutableBufferPointer { result in
          unsafe MatrixProduct.multiply(
            rows: samples, columns: rows, inner: columns, left, right, into: result)
        }
      }
    }
    for sample in 0..<samples {
      for row in 0..<rows { output[sample * stride + first + row] += product[sample * rows + row] }
    }
  }

  private func addConvolution(
    _ geometry: ConvolutionGeometry, _ input: [Float], _ samples: Int, _ output: inout [Float],
    _ first: Int, _ stride: Int
  ) {
    let perGroup = map.source.channels / geometry.groups
    let rows = map.target.channels / geometry.groups
    let inner = perGroup * geometry.kernelHeight * geometry.kernelWidth
    let positions = map.target.positions
    var patches = [Float](repeating: 0, count: inner * positions)
    for sample in 0..<samples {
      for group in 0..<geometry.groups {
        Patches.gather(
          input, offset: sample * map.source.count + group * perGroup * map.source.positions,
          channels: perGroup, source: map.source, target: map.target, geometry, into: &patches)
        let begin = sample * stride + first + group * rows * positions
        MatrixProduct.add(
          rows: rows, columns: positions, inner: inner, map.weights, from: group * rows * inner,
          patches, from: 0, to: &output, from: begin)
      }
    }
  }
}

extension MatrixProduct {
  /// Adds the product of two matrices, each of which begins somewhere in an array, to one that does.
  static func add(
    rows: Int, columns: Int, inner: Int, _ left: [Float], from leftStart: Int, _ right: [Float],
    from rightStart: Int, to result: inout [Float], from resultStart: Int
  ) {
    unsafe left.withUnsafeBufferPointer { left in
      unsafe right.withUnsafeBufferPointer { right in
        unsafe result.withUnsafeMutableBufferPointer { result in
          unsafe multiply(
            rows: rows, columns: columns, inner: inner,
            UnsafeBufferPointer(rebasing: left[leftStart..<leftStart + rows * inner]),
            UnsafeBufferPointer(rebasing: right[rightStart..<rightStart + inner * columns]),
            into: UnsafeMutableBufferPointer(
              rebasing: result[resultStart..<resultStart + rows * columns]), accumulating: true)
        }
      }
    }
  }
}

/// Lays out what each position of a convolution reads as the columns of a matrix.
enum Patches {
  /// Fills `patches`, [channel][kernel row][kernel column] × positions, from channel planes that start at
  /// `offset`; what lies outside the map is zero.
  static func gather(
    _ input: [Float], offset: Int, channels: Int, source: MapShape, target: MapShape,
    _ geometry: ConvolutionGeometry, into patches: inout [Float]
  ) {
    var line = 0
    for channel in 0..<channels {
      let plane = offset + channel * source.positions
      for kernelRow in 0..<geometry.kernelHeight {
        for kernelColumn in 0..<geometry.kernelWidth {
          for row in 0..<target.height {
            let y = row * geometry.strideY - geometry.padTop + kernelRow * geometry.dilationY
            let to = line * target.positions + row * target.width
            let shift = kernelColumn * geometry.dilationX - geometry.padLeft
            if y < 0 || y >= source.height {
              for column in 0..<target.width { patches[to &+ column] = 0 }
            } else {
              fill(
                input, from: plane + y * source.width, width: source.width, shift: shift,
                stride: geometry.strideX, count: target.width, into: &patches, to: to)
            }
          }
          line += 1
        }
      }
    }
  }

  @inline(__always)
  private static func fill(
    _ input: [Float], from: Int, width: Int, shift: Int, stride: Int, count: Int,
    into patches: inout [Float], to: Int
  ) {
    for column in 0..<count {
      let x = column &* stride &+ shift
      patches[to &+ column] = x >= 0 && x < width ? input[from &+ x] : 0
    }
  }
}
