import LoomNetwork

/// Convolutions over one to three spatial axes.
enum ConvolutionKernel {
  /// What a convolution works on, worked out and checked.
  struct Plan {
    var batch: Int
    var groups: Int
    var groupInputs: Int
    var groupOutputs: Int
    var axes: [WindowAxis]
    var outputShape: [Int]

    var inputPositions: Int { axes.reduce(1) { $0 * $1.input } }
    var outputPositions: Int { axes.reduce(1) { $0 * $1.output } }
    var kernelPositions: Int { axes.reduce(1) { $0 * $1.kernel } }
    /// Whether the unfolded input is the input itself.
    var isPointwise: Bool {
      axes.allSatisfy { $0.kernel == 1 && $0.stride == 1 && $0.begin == 0 && $0.end == 0 }
    }
  }

  /// The most floats of unfolded input held at a time.
  private static let unfoldLimit = 1 << 18

  static func evaluate(
    _ window: Window, groups: Int, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    let weights = try operands.required(1)
    let plan = try plan(window, groups: groups, input: input.shape, weights: weights.shape)
    try operands.allow(plan.outputShape)
    try operands.allow([plan.groupInputs, plan.kernelPositions, plan.axes[2].output])
    let outputs = plan.groups * plan.groupOutputs
    let bias = try biases(operands.optional(2), count: outputs, operands)
    let source = try operands.floats(0)
    if let value = weights.splatValue, outputs > plan.groups {
      return try splatWeights(Float(value), plan, source, bias, input.type, operands)
    }
    let matrix = try operands.floats(1)
    let result = try run(plan, source, matrix, bias)
    return Tensor(plan.outputShape, input.type, floats: result)
  }

  static func plan(
    _ window: Window, groups: Int, input: [Int], weights: [Int]
  ) throws(ExecutionError) -> Plan {
    let rank = input.count - 2
    guard rank >= 1, weights.count == input.count else {
      throw .invalid("needs input and weights of one rank of at least 3, has \(input), \(weights)")
    }
    let kernel = Array(weights[2...])
    guard window.kernel.isEmpty || window.kernel == kernel else {
      throw .invalid("needs weights of the kernel \(window.kernel), has \(weights)")
    }
    guard groups >= 1, weights[0] % groups == 0, input[1] % groups == 0,
      input[1] / groups == weights[1]
    else {
      throw .invalid("needs channels that fit \(groups) groups, has \(input), \(weights)")
    }
    let axes = try WindowGeometry.axes(window, kernel: kernel, input: Array(input[2...]))
    return Plan(
      batch: input[0], groups: groups, groupInputs: weights[1],
      groupOutputs: weights[0] / groups, axes: try WindowGeometry.threeAxes(axes),
      outputShape: [input[0], weights[0]] + axes.map(\.output))
  }

  static func biases(
    _ bias: Tensor?, count: Int, _ operands: Operands
  ) throws(ExecutionError) -> [Float]? {
    guard let bias else { return nil }
    let values = try operands.floats(of: bias)
    guard values.count == count else {
      throw .invalid("needs \(count) biases, has \(values.count)")
    }
    return values
  }

  /// With equal weights every output channel of a group is the same but for its bias: one channel is
  /// worked out for each bias that occurs in the group.
  private static func splatWeights(
    _ value: Float, _ plan: Plan, _ source: [Float], _ bias: [Float]?, _ type: ElementType,
    _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let outputs = plan.groups * plan.groupOutputs
    try operands.allow([plan.groups, plan.groupInputs, plan.kernelPositions])
    if let bias, let first = bias.first, !bias.allSatisfy({ $0 == first }) {
      let weights = [Float](
        repeating: value,
        count: try operands.allow([outputs, plan.groupInputs, plan.kernelPositions]))
      return Tensor(plan.outputShape, type, floats: try run(plan, source, weights, bias))
    }
    var single = plan
    single.groupOutputs = 1
    let weights = [Float](
      repeating: value, count: plan.groups * plan.groupInputs * plan.kernelPositions)
    let thin = try run(single, source, weights, bias.map { Array($0.prefix(plan.groups)) })
    let positions = plan.outputPositions
    var result: [Float] = []
    result.reserveCapacity(thin.count * plan.groupOutputs)
    for channel in 0..<(plan.batch * plan.groups) {
      let map = thin[(channel * positions)..<((channel + 1) * positions)]
      for _ in 0..<plan.groupOutputs { result.append(contentsOf: map) }
    }
    return Tensor(plan.outputShape, type, floats: result)
  }

  /// The convolution of plain arrays.
  static func run(
    _ plan: Plan, _ source: [Float], _ weights: [Float], _ bias: [Float]?
  ) throws(ExecutionError) -> [Float] {
    let channels = plan.groups * plan.groupOutputs
    let positions = plan.outputPositions
    let inputSize = plan.groups * plan.groupInputs * plan.inputPositions
    var result = [Float](repeating: 0, count: plan.batch * channels * positions)
    guard !result.isEmpty else { return result }
    unsafe source.withUnsafeBufferPointer { x in
      unsafe weights.withUnsafeBufferPointer { w in
        unsafe result.withUnsafeMutableBufferPointer { y in
          if let bias { unsafe prefill(y, bias, plan.batch, positions) }
          for sample in 0..<plan.batch {
            let from = sample * inputSize
            let to = sample * channels * positions
            let input = unsafe UnsafeBufferPointer(rebasing: x[from..<(from + inputSize)])
            let output = unsafe UnsafeMutableBufferPointer(
              rebasing: y[to..<(to + channels * positions)])
            if plan.groupInputs == 1 && plan.groupOutputs < 4 {
              unsafe depthwise(plan, input, w, output)
            } else {
              unsafe grouped(plan, input, w, output)
            }
          }
        }
      }
    }
    return result
  }

  private static func prefill(
    _ target: UnsafeMutableBufferPointer<Float>, _ bias: [Float], _ batch: Int, _ positions: Int
  ) {
    for index in 0..<(batch * bias.count) {
      let value = bias[index % bias.count]
      let start = index * positions
      for position in start..<(start + positions) { unsafe target[position] = value }
    }
  }

  /// One sample by unfolded input times weights, strip by strip.
  private static func grouped(
    _ plan: Plan, _ input: UnsafeBufferPointer<Float>, _ weights: UnsafeBufferPointer<Float>,
    _ output: UnsafeMutableBufferPointer<Float>
  ) {
    let inner = plan.groupInputs * plan.kernelPositions
    let positions = plan.outputPositions
    let groupSize = plan.groupInputs * plan.inputPositions
    let lines = plan.axes[0].output * plan.axes[1].output
    let width = plan.axes[2].output
    let linesAtOnce =
      plan.isPointwise ? lines : max(1, min(lines, unfoldLimit / max(1, inner * width)))
    let scratchCount = plan.isPointwise ? 0 : inner * linesAtOnce * width
    let stripCount = linesAtOnce < lines ? plan.groupOutputs * linesAtOnce * width : 0
    var scratch = [Float](repeating: 0, count: scratchCount + stripCount)
    unsafe scratch.withUnsafeMutableBufferPointer { memory in
      let unfolded = unsafe UnsafeMutableBufferPointer(rebasing: memory[..<scratchCount])
      let strip = unsafe UnsafeMutableBufferPointer(rebasing: memory[scratchCount...])
      for group in 0..<plan.groups {
        let x = unsafe UnsafeBufferPointer(
          rebasing: input[(group * groupSize)..<((group + 1) * groupSize)])
        let size = plan.groupOutputs * inner
        let w = unsafe UnsafeBufferPointer(rebasing: weights[(group * size)..<((group + 1) * size)])
        let from = group * plan.groupOutputs * positions
        let y = unsafe UnsafeMutableBufferPointer(
          rebasing: output[from..<(from + plan.groupOutputs * positions)])
        for line in stride(from: 0, to: lines, by: linesAtOnce) {
          let count = min(linesAtOnce, lines - line)
          unsafe multiplyStrip(plan, x, w, y, unfolded, strip, line..<(line + count))
        }
      }
    }
  }

  private static func multiplyStrip(
    _ plan: Plan, _ input: UnsafeBufferPointer<Float>, _ weights: UnsafeBufferPointer<Float>,
    _ output: UnsafeMutableBufferPointer<Float>, _ unfolded: UnsafeMutableBufferPointer<Float>,
    _ strip: UnsafeMutableBufferPointer<Float>, _ lines: Range<Int>
  ) {
    let inner = plan.groupInputs * plan.kernelPositions
    let columns = lines.count * plan.axes[2].output
    var right = unsafe input
    if !plan.isPointwise {
      unsafe Unfolding.unfold(plan.axes, channels: plan.groupInputs, input, lines, into: unfolded)
      unsafe right = UnsafeBufferPointer(unfolded)
    }
    let positions = plan.outputPositions
    if columns == positions {
      unsafe MatrixProduct.multiply(
        rows: plan.groupOutputs, columns: columns, inner: inner, weights, right, into: output,
        accumulating: true)
      return
    }
    let first = lines.lowerBound * plan.axes[2].output
    for row in 0..<plan.groupOutputs {
      for column in 0..<columns {
        unsafe strip[row &* columns &+ column] = output[row &* positions &+ first &+ column]
      }
    }
    unsafe MatrixProduct.multiply(
      rows: plan.groupOutputs, columns: columns, inner: inner, weights, right, into: strip,
      accumulating: true)
    for row in 0..<plan.groupOutputs {
      for column in 0..<columns {
        unsafe output[row &* positions &+ first &+ column] = strip[row &* columns &+ column]
      }
    }
  }

  /// One sample of a convolution whose groups have one input channel each, line by line.
  private static func depthwise(
    _ plan: Plan, _ input: UnsafeBufferPointer<Float>, _ weights: UnsafeBufferPointer<Float>,
    _ output: UnsafeMutableBufferPointer<Float>
  ) {
    let kernel = plan.kernelPositions
    for channel in 0..<(plan.groups * plan.groupOutputs) {
      let from = channel / plan.groupOutputs * plan.inputPositions
      let to = channel * plan.outputPositions
      unsafe depthwiseMap(
        plan.axes, UnsafeBufferPointer(rebasing: input[from..<(from + plan.inputPositions)]),
        UnsafeBufferPointer(rebasing: weights[(channel * kernel)..<((channel + 1) * kernel)]),
        UnsafeMutableBufferPointer(rebasing: output[to..<(to + plan.outputPositions)]))
    }
  }

  private static func depthwiseMap(
    _ axes: [WindowAxis], _ x: UnsafeBufferPointer<Float>, _ w: UnsafeBufferPointer<Float>,
    _ y: UnsafeMutableBufferPointer<Float>
  ) {
    let (d, h, v) = (axes[0], axes[1], axes[2])
    for kernelPlane in 0..<d.kernel {
      for kernelRow in 0..<h.kernel {
        for kernelColumn in 0..<v.kernel {
          let weight = unsafe w[(kernelPlane * h.kernel + kernelRow) * v.kernel + kernelColumn]
          let range = v.windowRange(at: kernelColumn)
          let offset = kernelColumn * v.dilation - v.begin
          for plane in d.windowRange(at: kernelPlane) {
            let sourcePlane = plane * d.stride + kernelPlane * d.dilation - d.begin
            for row in h.windowRange(at: kernelRow) {
              let sourceRow = row * h.stride + kernelRow * h.dilation - h.begin
              let source = (sourcePlane &* h.input &+ sourceRow) &* v.input &+ offset
              let target = (plane &* h.output &+ row) &* v.output
              for column in range {
                unsafe y[target &+ column] += weight * x[source &+ column &* v.stride]
              }
            }
          }
        }
      }
    }
  }
}

/// The unfolding of an input into the columns of a matrix (im2col) and back.
enum Unfolding {
  /// Unfolds the windows of some output lines: a row for each channel and kernel element.
  static func unfold(
    _ axes: [WindowAxis], channels: Int, _ input: UnsafeBufferPointer<Float>, _ lines: Range<Int>,
    into matrix: UnsafeMutableBufferPointer<Float>
  ) {
    let (d, h, v) = (axes[0], axes[1], axes[2])
    let columns = lines.count * v.output
    var row = 0
    for channel in 0..<channels {
      let map = channel * d.input * h.input * v.input
      for kernelPlane in 0..<d.kernel {
        for kernelRow in 0..<h.kernel {
          for kernelColumn in 0..<v.kernel {
            var target = row * columns
            for line in lines {
              let plane = line / h.output * d.stride + kernelPlane * d.dilation - d.begin
              let source = line % h.output * h.stride + kernelRow * h.dilation - h.begin
              let inside = plane >= 0 && plane < d.input && source >= 0 && source < h.input
              let start = map &+ (plane &* h.input &+ source) &* v.input
              unsafe unfoldLine(v, kernelColumn, inside ? input : nil, start, matrix, target)
              target += v.output
            }
            row += 1
          }
        }
      }
    }
  }

  @inline(__always)
  private static func unfoldLine(
    _ axis: WindowAxis, _ element: Int, _ input: UnsafeBufferPointer<Float>?, _ start: Int,
    _ matrix: UnsafeMutableBufferPointer<Float>, _ target: Int
  ) {
    guard let input = unsafe input else {
      for column in 0..<axis.output { unsafe matrix[target &+ column] = 0 }
      return
    }
    let range = axis.windowRange(at: element)
    let offset = start &+ element &* axis.dilation &- axis.begin
    for column in 0..<range.lowerBound { unsafe matrix[target &+ column] = 0 }
    if axis.stride == 1 {
      for column in range { unsafe matrix[target &+ column] = input[offset &+ column] }
    } else {
      for column in range {
        unsafe matrix[target &+ column] = input[offset &+ column &* axis.stride]
      }
    }
    for column in range.upperBound..<axis.output { unsafe matrix[target &+ column] = 0 }
  }

  /// Adds the columns of a matrix back onto the maps they were unfolded from (col2im).
  static func fold(
    _ axes: [WindowAxis], channels: Int, _ matrix: [Float], into output: inout [Float],
    at base: Int
  ) {
    let (d, h, v) = (axes[0], axes[1], axes[2])
    let columns = d.output * h.output * v.output
    var row = 0
    for channel in 0..<channels {
      let map = base + channel * d.input * h.input * v.input
      for kernelPlane in 0..<d.kernel {
        for kernelRow in 0..<h.kernel {
          for kernelColumn in 0..<v.kernel {
            let range = v.windowRange(at: kernelColumn)
            for plane in d.windowRange(at: kernelPlane) {
              let toPlane = plane * d.stride + kernelPlane * d.dilation - d.begin
              for line in h.windowRange(at: kernelRow) {
                let toRow = line * h.stride + kernelRow * h.dilation - h.begin
                let target = map + (toPlane * h.input + toRow) * v.input
                let source = row * columns + (plane * h.output + line) * v.output
                for column in range {
                  output[target + column * v.stride + kernelColumn * v.dilation - v.begin] +=
                    matrix[source + column]
                }
              }
            }
            row += 1
          }
        }
      }
    }
  }
}
