import LoomBase
import LoomNetwork

extension RegionBuilder {
  /// A convolution as a linear map over the value in standard layout.
  mutating func convolution(_ layer: Layer, _ window: Window, groups: Int) throws {
    let input = try value(layer).standardized()
    let weights = try requiredConstant(layer, 1)
    let spatial = Array(input.layout.shape.dropFirst())
    guard (1...2).contains(spatial.count), weights.shape.count == spatial.count + 2 else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "one or two spatial axes", has: "\(max(0, weights.shape.count - 2))"))
    }
    let outputs = weights.shape[0]
    guard groups > 0, outputs > 0, outputs % groups == 0,
      weights.shape[1] * groups == input.map.channels,
      let axes = WindowAxis.resolve(
        window, kernel: Array(weights.shape.dropFirst(2)), input: spatial)
    else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "weights that fit \(input.map) in \(groups) groups", has: "\(weights.shape)"
        ))
    }
    let (rows, columns) = Self.planar(axes)
    try RegionLimit.check(shape: [outputs] + axes.map(\.output))
    let shape = MapShape(channels: outputs, height: rows.output, width: columns.output)
    let map = LinearMap(
      source: input.map, target: shape,
      form: .convolution(ConvolutionGeometry(rows: rows, columns: columns, groups: groups)),
      weights: weights.floats)
    recordCost(
      layer, input: input, output: shape.count, weights: weights.count,
      macs: shape.count * weights.count / outputs, kernel: rows.kernel * columns.kernel)
    let layout = TensorLayout.standard([outputs] + axes.map(\.output))
    try finish(layer, withChannelBias(layer, 2, input.applying(map, layout: layout)))
  }

  /// Rows and columns of one or two spatial axes; one axis runs along columns.
  static func planar(_ axes: [WindowAxis]) -> (rows: WindowAxis, columns: WindowAxis) {
    axes.count == 1 ? (.none, axes[0]) : (axes[0], axes[1])
  }

  private func withChannelBias(_ layer: Layer, _ position: Int, _ value: AffineValue) throws
    -> AffineValue
  {
    guard let bias = try constant(layer, position)?.floats else { return value }
    guard bias.count == value.map.channels else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "\(value.map.channels) biases", has: "\(bias.count)"))
    }
    var result = value
    result.add(bias: (0..<value.map.count).map { bias[$0 / value.map.positions] })
    return result
  }

  /// Notes what a multiplying layer costs the trained network.
  mutating func recordCost(
    _ layer: Layer, input: AffineValue, output: Int, weights: Int, macs: Int, kernel: Int
  ) {
    costs.append(
      DraftCost(
        cost: ANNLayerCost(
          name: layer.name, macs: macs, effectiveMacs: Double(macs),
          inputElements: input.map.count, outputElements: output, weights: weights,
          kernelElements: kernel), input: input))
  }

  /// A transposed convolution: a flipped kernel at stride one, else a list of synapses.
  mutating func transposedConvolution(
    _ layer: Layer, _ window: Window, groups: Int, outputPadding: [Int], outputShape: [Int]
  ) throws {
    let input = try value(layer).standardized()
    let weights = try requiredConstant(layer, 1)
    let spatial = Array(input.layout.shape.dropFirst())
    guard (1...2).contains(spatial.count), weights.shape.count == spatial.count + 2, groups > 0,
      weights.shape[0] == input.map.channels, weights.shape[0] % groups == 0,
      weights.shape[1] > 0,
      let axes = TransposedAxis.resolve(
        window, kernel: Array(weights.shape.dropFirst(2)), input: spatial,
        outputPadding: outputPadding, outputShape: outputShape)
    else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "weights and padding that fit \(input.map)", has: "\(weights.shape)"))
    }
    let outputs = weights.shape[1] * groups
    try RegionLimit.check(shape: [outputs] + axes.map(\.output))
    let (rows, columns) = axes.count == 1 ? (TransposedAxis.none, axes[0]) : (axes[0], axes[1])
    let shape = MapShape(channels: outputs, height: rows.output, width: columns.output)
    let transposed = TransposedConvolution(
      source: input.map, target: shape, rows: rows, columns: columns, groups: groups,
      weights: weights.floats)
    recordCost(
      layer, input: input, output: shape.count, weights: weights.count,
      macs: input.map.positions * weights.count, kernel: rows.kernel * columns.kernel)
    let layout = TensorLayout.standard([outputs] + axes.map(\.output))
    try finish(
      layer, withChannelBias(layer, 2, input.applying(transposed.linearMap(), layout: layout)))
  }

  /// A fully connected layer with its bias.
  mutating func gemm(
    _ layer: Layer, alpha: Float, beta: Float, transposeA: Bool, transposeB: Bool
  ) throws {
    let input = try value(layer)
    let weights = try requiredConstant(layer, 1)
    guard !transposeA, input.layout.shape.count == 1, weights.shape.count == 2 else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "a vector for each sample and a matrix",
          has: "\(input.layout.shape) and \(weights.shape)"))
    }
    var matrix = transposeB ? weights.floats : Self.transposed(weights)
    if alpha != 1 { for index in matrix.indices { matrix[index] *= alpha } }
    let outputs = transposeB ? weights.shape[0] : weights.shape[1]
    var result = try dense(layer, input, matrix: matrix, outputs: outputs)
    if let bias = try constant(layer, 2) {
      let values = try broadcast(layer, bias, to: [outputs])
      result.add(bias: values.map { $0 * beta })
    }
    finish(layer, result)
  }

  /// A matrix [a][b] as [b][a].
  static func transposed(_ matrix: Tensor) -> [Float] {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let values = matrix.floats
    return (0..<rows * columns).map { values[$0 % rows * columns + $0 / rows] }
  }

  /// A matrix [output][tensor element] applied to a vector value.
  private mutating func dense(
    _ layer: Layer, _ input: AffineValue, matrix: [Float], outputs: Int
  ) throws -> AffineValue {
    let count = input.layout.count
    guard outputs > 0, matrix.count == outputs * count else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "a matrix for \(count) inputs", has: "\(matrix.count) weights"))
    }
    var weights = matrix
    if !input.layout.isFlat {
      let indices = input.layout.indices
      for row in 0..<outputs {
        for element in 0..<count {
          weights[row * count + Int(indices[element])] = matrix[row * count + element]
        }
      }
    }
    let layout = TensorLayout.standard([outputs])
    let map = LinearMap(source: input.map, target: layout.map, form: .dense, weights: weights)
    recordCost(
      layer, input: input, output: outputs, weights: matrix.count, macs: matrix.count, kernel: 1)
    return try input.applying(map, layout: layout)
  }

  /// A product with a constant matrix along the last axis.
  mutating func matMul(_ layer: Layer) throws {
    let input = try value(layer)
    let weights = try requiredConstant(layer, 1)
    let shape = input.layout.shape
    guard weights.shape.count == 2, let last = shape.last, last == weights.shape[0] else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "a constant matrix of \(shape.last ?? 0) rows", has: "\(weights.shape)"))
    }
    let outputs = weights.shape[1]
    let leading = Array(shape.dropLast())
    let matrix = Self.transposed(weights)
    if leading.reduce(1, *) == 1 {
      var vector = input
      vector.layout = input.layout.reshaped([last])
      var result = try dense(layer, vector, matrix: matrix, outputs: outputs)
      result.layout = result.layout.reshaped(leading + [outputs])
      return finish(layer, result)
    }
    let isChannelLast = input.layout.role(ofAxis: shape.count - 1) == 0
    let ordered = isChannelLast ? input : try input.channelLast()
    guard case .axes(let roles) = ordered.layout.order else {
      throw Refusal(diagnostic: .shapeUnclear(layer, "\(shape)"))
    }
    let target = MapShape(
      channels: outputs, height: ordered.map.height, width: ordered.map.width)
    let map = LinearMap(
      source: ordered.map, target: target,
      form: .convolution(ConvolutionGeometry(kernelHeight: 1, kernelWidth: 1)), weights: matrix)
    recordCost(
      layer, input: ordered, output: target.count, weights: weights.count,
      macs: target.count * last, kernel: 1)
    let layout = TensorLayout(
      shape: leading + [outputs], map: target, order: .axes(roles))
    try finish(layer, ordered.applying(map, layout: layout))
  }

  /// Batch normalisation in inference mode: a factor and a constant for each channel.
  mutating func batchNormalization(_ layer: Layer, epsilon: Float) throws {
    let input = try value(layer)
    let parameters = try (1...4).map { try requiredConstant(layer, $0).doubles }
    guard let channels = input.layout.shape.first, parameters.allSatisfy({ $0.count == channels })
    else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "\(input.layout.shape.first ?? 0) parameters of each kind",
          has: "\(parameters.map(\.count))"))
    }
    let factors = (0..<channels).map {
      parameters[0][$0] / (parameters[3][$0] + Double(epsilon)).squareRoot()
    }
    guard factors.allSatisfy(\.isFinite) else {
      throw Refusal(diagnostic: .notFinite(layer, "variance"))
    }
    let shifts = (0..<channels).map { parameters[1][$0] - parameters[2][$0] * factors[$0] }
    let shape = [channels] + [Int](repeating: 1, count: input.layout.shape.count - 1)
    let scale = Tensor(shape: shape, floats: factors.map { Float($0) })
    let shift = Tensor(shape: shape, floats: shifts.map { Float($0) })
    var result = try input.scaled(by: canonical(layer, scale, input.layout))
    result.add(bias: try canonical(layer, shift, input.layout))
    finish(layer, result)
  }

  /// A constant broadcast to a value's tensor, in the order of its map.
  func canonical(_ layer: Layer, _ tensor: Tensor, _ layout: TensorLayout) throws -> [Float] {
    let values = try broadcast(layer, tensor, to: layout.shape)
    if layout.isFlat { return values }
    var result = values
    for (element, index) in layout.indices.enumerated() { result[Int(index)] = values[element] }
    return result
  }

  /// A constant broadcast to a shape (one sample's), in tensor order.
  func broadcast(_ layer: Layer, _ tensor: Tensor, to shape: [Int]) throws -> [Float] {
    var extents = tensor.shape
    while extents.count > shape.count, extents.first == 1 { extents.removeFirst() }
    extents = [Int](repeating: 1, count: max(0, shape.count - extents.count)) + extents
    guard extents.count == shape.count,
      zip(extents, shape).allSatisfy({ $0 == $1 || $0 == 1 })
    else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "a constant that broadcasts to \(shape)", has: "\(tensor.shape)"))
    }
    let steps = TensorLayout.strides(extents)
    let values = tensor.floats
    let strides = zip(extents, steps).map { $0 == 1 ? 0 : $1 }
    return TensorLayout.enumerate(shape, strides: strides).map { values[Int($0)] }
  }
}

extension AffineValue {
  /// The value with its last tensor axis as the channels of the map.
  fileprivate func channelLast() throws(RegionLimit) -> AffineValue {
    let shape = layout.shape
    guard shape.count == 2 || shape.count == 3 else { return self }
    let other =
      shape.count == 2
      ? TensorLayout(
        shape: shape, map: MapShape(channels: shape[1], height: 1, width: shape[0]),
        order: .axes([2, 0]))
      : TensorLayout(
        shape: shape, map: MapShape(channels: shape[2], height: shape[0], width: shape[1]),
        order: .axes([1, 2, 0]))
    return try relaid(as: other)
  }
}
