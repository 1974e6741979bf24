import LoomBase
import LoomNetwork

extension LinearMap {
  /// The sum of two maps between the same shapes as one map, or nil where they are better left apart.
  func summed(with other: LinearMap) -> LinearMap? {
    guard source == other.source, target == other.target else { return nil }
    var result = self
    switch (form, other.form) {
    case (.diagonal, .diagonal):
      if weights.count == 1, other.weights.count == 1 {
        result.weights = [weights[0] + other.weights[0]]
      } else {
        result.weights = (0..<target.count).map { factor($0) + other.factor($0) }
      }
      return result
    case (.dense, .dense):
      for index in weights.indices { result.weights[index] += other.weights[index] }
      return result
    case (.dense, .sparse(let pattern)): return adding(pattern, other.weights)
    case (.sparse(let pattern), .dense): return other.adding(pattern, weights)
    case (.sparse(let mine), .sparse(let theirs)): return merging(mine, theirs, other.weights)
    case (.convolution(let mine), .convolution(let theirs)):
      return joining(mine, theirs, other.weights)
    default: return nil
    }
  }

  /// The map multiplied by a number.
  func scaled(by factor: Float) -> LinearMap {
    var result = self
    for index in result.weights.indices { result.weights[index] *= factor }
    return result
  }

  private func adding(_ pattern: SparsePattern, _ entries: [Float]) -> LinearMap {
    var result = self
    for row in 0..<target.count {
      for entry in pattern.targetOffsets[row]..<pattern.targetOffsets[row + 1] {
        result.weights[row * source.count + Int(pattern.sources[entry])] += entries[entry]
      }
    }
    return result
  }

  private func merging(
    _ mine: SparsePattern, _ theirs: SparsePattern, _ otherWeights: [Float]
  ) -> LinearMap {
    var builder = SparseBuilder()
    for row in 0..<target.count {
      var (left, right) = (mine.targetOffsets[row], theirs.targetOffsets[row])
      let (leftEnd, rightEnd) = (mine.targetOffsets[row + 1], theirs.targetOffsets[row + 1])
      while left < leftEnd || right < rightEnd {
        let leftSource = left < leftEnd ? mine.sources[left] : .max
        let rightSource = right < rightEnd ? theirs.sources[right] : .max
        var weight: Float = 0
        if leftSource <= rightSource { weight += weights[left] }
        if rightSource <= leftSource { weight += otherWeights[right] }
        if leftSource <= rightSource { left += 1 }
        if rightSource <= leftSource { right += 1 }
        builder.append(source: Int(min(leftSource, rightSource)), weight: weight)
      }
      builder.endTarget()
    }
    return builder.map(source: source, target: target)
  }

  /// Two kernels of the same stride as one that holds the taps of both.
  private func joining(
    _ mine: ConvolutionGeometry, _ theirs: ConvolutionGeometry, _ otherWeights: [Float]
  ) -> LinearMap? {
    guard mine.groups == theirs.groups, mine.strideY == theirs.strideY,
      mine.strideX == theirs.strideX
    else { return nil }
    let rows = TapUnion(
      (mine.kernelHeight, mine.padTop, mine.dilationY),
      (theirs.kernelHeight, theirs.padTop, theirs.dilationY))
    let columns = TapUnion(
      (mine.kernelWidth, mine.padLeft, mine.dilationX),
      (theirs.kernelWidth, theirs.padLeft, theirs.dilationX))
    let sizes = (
      mine.kernelHeight * mine.kernelWidth, theirs.kernelHeight * theirs.kernelWidth
    )
    // A union that is mostly zeros would store and count synapses that are not there.
    guard rows.count * columns.count <= sizes.0 + sizes.1 else { return nil }
    let joined = ConvolutionGeometry(
      kernelHeight: rows.count, kernelWidth: columns.count, strideY: mine.strideY,
      strideX: mine.strideX, padTop: -rows.first, padLeft: -columns.first, dilationY: rows.step,
      dilationX: columns.step, groups: mine.groups)
    let planes = target.channels * source.channels / mine.groups
    var kernel = [Float](repeating: 0, count: planes * rows.count * columns.count)
    for (geometry, values) in [(mine, weights), (theirs, otherWeights)] {
      add(geometry, values, planes: planes, rows: rows, columns: columns, into: &kernel)
    }
    return LinearMap(source: source, target: target, form: .convolution(joined), weights: kernel)
  }

  private func add(
    _ geometry: ConvolutionGeometry, _ values: [Float], planes: Int, rows: TapUnion,
    columns: TapUnion, into kernel: inout [Float]
  ) {
    for plane in 0..<planes {
      for row in 0..<geometry.kernelHeight {
        let y = rows.place(row * geometry.dilationY - geometry.padTop)
        for column in 0..<geometry.kernelWidth {
          let x = columns.place(column * geometry.dilationX - geometry.padLeft)
          kernel[(plane * rows.count + y) * columns.count + x] +=
            values[(plane * geometry.kernelHeight + row) * geometry.kernelWidth + column]
        }
      }
    }
  }
}

/// The taps of two kernels along one axis, evenly spaced.
private struct TapUnion {
  var first: Int
  var step: Int
  var count: Int

  init(
    _ one: (kernel: Int, pad: Int, dilation: Int), _ two: (kernel: Int, pad: Int, dilation: Int)
  ) {
    first = min(-one.pad, -two.pad)
    let last = max(
      (one.kernel - 1) * one.dilation - one.pad, (two.kernel - 1) * two.dilation - two.pad)
    var common = abs(one.pad - two.pad)
    if one.kernel > 1 { common = greatestCommonDivisor(common, one.dilation) }
    if two.kernel > 1 { common = greatestCommonDivisor(common, two.dilation) }
    step = max(1, common)
    count = (last - first) / step + 1
  }

  func place(_ offset: Int) -> Int { (offset - first) / step }
}
