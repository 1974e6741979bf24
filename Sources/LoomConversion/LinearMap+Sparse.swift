import LoomBase
import LoomNetwork

extension LinearMap {
  /// The same map listed by target; zero weights are left out.
  func sparse() throws(RegionLimit) -> LinearMap {
    if case .sparse = form { return self }
    try RegionLimit.check(entryBound)
    var builder = SparseBuilder()
    switch form {
    case .diagonal:
      for index in 0..<target.count {
        builder.append(source: index, weight: factor(index))
        builder.endTarget()
      }
    case .dense:
      for row in 0..<target.count {
        for column in 0..<source.count {
          builder.append(source: column, weight: weights[row * source.count + column])
        }
        builder.endTarget()
      }
    case .convolution(let geometry): appendConvolution(geometry, to: &builder)
    case .sparse: break
    }
    return builder.map(source: source, target: target)
  }

  private func appendConvolution(_ geometry: ConvolutionGeometry, to builder: inout SparseBuilder) {
    for channel in 0..<target.channels {
      for row in 0..<target.height {
        for column in 0..<target.width {
          appendTaps(geometry, channel: channel, row: row, column: column, to: &builder)
          builder.endTarget()
        }
      }
    }
  }

  private func appendTaps(
    _ geometry: ConvolutionGeometry, channel: Int, row: Int, column: Int,
    to builder: inout SparseBuilder
  ) {
    let perGroup = source.channels / geometry.groups
    let first = channel / (target.channels / geometry.groups) * perGroup
    for inner in 0..<perGroup {
      for kernelRow in 0..<geometry.kernelHeight {
        let y = row * geometry.strideY - geometry.padTop + kernelRow * geometry.dilationY
        guard y >= 0, y < source.height else { continue }
        let base =
          ((channel * perGroup + inner) * geometry.kernelHeight + kernelRow) * geometry.kernelWidth
        for kernelColumn in 0..<geometry.kernelWidth {
          let x = column * geometry.strideX - geometry.padLeft + kernelColumn * geometry.dilationX
          guard x >= 0, x < source.width else { continue }
          builder.append(
            source: source.index(channel: first + inner, row: y, column: x),
            weight: weights[base + kernelColumn])
        }
      }
    }
  }

  /// The rows of some target channels as a map of their own.
  func rows(channels range: Range<Int>) throws(RegionLimit) -> LinearMap {
    if range == 0..<target.channels { return self }
    let shape = MapShape(channels: range.count, height: target.height, width: target.width)
    let flat = range.lowerBound * target.positions..<range.upperBound * target.positions
    switch form {
    case .dense:
      let part = weights[flat.lowerBound * source.count..<flat.upperBound * source.count]
      return LinearMap(source: source, target: shape, form: .dense, weights: Array(part))
    case .convolution(let geometry) where geometry.groups == 1:
      let size = source.channels * geometry.kernelHeight * geometry.kernelWidth
      let part = weights[range.lowerBound * size..<range.upperBound * size]
      return LinearMap(
        source: source, target: shape, form: .convolution(geometry), weights: Array(part))
    default:
      let whole = try sparse()
      guard case .sparse(let pattern) = whole.form else { return whole }
      let begin = pattern.targetOffsets[flat.lowerBound]
      let end = pattern.targetOffsets[flat.upperBound]
      let offsets = pattern.targetOffsets[flat.lowerBound...flat.upperBound].map { $0 - begin }
      let part = SparsePattern(targetOffsets: offsets, sources: Array(pattern.sources[begin..<end]))
      return LinearMap(
        source: source, target: shape, form: .sparse(part),
        weights: Array(whole.weights[begin..<end])
      )
    }
  }

  /// The map with its target embedded in a larger one, from a channel on; the rest is zero.
  func embedded(in shape: MapShape, firstChannel: Int) throws(RegionLimit) -> LinearMap {
    if shape == target { return self }
    let whole = try sparse()
    guard case .sparse(let pattern) = whole.form else { return whole }
    let before = firstChannel * shape.positions
    let after = shape.count - before - target.count
    let offsets =
      [Int](repeating: 0, count: before) + pattern.targetOffsets
      + [Int](repeating: pattern.sources.count, count: after)
    return LinearMap(
      source: source, target: shape,
      form: .sparse(SparsePattern(targetOffsets: offsets, sources: pattern.sources)),
      weights: whole.weights)
  }
}

/// Collects a sparse matrix target by target.
struct SparseBuilder {
  private var offsets = [0]
  private var sources: [Int32] = []
  private var weights: [Float] = []

  /// The number of entries so far.
  var count: Int { sources.count }

  /// Adds an entry to the current target (sources ascend); zeros are dropped.
  mutating func append(source: Int, weight: Float) {
    guard weight != 0 else { return }
    sources.append(Int32(truncatingIfNeeded: source))
    weights.append(weight)
  }

  /// Ends the current target.
  mutating func endTarget() { offsets.append(sources.count) }

  /// The finished map.
  func map(source: MapShape, target: MapShape) -> LinearMap {
    LinearMap(
      source: source, target: target,
      form: .sparse(SparsePattern(targetOffsets: offsets, sources: sources)), weights: weights)
  }
}
