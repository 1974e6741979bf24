/// Energy of one layer (or the whole) of the trained network itself, pJ per sample (estimate).
public struct ANNEnergy: Sendable, Hashable {
  /// Dense MACs only.
  public var operationPicojoules: Double = 0
  /// Only the MACs whose input activation is not zero.
  public var effectiveOperationPicojoules: Double = 0
  /// Operations, memory accesses (one for each element) and addressing, after Lemaire et al.
  public var withMemoryPicojoules: Double = 0
  /// The same with elements packed into 64-bit words.
  public var withPackedMemoryPicojoules: Double = 0

  /// Creates zero energy.
  public init() {}

  /// Adds another layer's energy.
  public mutating func add(_ other: ANNEnergy) {
    operationPicojoules += other.operationPicojoules
    effectiveOperationPicojoules += other.effectiveOperationPicojoules
    withMemoryPicojoules += other.withMemoryPicojoules
    withPackedMemoryPicojoules += other.withPackedMemoryPicojoules
  }
}

/// What the trained network would cost by itself.
///
/// Counts of reads, writes and operations are those of Lemaire et al. 2022 (arXiv 2210.13107; formulas as in
/// LEAT-EDGE/qualia-plugin-snn) for convolutions and dense layers.
public enum ANNBaseline {
  /// One INT32 addition for addressing, pJ (Horowitz 2014).
  static let addressAddPicojoules = 0.1

  /// One INT32 multiply-accumulate for addressing, pJ (Horowitz 2014).
  static let addressMacPicojoules = 3.2

  /// The energy of all layers.
  public static func energy(of layers: [ANNLayer], precision: ANNPrecision) -> ANNEnergy {
    var sum = ANNEnergy()
    for layer in layers { sum.add(energy(of: layer, precision: precision)) }
    return sum
  }

  /// The energy of one layer.
  public static func energy(of layer: ANNLayer, precision: ANNPrecision) -> ANNEnergy {
    var energy = ANNEnergy()
    energy.operationPicojoules = layer.macs * precision.macPicojoules
    energy.effectiveOperationPicojoules = layer.effectiveMacs * precision.macPicojoules
    let operations =
      energy.operationPicojoules + layer.outputElements * precision.addPicojoules
      + addressAdditions(of: layer) * addressAddPicojoules
    energy.withMemoryPicojoules =
      operations + memory(of: layer, precision: precision, model: .perElement)
    energy.withPackedMemoryPicojoules =
      operations + memory(of: layer, precision: precision, model: .packedWords)
    return energy
  }

  /// Additions that compute addresses: #in + #out + Cout · K² (convolution), Nin · Nout (dense).
  static func addressAdditions(of layer: ANNLayer) -> Double {
    layer.isDense
      ? layer.macs
      : layer.inputElements + layer.outputElements + layer.outputChannels * layer.kernelElements
  }

  /// Reads of inputs, weights and biases and writes of outputs.
  static func memory(
    of layer: ANNLayer, precision: ANNPrecision, model: MemoryModel
  ) -> Double {
    let input = model.accessPicojoules(
      elements: layer.inputElements, width: precision.activationBits)
    let weight = model.accessPicojoules(elements: layer.weights, width: precision.weightBits)
    let bias = model.accessPicojoules(elements: layer.outputChannels, width: precision.biasBits)
    let output = model.accessPicojoules(
      elements: layer.outputElements, width: precision.activationBits)
    let inputReads = layer.isDense ? layer.inputElements : layer.macs
    return inputReads * input + layer.macs * weight + layer.outputElements * (bias + output)
  }
}
