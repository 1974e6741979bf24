import LoomBase
import LoomNetwork

/// Checks the structure of a network, so that later passes may index without asking.
///
/// A network may come from a file that anybody wrote; every violation is listed.
struct NetworkCheck {
  var diagnostics: [Diagnostic] = []

  /// Largest number of elements of a map that is accepted: what is allocated for a population need not be
  /// backed by bytes of a file.
  static let largestCount = 1 << 24

  mutating func fail(_ message: String, _ layer: String) {
    diagnostics.append(Diagnostic(.error, "SL3001", message, at: .layer(layer)))
  }

  mutating func shape(_ shape: MapShape, _ layer: String) -> Bool {
    let sides = [shape.channels, shape.height, shape.width]
    var count = 1
    for side in sides {
      let product = count.multipliedReportingOverflow(by: side)
      guard side > 0, !product.overflow, product.partialValue <= Self.largestCount else {
        fail("needs a shape of positive, moderate sides, has \(shape)", layer)
        return false
      }
      count = product.partialValue
    }
    return true
  }

  mutating func connectivity(
    _ connectivity: Connectivity, source: MapShape, target: MapShape, weights: Int, _ layer: String
  ) {
    switch connectivity {
    case .convolution(let geometry):
      guard check(geometry, source, target, layer) else { return }
    case .dense:
      guard !source.count.multipliedReportingOverflow(by: target.count).overflow else {
        return fail("needs a matrix of moderate size, has \(source) to \(target)", layer)
      }
    case .sparse(let pattern):
      guard check(pattern, source, target, layer) else { return }
    }
    let needed = connectivity.weightCount(source: source, target: target)
    if needed != weights { fail("needs \(needed) weights, has \(weights)", layer) }
  }

  private mutating func check(
    _ geometry: ConvolutionGeometry, _ source: MapShape, _ target: MapShape, _ layer: String
  ) -> Bool {
    let positive = [
      geometry.kernelHeight, geometry.kernelWidth, geometry.strideY, geometry.strideX,
      geometry.dilationY, geometry.dilationX, geometry.groups,
    ]
    let limit = 1 << 20
    guard positive.allSatisfy({ (1...limit).contains($0) }),
      abs(geometry.padTop) <= limit, abs(geometry.padLeft) <= limit
    else {
      fail("needs kernel, stride, dilation and groups of at least 1, has \(geometry)", layer)
      return false
    }
    guard source.channels % geometry.groups == 0, target.channels % geometry.groups == 0 else {
      fail(
        "needs channels divisible by \(geometry.groups) groups, has \(source) to \(target)", layer)
      return false
    }
    return true
  }

  private mutating func check(
    _ pattern: SparsePattern, _ source: MapShape, _ target: MapShape, _ layer: String
  ) -> Bool {
    let offsets = pattern.targetOffsets
    guard offsets.count == target.count + 1, offsets.first == 0,
      offsets.last == pattern.sources.count, zip(offsets, offsets.dropFirst()).allSatisfy(<=)
    else {
      fail("needs ascending offsets of \(target.count) targets, has \(offsets.count)", layer)
      return false
    }
    guard pattern.sources.allSatisfy({ $0 >= 0 && Int($0) < source.count }) else {
      fail("needs sources below \(source.count), has one beyond", layer)
      return false
    }
    for target in 0..<target.count {
      let row = pattern.sources[offsets[target]..<offsets[target + 1]]
      guard zip(row, row.dropFirst()).allSatisfy(<) else {
        fail("needs ascending sources of target \(target), has others", layer)
        return false
      }
    }
    return true
  }

  mutating func values<Value>(
    _ values: ChannelOrNeuron<Value>, _ shape: MapShape, _ what: String, _ layer: String
  ) {
    if !values.matches(shape) { fail("needs one \(what) per channel or neuron", layer) }
  }
}

extension NetworkCheck {
  /// Every violation of a spiking network.
  static func findings(_ network: SpikingNetwork) -> [Diagnostic] {
    var check = NetworkCheck()
    check.lengths(
      network.timesteps, network.readoutStart, network.outputs, network.populations.count,
      network.name)
    _ = check.shape(network.input.shape, "input")
    for population in network.populations { check.population(population) }
    guard check.diagnostics.isEmpty else { return check.diagnostics }
    for output in network.outputs where network.readout == .spikeCounts {
      let population = network.populations[output.index]
      check.counted(population.name, population.role, network.code)
    }
    for projection in network.projections { check.projection(projection, network.populations) }
    for projection in network.frontEnd {
      check.frontEnd(projection, network.populations, network.input.shape)
    }
    return check.diagnostics
  }

  private mutating func lengths(
    _ timesteps: Int, _ readoutStart: Int, _ outputs: [PopulationID], _ populations: Int,
    _ name: String
  ) {
    if !(1...(1 << 20)).contains(timesteps) {
      fail("needs 1 to 1048576 time-steps, has \(timesteps)", name)
    }
    if !(0..<max(1, timesteps)).contains(readoutStart) {
      fail("needs a readout start below \(timesteps), has \(readoutStart)", name)
    }
    if outputs.isEmpty || !outputs.allSatisfy({ (0..<populations).contains($0.index) }) {
      fail("needs outputs among its \(populations) populations", name)
    }
  }

  private mutating func population(_ population: Population) {
    guard shape(population.shape, population.name) else { return }
    values(population.threshold, population.shape, "threshold", population.name)
    values(population.initialPotential, population.shape, "initial potential", population.name)
    values(population.bias, population.shape, "bias", population.name)
    if !(1...64).contains(population.sites) {
      fail("needs 1 to 64 current sites, has \(population.sites)", population.name)
    }
    guard diagnostics.isEmpty else { return }
    if population.role == .hidden, !allSatisfy(population.threshold, { $0.isFinite && $0 > 0 }) {
      fail("needs positive, finite thresholds", population.name)
    }
    if !allSatisfy(population.bias, \.isFinite)
      || !allSatisfy(population.initialPotential, \.isFinite)
      || !population.calibratedPeak.isFinite
    {
      fail("needs finite biases and initial potentials", population.name)
    }
  }

  private func allSatisfy(
    _ values: ChannelOrNeuron<Float>, _ rule: (Float) -> Bool
  ) -> Bool {
    switch values {
    case .uniform(let value): rule(value)
    case .perChannel(let list), .perNeuron(let list): list.allSatisfy(rule)
    }
  }

  private mutating func projection(_ projection: Projection, _ populations: [Population]) {
    guard populations.indices.contains(projection.source.index),
      populations.indices.contains(projection.target.index)
    else { return fail("needs projections between its populations", "projection") }
    let source = populations[projection.source.index]
    let target = populations[projection.target.index]
    let layer = "\(source.name) → \(target.name)"
    if target.role == .input { fail("needs a target with dynamics, has an input", layer) }
    if source.role == .readout { fail("needs a source that spikes, has a readout", layer) }
    if !(0..<target.sites).contains(projection.site) {
      fail("needs a site below \(target.sites), has \(projection.site)", layer)
    }
    if !(0...(1 << 20)).contains(projection.alignedDelay) {
      fail("needs a delay of 0 or more steps, has \(projection.alignedDelay)", layer)
    }
    connectivity(
      projection.connectivity, source: source.shape, target: target.shape,
      weights: projection.weights.count, layer)
    if !projection.weights.allSatisfy(\.isFinite) { fail("needs finite weights", layer) }
  }

  private mutating func frontEnd(
    _ projection: FrontEndProjection, _ populations: [Population], _ input: MapShape
  ) {
    guard populations.indices.contains(projection.target.index) else {
      return fail("needs a front end onto its populations", "front end")
    }
    let target = populations[projection.target.index]
    let layer = "front end → \(target.name)"
    if target.role == .input { fail("needs a target with dynamics, has an input", layer) }
    if !(0..<target.sites).contains(projection.site) {
      fail("needs a site below \(target.sites), has \(projection.site)", layer)
    }
    connectivity(
      projection.connectivity, source: input, target: target.shape,
      weights: projection.weights.count, layer)
    if !projection.weights.allSatisfy(\.isFinite) { fail("needs finite weights", layer) }
  }
}

extension NetworkCheck {
  /// Every violation of a fixed-point network.
  static func findings(_ network: FixedPointNetwork) -> [Diagnostic] {
    var check = NetworkCheck()
    check.lengths(
      network.timesteps, network.readoutStart, network.outputs, network.populations.count,
      network.name)
    _ = check.shape(network.input.shape, "input")
    for population in network.populations {
      guard check.shape(population.shape, population.name) else { continue }
      check.values(population.threshold, population.shape, "threshold", population.name)
      check.values(population.initialPotential, population.shape, "potential", population.name)
      check.values(population.bias, population.shape, "bias", population.name)
      if !(1...64).contains(population.sites) || !(2...32).contains(population.potentialBits) {
        check.fail("needs 1 to 64 sites and 2 to 32 potential bits", population.name)
      }
    }
    guard check.diagnostics.isEmpty else { return check.diagnostics }
    for output in network.outputs where network.readout == .spikeCounts {
      let population = network.populations[output.index]
      check.counted(population.name, population.role, network.code)
      let worths = (0..<population.shape.channels).map { population.worth(channel: $0) }
      if !worths.allSatisfy({ $0.isFinite && $0 > 0 }) {
        check.fail("needs thresholds and scales above 0 to count spikes", population.name)
      }
    }
    for projection in network.projections { check.fixed(projection, network.populations) }
    for projection in network.frontEnd {
      check.fixed(projection, network.populations, network.input.shape)
    }
    return check.diagnostics
  }

  /// An output whose spikes stand for potentials.
  private mutating func counted(_ name: String, _ role: PopulationRole, _ code: SpikeCode) {
    if role != .hidden {
      fail("needs outputs that fire for a readout by spike counts, has a \(role.rawValue)", name)
    }
    if code != .rate {
      fail("needs the rate code for a readout by spike counts, has \(code.rawValue)", name)
    }
  }

  private mutating func fixed(_ projection: FixedProjection, _ populations: [FixedPopulation]) {
    guard populations.indices.contains(projection.source.index),
      populations.indices.contains(projection.target.index)
    else { return fail("needs projections between its populations", "projection") }
    let source = populations[projection.source.index]
    let target = populations[projection.target.index]
    let layer = "\(source.name) → \(target.name)"
    if target.role == .input { fail("needs a target with dynamics, has an input", layer) }
    if source.role == .readout { fail("needs a source that spikes, has a readout", layer) }
    if !(0..<target.sites).contains(projection.site)
      || !(0...(1 << 20)).contains(projection.alignedDelay)
    {
      fail("needs a site below \(target.sites) and a delay of 0 or more", layer)
    }
    if projection.shifts.count != 1, projection.shifts.count != target.shape.channels {
      fail(
        "needs 1 or \(target.shape.channels) shifts, has \(projection.shifts.count)", layer)
    }
    connectivity(
      projection.connectivity, source: source.shape, target: target.shape,
      weights: projection.weights.count, layer)
  }

  private mutating func fixed(
    _ projection: FixedFrontEnd, _ populations: [FixedPopulation], _ input: MapShape
  ) {
    guard populations.indices.contains(projection.target.index) else {
      return fail("needs a front end onto its populations", "front end")
    }
    let target = populations[projection.target.index]
    let layer = "front end → \(target.name)"
    if target.role == .input { fail("needs a target with dynamics, has an input", layer) }
    if !(0..<target.sites).contains(projection.site) || !(0...62).contains(projection.rightShift) {
      fail("needs a site below \(target.sites) and a right shift of 0 to 62", layer)
    }
    values(projection.offset, target.shape, "offset", layer)
    connectivity(
      projection.connectivity, source: input, target: target.shape,
      weights: projection.weights.count, layer)
  }
}
