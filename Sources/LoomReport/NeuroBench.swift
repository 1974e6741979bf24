public import LoomBase
import LoomEnergy

/// NeuroBench's metrics under its own keys (its class names), averages per sample.
///
/// Definitions: NeuroBench 2.x, `neurobench/metrics` and docs/metrics (Yik et al., arXiv 2304.04640). Where the chip's
/// counts differ from a count of PyTorch modules it is said at the member.
public struct NeuroBench: Sendable, Hashable {
  /// Bytes of parameters and buffers (`ModelFootprint`); nil without an image.
  public var footprint: Double?
  /// Zero weights over weights; nil without an image.
  public var connectionSparsity: Double?
  /// 1 − spikes / neuron updates: the share of neurons without a spike over all layers, steps and samples; on chips
  /// without a start step neurons are updated longer than T steps.
  public var activationSparsity: Double?
  /// Multiply-accumulates of layers fed with numbers, whose input is not zero: the first layer and those on the host;
  /// without the trained network the front end's MACs, zeros included.
  public var effectiveMACs: Double
  /// Synaptic operations of spikes; stored zero weights count here, which NeuroBench leaves out.
  public var effectiveACs: Double
  /// What all layers would do with no zero anywhere; nil without the trained network.
  ///
  /// T times the MACs of spiking layers and once those of the others, as the ANN computes them, padding included.
  public var dense: Double?
  /// Updates of membrane potentials; NeuroBench leaves out those that change nothing.
  public var membraneUpdates: Double
  /// The chip's top-1 accuracy; nil if not known or not the metric.
  public var classificationAccuracy: Double?

  /// Takes the metrics of a report.
  init(_ report: ComparisonReport) {
    let operations = report.operations
    footprint = report.facts.footprint?.bytes
    connectionSparsity = report.facts.footprint?.connectionSparsity
    membraneUpdates = operations.neuronUpdates
    activationSparsity =
      membraneUpdates > 0 ? 1 - operations.spikes / operations.neuronUpdates : nil
    effectiveACs = operations.synapticOperations
    classificationAccuracy = report.facts.metric == .top1 ? report.facts.accuracy.chip : nil
    // On the host, or driven by numbers and by no spike.
    let analog = report.layers.filter { layer in
      guard let spiking = layer.spiking else { return true }
      return spiking.synapticOperations == 0
        && report.facts.analogLayers?.contains(spiking.name) != false
    }
    let numbers = analog.flatMap(\.ann)
    effectiveMACs =
      numbers.isEmpty
      ? operations.frontEndMacs : numbers.reduce(0) { $0 + $1.effectiveMacs }
    if operations.macs > 0 {
      let analogMACs = numbers.reduce(0) { $0 + $1.macs }
      dense =
        Double(report.facts.timesteps) * max(operations.macs - analogMACs, 0) + analogMACs
    }
  }

  /// The metrics as JSON, under NeuroBench's keys.
  public var jsonValue: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    return .object([
      "Footprint": number(footprint), "ConnectionSparsity": number(connectionSparsity),
      "ActivationSparsity": number(activationSparsity),
      "SynapticOperations": .object([
        "Effective_MACs": .number(effectiveMACs), "Effective_ACs": .number(effectiveACs),
        "Dense": number(dense),
      ]), "MembraneUpdates": .number(membraneUpdates),
      "ClassificationAccuracy": number(classificationAccuracy),
    ])
  }

  /// The metrics as a person reads them.
  public var text: String {
    func share(_ value: Double?) -> String {
      value.map { ScaledUnits.number(($0 * 10_000).rounded() / 10_000) } ?? "-"
    }
    return "NeuroBench (means per sample)\n  Footprint \(ScaledUnits.optional(footprint)) bytes, "
      + "ConnectionSparsity \(share(connectionSparsity)), "
      + "ActivationSparsity \(share(activationSparsity)), "
      + "MembraneUpdates \(ScaledUnits.number(membraneUpdates))\n  SynapticOperations: "
      + "Effective_MACs \(ScaledUnits.number(effectiveMACs)), "
      + "Effective_ACs \(ScaledUnits.number(effectiveACs)), "
      + "Dense \(ScaledUnits.optional(dense)); "
      + "ClassificationAccuracy \(share(classificationAccuracy))"
  }
}
