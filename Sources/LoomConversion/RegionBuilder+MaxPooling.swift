import LoomBase
import LoomNetwork

extension RegionBuilder {
  /// Max pooling in the form asked for.
  mutating func maxPool(_ layer: Layer, _ window: Window, ceilMode: Bool) throws {
    guard layer.outputs.count == 1 || consumers[layer.outputs[1]] == nil else {
      throw Refusal(
        diagnostic: .unsuitable(
          layer, why: "needs max pooling without indices, has indices that are read",
          remedy: "replace unpooling by Resize or ConvTranspose, retrain, and export anew"))
    }
    let input = try value(layer).standardized()
    let axes = try poolAxes(layer, window, input, ceilMode: ceilMode)
    try maxPool(layer, input, axes)
  }

  mutating func globalMaxPool(_ layer: Layer) throws {
    let input = try value(layer).standardized()
    let axes = input.layout.shape.dropFirst().map {
      WindowAxis(
        kernel: $0, stride: 1, dilation: 1, padBegin: 0, padEnd: 0, input: $0, output: 1)
    }
    guard (1...2).contains(axes.count) else {
      throw Refusal(diagnostic: .shapeUnclear(layer, "\(input.layout.shape)"))
    }
    try maxPool(layer, input, axes)
  }

  /// The widest window taken apart, along an axis and as sites of a comparator.
  private static let (widestWindow, mostSites) = (4096, 256)

  /// Max pooling of a standard map along resolved axes.
  mutating func maxPool(_ layer: Layer, _ input: AffineValue, _ axes: [WindowAxis]) throws {
    guard axes.allSatisfy({ $0.kernel <= Self.widestWindow }) else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "a window of at most \(Self.widestWindow)", has: "\(axes.map(\.kernel))"))
    }
    try RegionLimit.check(shape: [input.map.channels] + axes.map(\.output))
    if options.maxPool == .comparator {
      if let pooled = try comparators(layer, input, axes) { return finish(layer, pooled) }
      remarks.append(
        "max pooling '\(layer.name)' by pairs: its input is not what a comparator can take, or its "
          + "window is wider than the comparator")
    }
    var pooled = input
    // ReLU and max commute: pooling spikes is cheaper than pooling two shares of a wide kernel.
    let activation = commonActivation(layer, input.layout)
    if let activation, !input.isNonNegative {
      pooled = try neurons(
        input, kind: .activation, name: activation.name, bound: activation.bound,
        quantization: activation.quantization)
    }
    if let bound = activation?.bound ?? layer.inputs.first?.flatMap({ bounds[$0] }) {
      bounds[layer.outputs[0]] = bound
    }
    let (rows, columns) = Self.planar(axes)
    var result = try pairs(layer, pooled, columns, role: 2)
    result = try pairs(layer, result, rows, role: 1)
    result.layout = .standard([input.map.channels] + axes.map(\.output))
    maxPools.append(
      DraftMaxPool(name: layer.name, input: pooled, output: result, axes: [rows, columns]))
    finish(layer, result)
  }

  private struct CommonActivation {
    var name: String
    var bound: Float?
    var quantization: QuantizedClip?
  }

  /// The activation all readers of a layer apply to a value like its input, if they agree.
  private func commonActivation(_ layer: Layer, _ layout: TensorLayout) -> CommonActivation? {
    guard let output = layer.outputs.first, let readers = consumers[output],
      !network.outputs.contains(output)
    else { return nil }
    if readers.count == 1, let quantized = quantizedActivation(from: readers[0], layout) {
      return CommonActivation(
        name: quantized.name, bound: quantized.clip.bounds.max(), quantization: quantized.clip)
    }
    var found: CommonActivation?
    for reader in readers.map({ network.layers[$0] }) {
      var bound: Float?
      switch reader.operation {
      case .unary(.relu): break
      case .clip:
        guard let low = try? constant(reader, 1)?.floats.first, low == 0,
          let high = try? constant(reader, 2)?.floats.first, high > 0
        else { return nil }
        bound = high < 1e30 ? high : nil
      default: return nil
      }
      if let found, found.bound != bound { return nil }
      found = CommonActivation(name: found?.name ?? reader.name, bound: bound)
    }
    return found
  }

  /// The maximum along one axis as a tree of max(a, b) = a + ReLU(b − a).
  private mutating func pairs(
    _ layer: Layer, _ input: AffineValue, _ axis: WindowAxis, role: Int
  ) throws -> AffineValue {
    if axis.kernel == 1, axis.stride == 1, axis.padBegin == 0, axis.output == axis.input {
      return input
    }
    var items: [AffineValue] = []
    for tap in 0..<axis.kernel { items.append(try picked(input, axis, tap: tap, role: role)) }
    while items.count > 1 {
      var next: [AffineValue] = []
      for index in stride(from: 0, to: items.count, by: 2) {
        guard index + 1 < items.count else {
          next.append(items[index])
          continue
        }
        var difference = items[index + 1].adding(items[index], factor: -1)
        difference.origin = [layer.name]
        let positive = try neurons(
          difference, kind: .pair, name: "\(layer.name).pair", bound: nil)
        next.append(items[index].adding(positive))
      }
      items = next
    }
    return items[0]
  }

  /// What one tap of the window reads; outside the map, what the window's first tap inside it reads.
  private func picked(_ input: AffineValue, _ axis: WindowAxis, tap: Int, role: Int) throws
    -> AffineValue
  {
    let places = axis.places(tap: tap)
    var target = input.map
    if role == 1 { target.height = axis.output } else { target.width = axis.output }
    let layout = TensorLayout(shape: [target.count], map: target, order: .flat)
    let isEven = places.indices.allSatisfy { places[$0] == axis.read(output: $0, tap: tap) }
    if isEven || outline == .coarse {
      let pad = axis.padBegin - tap * axis.dilation
      let geometry = ConvolutionGeometry(
        kernelHeight: 1, kernelWidth: 1, strideY: role == 1 ? axis.stride : 1,
        strideX: role == 2 ? axis.stride : 1, padTop: role == 1 ? pad : 0,
        padLeft: role == 2 ? pad : 0)
      return try input.applying(
        .depthwise(input.map, target, geometry: geometry, kernel: [1]), layout: layout)
    }
    var lists = [
      ResizeAxis.identity(input.map.channels), ResizeAxis.identity(input.map.height),
      ResizeAxis.identity(input.map.width),
    ]
    lists[role] = places.map { [(source: $0, weight: Float(1))] }
    return try input.applying(ResizeAxis.linearMap(input.map, lists), layout: layout)
  }

  /// Comparator populations in place of the neurons before (or the activation behind) a max pooling; nil
  /// where the input is neither.
  private mutating func comparators(
    _ layer: Layer, _ input: AffineValue, _ axes: [WindowAxis]
  ) throws -> AffineValue? {
    guard axes.reduce(1, { $0 * $1.kernel }) <= min(Self.mostSites, options.comparatorSites),
      let drives = try comparatorDrives(layer, input)
    else { return nil }
    let (rows, columns) = Self.planar(axes)
    var map = input.map
    (map.height, map.width) = (rows.output, columns.output)
    let layout = TensorLayout.standard([map.channels] + axes.map(\.output))
    var result = AffineValue(layout: layout, terms: [], bias: [], origin: [])
    for (number, drive) in drives.enumerated() {
      var sites: [AffineValue] = []
      for rowTap in 0..<rows.kernel {
        for columnTap in 0..<columns.kernel {
          let line = try picked(drive.value, columns, tap: columnTap, role: 2)
          sites.append(withoutLateAnalog(try picked(line, rows, tap: rowTap, role: 1)))
        }
      }
      let index = populations.count
      let suffix = drives.count > 1 ? ".\(number + 1)" : ""
      let origin = mergedOrigins(drive.value.origin, drive.names + [layer.name])
      populations.append(
        DraftPopulation(
          name: uniqueName(layer.name + suffix), kind: .comparator, sites: sites,
          bound: drive.bound, quantization: drive.quantization, origin: origin))
      result.add(
        Term(source: index, map: .identity(sites[0].map), firstChannel: drive.firstChannel))
    }
    let limits = drives.compactMap(\.bound)
    if limits.count == drives.count, let limit = limits.max() { bounds[layer.outputs[0]] = limit }
    return result
  }

  private struct ComparatorDrive {
    var value: AffineValue
    var bound: Float?
    var quantization: QuantizedClip?
    var firstChannel: Int
    var names: [String]
  }

  /// The currents to compare: those of the neurons pooled, or the value itself where every reader is an
  /// activation or it cannot be negative.
  private func comparatorDrives(_ layer: Layer, _ input: AffineValue) throws -> [ComparatorDrive]? {
    var drives: [ComparatorDrive] = []
    let areNeurons =
      input.bias.isEmpty && !input.terms.isEmpty
      && input.terms.allSatisfy {
        $0.source >= 0 && $0.map.isIdentity && populations[$0.source].sites.count == 1
          && $0.map.target == populations[$0.source].shape
      } && input.terms.reduce(0) { $0 + $1.map.target.channels } == input.map.channels
      && input.channelParts.count == input.terms.count
    if areNeurons {
      for term in input.terms {
        let population = populations[term.source]
        drives.append(
          ComparatorDrive(
            value: population.sites[0], bound: population.bound,
            quantization: population.quantization, firstChannel: term.firstChannel,
            names: [population.name]))
      }
    } else {
      let activation = commonActivation(layer, input.layout)
      guard activation != nil || input.isNonNegative else { return nil }
      for part in input.channelParts {
        drives.append(
          ComparatorDrive(
            value: try input.channels(part), bound: activation?.bound,
            quantization: activation?.quantization?.channels(part),
            firstChannel: part.lowerBound, names: []))
      }
    }
    // Every site of a comparator has the same bias: it must not depend on the position.
    let areEven = drives.allSatisfy { drive in
      drive.value.bias.isEmpty
        || LinearMap.diagonal(drive.value.map, factors: drive.value.bias)
          .channelFactors(drive.value.map) != nil
    }
    return areEven ? drives : nil
  }
}

extension WindowAxis {
  /// The elements a tap reads at every output position, clamped to the window's first tap inside.
  func places(tap: Int) -> [Int] {
    (0..<output).map { position in
      let place = read(output: position, tap: tap)
      if (0..<input).contains(place) { return place }
      return read(output: position, tap: taps(output: position).first ?? 0)
    }
  }
}
