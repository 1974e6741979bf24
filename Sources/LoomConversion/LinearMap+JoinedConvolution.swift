import LoomBase
import LoomNetwork

/// One axis of two convolutions in a row.
private struct AxisPair {
  var outer: (kernel: Int, stride: Int, pad: Int, dilation: Int, extent: Int)
  var inner: (kernel: Int, stride: Int, pad: Int, dilation: Int, extent: Int)
  var sourceExtent: Int

  /// Whether the inner convolution, continued beyond its map, is zero wherever the outer one reads
  /// padding: only then is the joined kernel exact at the borders.
  var isExact: Bool {
    for position in 0..<outer.extent {
      for tap in 0..<outer.kernel {
        let middle = position * outer.stride - outer.pad + tap * outer.dilation
        if middle >= 0 && middle < inner.extent { continue }
        for innerTap in 0..<inner.kernel {
          let read = middle * inner.stride - inner.pad + innerTap * inner.dilation
          if read >= 0 && read < sourceExtent { return false }
        }
      }
    }
    return true
  }

  /// The joined dilation: the greatest step that reaches every joined tap.
  var dilation: Int {
    let steps = [
      inner.kernel > 1 ? inner.dilation : 0, outer.kernel > 1 ? inner.stride * outer.dilation : 0,
    ]
    return max(1, greatestCommonDivisor(steps[0], steps[1]))
  }

  /// The place of a pair of taps in the joined kernel.
  func tap(outer outerTap: Int, inner innerTap: Int) -> Int {
    (innerTap * inner.dilation + outerTap * outer.dilation * inner.stride) / dilation
  }

  var kernel: Int { tap(outer: outer.kernel - 1, inner: inner.kernel - 1) + 1 }
  var stride: Int { outer.stride * inner.stride }
  var pad: Int { inner.pad + outer.pad * inner.stride }
}

/// The greatest common divisor of two numbers that are not negative.
func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
  var (a, b) = (first, second)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}

extension LinearMap {
  /// Two convolutions as one larger one, or nil where that is not exact.
  func joinedConvolution(
    _ geometry: ConvolutionGeometry, inner: LinearMap, _ innerGeometry: ConvolutionGeometry
  ) throws(RegionLimit) -> LinearMap? {
    let (rows, columns) = axes(geometry, inner: inner, innerGeometry)
    guard rows.isExact, columns.isExact else { return nil }
    let joined = ConvolutionGeometry(
      kernelHeight: rows.kernel, kernelWidth: columns.kernel, strideY: rows.stride,
      strideX: columns.stride, padTop: rows.pad, padLeft: columns.pad, dilationY: rows.dilation,
      dilationX: columns.dilation,
      groups: greatestCommonDivisor(geometry.groups, innerGeometry.groups))
    let count = Connectivity.convolution(joined).weightCount(source: inner.source, target: target)
    // Two kernels that hardly overlap are better listed entry by entry.
    guard rows.kernel <= 4 * inner.source.height, columns.kernel <= 4 * inner.source.width else {
      return nil
    }
    try RegionLimit.check(count)
    try RegionLimit.check(work: weights.count, times: inner.weights.count / source.channels)
    var result = LinearMap(
      source: inner.source, target: target, form: .convolution(joined),
      weights: [Float](repeating: 0, count: count))
    accumulate(
      geometry, inner: inner, innerGeometry, rows: rows, columns: columns, joined: joined,
      into: &result.weights)
    return result
  }

  private func axes(
    _ outer: ConvolutionGeometry, inner: LinearMap, _ geometry: ConvolutionGeometry
  ) -> (rows: AxisPair, columns: AxisPair) {
    let rows = AxisPair(
      outer: (outer.kernelHeight, outer.strideY, outer.padTop, outer.dilationY, target.height),
      inner: (
        geometry.kernelHeight, geometry.strideY, geometry.padTop, geometry.dilationY, source.height
      ), sourceExtent: inner.source.height)
    let columns = AxisPair(
      outer: (outer.kernelWidth, outer.strideX, outer.padLeft, outer.dilationX, target.width),
      inner: (
        geometry.kernelWidth, geometry.strideX, geometry.padLeft, geometry.dilationX, source.width
      ), sourceExtent: inner.source.width)
    return (rows, columns)
  }

  private func accumulate(
    _ outer: ConvolutionGeometry, inner: LinearMap, _ geometry: ConvolutionGeometry,
    rows: AxisPair, columns: AxisPair, joined: ConvolutionGeometry,
    into joinedWeights: inout [Float]
  ) {
    let middlePerGroup = source.channels / outer.groups
    let sourcePerGroup = inner.source.channels / geometry.groups
    let joinedPerGroup = inner.source.channels / joined.groups
    let (outerKernel, innerKernel) = (
      outer.kernelHeight * outer.kernelWidth, geometry.kernelHeight * geometry.kernelWidth
    )
    for channel in 0..<target.channels {
      let group = channel / (target.channels / outer.groups)
      let firstJoined = channel / (target.channels / joined.groups) * joinedPerGroup
      for middle in 0..<middlePerGroup {
        let middleChannel = group * middlePerGroup + middle
        let firstSource =
          middleChannel / (inner.target.channels / geometry.groups) * sourcePerGroup
        for offset in 0..<sourcePerGroup {
          let plane = channel * joinedPerGroup + firstSource + offset - firstJoined
          for outerTap in 0..<outerKernel {
            let weight = weights[(channel * middlePerGroup + middle) * outerKernel + outerTap]
            for innerTap in 0..<innerKernel {
              let y = rows.tap(
                outer: outerTap / outer.kernelWidth, inner: innerTap / geometry.kernelWidth)
              let x = columns.tap(
                outer: outerTap % outer.kernelWidth, inner: innerTap % geometry.kernelWidth)
              joinedWeights[(plane * joined.kernelHeight + y) * joined.kernelWidth + x] +=
                weight
                * inner.weights[(middleChannel * sourcePerGroup + offset) * innerKernel + innerTap]
            }
          }
        }
      }
    }
  }
}
