/// A tinyODIN core, exact to the clock cycle: 256 leaky integrate-and-fire neurons, 64 k 4-bit synapses.
///
/// Rules: `tinyodin-rtl/README.md`, from the published Verilog (ChFrenkel/tinyODIN, 2023). Cycle 0 is the first
/// one with the core idle, its queue empty and the sender at hand.
public struct TinyODINCore: Sendable {
  private let configuration: TinyODINConfiguration
  private let neurons: [TinyODINNeuron]
  private let weights: [Int8]

  /// Creates a core from its 256 neurons and 256 × 256 weights, source by source, each -8...7.
  public init(
    _ configuration: TinyODINConfiguration, neurons: [TinyODINNeuron], weights: [Int8]
  ) {
    self.configuration = configuration
    self.neurons = neurons
    self.weights = weights
  }

  /// Offers events one after another and works until nothing is left to do.
  ///
  /// The request of an event rises in the first cycle that is neither before its own `notBefore` nor before the
  /// cycle in which the sender sees the former acknowledge low.
  ///
  /// - Throws: when the core is still active past the configuration's limit.
  public func run(_ stimuli: [TinyODINStimulus]) throws(TinyODINRunError) -> TinyODINRecord {
    var controller = TinyODINController(
      configuration, neurons: TinyODINMembranes(neurons, weights: weights))
    var handshakes: [TinyODINRecord.Handshake] = []
    handshakes.reserveCapacity(stimuli.count)
    for stimulus in stimuli {
      handshakes.append(
        try controller.take(
          stimulus.input, notBefore: stimulus.notBefore, step: stimulus.step))
    }
    try controller.finish()
    let activity = controller.activity
    var totals = TinyODINTotals()
    totals.endCycle = activity.end
    totals.busyCycles = activity.busyCycles
    totals.outputEvents = controller.outputs.count
    totals.inputEvents = stimuli.count
    totals.queueFullCycles = controller.queue.fullCycles
    totals.droppedSpikes = controller.queue.dropped
    totals.states = controller.states
    return TinyODINRecord(
      outputs: controller.outputs, potentials: controller.neurons.potentials.map { Int($0) },
      totals: totals, steps: activity.steps, handshakes: handshakes)
  }
}
