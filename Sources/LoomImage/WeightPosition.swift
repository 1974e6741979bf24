import LoomBase

/// What one stored weight of a template is in the network: which output channel reads which input.
///
/// In a convolution `row` and `column` are the place in the kernel, shared by all positions. In other
/// templates nothing is shared: they are the place of the source neuron in its map, and `target` is the
/// place of the target neuron.
public struct WeightPosition: Sendable, Hashable {
  /// A place in a map.
  public struct Place: Sendable, Hashable {
    /// The row.
    public var row: Int
    /// The column.
    public var column: Int

    /// Creates a place.
    public init(row: Int, column: Int) {
      self.row = row
      self.column = column
    }
  }

  /// The template.
  public var template: Int
  /// Its position in the template's weights.
  public var weight: Int
  /// The channel of the target map.
  public var outputChannel: Int
  /// The channel of the source map.
  public var inputChannel: Int
  /// The row in the kernel, or of the source neuron.
  public var row: Int
  /// The column in the kernel, or of the source neuron.
  public var column: Int
  /// The target neuron, where the weight serves only one.
  public var target: Place?
  /// The plane of a broadcast; 0 else.
  public var plane: Int
  /// The stored mantissa.
  public var mantissa: Int
  /// Its left shift.
  public var shift: Int

  /// The current of one spike, in potential units.
  public var value: Int { mantissa << shift }
}

extension HardwareImage {
  /// What a stored weight is; nil if the image has no such template or weight.
  public func position(template index: Int, weight: Int) -> WeightPosition? {
    guard templates.indices.contains(index), templates[index].weights.indices.contains(weight)
    else { return nil }
    let template = templates[index]
    let source = populations[template.source]
    let target = populations[template.target]
    var position = WeightPosition(
      template: index, weight: weight, outputChannel: 0, inputChannel: 0, row: 0, column: 0,
      target: nil, plane: 0, mantissa: Int(template.weights[weight]), shift: 0)
    switch template.kind {
    case .convolution(let geometry):
      position.fill(
        geometry, source.shape, target.shape,
        inputs: template.inputChannels(source.shape, groups: geometry.groups))
    case .dense:
      let count = target.shape.count
      position.fill(
        source: weight / count + template.denseSources(source.shape).lowerBound, source,
        target: weight % count, target)
    case .sparse(let offsets, let targets):
      // The last list that starts at or before the entry, empty lists skipped.
      let list = offsets.partitioningIndex { Int($0) > weight } - 1
      position.fill(source: list, source, target: Int(targets[weight]), target)
    case .broadcast(_, let perNeuron):
      let size = perNeuron ? target.shape.count : target.shape.channels
      position.plane = weight / size
      let neuron = target.neuron(at: weight % size)
      position.outputChannel = neuron % target.map.channels
      if perNeuron { position.setTarget(neuron, target.map) }
    case .sums: return nil
    }
    position.shift = Int(shift(of: position))
    return position
  }

  /// The weights by which a channel of a population reads an input channel at a place in the kernel (or,
  /// where no kernel is shared, in the source map); those of lowering are left out.
  ///
  /// Where its inputs are split, those onto its partial sums.
  public func weights(
    ofPopulation population: Int, channel: Int, input: Int, row: Int, column: Int
  ) -> [WeightPosition] {
    guard populations.indices.contains(population), channel >= 0, input >= 0, row >= 0, column >= 0,
      channel < populations[population].map.channels
    else { return [] }
    let receivers = partialPopulations(of: population) + [population]
    return templates.indices.filter {
      receivers.contains(templates[$0].target) && !templates[$0].isLowering
    }.flatMap { index in
      indices(templates[index], channel, input, row, column).compactMap {
        position(template: index, weight: $0)
      }
    }
  }

  private func indices(
    _ template: SynapseTemplate, _ channel: Int, _ input: Int, _ row: Int, _ column: Int
  ) -> [Int] {
    let source = populations[template.source].map
    let target = populations[template.target].map
    guard input < source.channels else { return [] }
    if case .convolution(let geometry) = template.kind {
      let perGroup = target.channels / geometry.groups
      let inputs = source.channels / geometry.groups
      let kept = template.inputChannels(source, groups: geometry.groups)
      guard row < geometry.kernelHeight, column < geometry.kernelWidth,
        input / inputs == channel / perGroup, kept.contains(input % inputs)
      else { return [] }
      let place = input / inputs * kept.count + input % inputs - kept.lowerBound
      let tap = (place * geometry.kernelHeight + row) * geometry.kernelWidth + column
      return [tap * perGroup + channel % perGroup]
    }
    guard row < source.height, column < source.width else { return [] }
    let known = (row * source.width + column) * source.channels + input
    let neuron = populations[template.source].position(of: known)
    let feeds = populations[template.target]
    switch template.kind {
    case .convolution, .sums: return []
    case .dense:
      let kept = template.denseSources(source)
      guard kept.contains(neuron) else { return [] }
      let first = (neuron - kept.lowerBound) * target.count
      return (0..<target.positions).map {
        first + feeds.position(of: $0 * target.channels + channel)
      }
    case .sparse(let offsets, let targets):
      return (Int(offsets[neuron])..<Int(offsets[neuron + 1])).filter {
        feeds.neuron(at: Int(targets[$0])) % target.channels == channel
      }
    case .broadcast(let planes, let perNeuron):
      let places = perNeuron ? target.positions : 1
      let size = perNeuron ? target.count : target.channels
      return (0..<planes).flatMap { plane in
        (0..<places).map {
          let place = $0 * target.channels + channel
          return plane * size + (perNeuron ? feeds.position(of: place) : place)
        }
      }
    }
  }
}

extension WeightPosition {
  fileprivate mutating func fill(
    _ geometry: TemplateGeometry, _ source: MapShape, _ target: MapShape, inputs: Range<Int>
  ) {
    let perGroup = target.channels / geometry.groups
    let tap = weight / perGroup
    column = tap % geometry.kernelWidth
    row = tap / geometry.kernelWidth % geometry.kernelHeight
    let place = tap / geometry.kernelWidth / geometry.kernelHeight
    let group = place / inputs.count
    inputChannel =
      group * (source.channels / geometry.groups) + inputs.lowerBound + place % inputs.count
    outputChannel = group * perGroup + weight % perGroup
  }

  /// Positions of the mapped order become neurons of the network's maps.
  fileprivate mutating func fill(
    source position: Int, _ source: ImagePopulation, target other: Int, _ target: ImagePopulation
  ) {
    let neuron = source.neuron(at: position)
    let channels = source.map.channels
    inputChannel = neuron % channels
    row = neuron / channels / source.map.width
    column = neuron / channels % source.map.width
    let fed = target.neuron(at: other)
    outputChannel = fed % target.map.channels
    setTarget(fed, target.map)
  }

  fileprivate mutating func setTarget(_ neuron: Int, _ shape: MapShape) {
    let position = neuron / shape.channels
    target = Place(row: position / shape.width, column: position % shape.width)
  }
}

extension HardwareImage {
  /// The shift of a weight; of renumbered targets shifts stand by position.
  fileprivate func shift(of position: WeightPosition) -> UInt8 {
    let template = templates[position.template]
    if template.shifts.count == 1 { return template.shifts[0] }
    let target = populations[template.target].shape
    switch template.kind {
    case .broadcast: return template.shifts[position.weight]
    case .sparse(_, let targets):
      return template.shifts[Int(targets[position.weight]) % target.channels]
    case .dense: return template.shifts[position.weight % target.channels]
    case .convolution, .sums: return template.shifts[position.outputChannel]
    }
  }
}

extension ImagePopulation {
  /// The position of the mapped order at which a neuron of the network (channel-last) stands.
  fileprivate func position(of neuron: Int) -> Int {
    guard let order else { return neuron }
    return order.neurons.firstIndex(of: UInt32(neuron)) ?? neuron
  }
}

extension [UInt32] {
  /// The first position whose value meets a condition that holds from there on.
  fileprivate func partitioningIndex(_ belongs: (UInt32) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = low + (high - low) / 2
      if belongs(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
