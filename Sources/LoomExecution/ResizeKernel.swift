import LoomNetwork

/// Resize and Upsample, one axis after another.
package enum ResizeKernel {
  /// The extents of the result and the scale of every axis.
  package static func geometry(
    input: [Int], scales: [Float]?, sizes: [Int]?
  ) throws(ExecutionError) -> (shape: [Int], scales: [Double]) {
    if let sizes, !sizes.isEmpty {
      guard sizes.count == input.count, sizes.allSatisfy({ $0 >= 0 && $0 <= 1 << 40 }) else {
        throw .invalid("needs \(input.count) sizes, has \(sizes)")
      }
      let ratios = zip(sizes, input).map { $1 > 0 ? Double($0) / Double($1) : 1 }
      return (sizes, ratios)
    }
    guard let scales, scales.count == input.count,
      scales.allSatisfy({ $0 > 0 && $0 < 1e6 && $0.isFinite })
    else { throw .invalid("needs \(input.count) positive scales or sizes") }
    var shape: [Int] = []
    for (extent, scale) in zip(input, scales) {
      let size = (Double(extent) * Double(scale)).rounded(.down)
      guard size < 0x1p40 else { throw .invalid("needs plausible scales, has \(scales)") }
      shape.append(extent == -1 && scale == 1 ? -1 : Int(size))
    }
    return (shape, scales.map { Double($0) })
  }

  /// One source element and its share of a result.
  private struct Tap {
    var index: Int
    var weight: Double
  }

  static func evaluate(_ mode: ResizeMode, _ operands: Operands) throws(ExecutionError) -> Tensor {
    let input = try operands.dense(operands.required(0))
    let scales = try operands.optional(2).map { (tensor) throws(ExecutionError) in
      try operands.floats(of: tensor)
    }
    let wanted = try operands.extents(3)
    let (shape, ratios) = try geometry(
      input: input.shape, scales: scales.flatMap { $0.isEmpty ? nil : $0 }, sizes: wanted)
    try operands.allow(shape)
    guard !input.shape.contains(0) else { throw .invalid("needs elements, has \(input.shape)") }
    if mode.mode == "nearest" {
      let maps = try shape.indices.map { (axis) throws(ExecutionError) -> [Int] in
        try (0..<shape[axis]).map { (index) throws(ExecutionError) -> Int in
          try nearest(mode, index, input.shape[axis], shape[axis], ratios[axis])
        }
      }
      let map = AxisMaps(strides: ShapeArithmetic.strides(input.shape), maps: maps)
      return input.rearranged(map, shape: shape)
    }
    var values = input.doubles
    var current = input.shape
    for axis in shape.indices where shape[axis] != current[axis] || ratios[axis] != 1 {
      let taps = try (0..<shape[axis]).map { (index) throws(ExecutionError) -> [Tap] in
        try self.taps(mode, index, current[axis], shape[axis], ratios[axis])
      }
      values = resample(values, current, axis, taps)
      current[axis] = shape[axis]
      try operands.allow(current)
    }
    return try CastKernel.cast(Tensor(shape, .float64, .doubles(values)), to: input.type)
  }

  private static func resample(
    _ values: [Double], _ shape: [Int], _ axis: Int, _ taps: [[Tap]]
  ) -> [Double] {
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    var result: [Double] = []
    result.reserveCapacity(outer * taps.count * inner)
    for block in 0..<outer {
      for entry in taps {
        for column in 0..<inner {
          var sum = 0.0
          for tap in entry {
            sum += tap.weight * values[(block * shape[axis] + tap.index) * inner + column]
          }
          result.append(sum)
        }
      }
    }
    return result
  }

  /// The coordinate in the input that a result's index stands for.
  private static func coordinate(
    _ mode: ResizeMode, _ index: Int, _ from: Int, _ to: Int, _ scale: Double
  ) throws(ExecutionError) -> Double {
    let x = Double(index)
    switch mode.coordinates {
    case "half_pixel": return (x + 0.5) / scale - 0.5
    case "asymmetric": return x / scale
    case "align_corners": return to == 1 ? 0 : x * Double(from - 1) / Double(to - 1)
    case "pytorch_half_pixel": return to > 1 ? (x + 0.5) / scale - 0.5 : 0
    case "half_pixel_symmetric":
      let adjustment = Double(to) / (scale * Double(from))
      let center = Double(from) / 2
      return center * (1 - adjustment) + (x + 0.5) / scale - 0.5
    default:
      throw .unsupported("needs a known coordinate transformation, has '\(mode.coordinates)'")
    }
  }

  private static func nearest(
    _ mode: ResizeMode, _ index: Int, _ from: Int, _ to: Int, _ scale: Double
  ) throws(ExecutionError) -> Int {
    let x = try coordinate(mode, index, from, to, scale)
    let rounded: Double
    switch mode.nearest {
    case "floor": rounded = x.rounded(.down)
    case "ceil": rounded = x.rounded(.up)
    case "round_prefer_ceil": rounded = (x + 0.5).rounded(.down)
    case "round_prefer_floor": rounded = (x - 0.5).rounded(.up)
    default: throw .unsupported("needs a known nearest mode, has '\(mode.nearest)'")
    }
    return Int(min(max(rounded, 0), Double(from - 1)))
  }

  private static func taps(
    _ mode: ResizeMode, _ index: Int, _ from: Int, _ to: Int, _ scale: Double
  ) throws(ExecutionError) -> [Tap] {
    let x = try coordinate(mode, index, from, to, scale)
    func place(_ index: Double) -> Int { Int(min(max(index, 0), Double(from - 1))) }
    switch mode.mode {
    case "linear":
      let clamped = min(max(x, 0), Double(from - 1))
      let low = clamped.rounded(.down)
      let share = clamped - low
      return [
        Tap(index: place(low), weight: 1 - share), Tap(index: place(low + 1), weight: share),
      ]
    case "cubic":
      let low = x.rounded(.down)
      let share = x - low
      return (-1...2).map { offset in
        Tap(
          index: place(low + Double(offset)),
          weight: cubic(Swift.abs(share - Double(offset))))
      }
    default: throw .unsupported("needs a known resize mode, has '\(mode.mode)'")
    }
  }

  /// Keys' cubic convolution kernel with a = -0.75.
  private static func cubic(_ x: Double) -> Double {
    let a = -0.75
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return 0
  }
}
