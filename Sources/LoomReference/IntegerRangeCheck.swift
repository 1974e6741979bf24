import LoomBase
import LoomNetwork

/// Proves that the sums of an integer network fit 64 bits and its parameters their fields.
enum IntegerRangeCheck {
  /// Sums stay below 2^62, so that adding two of them cannot overflow.
  private static let sumLimit = 0x1p62

  /// All findings about the numbers of a network whose ids and counts are already sound.
  static func findings(of network: FixedPointNetwork) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    for population in network.populations { findings += check(population) }
    for (index, projection) in network.projections.enumerated() {
      findings += check(projection, called: "projection \(index)", in: network)
    }
    for (index, frontEnd) in network.frontEnd.enumerated() {
      findings += check(frontEnd, called: "front end \(index)", in: network)
    }
    if case .floats(let factor) = network.inputQuantization, !factor.isFinite {
      findings.append(Diagnostic(.error, "SL3903", "needs a finite input factor, has \(factor)"))
    }
    return findings.isEmpty ? checkSums(network) : findings
  }

  private static func check(_ population: FixedPopulation) -> [Diagnostic] {
    guard population.role != .input else { return [] }
    func finding(_ message: String) -> [Diagnostic] {
      [Diagnostic(.error, "SL3902", message, at: .layer(population.name))]
    }
    let bits = population.potentialBits
    guard (2...32).contains(bits) else {
      return finding("needs 2 to 32 potential bits, has \(bits)")
    }
    let range = FixedPoint.minimum(bits: bits)...FixedPoint.maximum(bits: bits)
    if let outside = population.initialPotential.first(where: { !range.contains(Int64($0)) }) {
      return finding("needs initial potentials of \(bits) bits, has \(outside)")
    }
    if population.role == .hidden, population.reset == .soft,
      let negative = population.threshold.first(where: { $0 < 0 })
    {
      return finding("needs thresholds of at least 0 for soft reset, has \(negative)")
    }
    return []
  }

  private static func check(
    _ projection: FixedProjection, called name: String, in network: FixedPointNetwork
  ) -> [Diagnostic] {
    let channels = network.populations[projection.target.index].shape.channels
    if ![1, channels].contains(projection.shifts.count) {
      let message = "needs one shift or \(channels), has \(projection.shifts.count)"
      return [Diagnostic(.error, "SL3902", message, at: .layer(name))]
    }
    if let outside = projection.shifts.first(where: { $0 > 31 }) {
      return [
        Diagnostic(.error, "SL3902", "needs shifts up to 31, has \(outside)", at: .layer(name))
      ]
    }
    return []
  }

  private static func check(
    _ frontEnd: FixedFrontEnd, called name: String, in network: FixedPointNetwork
  ) -> [Diagnostic] {
    let shape = network.populations[frontEnd.target.index].shape
    let message: String? =
      if !frontEnd.offset.matches(shape) {
        "needs an offset for each channel or neuron of \(shape), has another number"
      } else if !(0...61).contains(frontEnd.rightShift) {
        "needs a right shift from 0 to 61, has \(frontEnd.rightShift)"
      } else if !(0...31).contains(frontEnd.biasMantissaBits)
        || !(0...30).contains(frontEnd.biasMaximumExponent)
      {
        "needs a bias mantissa of up to 31 bits and an exponent up to 30, has more"
      } else if sumBound(frontEnd, in: network) >= sumLimit {
        "needs front-end sums below 2^62, has larger ones"
      } else {
        nil
      }
    return message.map { [Diagnostic(.error, "SL3902", $0, at: .layer(name))] } ?? []
  }

  private static func sumBound(_ frontEnd: FixedFrontEnd, in network: FixedPointNetwork) -> Double {
    let largestWeight = frontEnd.weights.reduce(0) { max($0, Double($1).magnitude) }
    let offset = frontEnd.offset.largestMagnitude
    let rounding = Double(sign: .plus, exponent: frontEnd.rightShift, significand: 1)
    return Double(network.input.shape.count) * largestWeight * 32768 + offset + rounding
  }

  /// Bounds |Σ| over one step, then over all steps, for the running sums of comparators.
  private static func checkSums(_ network: FixedPointNetwork) -> [Diagnostic] {
    var bounds = network.populations.map { $0.bias.largestMagnitude }
    for projection in network.projections {
      let mantissa = projection.weights.reduce(0) { max($0, Double($1).magnitude) }
      let shift = Int(projection.shifts.max() ?? 0)
      let sources = max(
        network.populations[projection.source.index].shape.count, projection.weights.count)
      bounds[projection.target.index] +=
        mantissa * Double(sources) * Double(sign: .plus, exponent: shift, significand: 1)
    }
    for frontEnd in network.frontEnd { bounds[frontEnd.target.index] += 0x1p31 }
    return zip(network.populations, bounds).compactMap { population, bound in
      bound * Double(network.timesteps + 1) < sumLimit
        ? nil
        : Diagnostic(
          .error, "SL3902", "needs sums of currents below 2^62, has larger ones",
          at: .layer(population.name))
    }
  }
}

extension ChannelOrNeuron {
  /// The first stored value that satisfies a condition.
  func first(where condition: (Value) -> Bool) -> Value? {
    switch self {
    case .uniform(let value): condition(value) ? value : nil
    case .perChannel(let values), .perNeuron(let values): values.first(where: condition)
    }
  }

  /// The value of every neuron in channel-last order.
  func expanded(in shape: MapShape) -> [Value] {
    (0..<shape.count).map { index in
      switch self {
      case .uniform(let value): value
      case .perChannel(let values): values[index % shape.channels]
      case .perNeuron(let values):
        values[(index % shape.channels) * shape.positions + index / shape.channels]
      }
    }
  }
}

extension ChannelOrNeuron where Value: BinaryInteger {
  /// The largest magnitude of the stored values.
  fileprivate var largestMagnitude: Double {
    switch self {
    case .uniform(let value): Double(value).magnitude
    case .perChannel(let values), .perNeuron(let values):
      values.reduce(0) { max($0, Double($1).magnitude) }
    }
  }
}
