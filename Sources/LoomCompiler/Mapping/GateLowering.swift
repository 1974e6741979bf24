import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// Lets hidden biases act only inside the window, on chips without a start step.
///
/// Before: a bias of 1001 at depth 2, acting from chip step 0. After: gate 1 fires from step 0 by its own
/// bias, drives gate 2, whose spike meets two parallel synapses 125·2^3 + 1·2^0 onto the neuron.
enum GateLowering {
  static func apply(_ lowering: inout Lowering) {
    guard lowering.network.schedule == .aligned else { return }
    guard lowering.profile.bias.hasRegister else { return HostGate.apply(&lowering) }
    guard !lowering.profile.neuron.startStep else { return }
    let biased = lowering.network.populations.indices.filter { index in
      let population = lowering.result.populations[index]
      return population.image.start > 0 && population.image.role != .input
        && hasBias(population.bias) && !Precharge.apply(index, &lowering)
    }
    guard let deepest = biased.map({ lowering.result.populations[$0].image.start }).max() else {
      return
    }
    guard let pulse = PulseNeuron(lowering.profile) else {
      lowering.findings.append(
        Diagnostic(
          .error, "SL4006", "needs a gate neuron for its biases, has none",
          at: .layer(lowering.result.populations[biased[0]].name),
          remedy: "choose a profile with a start step or with hard reset"))
      return
    }
    let first = addChain(deepest, pulse, &lowering)
    for index in biased {
      connect(
        gate: first + lowering.result.populations[index].image.start - 1, to: index, &lowering)
    }
  }

  static func hasBias(_ bias: ChannelOrNeuron<Int32>) -> Bool {
    switch bias {
    case .uniform(let value): value != 0
    case .perChannel(let list), .perNeuron(let list): list.contains { $0 != 0 }
    }
  }

  /// Adds gates for depths 1...deepest and returns the index of the first.
  private static func addChain(
    _ deepest: Int, _ pulse: PulseNeuron, _ lowering: inout Lowering
  ) -> Int {
    let first = lowering.result.populations.count
    for depth in 1...deepest {
      lowering.result.populations.append(
        pulse.population(
          name: "gate\(depth)", shape: MapShape(channels: 1), start: depth - 1,
          active: lowering.activeSteps(start: depth - 1, role: .lowering),
          profile: lowering.profile,
          bias: depth == 1 ? pulse.bias : 0, origin: []))
      guard depth > 1 else { continue }
      lowering.result.add(
        SynapseTemplate(
          kind: .broadcast(planes: 1, perNeuron: false), source: first + depth - 2,
          target: first + depth - 1, weights: [pulse.mantissa], shifts: [pulse.shift], site: 0,
          isLowering: true), delay: 1, origin: [])
      lowering.result.inventory.gateSynapses += 1
    }
    lowering.result.inventory.gates += deepest
    return first
  }

  private static func connect(gate: Int, to index: Int, _ lowering: inout Lowering) {
    let population = lowering.result.populations[index]
    let shape = population.image.shape
    let biases = ordered(population.bias, shape)
    guard let grid = BiasGrid.exact(biases.values, format: lowering.profile.weight) else {
      lowering.findings.append(
        Diagnostic(
          .error, "SL4007", "needs biases that are sums of two legal weights, has others",
          at: .layer(population.name), remedy: "quantize the network for this profile"))
      return
    }
    let planes = grid.shifts.count
    let kind = TemplateKind.broadcast(planes: planes, perNeuron: biases.perNeuron)
    let weights = mantissas(biases.values, grid)
    let shifts = grid.shifts.flatMap { shift in
      [UInt8](repeating: UInt8(clamping: shift), count: planes == 1 ? 1 : biases.values.count)
    }
    for site in 0..<population.image.sites {
      lowering.result.add(
        SynapseTemplate(
          kind: kind, source: gate, target: index, weights: weights, shifts: shifts, site: site,
          isLowering: true), delay: 1, origin: population.origin)
      lowering.result.inventory.gateSynapses += planes * shape.count
    }
    lowering.result.populations[index].bias = .uniform(0)
  }

  /// The biases by channel, or by neuron in channel-last order.
  static func ordered(
    _ bias: ChannelOrNeuron<Int32>, _ shape: MapShape
  ) -> (values: [Int64], perNeuron: Bool) {
    switch bias {
    case .uniform(let value):
      return ([Int64](repeating: Int64(value), count: shape.channels), false)
    case .perChannel(let list):
      return (list.map { Int64($0) }, false)
    case .perNeuron(let list):
      var values = [Int64](repeating: 0, count: list.count)
      for (first, last) in TemplateOrder.channelLast(shape).enumerated() {
        values[last] = Int64(list[first])
      }
      return (values, true)
    }
  }

  /// The mantissas of all values, plane after plane.
  static func mantissas(_ values: [Int64], _ grid: BiasGrid) -> [Int16] {
    var weights = [Int16](repeating: 0, count: grid.shifts.count * values.count)
    for (place, value) in values.enumerated() {
      for (plane, mantissa) in (grid.split(value) ?? []).enumerated() {
        weights[plane * values.count + place] = Int16(clamping: mantissa)
      }
    }
    return weights
  }
}
