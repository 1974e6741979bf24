import LoomBase
import LoomNetwork

extension RegionBuilder {
  /// Average pooling with the divisor each position has by ONNX's rules.
  mutating func averagePool(
    _ layer: Layer, _ window: Window, ceilMode: Bool, countIncludePad: Bool
  ) throws {
    let input = try value(layer).standardized()
    let axes = try poolAxes(layer, window, input, ceilMode: ceilMode)
    let (rows, columns) = Self.planar(axes)
    let target = MapShape(
      channels: input.map.channels, height: rows.output, width: columns.output)
    let divisors = (
      rows.divisors(countIncludePad: countIncludePad),
      columns.divisors(countIncludePad: countIncludePad)
    )
    try RegionLimit.check(shape: [target.channels, rows.output, columns.output])
    let full = (rows.kernel, columns.kernel)
    let map: LinearMap
    let isEven =
      divisors.0.allSatisfy { $0 == full.0 } && divisors.1.allSatisfy { $0 == full.1 }
    if isEven || outline == .coarse {
      let size = full.0 * full.1
      map = .depthwise(
        input.map, target, geometry: ConvolutionGeometry(rows: rows, columns: columns, groups: 1),
        kernel: [Float](repeating: 1 / Float(size), count: size))
    } else {
      map = ResizeAxis.linearMap(
        input.map,
        [
          ResizeAxis.identity(input.map.channels), rows.means(divisors.0),
          columns.means(divisors.1),
        ])
    }
    let layout = TensorLayout.standard([target.channels] + axes.map(\.output))
    try pool(layer, input, map, layout: layout)
  }

  /// The resolved spatial axes of a pooling window.
  func poolAxes(_ layer: Layer, _ window: Window, _ input: AffineValue, ceilMode: Bool) throws
    -> [WindowAxis]
  {
    let spatial = Array(input.layout.shape.dropFirst())
    guard (1...2).contains(spatial.count), window.kernel.count == spatial.count,
      let axes = WindowAxis.resolve(
        window, kernel: window.kernel, input: spatial, ceilMode: ceilMode),
      axes.allSatisfy({ axis in (0..<axis.output).allSatisfy { !axis.taps(output: $0).isEmpty } })
    else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "a window inside the map", has: "\(window.kernel) over \(spatial)"))
    }
    return axes
  }

  mutating func globalAveragePool(_ layer: Layer) throws {
    let input = try value(layer).standardized()
    try meanOverMap(
      layer, input, rows: true, columns: true, factor: 1 / Float(input.map.positions),
      layout: .standard([input.map.channels] + input.layout.shape.dropFirst().map { _ in 1 }))
  }

  /// The mean (or another multiple of the sum) over rows, columns or both.
  private mutating func meanOverMap(
    _ layer: Layer, _ input: AffineValue, rows: Bool, columns: Bool, factor: Float,
    layout: TensorLayout
  ) throws {
    let geometry = ConvolutionGeometry(
      kernelHeight: rows ? input.map.height : 1, kernelWidth: columns ? input.map.width : 1)
    let target = MapShape(
      channels: input.map.channels, height: rows ? 1 : input.map.height,
      width: columns ? 1 : input.map.width)
    let size = geometry.kernelHeight * geometry.kernelWidth
    let map = LinearMap.depthwise(
      input.map, target, geometry: geometry,
      kernel: [Float](repeating: factor, count: size))
    try pool(layer, input, map, layout: layout)
  }

  /// Takes a pooling as part of the linear region, or as neurons of its own.
  private mutating func pool(
    _ layer: Layer, _ input: AffineValue, _ map: LinearMap, layout: TensorLayout
  ) throws {
    let pooled = try input.applying(map, layout: layout)
    guard input.isNonNegative, !input.terms.isEmpty else {
      if options.pooling == .neurons {
        remarks.append(
          "pooling '\(layer.name)' composed all the same: its input may be negative, as no spike rate is"
        )
      }
      return finish(layer, pooled)
    }
    // Chips without a start step bring biases through a gate's axon, but to readouts read from a later step.
    let isReadFromStart = options.method == .percentile || !options.delayedReadout
    let estimate = PoolingEstimate(
      network, layer, map, known: costs.reduce(0) { $0 + $1.cost.macs },
      limit: options.maximumFanIn - (isReadFromStart && options.method.code == .rate ? 1 : 0))
    switch options.pooling {
    case .compose:
      remarks.append("pooling '\(layer.name)' composed into the next linear map")
    case .neurons: return try pooledNeurons(layer, pooled)
    case .auto:
      guard estimate.prefersComposition else {
        remarks.append("pooling '\(layer.name)' as neurons: \(estimate.reason)")
        return try pooledNeurons(layer, pooled, isRemarked: true)
      }
      remarks.append("pooling '\(layer.name)' composed: \(estimate.reason)")
    }
    finish(layer, pooled)
  }

  private mutating func pooledNeurons(
    _ layer: Layer, _ pooled: AffineValue, isRemarked: Bool = false
  ) throws {
    if !isRemarked { remarks.append("pooling '\(layer.name)' as neurons, as asked") }
    var drive = pooled
    drive.origin = pooled.origin.filter { $0 != layer.name }
    finish(
      layer, try neurons(drive, kind: .pooling, name: layer.name, bound: nil), named: false)
  }

  /// ReduceMean, ReduceSum and ReduceMax.
  mutating func reduce(
    _ layer: Layer, _ reduction: Reduction, keepDimensions: Bool, noopWithEmptyAxes: Bool
  ) throws {
    guard [.mean, .sum, .max].contains(reduction) else {
      throw Refusal(diagnostic: Self.unsuitable(layer))
    }
    let input = try value(layer)
    let shape = input.layout.shape
    let given = try constant(layer, 1)?.integers ?? []
    if given.isEmpty, noopWithEmptyAxes { return finish(layer, input, named: false) }
    guard !given.isEmpty else { throw Refusal(diagnostic: .shapeUnclear(layer, "all axes")) }
    let axes = Set(try given.map { try sampleAxis(layer, Int(clamping: $0), rank: shape.count) })
    let count = axes.reduce(1) { $0 * shape[$1] }
    let factor = reduction == .mean ? 1 / Float(count) : 1
    let reduced = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    let kept =
      keepDimensions ? reduced : shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    if reduction == .max { return try reduceMax(layer, axes: axes, shape: kept) }
    let roles = axes.compactMap { input.layout.role(ofAxis: $0) }
    if case .axes(let order) = input.layout.order, !roles.contains(0) {
      let (rows, columns) = (roles.contains(1), roles.contains(2))
      let map = MapShape(
        channels: input.map.channels, height: rows ? 1 : input.map.height,
        width: columns ? 1 : input.map.width)
      let layout = TensorLayout(shape: reduced, map: map, order: .axes(order)).simplified()
      return try meanOverMap(
        layer, input, rows: rows, columns: columns, factor: factor,
        layout: kept == reduced ? layout : layout.reshaped(kept))
    }
    var result = try summed(input, reduced: reduced, factor: factor)
    if kept != reduced { result.layout = result.layout.reshaped(kept) }
    finish(layer, result)
  }

  /// A sum over any axes, entry by entry.
  private func summed(_ input: AffineValue, reduced: [Int], factor: Float) throws -> AffineValue {
    let layout = TensorLayout.standard(reduced)
    let strides = zip(reduced, TensorLayout.strides(reduced)).map { $0 == 1 ? 0 : $1 }
    let targets = TensorLayout.enumerate(input.layout.shape, strides: strides)
    var sources = [[Int32]](repeating: [], count: layout.count)
    for (element, index) in input.layout.indices.enumerated() {
      sources[Int(targets[element])].append(index)
    }
    var builder = SparseBuilder()
    for list in sources {
      for source in list.sorted() { builder.append(source: Int(source), weight: factor) }
      builder.endTarget()
    }
    return try input.applying(builder.map(source: input.map, target: layout.map), layout: layout)
  }
}

extension WindowAxis {
  /// What each window of an average divides by along this axis.
  func divisors(countIncludePad: Bool) -> [Int] {
    (0..<output).map { position in
      guard countIncludePad else { return taps(output: position).count }
      return (0..<kernel).filter {
        (-padBegin..<input + padEnd).contains(read(output: position, tap: $0))
      }.count
    }
  }

  /// What each window averages along this axis.
  func means(_ divisors: [Int]) -> [[(source: Int, weight: Float)]] {
    (0..<output).map { position in
      taps(output: position).map {
        (read(output: position, tap: $0), 1 / Float(max(1, divisors[position])))
      }
    }
  }
}
