import LoomBase
import LoomHardware
import LoomNetwork

/// Thresholds, initial potentials and biases of one population in potential units.
enum PotentialQuantization {
  /// The comparison a neuron makes on the chip.
  static func comparison(
    _ population: Population, neuron: NeuronCapabilities
  ) -> ThresholdComparison {
    neuron.firesOnGreaterOnly ? .greater : .greaterOrEqual
  }

  /// θ of every channel or neuron, on the chip's grid.
  static func thresholds(
    _ population: Population, scales: [Double], profile: Profile
  ) -> ChannelOrNeuron<Int32> {
    guard population.role == .hidden else { return .uniform(0) }
    let grid = ThresholdGrid(profile, reset: population.reset)
    let move = hardResetMove(population, neuron: profile.neuron)
    return convert(population.threshold, population.shape, scales) { wish in
      let nearest = grid.nearest(wish)
      return grid.contains(nearest + move) ? nearest + move : nearest
    }
  }

  /// What must be added to θ of a hard-reset neuron so that the chip's comparison equals the network's.
  static func hardResetMove(_ population: Population, neuron: NeuronCapabilities) -> Int64 {
    guard population.role == .hidden, population.reset == .hard else { return 0 }
    switch (population.comparison, neuron.firesOnGreaterOnly) {
    case (.greaterOrEqual, true): return -1
    case (.greater, false): return 1
    default: return 0
    }
  }

  /// What must be added to v(0) so that the chip's comparison equals the network's, bit for bit.
  ///
  /// A soft-reset neuron on a chip that fires on v > θ only carries one unit more than the network's: then
  /// v ≥ θ ⇔ v + 1 > θ, and subtracting θ keeps the extra unit. Hard reset loses it, so there θ moves.
  static func comparisonOffset(_ population: Population, neuron: NeuronCapabilities) -> Int64 {
    guard population.role == .hidden, population.reset == .soft else { return 0 }
    switch (population.comparison, neuron.firesOnGreaterOnly) {
    case (.greaterOrEqual, true): return 1
    case (.greater, false): return -1
    default: return 0
    }
  }

  /// v(0) of every channel or neuron.
  static func initialPotentials(
    _ population: Population, scales: [Double], profile: Profile, bits: Int
  ) -> ChannelOrNeuron<Int32> {
    let offset = comparisonOffset(population, neuron: profile.neuron)
    let potentials = convert(population.initialPotential, population.shape, scales) { wish in
      FixedPoint.saturate(rounded(wish) + offset, bits: bits)
    }
    return below(thresholds(population, scales: scales, profile: profile), potentials, population)
  }

  /// v(0) one below θ where rounding would make a neuron fire by itself.
  ///
  /// Before: θ = 1 and v(0) = 0.5. After: v(0) = 0.
  private static func below(
    _ thresholds: ChannelOrNeuron<Int32>, _ potentials: ChannelOrNeuron<Int32>,
    _ population: Population
  ) -> ChannelOrNeuron<Int32> {
    let shape = population.shape
    guard population.role == .hidden, population.reset == .hard else { return potentials }
    var values = (0..<shape.count).map { potentials.value(neuron: $0, in: shape) }
    var isChanged = false
    for neuron in values.indices {
      let threshold = thresholds.value(neuron: neuron, in: shape)
      let isQuiet =
        population.initialPotential.value(neuron: neuron, in: shape)
        < population.threshold.value(neuron: neuron, in: shape)
      guard isQuiet, values[neuron] >= threshold else { continue }
      values[neuron] = max(threshold - 1, 0)
      isChanged = true
    }
    return isChanged ? .perNeuron(values) : potentials
  }

  /// v(0) kept where the chip does not fire yet, for neurons whose v(0) is below θ before rounding.
  ///
  /// Before: θ = 1.2 and v(0) = 0.6 units, rounded to 1 and 1. After: v(0) = 0.
  static func belowThreshold(
    _ starts: ChannelOrNeuron<Int32>, _ thresholds: ChannelOrNeuron<Int32>,
    _ population: Population, neuron: NeuronCapabilities
  ) -> ChannelOrNeuron<Int32> {
    guard population.role == .hidden else { return starts }
    let shape = population.shape
    let margin: Int64 = neuron.firesOnGreaterOnly ? 0 : 1
    func kept(_ index: Int) -> Int32 {
      let start = starts.value(neuron: index, in: shape)
      let isBelow =
        population.initialPotential.value(neuron: index, in: shape)
        < population.threshold.value(neuron: index, in: shape)
      let most = Int64(thresholds.value(neuron: index, in: shape)) - margin
      return isBelow ? Int32(clamping: min(Int64(start), most)) : start
    }
    let first = (0..<shape.channels).map { $0 * shape.positions }
    guard starts.isByNeuron || thresholds.isByNeuron else {
      let values = first.map(kept)
      let isSame = zip(first, values).allSatisfy { starts.value(neuron: $0, in: shape) == $1 }
      return isSame ? starts : .perChannel(values)
    }
    let values = (0..<shape.count).map(kept)
    let isSame = values.indices.allSatisfy {
      starts.value(neuron: $0, in: shape) == values[$0]
    }
    return isSame ? starts : .perNeuron(values)
  }

  /// Biases through a gate's synapses or in the bias register.
  static func biases(
    _ index: Int, scales: [Double], input: QuantizationInput
  ) -> ChannelOrNeuron<Int32> {
    let population = input.network.populations[index]
    let bits = input.potentialBits
    let exact = convert(population.bias, population.shape, scales) { wish in
      FixedPoint.saturate(rounded(wish), bits: bits)
    }
    if input.biasPath(index) == .gate {
      let grid = BiasGrid(
        covering: largest(exact), format: input.profile.weight,
        equal: HostGate.planes(input.profile))
      return exact.map { Int32(clamping: grid.round(Int64($0))) }
    }
    let format = input.profile.bias
    guard format.mantissaBits > 0 else { return exact }
    return exact.map { value in
      Int32(
        clamping: FixedPoint.roundToMantissa(
          Int64(value), mantissaBits: format.mantissaBits, maximumExponent: format.maximumExponent))
    }
  }

  private static func largest(_ values: ChannelOrNeuron<Int32>) -> Int64 {
    switch values {
    case .uniform(let value): abs(Int64(value))
    case .perChannel(let list), .perNeuron(let list):
      list.reduce(0) { max($0, abs(Int64($1))) }
    }
  }

  /// The nearest integer, clamped to what 62 bits hold.
  static func rounded(_ value: Double) -> Int64 {
    Int64(max(min(value, 0x1p61), -0x1p61).rounded())
  }

  /// Values times the scale of their channel; equal values collapse to one.
  static func convert(
    _ values: ChannelOrNeuron<Float>, _ shape: MapShape, _ scales: [Double],
    _ transform: (Double) -> Int64
  ) -> ChannelOrNeuron<Int32> {
    if case .perNeuron(let list) = values, shape.positions > 1 {
      return .perNeuron(
        list.indices.map { index in
          Int32(clamping: transform(Double(list[index]) * scales[index / shape.positions]))
        })
    }
    let channels = scales.indices.map { channel in
      let value = values.value(neuron: channel * shape.positions, in: shape)
      return Int32(clamping: transform(Double(value) * scales[channel]))
    }
    let first = channels[0]
    return channels.allSatisfy { $0 == first } ? .uniform(first) : .perChannel(channels)
  }
}

extension ChannelOrNeuron {
  /// Whether neurons of one channel may differ.
  fileprivate var isByNeuron: Bool { if case .perNeuron = self { true } else { false } }
}
