import LoomBase
import LoomImage
import LoomNetwork

/// Puts the neurons of planned populations in their new order, wherever they stand in a lowered network.
///
/// Before: a map of 4 × 8 × 8 neurons, lists of synapses in the network's order. After: one row of 256 channels;
/// thresholds, biases and both ends of every template by position.
struct Renumbering {
  private let before: LoweredNetwork
  /// By population: its order; nil: as it is.
  private let orders: [NeuronOrder?]
  private let positions: [[UInt32]?]

  /// The network with the cuts of a plan.
  static func apply(_ plan: GraphPlan, to network: LoweredNetwork) -> LoweredNetwork {
    let orders = zip(plan.cuts, network.populations).map { cut, population in
      cut.map {
        NeuronOrder(map: population.image.shape, neurons: $0.neurons.map { UInt32($0) })
      }
    }
    let pass = Renumbering(
      before: network, orders: orders, positions: orders.map { $0?.positions })
    var result = network.replacingTemplates { [pass.template($1)] }
    for (index, order) in orders.enumerated() {
      guard let order else { continue }
      pass.renumber(&result.populations[index], order)
      result.populations[index].parts = plan.cuts[index]?.parts ?? []
    }
    return result
  }

  /// Whether a template's end at a renumbered source can be listed by neuron.
  static func canRenumberSource(_ template: SynapseTemplate, _ shape: MapShape) -> Bool {
    switch template.kind {
    case .sparse: true
    // A share of sources is a range of indices.
    case .dense: template.sourceRange == nil
    case .broadcast, .sums: false
    case .convolution(let geometry): geometry.isOneToOne(shape)
    }
  }

  private func renumber(_ population: inout LoweredPopulation, _ order: NeuronOrder) {
    population.image.shape = MapShape(channels: order.neurons.count)
    population.image.order = order
    population.threshold = listed(population.threshold, order)
    population.initialPotential = listed(population.initialPotential, order)
    population.bias = listed(population.bias, order)
  }

  /// Values by position.
  private func listed(
    _ values: ChannelOrNeuron<Int32>, _ order: NeuronOrder
  ) -> ChannelOrNeuron<Int32> {
    if case .uniform = values { return values }
    let map = order.map
    return .perNeuron(
      order.neurons.map { neuron in
        let (channel, place) = (Int(neuron) % map.channels, Int(neuron) / map.channels)
        return values.value(neuron: channel * map.positions + place, in: map)
      })
  }

  private func template(_ template: SynapseTemplate) -> SynapseTemplate {
    let (source, target) = (orders[template.source], orders[template.target])
    guard source != nil || target != nil else { return template }
    var result = template
    switch template.kind {
    case .sparse(let starts, let targets): renumberSparse(&result, starts, targets)
    case .dense: renumberDense(&result)
    case .broadcast(let planes, let perNeuron): renumberBroadcast(&result, planes, perNeuron)
    case .convolution: listOneToOne(&result)
    case .sums: break
    }
    if target != nil, template.shifts.count > 1 {
      if case .broadcast = template.kind { return result }
      result.shifts = byPosition(template.target) { neuron, map in
        template.shifts[neuron % map.channels]
      }
    }
    return result
  }

  /// One value for each position of a renumbered population.
  private func byPosition<Value>(_ population: Int, _ value: (Int, MapShape) -> Value) -> [Value] {
    guard let order = orders[population] else { return [] }
    return order.neurons.map { value(Int($0), order.map) }
  }

  /// Lists source by source, targets ascending by position.
  private func renumberSparse(
    _ template: inout SynapseTemplate, _ starts: [UInt32], _ targets: [UInt32]
  ) {
    let weights = template.weights
    let sources = orders[template.source]?.neurons
    let places = positions[template.target]
    var newStarts: [UInt32] = [0]
    newStarts.reserveCapacity(starts.count)
    var newTargets: [UInt32] = []
    newTargets.reserveCapacity(targets.count)
    var newWeights: [Int16] = []
    newWeights.reserveCapacity(weights.count)
    var keys: [UInt64] = []
    for position in 0..<(starts.count - 1) {
      let source = sources.map { Int($0[position]) } ?? position
      keys.removeAll(keepingCapacity: true)
      for entry in Int(starts[source])..<Int(starts[source + 1]) {
        let target = targets[entry]
        let place = places.map { $0[Int(target)] } ?? target
        keys.append(UInt64(place) << 32 | UInt64(entry))
      }
      if places != nil { keys.sort() }
      for key in keys {
        newTargets.append(UInt32(truncatingIfNeeded: key >> 32))
        newWeights.append(weights[Int(UInt32(truncatingIfNeeded: key))])
      }
      newStarts.append(UInt32(newTargets.count))
    }
    template.kind = .sparse(sourceOffsets: newStarts, targets: newTargets)
    template.weights = newWeights
  }

  private func renumberDense(_ template: inout SynapseTemplate) {
    let count = before.populations[template.target].image.shape.count
    let rows = before.populations[template.source].image.shape.count
    let sources = orders[template.source]?.neurons
    let targets = orders[template.target]?.neurons
    var weights: [Int16] = []
    weights.reserveCapacity(template.weights.count)
    for row in 0..<rows {
      let base = (sources.map { Int($0[row]) } ?? row) * count
      if let targets {
        for target in targets { weights.append(template.weights[base + Int(target)]) }
      } else {
        weights += template.weights[base..<(base + count)]
      }
    }
    template.weights = weights
  }

  /// Gates: a weight for each neuron from here on.
  private func renumberBroadcast(
    _ template: inout SynapseTemplate, _ planes: Int, _ perNeuron: Bool
  ) {
    func listed<Value>(_ values: [Value]) -> [Value] {
      let size = values.count / planes
      return (0..<planes).flatMap { plane in
        byPosition(template.target) { neuron, map in
          values[plane * size + (perNeuron ? neuron : neuron % map.channels)]
        }
      }
    }
    template.kind = .broadcast(planes: planes, perNeuron: true)
    if template.shifts.count > 1 { template.shifts = listed(template.shifts) }
    template.weights = listed(template.weights)
  }

  /// Relays: neuron k feeds neuron k.
  private func listOneToOne(_ template: inout SynapseTemplate) {
    guard let order = orders[template.source] else { return }
    template.kind = .sparse(
      sourceOffsets: (0...order.neurons.count).map { UInt32($0) }, targets: order.neurons)
    let weights = template.weights
    template.weights = byPosition(template.source) { neuron, map in
      weights[neuron % map.channels]
    }
  }
}

extension TemplateGeometry {
  /// Whether neuron k of a map feeds neuron k of the next and no other.
  fileprivate func isOneToOne(_ shape: MapShape) -> Bool {
    [kernelHeight, kernelWidth, strideY, strideX].allSatisfy { $0 == 1 } && padTop == 0
      && padLeft == 0 && groups == shape.channels
  }
}
