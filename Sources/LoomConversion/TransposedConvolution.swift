import LoomBase
import LoomNetwork

/// One spatial axis of a transposed convolution.
struct TransposedAxis: Equatable, Sendable {
  var kernel: Int
  var stride: Int
  var dilation: Int
  var padBegin: Int
  var output: Int

  /// An axis that is not there.
  static let none = TransposedAxis(kernel: 1, stride: 1, dilation: 1, padBegin: 0, output: 1)

  /// Resolves the spatial axes by the ONNX definition of ConvTranspose; nil where it makes no sense.
  static func resolve(
    _ window: Window, kernel: [Int], input: [Int], outputPadding: [Int], outputShape: [Int]
  ) -> [TransposedAxis]? {
    let rank = input.count
    func entry(_ list: [Int], _ axis: Int, _ fallback: Int) -> Int? {
      list.isEmpty ? fallback : (axis < list.count ? list[axis] : nil)
    }
    let wanted = Array(outputShape.suffix(rank))
    var axes: [TransposedAxis] = []
    for axis in 0..<rank {
      guard let stride = entry(window.strides, axis, 1),
        let dilation = entry(window.dilations, axis, 1), let begin = entry(window.pads, axis, 0),
        let end = entry(window.pads, axis + rank, 0), let extra = entry(outputPadding, axis, 0),
        kernel[axis] > 0, stride > 0, dilation > 0,
        max(kernel[axis], stride, dilation) < 1 << 16,
        max(abs(begin), abs(end), abs(extra)) < 1 << 16
      else { return nil }
      let full = stride * (input[axis] - 1) + extra + (kernel[axis] - 1) * dilation + 1
      var resolved = TransposedAxis(
        kernel: kernel[axis], stride: stride, dilation: dilation, padBegin: begin,
        output: full - begin - end)
      let isSame = window.autoPad == .sameUpper || window.autoPad == .sameLower
      if wanted.count == rank || isSame {
        resolved.output = wanted.count == rank ? wanted[axis] : input[axis] * stride
        let total = full - resolved.output
        resolved.padBegin = window.autoPad == .sameUpper ? total / 2 : total - total / 2
      }
      guard resolved.output > 0, resolved.output < 1 << 20 else { return nil }
      axes.append(resolved)
    }
    return axes
  }

  /// The input element that reaches an output position through a kernel tap, if any.
  func read(output position: Int, tap: Int, input: Int) -> Int? {
    let place = position + padBegin - tap * dilation
    guard place >= 0, place % stride == 0, place / stride < input else { return nil }
    return place / stride
  }
}

/// A transposed convolution between two maps; weights [input channel][output channel in group][y][x].
struct TransposedConvolution {
  var source: MapShape
  var target: MapShape
  var rows: TransposedAxis
  var columns: TransposedAxis
  var groups: Int
  var weights: [Float]

  private var inputsPerGroup: Int { source.channels / groups }
  private var outputsPerGroup: Int { target.channels / groups }

  private func weight(input: Int, output: Int, row: Int, column: Int) -> Float {
    weights[
      ((input * outputsPerGroup + output % outputsPerGroup) * rows.kernel + row) * columns.kernel
        + column]
  }

  /// The map: an ordinary convolution with the kernel turned round at stride one, else listed.
  func linearMap() throws(RegionLimit) -> LinearMap {
    if rows.stride == 1, columns.stride == 1 { return flipped() }
    let (bound, overflow) = target.count.multipliedReportingOverflow(
      by: inputsPerGroup * rows.kernel * columns.kernel)
    if overflow { throw RegionLimit(entries: .max) }
    try RegionLimit.check(bound / (rows.stride * columns.stride))
    var builder = SparseBuilder()
    for output in 0..<target.channels {
      for row in 0..<target.height {
        for column in 0..<target.width {
          append(output: output, row: row, column: column, to: &builder)
          builder.endTarget()
        }
      }
    }
    return builder.map(source: source, target: target)
  }

  private func append(output: Int, row: Int, column: Int, to builder: inout SparseBuilder) {
    let first = output / outputsPerGroup * inputsPerGroup
    for input in first..<first + inputsPerGroup {
      for kernelRow in (0..<rows.kernel).reversed() {
        guard let y = rows.read(output: row, tap: kernelRow, input: source.height) else { continue }
        for kernelColumn in (0..<columns.kernel).reversed() {
          guard let x = columns.read(output: column, tap: kernelColumn, input: source.width) else {
            continue
          }
          builder.append(
            source: source.index(channel: input, row: y, column: x),
            weight: weight(input: input, output: output, row: kernelRow, column: kernelColumn))
        }
      }
    }
  }

  private func flipped() -> LinearMap {
    let geometry = ConvolutionGeometry(
      kernelHeight: rows.kernel, kernelWidth: columns.kernel,
      padTop: (rows.kernel - 1) * rows.dilation - rows.padBegin,
      padLeft: (columns.kernel - 1) * columns.dilation - columns.padBegin,
      dilationY: rows.dilation, dilationX: columns.dilation, groups: groups)
    var kernel: [Float] = []
    kernel.reserveCapacity(weights.count)
    for output in 0..<target.channels {
      let first = output / outputsPerGroup * inputsPerGroup
      for input in first..<first + inputsPerGroup {
        for row in (0..<rows.kernel).reversed() {
          for column in (0..<columns.kernel).reversed() {
            kernel.append(weight(input: input, output: output, row: row, column: column))
          }
        }
      }
    }
    return LinearMap(source: source, target: target, form: .convolution(geometry), weights: kernel)
  }
}
