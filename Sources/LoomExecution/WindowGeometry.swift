package import LoomNetwork

/// One axis of a convolution or pooling window, worked out for an input extent.
package struct WindowAxis: Equatable, Sendable {
  /// Input extent.
  package var input: Int
  /// Output extent.
  package var output: Int
  /// Kernel extent.
  package var kernel: Int
  /// Step between windows.
  package var stride: Int
  /// Step between kernel elements.
  package var dilation: Int
  /// Padding before the input.
  package var begin: Int
  /// Padding after the input.
  package var end: Int

  /// The axis that stands for one that is not there.
  package static let trivial = WindowAxis(
    input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, begin: 0, end: 0)

  /// The extent covered by the dilated kernel.
  package var span: Int { (kernel - 1) * dilation + 1 }

  /// The kernel elements of a window that fall on the input.
  package func kernelRange(at window: Int) -> Range<Int> {
    let start = window * stride - begin
    let low = start >= 0 ? 0 : min(kernel, (-start + dilation - 1) / dilation)
    let room = input - start
    let high = room <= 0 ? 0 : min(kernel, (room + dilation - 1) / dilation)
    return low..<max(low, high)
  }

  /// The windows for which a kernel element falls on the input.
  package func windowRange(at element: Int) -> Range<Int> {
    let offset = element * dilation - begin
    let low = offset >= 0 ? 0 : min(output, (-offset + stride - 1) / stride)
    let room = input - offset
    let high = room <= 0 ? 0 : min(output, (room + stride - 1) / stride)
    return low..<max(low, high)
  }
}

/// Works out windows: paddings, output extents, and the checks that make them safe.
package enum WindowGeometry {
  /// The largest value an attribute of a window may have, so that products cannot overflow.
  private static let limit = 1 << 30

  /// One entry for each spatial axis; throws if an attribute does not fit.
  ///
  /// - Parameters:
  ///   - kernel: the kernel extents, from the weights or the window.
  ///   - input: the spatial extents of the input.
  ///   - ceiling: whether a last window that starts on the input or its front padding counts.
  package static func axes(
    _ window: Window, kernel: [Int], input: [Int], ceiling: Bool = false
  ) throws(ExecutionError) -> [WindowAxis] {
    let rank = input.count
    try check(window, kernel: kernel, rank: rank)
    var result: [WindowAxis] = []
    for axis in 0..<rank {
      var entry = WindowAxis(
        input: input[axis], output: 0, kernel: kernel[axis],
        stride: window.strides.isEmpty ? 1 : window.strides[axis],
        dilation: window.dilations.isEmpty ? 1 : window.dilations[axis],
        begin: window.pads.isEmpty ? 0 : window.pads[axis],
        end: window.pads.isEmpty ? 0 : window.pads[axis + rank])
      guard entry.input >= 0, entry.input <= limit, entry.span <= limit else {
        throw .invalid("needs an input within limits, has extents \(input)")
      }
      applyAutoPad(window.autoPad, &entry)
      let room = entry.input + entry.begin + entry.end - entry.span
      guard room >= 0 else {
        throw .invalid("needs an input of at least the kernel, has \(input) for \(kernel)")
      }
      entry.output = room / entry.stride + 1
      if ceiling, window.autoPad == .notSet, room % entry.stride != 0,
        entry.output * entry.stride < entry.input + entry.begin
      {
        entry.output += 1
      }
      result.append(entry)
    }
    return result
  }

  private static func check(_ window: Window, kernel: [Int], rank: Int) throws(ExecutionError) {
    guard kernel.count == rank, window.strides.isEmpty || window.strides.count == rank,
      window.dilations.isEmpty || window.dilations.count == rank,
      window.pads.isEmpty || window.pads.count == 2 * rank
    else { throw .invalid("needs window attributes for \(rank) spatial axes") }
    let positive = kernel + window.strides + window.dilations
    guard positive.allSatisfy({ $0 >= 1 && $0 <= limit }),
      window.pads.allSatisfy({ $0 >= 0 && $0 <= limit })
    else { throw .invalid("needs positive kernel, strides and dilations and pads of at least 0") }
  }

  private static func applyAutoPad(_ mode: AutoPad, _ axis: inout WindowAxis) {
    switch mode {
    case .notSet: return
    case .valid: (axis.begin, axis.end) = (0, 0)
    case .sameUpper, .sameLower:
      let output = (axis.input + axis.stride - 1) / axis.stride
      let total = max(0, (output - 1) * axis.stride + axis.span - axis.input)
      let half = total / 2
      axis.begin = mode == .sameUpper ? half : total - half
      axis.end = total - axis.begin
    }
  }

  /// The three innermost axes, trivial ones put before fewer; throws if there are more.
  package static func threeAxes(_ axes: [WindowAxis]) throws(ExecutionError) -> [WindowAxis] {
    guard axes.count <= 3 else {
      throw .unsupported("needs at most 3 spatial axes, has \(axes.count)")
    }
    return [WindowAxis](repeating: .trivial, count: 3 - axes.count) + axes
  }
}

/// One axis of a transposed convolution.
package enum TransposedWindow {
  /// The axes of the *forward* convolution whose adjoint this is: `input` is the result's extent.
  package static func axes(
    _ window: Window, kernel: [Int], input: [Int], outputPadding: [Int], outputShape: [Int]
  ) throws(ExecutionError) -> [WindowAxis] {
    let rank = input.count
    guard outputPadding.isEmpty || outputPadding.count == rank,
      outputShape.isEmpty || outputShape.count == rank
    else { throw .invalid("needs output attributes for \(rank) spatial axes") }
    var plain = window
    plain.autoPad = .notSet
    plain.pads = []
    let limit = 1 << 30
    guard input.allSatisfy({ $0 >= 1 && $0 <= limit }),
      (outputPadding + outputShape).allSatisfy({ $0 >= 0 && $0 <= limit }),
      window.pads.isEmpty || window.pads.count == 2 * rank,
      window.pads.allSatisfy({ $0 >= 0 && $0 <= limit })
    else { throw .invalid("needs window attributes within limits") }
    // A forward window over its own span checks kernel, strides and dilations.
    let spans = kernel.map { _ in limit }
    let forward = try WindowGeometry.axes(plain, kernel: kernel, input: spans)
    var result: [WindowAxis] = []
    for axis in 0..<rank {
      var entry = forward[axis]
      let extra = outputPadding.isEmpty ? 0 : outputPadding[axis]
      let full = (input[axis] - 1) * entry.stride + entry.span + extra
      entry.output = input[axis]
      entry.begin = window.pads.isEmpty ? 0 : window.pads[axis]
      entry.end = window.pads.isEmpty ? 0 : window.pads[axis + rank]
      let same = window.autoPad == .sameUpper || window.autoPad == .sameLower
      if !outputShape.isEmpty || same {
        let wanted = outputShape.isEmpty ? input[axis] * entry.stride : outputShape[axis]
        let total = max(0, full - wanted)
        entry.begin = window.autoPad == .sameUpper ? total / 2 : total - total / 2
        entry.end = total - entry.begin
        entry.input = wanted
      } else {
        entry.input = full - entry.begin - entry.end
      }
      guard entry.input >= 1 else { throw .invalid("needs pads smaller than the result") }
      result.append(entry)
    }
    return result
  }
}
