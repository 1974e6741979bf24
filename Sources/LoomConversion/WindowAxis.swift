import LoomNetwork

/// One spatial axis of a convolution or pooling, all defaults resolved.
struct WindowAxis: Equatable, Sendable {
  /// Extent of the kernel.
  var kernel: Int
  /// Stride.
  var stride: Int
  /// Dilation.
  var dilation: Int
  /// Padding before the first element.
  var padBegin: Int
  /// Padding behind the last element.
  var padEnd: Int
  /// Extent of the map read.
  var input: Int
  /// Extent of the map written.
  var output: Int

  /// An axis that is not there.
  static let none = WindowAxis(
    kernel: 1, stride: 1, dilation: 1, padBegin: 0, padEnd: 0, input: 1, output: 1)

  /// The element read by a tap of the window at an output position; may lie outside the map.
  func read(output position: Int, tap: Int) -> Int {
    position * stride - padBegin + tap * dilation
  }

  /// The taps of a window that lie inside the map.
  func taps(output position: Int) -> [Int] {
    (0..<kernel).filter { (0..<input).contains(read(output: position, tap: $0)) }
  }

  /// Whether no window reaches beyond the map.
  var staysInside: Bool {
    padBegin <= 0 && read(output: output - 1, tap: kernel - 1) < input
  }

  /// Resolves the spatial axes (one or two) of a window over a map; nil where it makes no sense.
  static func resolve(
    _ window: Window, kernel: [Int], input: [Int], ceilMode: Bool = false
  ) -> [WindowAxis]? {
    let rank = input.count
    func entry(_ list: [Int], _ axis: Int, _ fallback: Int) -> Int? {
      list.isEmpty ? fallback : (axis < list.count ? list[axis] : nil)
    }
    var axes: [WindowAxis] = []
    for axis in 0..<rank {
      guard axis < kernel.count, let stride = entry(window.strides, axis, 1),
        let dilation = entry(window.dilations, axis, 1), let begin = entry(window.pads, axis, 0),
        let end = entry(window.pads, axis + rank, 0), kernel[axis] > 0, stride > 0, dilation > 0,
        max(kernel[axis], stride, dilation) < 1 << 20, abs(begin) < 1 << 20, abs(end) < 1 << 20
      else { return nil }
      var resolved = WindowAxis(
        kernel: kernel[axis], stride: stride, dilation: dilation, padBegin: begin, padEnd: end,
        input: input[axis], output: 0)
      resolved.settle(window.autoPad, ceilMode: ceilMode)
      guard resolved.output > 0, resolved.output < 1 << 20,
        resolved.output * resolved.kernel <= 1 << 24
      else { return nil }
      axes.append(resolved)
    }
    return axes
  }

  private mutating func settle(_ autoPad: AutoPad, ceilMode: Bool) {
    let extent = dilation * (kernel - 1) + 1
    switch autoPad {
    case .sameUpper, .sameLower:
      output = (input + stride - 1) / stride
      let total = max(0, (output - 1) * stride + extent - input)
      padBegin = autoPad == .sameUpper ? total / 2 : total - total / 2
      padEnd = total - padBegin
      return
    case .valid: (padBegin, padEnd) = (0, 0)
    case .notSet: break
    }
    let room = input + padBegin + padEnd - extent
    guard room >= 0 else { return }
    output = room / stride + 1
    if ceilMode, room % stride != 0, output * stride < input + padBegin { output += 1 }
  }
}

extension ConvolutionGeometry {
  /// The geometry of two resolved axes.
  init(rows: WindowAxis, columns: WindowAxis, groups: Int) {
    self.init(
      kernelHeight: rows.kernel, kernelWidth: columns.kernel, strideY: rows.stride,
      strideX: columns.stride, padTop: rows.padBegin, padLeft: columns.padBegin,
      dilationY: rows.dilation, dilationX: columns.dilation, groups: groups)
  }
}
