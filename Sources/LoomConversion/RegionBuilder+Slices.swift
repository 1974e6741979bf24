import LoomBase
import LoomNetwork

extension RegionBuilder {
  mutating func slice(_ layer: Layer) throws {
    let input = try value(layer)
    let shape = input.layout.shape
    let starts = try requiredConstant(layer, 1).integers
    let ends = try requiredConstant(layer, 2).integers
    let axes = try constant(layer, 3)?.integers ?? starts.indices.map { Int64($0) }
    let steps = try constant(layer, 4)?.integers ?? starts.map { _ in 1 }
    guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count else {
      throw Refusal(
        diagnostic: .badOperand(layer, needs: "as many starts as ends", has: "\(axes.count) axes"))
    }
    var lists = shape.map { Array(0..<$0) }
    for index in starts.indices {
      let raw = Int(clamping: axes[index])
      let isWholeBatch =
        (raw == 0 || raw == -(shape.count + 1)) && starts[index] == 0 && ends[index] >= 1
        && steps[index] == 1
      if isWholeBatch { continue }
      let axis = try sampleAxis(layer, raw, rank: shape.count)
      lists[axis] = Self.sliced(
        shape[axis], Int(clamping: starts[index]), Int(clamping: ends[index]),
        Int(clamping: steps[index]))
    }
    guard lists.allSatisfy({ !$0.isEmpty }) else {
      throw Refusal(diagnostic: .badOperand(layer, needs: "a slice with elements", has: "none"))
    }
    finish(layer, try taking(input, lists: lists))
  }

  /// The elements a slice takes along an axis, by the ONNX definition.
  static func sliced(_ extent: Int, _ start: Int, _ end: Int, _ step: Int) -> [Int] {
    func resolve(_ index: Int, _ range: ClosedRange<Int>) -> Int {
      let moved = index < 0 ? index.addingReportingOverflow(extent).0 : index
      return min(max(moved, range.lowerBound), range.upperBound)
    }
    guard step != 0, extent > 0 else { return [] }
    if step > 0 {
      let (from, to) = (resolve(start, 0...extent), resolve(end, 0...extent))
      return from < to ? Array(stride(from: from, to: to, by: step)) : []
    }
    let from = resolve(start, 0...extent - 1)
    let to = end < -extent ? -1 : resolve(end, -1...extent - 1)
    return from > to ? Array(stride(from: from, to: to, by: max(step, -extent))) : []
  }

  /// Picks along axes; whole channels and even strides from the first element keep their plain forms.
  func taking(_ input: AffineValue, lists: [[Int]]) throws -> AffineValue {
    var result = input
    for axis in lists.indices where lists[axis] != Array(0..<input.layout.shape[axis]) {
      let list = lists[axis]
      let role = result.layout.role(ofAxis: axis)
      let step = list.count > 1 ? list[1] - list[0] : 1
      let isEven = step > 0 && list.indices.allSatisfy { list[$0] == list[0] + $0 * step }
      if role == 0, isEven, step == 1 {
        result = try result.takingChannels(list[0]..<list[0] + list.count, axis: axis)
      } else if let role, role > 0, isEven, list[0] == 0 {
        result = try result.striding(role: role, axis: axis, step: step, count: list.count)
      } else {
        var others = result.layout.shape.map { Array(0..<$0) }
        others[axis] = list
        result = try picking(result, lists: others)
      }
    }
    return result
  }

  mutating func split(_ layer: Layer, axis: Int) throws {
    let input = try value(layer)
    let shape = input.layout.shape
    let place = try sampleAxis(layer, axis, rank: shape.count)
    let parts = layer.outputs.count
    var sizes = try constant(layer, 1)?.integers.map { Int(clamping: $0) } ?? []
    if sizes.isEmpty, parts > 0 {
      let size = (shape[place] + parts - 1) / parts
      sizes = (0..<parts).map { min(size, shape[place] - $0 * size) }
    }
    guard sizes.count >= parts, sizes.allSatisfy({ $0 > 0 && $0 <= shape[place] }),
      sizes.reduce(0, +) == shape[place]
    else {
      throw Refusal(
        diagnostic: .badOperand(layer, needs: "parts that make \(shape[place])", has: "\(sizes)"))
    }
    var start = 0
    for (output, size) in zip(layer.outputs, sizes) {
      var lists = shape.map { Array(0..<$0) }
      lists[place] = Array(start..<start + size)
      values[output] = try taking(input, lists: lists)
      values[output]?.origin = mergedOrigins(input.origin, [layer.name])
      start += size
    }
  }

  mutating func gather(_ layer: Layer, axis: Int) throws {
    let input = try value(layer)
    let shape = input.layout.shape
    let place = try sampleAxis(layer, axis, rank: shape.count)
    let indices = try requiredConstant(layer, 1)
    let list = indices.integers.map { Int(clamping: $0 < 0 ? $0 + Int64(shape[place]) : $0) }
    guard indices.shape.count <= 1, !list.isEmpty,
      list.allSatisfy({ (0..<shape[place]).contains($0) })
    else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "a list of indices below \(shape[place])", has: "\(indices.shape)"))
    }
    var lists = shape.map { Array(0..<$0) }
    lists[place] = list
    var result = try taking(input, lists: lists)
    if indices.shape.isEmpty {
      var shorter = result.layout.shape
      shorter.remove(at: place)
      result.layout = result.layout.reshaped(shorter)
    }
    finish(layer, result)
  }

  mutating func concat(_ layer: Layer, axis: Int) throws {
    var inputs: [AffineValue] = []
    for position in layer.inputs.indices { inputs.append(try value(layer, position)) }
    guard let first = inputs.first else { throw Refusal(diagnostic: .missingInput(layer, 0)) }
    let rank = first.layout.shape.count
    let place = try sampleAxis(layer, axis, rank: rank)
    guard
      inputs.allSatisfy({ input in
        input.layout.shape.count == rank
          && (0..<rank).allSatisfy {
            $0 == place || input.layout.shape[$0] == first.layout.shape[$0]
          }
      })
    else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "shapes that differ along one axis", has: "\(inputs.map(\.layout.shape))"))
    }
    if rank == 1 { inputs = try inputs.map { try $0.standardized() } }
    let isChannels = inputs.allSatisfy {
      $0.layout.role(ofAxis: place) == 0 && $0.layout.order == inputs[0].layout.order
        && $0.map.height == inputs[0].map.height && $0.map.width == inputs[0].map.width
    }
    var total = first.layout.shape
    total[place] = inputs.reduce(0) { $0 + $1.layout.shape[place] }
    if isChannels { return finish(layer, Self.stacked(inputs, shape: total)) }
    var start = 0
    var sum: AffineValue?
    for input in inputs {
      var lists = input.layout.shape.map { Array(0..<$0) }
      let extent = input.layout.shape[place]
      lists[place] = (0..<total[place]).map {
        (start..<start + extent).contains($0) ? $0 - start : -1
      }
      let spread = try picking(input, lists: lists)
      sum = try sum.map { try $0.adding(spread.relaid(as: $0.layout)) } ?? spread
      start += extent
    }
    if let sum { finish(layer, sum) }
  }

  private static func stacked(_ inputs: [AffineValue], shape: [Int]) -> AffineValue {
    var map = inputs[0].map
    map.channels = inputs.reduce(0) { $0 + $1.map.channels }
    var result = AffineValue(
      layout: TensorLayout(shape: shape, map: map, order: inputs[0].layout.order).simplified(),
      terms: [], bias: [], origin: [])
    let hasBias = inputs.contains { !$0.bias.isEmpty }
    var start = 0
    for input in inputs {
      for term in input.terms {
        result.add(
          Term(source: term.source, map: term.map, firstChannel: term.firstChannel + start))
      }
      if hasBias {
        result.bias +=
          input.bias.isEmpty ? [Float](repeating: 0, count: input.map.count) : input.bias
      }
      result.origin = mergedOrigins(result.origin, input.origin)
      start += input.map.channels
    }
    return result
  }
}

extension AffineValue {
  /// A range of channels along the tensor axis that is the channels.
  fileprivate func takingChannels(_ range: Range<Int>, axis: Int) throws(RegionLimit)
    -> AffineValue
  {
    var result = try channels(range)
    var shape = layout.shape
    shape[axis] = range.count
    result.layout = TensorLayout(shape: shape, map: result.map, order: layout.order).simplified()
    return result
  }

  /// Every `step`-th row or column from the first on.
  fileprivate func striding(role: Int, axis: Int, step: Int, count: Int) throws(RegionLimit)
    -> AffineValue
  {
    var shape = layout.shape
    shape[axis] = count
    var target = map
    if role == 1 { target.height = count } else { target.width = count }
    let geometry = ConvolutionGeometry(
      kernelHeight: 1, kernelWidth: 1, strideY: role == 1 ? step : 1,
      strideX: role == 2 ? step : 1)
    return try applying(
      .depthwise(map, target, geometry: geometry, kernel: [1]),
      layout: TensorLayout(shape: shape, map: target, order: layout.order).simplified())
  }
}
