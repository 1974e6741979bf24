/// Energy of a spiking layer on the same imagined 45 nm machine as the ANN, pJ per sample (estimate).
///
/// This is no chip: it answers what published estimators (SpikingJelly, syops-counter, Lemaire et al.) would
/// say of the same spikes.
public struct SpikingEnergy: Sendable, Hashable {
  /// FP32 additions only: 0.9 pJ a synaptic operation.
  public var fp32OperationPicojoules: Double = 0
  /// INT8 additions only: 0.03 pJ a synaptic operation.
  public var int8OperationPicojoules: Double = 0
  /// INT32 additions, INT8 weights, memory and addressing after Lemaire et al.
  public var withMemoryPicojoules: Double = 0

  /// Creates zero energy.
  public init() {}

  /// Adds another layer's energy.
  public mutating func add(_ other: SpikingEnergy) {
    fp32OperationPicojoules += other.fp32OperationPicojoules
    int8OperationPicojoules += other.int8OperationPicojoules
    withMemoryPicojoules += other.withMemoryPicojoules
  }
}

/// Analytical models of spiking layers, for comparison with the ledger of the chip.
public enum SpikingBaseline {
  /// Bits of an address event, a potential and a bias.
  private static let stateBits = 32.0

  /// Bits of a weight.
  private static let weightBits = 8.0

  /// The energy of one layer of integrate-and-fire neurons without leak.
  ///
  /// Input spikes are inferred from the synaptic operations and the mean fan-out macs / #in; weight and
  /// potential accesses are the counted synaptic operations (no access beyond the border).
  /// - Parameters:
  ///   - layer: The ANN layer of the same geometry.
  ///   - synapticOperations: Received by the layer, per sample.
  ///   - spikes: Sent by it, per sample.
  ///   - timesteps: T.
  public static func energy(
    of layer: ANNLayer, synapticOperations: Double, spikes: Double, timesteps: Int
  ) -> SpikingEnergy {
    var energy = SpikingEnergy()
    energy.fp32OperationPicojoules = 0.9 * synapticOperations
    energy.int8OperationPicojoules = 0.03 * synapticOperations
    guard layer.macs > 0 else { return energy }
    let updates = Double(timesteps) * layer.outputElements
    let inputSpikes = synapticOperations * layer.inputElements / layer.macs
    let model = MemoryModel.perElement
    let fifo = model.accessPicojoules(elements: layer.inputElements, width: stateBits)
    let weight = model.accessPicojoules(elements: layer.weights, width: weightBits)
    let bias = model.accessPicojoules(elements: layer.outputChannels, width: stateBits)
    let potential = model.accessPicojoules(elements: layer.outputElements, width: stateBits)
    let memory =
      inputSpikes * fifo + synapticOperations * weight + updates * bias
      + 2 * (synapticOperations + updates) * potential + spikes * potential
    let additions = (synapticOperations + updates + spikes) * ANNBaseline.addressAddPicojoules
    let addressAdds = layer.isDense ? synapticOperations : inputSpikes * layer.kernelElements
    let address =
      2 * inputSpikes * ANNBaseline.addressMacPicojoules
      + addressAdds * ANNBaseline.addressAddPicojoules
    energy.withMemoryPicojoules = memory + additions + address
    return energy
  }
}
