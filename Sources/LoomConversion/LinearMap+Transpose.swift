import LoomBase
import LoomExecution
import LoomNetwork

/// A linear map made ready to carry gradients from its target back to its source: the transposed matrix.
struct PreparedTranspose: Sendable {
  private let map: LinearMap
  /// A convolution's weights as [group][inner element][target channel]; empty for other forms.
  private let transposed: [Float]

  /// Prepares a map.
  init(_ map: LinearMap) {
    self.map = map
    guard case .convolution(let geometry) = map.form else {
      transposed = []
      return
    }
    let rows = map.target.channels / geometry.groups
    let inner = map.weights.count / max(1, map.target.channels)
    var matrix = [Float](repeating: 0, count: map.weights.count)
    for group in 0..<geometry.groups {
      let base = group * rows * inner
      for row in 0..<rows {
        for column in 0..<inner {
          matrix[base + column * rows + row] = map.weights[base + row * inner + column]
        }
      }
    }
    transposed = matrix
  }

  /// Adds what `samples` samples' gradients, `stride` apart and with the map's first target element at
  /// `firstElement` of each, make of the source to `sources`.
  func accumulate(
    _ gradients: [Float], samples: Int, firstElement: Int, stride: Int,
    into sources: inout [Float]
  ) {
    precondition(
      sources.count >= samples * map.source.count && gradients.count >= samples * stride
        && firstElement + map.target.count <= stride, "the batch fits the map")
    for sample in 0..<samples {
      let (from, to) = (sample * stride + firstElement, sample * map.source.count)
      switch map.form {
      case .diagonal:
        for index in 0..<map.target.count {
          sources[to &+ index] += map.factor(index) * gradients[from &+ index]
        }
      case .sparse(let pattern): addSparse(pattern, gradients, from, &sources, to)
      case .dense:
        MatrixProduct.add(
          rows: 1, columns: map.source.count, inner: map.target.count, gradients, from: from,
          map.weights, from: 0, to: &sources, from: to)
      case .convolution(let geometry): addConvolution(geometry, gradients, from, &sources, to)
      }
    }
  }

  private func addSparse(
    _ pattern: SparsePattern, _ gradients: [Float], _ from: Int, _ sources: inout [Float],
    _ to: Int
  ) {
    for row in 0..<map.target.count {
      let gradient = gradients[from &+ row]
      for entry in pattern.targetOffsets[row]..<pattern.targetOffsets[row &+ 1] {
        sources[to &+ Int(pattern.sources[entry])] += map.weights[entry] * gradient
      }
    }
  }

  private func addConvolution(
    _ geometry: ConvolutionGeometry, _ gradients: [Float], _ from: Int, _ sources: inout [Float],
    _ to: Int
  ) {
    let perGroup = map.source.channels / geometry.groups
    let rows = map.target.channels / geometry.groups
    let inner = perGroup * geometry.kernelHeight * geometry.kernelWidth
    let positions = map.target.positions
    for group in 0..<geometry.groups {
      var patches = [Float](repeating: 0, count: inner * positions)
      MatrixProduct.add(
        rows: inner, columns: positions, inner: rows, transposed, from: group * rows * inner,
        gradients, from: from + group * rows * positions, to: &patches, from: 0)
      Patches.scatter(
        patches, channels: perGroup, source: map.source, target: map.target, geometry,
        into: &sources, offset: to + group * perGroup * map.source.positions)
    }
  }
}

extension Patches {
  /// Adds patches as `gather` lays them out to the elements that they were read from.
  static func scatter(
    _ patches: [Float], channels: Int, source: MapShape, target: MapShape,
    _ geometry: ConvolutionGeometry, into output: inout [Float], offset: Int
  ) {
    var line = 0
    for channel in 0..<channels {
      let plane = offset + channel * source.positions
      for kernelRow in 0..<geometry.kernelHeight {
        for kernelColumn in 0..<geometry.kernelWidth {
          let shift = kernelColumn * geometry.dilationX - geometry.padLeft
          for row in 0..<target.height {
            let y = row * geometry.strideY - geometry.padTop + kernelRow * geometry.dilationY
            guard y >= 0, y < source.height else { continue }
            let (from, to) = (
              line * target.positions + row * target.width, plane + y * source.width
            )
            for column in 0..<target.width {
              let x = column &* geometry.strideX &+ shift
              if x >= 0 && x < source.width { output[to &+ x] += patches[from &+ column] }
            }
          }
          line += 1
        }
      }
    }
  }
}
