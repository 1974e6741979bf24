import LoomBase
import LoomHardware
import LoomNetwork

/// Lists everything of an integer network that the chip's formats cannot hold exactly.
struct IntegerCheck {
  let input: QuantizationInput
  var diagnostics: [Diagnostic] = []

  /// The findings; empty if nothing would change.
  static func findings(_ input: QuantizationInput) -> [Diagnostic] {
    var check = IntegerCheck(input: input)
    for index in input.network.populations.indices { check.population(index) }
    for index in input.network.projections.indices { check.projection(index) }
    for projection in input.network.frontEnd { check.frontEnd(projection) }
    return check.diagnostics
  }

  private mutating func fail(_ message: String, _ layer: String) {
    diagnostics.append(
      Diagnostic(
        .error, "SL3010", message, at: .layer(layer),
        notes: ["the network says its numbers are integers to be taken exactly"],
        remedy: "rescale the network, or choose a profile with wider formats"))
  }

  private mutating func population(_ index: Int) {
    let population = input.network.populations[index]
    guard population.role != .input else { return }
    if population.role == .hidden { thresholds(population) }
    let limit = FixedPoint.maximum(bits: input.potentialBits)
    let potentials = exactIntegers(population.initialPotential)
    if potentials == nil || potentials?.contains(where: { abs($0) >= limit }) == true {
      fail("needs integer initial potentials of \(input.potentialBits) bits", population.name)
    }
    guard let biases = exactIntegers(population.bias) else {
      return fail("needs integer biases, has fractions", population.name)
    }
    let own = input.formats(of: index)
    let format = own.profile.bias
    let path = own.biasPath(index)
    let hasGrid =
      BiasGrid.exact(biases, format: own.profile.weight, equal: HostGate.planes(own.profile)) != nil
    if path == .register, !format.hasRegister, let bias = biases.first(where: { $0 != 0 }) {
      fail("needs a bias of \(bias), has no bias registers", population.name)
    }
    if path == .gate, !hasGrid {
      fail("needs biases that are sums of two weights, has others", population.name)
    }
    if path == .register || (path == .precharged && !hasGrid), format.mantissaBits > 0 {
      let odd = biases.first {
        FixedPoint.roundToMantissa(
          $0, mantissaBits: format.mantissaBits, maximumExponent: format.maximumExponent) != $0
      }
      if let odd {
        fail(
          "needs a bias of \(odd), has mantissas of \(format.mantissaBits) bits", population.name)
      }
    }
  }

  private mutating func thresholds(_ population: Population) {
    guard let values = exactIntegers(population.threshold) else {
      return fail("needs integer thresholds, has fractions", population.name)
    }
    let grid = ThresholdGrid(input.profile, reset: population.reset)
    let move = PotentialQuantization.hardResetMove(population, neuron: input.profile.neuron)
    if let illegal = values.first(where: { !grid.contains($0 + move) }) {
      fail(
        "needs a threshold of \(illegal + move), has multiples of \(grid.smallest) up to "
          + "\(grid.limit)" + (grid.weight == nil ? "" : " that are legal weights"),
        population.name)
    }
    let limit = input.profile.neuron.distinctThresholds
    let distinct = Set(values).count
    if limit > 0, distinct > limit, population.shape.count > 1 {
      diagnostics.append(
        Diagnostic(
          .note, "SL3011", "needs \(distinct) thresholds, has \(limit) on one core",
          at: .layer(population.name)))
    }
  }

  private mutating func projection(_ index: Int) {
    let projection = input.network.projections[index]
    let name = input.network.populations[projection.target.index].name
    if IntegerShifts.choose(input, index) == nil {
      fail(
        "needs integer weights of \(input.profile.weight.bits) bits with one shift from "
          + "\(input.profile.weight.minimumShift) to \(input.profile.weight.maximumShift) per "
          + "\(input.profile.weight.shiftPerChannel ? "channel" : "projection")", name)
    }
  }

  private mutating func frontEnd(_ projection: FrontEndProjection) {
    let preprocessing = input.network.input.preprocessing
    let name = input.network.populations[projection.target.index].name
    let gains = (0..<input.network.input.shape.channels).map {
      preprocessing.scale / preprocessing.deviation(ofChannel: $0)
    }
    let plain = gains.allSatisfy { $0 == 1 } && preprocessing.mean.allSatisfy { $0 == 0 }
    if !plain || projection.weights.contains(where: { $0 != $0.rounded() || abs($0) > 0x1p24 }) {
      fail("needs integer front-end weights and preprocessing of scale 1", name)
    }
  }

  private func exactIntegers(_ values: ChannelOrNeuron<Float>) -> [Int64]? {
    let list: [Float] =
      switch values {
      case .uniform(let value): [value]
      case .perChannel(let values), .perNeuron(let values): values
      }
    let integers = list.compactMap { Int64(exactly: $0) }
    return integers.count == list.count ? integers : nil
  }
}

/// The shifts at which the weights of an integer network are exact.
enum IntegerShifts {
  /// One shift for all channels if one serves, else one each; nil if none does.
  static func choose(_ input: QuantizationInput, _ projection: Int) -> [Int]? {
    let format = input.profile.weight
    let rows = input.rows[projection]
    let weights = input.weights[projection]
    let shape = input.network.populations[input.network.projections[projection].target.index].shape
    var bits = [Int64](repeating: 0, count: shape.channels)
    var largest = bits
    for row in 0..<rows.count {
      for index in rows.range(row) {
        guard let value = Int64(exactly: weights[index]) else { return nil }
        bits[rows.channels[row]] |= abs(value)
        largest[rows.channels[row]] = max(largest[rows.channels[row]], abs(value))
      }
    }
    let all = bits.reduce(0, |)
    if let shift = shift(all, largest.max() ?? 0, format) { return [shift] }
    guard format.shiftPerChannel else { return nil }
    let each = bits.indices.compactMap { shift(bits[$0], largest[$0], format) }
    return each.count == bits.count ? each : nil
  }

  private static func shift(_ bits: Int64, _ largest: Int64, _ format: WeightFormat) -> Int? {
    guard bits != 0 else { return format.minimumShift }
    let top = min(bits.trailingZeroBitCount, format.maximumShift)
    guard top >= format.minimumShift else { return nil }
    let shifts = format.minimumShift...top
    return shifts.first { largest >> Int64($0) <= Int64(format.mantissaLimit) }
  }
}
