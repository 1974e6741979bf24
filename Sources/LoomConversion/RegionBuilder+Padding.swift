import LoomBase
import LoomNetwork

extension RegionBuilder {
  mutating func pad(_ layer: Layer, _ mode: PadMode) throws {
    let input = try value(layer)
    let (begins, ends) = try padding(layer, input.layout.shape)
    let fill = try constant(layer, 2)?.floats.first ?? 0
    guard fill.isFinite else { throw Refusal(diagnostic: .notFinite(layer, "value")) }
    if mode == .constant, fill == 0, let plain = try zeroPadded(input, begins, ends) {
      return finish(layer, plain)
    }
    let lists = try zip(input.layout.shape.indices, zip(begins, ends)).map { axis, pads in
      try Self.padded(layer, input.layout.shape[axis], pads.0, pads.1, mode)
    }
    var result = try picking(input, lists: lists)
    if mode == .constant, fill != 0 {
      result.add(bias: Self.fills(lists, fill, result.layout))
    }
    finish(layer, result)
  }

  private func padding(_ layer: Layer, _ shape: [Int]) throws -> ([Int], [Int]) {
    let pads = try requiredConstant(layer, 1).integers.map { Int(clamping: $0) }
    let rank = shape.count + 1
    let axes = try constant(layer, 3)?.integers.map { Int(clamping: $0) } ?? Array(0..<rank)
    guard pads.count == 2 * axes.count, pads.allSatisfy({ abs($0) < 1 << 20 }) else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "\(2 * axes.count) padding amounts", has: "\(pads.count)"))
    }
    var (begins, ends) = (
      [Int](repeating: 0, count: shape.count), [Int](repeating: 0, count: shape.count)
    )
    for (position, axis) in axes.enumerated() {
      let (begin, end) = (pads[position], pads[position + axes.count])
      if begin == 0 && end == 0 { continue }
      let place = try sampleAxis(layer, axis, rank: shape.count)
      (begins[place], ends[place]) = (begin, end)
    }
    return (begins, ends)
  }

  /// Zero padding as a shift of channels and a one-tap kernel over rows and columns.
  private func zeroPadded(_ input: AffineValue, _ begins: [Int], _ ends: [Int]) throws
    -> AffineValue?
  {
    guard case .axes(let roles) = input.layout.order, (begins + ends).allSatisfy({ $0 >= 0 }),
      zip(roles, zip(begins, ends)).allSatisfy({ $0 >= 0 || ($1.0 == 0 && $1.1 == 0) })
    else { return nil }
    var (before, after) = ([0, 0, 0], [0, 0, 0])
    for (axis, role) in roles.enumerated() where role >= 0 {
      (before[role], after[role]) = (begins[axis], ends[axis])
    }
    let shape = zip(input.layout.shape, zip(begins, ends)).map { $0 + $1.0 + $1.1 }
    try RegionLimit.check(shape: shape)
    var wide = input.map
    wide.height += before[1] + after[1]
    wide.width += before[2] + after[2]
    var result = input
    if wide != input.map {
      let geometry = ConvolutionGeometry(
        kernelHeight: 1, kernelWidth: 1, padTop: before[1], padLeft: before[2])
      let flat = TensorLayout(shape: [wide.count], map: wide, order: .flat)
      result = try input.applying(
        .depthwise(input.map, wide, geometry: geometry, kernel: [1]), layout: flat)
    }
    let silent = { (channels: Int) in [Float](repeating: 0, count: channels * wide.positions) }
    if !result.bias.isEmpty { result.bias = silent(before[0]) + result.bias + silent(after[0]) }
    for index in result.terms.indices { result.terms[index].firstChannel += before[0] }
    wide.channels += before[0] + after[0]
    result.layout = TensorLayout(shape: shape, map: wide, order: input.layout.order).simplified()
    return result
  }

  /// The elements a padded axis reads; −1 where it reads the constant.
  private static func padded(
    _ layer: Layer, _ extent: Int, _ begin: Int, _ end: Int, _ mode: PadMode
  ) throws -> [Int] {
    guard extent + begin + end > 0 else {
      throw Refusal(diagnostic: .badOperand(layer, needs: "a map with elements", has: "none"))
    }
    return (0..<extent + begin + end).map { position in
      let place = position - begin
      if place >= 0 && place < extent { return place }
      switch mode {
      case .constant: return -1
      case .edge: return min(max(place, 0), extent - 1)
      case .wrap: return ((place % extent) + extent) % extent
      case .reflect:
        let period = max(1, 2 * (extent - 1))
        let folded = ((place % period) + period) % period
        return folded < extent ? folded : period - folded
      }
    }
  }

  private static func fills(_ lists: [[Int]], _ fill: Float, _ layout: TensorLayout) -> [Float] {
    var inside = [true]
    for list in lists { inside = inside.flatMap { known in list.map { known && $0 >= 0 } } }
    let indices = layout.indices
    var bias = [Float](repeating: 0, count: inside.count)
    for (element, isInside) in inside.enumerated() where !isInside {
      bias[Int(indices[element])] = fill
    }
    return bias
  }

  /// Resize (and Upsample): nearest is a choice, linear a mean of neighbours along rows and columns.
  mutating func resize(_ layer: Layer, _ mode: ResizeMode) throws {
    let input = try value(layer)
    guard case .axes(let roles) = input.layout.order, mode.mode != "cubic" else {
      throw Refusal(diagnostic: Self.unsuitable(layer))
    }
    var lists: [[[(source: Int, weight: Float)]]] = [
      ResizeAxis.identity(input.map.channels), ResizeAxis.identity(input.map.height),
      ResizeAxis.identity(input.map.width),
    ]
    var shape = input.layout.shape
    let sizes = try constant(layer, 3)?.integers.map { Int(clamping: $0) } ?? []
    let scales = sizes.isEmpty ? try constant(layer, 2)?.doubles ?? [] : []
    for axis in shape.indices {
      let extent = shape[axis]
      guard axis + 1 < max(sizes.count, scales.count) else {
        throw Refusal(diagnostic: .badOperand(layer, needs: "scales or sizes", has: "none"))
      }
      let resized = ResizeAxis(
        input: extent, size: sizes.isEmpty ? nil : sizes[axis + 1],
        scale: sizes.isEmpty ? scales[axis + 1] : nil)
      guard let resized, let taps = resized.taps(mode) else {
        throw Refusal(diagnostic: Self.unsuitable(layer))
      }
      shape[axis] = resized.output
      if resized.output == extent { continue }
      guard roles[axis] >= 0 else { throw Refusal(diagnostic: Self.unsuitable(layer)) }
      lists[roles[axis]] = taps
    }
    try RegionLimit.check(shape: lists.map(\.count))
    let map = ResizeAxis.linearMap(input.map, lists)
    let layout = TensorLayout(shape: shape, map: map.target, order: input.layout.order)
    finish(layer, try input.applying(map, layout: layout.simplified()))
  }
}

/// One axis of a Resize.
struct ResizeAxis {
  /// Extent read.
  var input: Int
  /// Extent written.
  var output: Int
  /// Output elements per input element.
  var scale: Double

  /// Resolves an axis from its size or its scale; nil where it makes no sense.
  init?(input: Int, size: Int?, scale: Double?) {
    self.input = input
    if let size {
      output = size
      self.scale = Double(size) / Double(input)
    } else {
      guard let scale, scale > 0, scale * Double(input) < 1e6 else { return nil }
      output = Int(scale * Double(input))
      self.scale = scale
    }
    guard output > 0, output < 1 << 20 else { return nil }
  }

  /// An axis that stays as it is.
  static func identity(_ extent: Int) -> [[(source: Int, weight: Float)]] {
    (0..<extent).map { [(source: $0, weight: Float(1))] }
  }

  /// What every output element reads, or nil for a mode that is not known.
  func taps(_ mode: ResizeMode) -> [[(source: Int, weight: Float)]]? {
    var result: [[(source: Int, weight: Float)]] = []
    for position in 0..<output {
      guard let place = coordinate(position, mode.coordinates) else { return nil }
      if mode.mode == "nearest" {
        guard let index = round(place, mode.nearest) else { return nil }
        result.append([(source: min(max(index, 0), input - 1), weight: 1)])
        continue
      }
      let inside = min(max(place, 0), Double(input - 1))
      let low = Int(inside)
      let part = Float(inside - Double(low))
      var neighbours: [(source: Int, weight: Float)] = [(source: low, weight: 1 - part)]
      if part > 0 { neighbours.append((source: min(low + 1, input - 1), weight: part)) }
      result.append(neighbours)
    }
    return result
  }

  private func coordinate(_ position: Int, _ mode: String) -> Double? {
    let x = Double(position)
    return switch mode {
    case "half_pixel": (x + 0.5) / scale - 0.5
    case "pytorch_half_pixel": output > 1 ? (x + 0.5) / scale - 0.5 : 0
    case "asymmetric": x / scale
    case "align_corners": output > 1 ? x * Double(input - 1) / Double(output - 1) : 0
    default: nil
    }
  }

  private func round(_ place: Double, _ mode: String) -> Int? {
    switch mode {
    case "round_prefer_floor": Int((place - 0.5).rounded(.up))
    case "round_prefer_ceil": Int((place + 0.5).rounded(.down))
    case "floor": Int(place.rounded(.down))
    case "ceil": Int(place.rounded(.up))
    default: nil
    }
  }

  /// The map of three axes together: channels, rows, columns.
  static func linearMap(_ source: MapShape, _ lists: [[[(source: Int, weight: Float)]]])
    -> LinearMap
  {
    let target = MapShape(
      channels: lists[0].count, height: lists[1].count, width: lists[2].count)
    var builder = SparseBuilder()
    for channel in lists[0] {
      for row in lists[1] {
        for column in lists[2] {
          for c in channel {
            for y in row {
              for x in column {
                builder.append(
                  source: source.index(channel: c.source, row: y.source, column: x.source),
                  weight: c.weight * y.weight * x.weight)
              }
            }
          }
          builder.endTarget()
        }
      }
    }
    return builder.map(source: source, target: target)
  }
}
