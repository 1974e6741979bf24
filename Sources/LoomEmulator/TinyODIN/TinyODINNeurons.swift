/// What the neuron loop of a tinyODIN core works on: real membranes, or spikes known beforehand.
///
/// Every update says whether the neuron sends a spike: to the queue, to the link, or both.
protocol TinyODINNeurons: Sendable {
  /// Adds the weight of the synapse from a source.
  mutating func addSynapse(from source: Int, to neuron: Int) -> Bool
  /// Adds a weight.
  mutating func add(_ weight: Int, to neuron: Int) -> Bool
  /// Moves the potential towards zero by the neuron's leak.
  mutating func leak(_ neuron: Int) -> Bool
}

/// The membranes and synapses of a tinyODIN core: 12 bits and 4 bits, signed.
struct TinyODINMembranes: TinyODINNeurons {
  private(set) var potentials: [Int16]
  private let thresholds: [Int16]
  private let leaks: [Int16]
  private let isDisabled: [Bool]
  private let weights: [Int8]

  /// Weights are source by source, as many rows and columns as the core has neurons.
  init(_ neurons: [TinyODINNeuron], weights: [Int8]) {
    let count = TinyODINTiming.neurons
    let register = -2048...2047
    precondition(neurons.count == count && weights.count == count * count, "a core is stored whole")
    precondition(
      neurons.allSatisfy {
        (0...127).contains($0.leak) && register.contains($0.threshold)
          && register.contains($0.potential)
      }, "a neuron holds what its registers hold")
    precondition(weights.allSatisfy { (-8...7).contains($0) }, "a weight has 4 bits")
    potentials = neurons.map { Int16($0.potential) }
    thresholds = neurons.map { Int16($0.threshold & 0xfff) }
    leaks = neurons.map { Int16($0.leak) }
    isDisabled = neurons.map(\.isDisabled)
    self.weights = weights
  }

  mutating func addSynapse(from source: Int, to neuron: Int) -> Bool {
    settle(neuron, potentials[neuron] &+ Int16(weights[source &* TinyODINTiming.neurons &+ neuron]))
  }

  mutating func add(_ weight: Int, to neuron: Int) -> Bool {
    settle(neuron, potentials[neuron] &+ Int16(truncatingIfNeeded: weight))
  }

  mutating func leak(_ neuron: Int) -> Bool {
    let potential = potentials[neuron]
    let step = leaks[neuron]
    return settle(
      neuron, potential >= 0 ? max(0, potential &- step) : min(0, potential &+ step))
  }

  /// Writes a potential back, or fires: not below zero, and at or above the threshold read without sign.
  private mutating func settle(_ neuron: Int, _ sum: Int16) -> Bool {
    let next = min(max(sum, -2048), 2047)
    let fires = next >= 0 && next >= thresholds[neuron]
    potentials[neuron] = fires ? 0 : next
    return fires && !isDisabled[neuron]
  }
}
