public import LoomBase
public import LoomNetwork

/// A trained network divided into a head on the host, a part for the chip and a tail on the host.
///
/// One tensor enters the chip part; one or several leave it. Each part is a network of its own over the same
/// values, so that their computation one after another is that of the whole.
public struct HybridSplit: Sendable {
  /// The undivided network; its outputs are its answers before what is always left to the host (softmax,
  /// arg-max).
  public let whole: Network
  /// What runs on the host before the chip, from the input to the tensor that enters the chip; nil: nothing.
  public let head: Network?
  /// What is converted: its input is the head's output, its outputs are what the tail reads and answers.
  public let chip: Network
  /// What runs on the host behind the chip: from tensors of the chip part to answers; nil: nothing.
  public let tail: Network?
  /// What the user should know of the division.
  public let remarks: [String]

  /// Divides a network as a user asks.
  ///
  /// Layers that the named ones need (head), or that are computed from them (tail), come along; so does an
  /// activation right before the tail, whose input the chip then only accumulates.
  /// - Throws: SL2032 for unknown names, SL2033 where other than one tensor would enter the chip or some
  ///   would go past it, SL2034 where nothing is left to the chip.
  public init(_ network: Network, host: HostSelection) throws(DiagnosticsError) {
    var whole = network
    whole.outputs = OutputTail(network).roots
    let graph = DataGraph(whole)
    var sides = try HostSides(host, graph: graph, full: network)
    let asked = HybridCut(graph, head: sides.head, tail: sides.tail)
    guard asked.isClean else { throw DiagnosticsError(Self.finding(asked)) }
    let activations = TailActivations(asked)
    let cut = HybridCut(graph, head: sides.head, tail: activations.tail)
    guard cut.isClean else { throw DiagnosticsError(Self.finding(cut)) }
    sides.remarks += activations.remarks
    self.whole = whole
    let entering = cut.intoChip
    let answers = whole.outputs.filter { graph.producers[$0].map(cut.isOnChip) ?? false }
    let leaving = answers + cut.outOfChip.filter { !answers.contains($0) }
    let behind = whole.outputs.filter { graph.producers[$0].map { cut.tail[$0] } ?? false }
    head =
      cut.head.contains(true)
      ? graph.part(cut.head, inputs: network.inputs, outputs: entering) : nil
    chip = graph.part(cut.chip, inputs: entering, outputs: leaving)
    tail = behind.isEmpty ? nil : graph.part(cut.tail, inputs: cut.outOfChip, outputs: behind)
    remarks = sides.remarks + Self.frontEndRemark(cut) + Self.neuronRemark(cut)
  }

  /// The names of the layers of the head, in order.
  public var headLayers: [String] { head?.layers.map(\.name) ?? [] }

  /// The names of the layers of the tail, in order.
  public var tailLayers: [String] { tail?.layers.map(\.name) ?? [] }

  /// The tensor that enters the chip part, with its shape.
  public var entering: NetworkValue { chip[chip.inputs[0]] }

  /// The tensors of the chip part that the tail reads, with their shapes.
  public var leaving: [NetworkValue] { tail.map { part in part.inputs.map { part[$0] } } ?? [] }

  /// SL2033 and SL2034: why a division cannot be.
  private static func finding(_ cut: HybridCut) -> Diagnostic {
    let network = cut.graph.network
    let remedy = cut.cleanNeighbour().map { "--host \($0) is a cut that works" }
    guard !cut.hasIdleChip, !cut.intoChip.isEmpty else {
      return Diagnostic(
        .error, "SL2034",
        "needs a layer that computes left to the chip, has everything on the host",
        remedy: remedy ?? "name fewer layers with --host")
    }
    func list(_ values: [ValueID]) -> String {
      values.map { id in
        let shape = network[id].shape.map { $0.dropFirst().map(String.init).joined(separator: "×") }
        return "'\(network[id].name)'" + (shape.map { " (\($0))" } ?? "")
      }.joined(separator: ", ")
    }
    var notes: [String] = []
    if !cut.pastChip.isEmpty {
      notes.append("past the chip, from host to host or to an answer: \(list(cut.pastChip))")
    }
    return Diagnostic(
      .error, "SL2033",
      "needs one tensor that crosses from the host to the chip and none past it, has "
        + "\(cut.intoChip.count) (\(list(cut.intoChip))) and \(cut.pastChip.count) past it",
      notes: notes, remedy: remedy ?? "cut where the network has one path only")
  }

  /// A chip part without an activation is legal and of little use.
  private static func neuronRemark(_ cut: HybridCut) -> [String] {
    cut.hasNeurons
      ? [] : ["no activation is left to the chip: with coding direct none of its neurons spikes"]
  }

  /// With coding `direct`, what stands between the head and the chip's first activation is the front end's.
  private static func frontEndRemark(_ cut: HybridCut) -> [String] {
    guard cut.head.contains(true) else { return [] }
    let graph = cut.graph
    var analog = Set(cut.intoChip)
    var names: [String] = []
    for index in graph.network.layers.indices where cut.isOnChip(index) {
      let layer = graph.network.layers[index]
      guard graph.reads(index).contains(where: analog.contains) else { continue }
      if layer.operation.multiplies { names.append("'\(layer.name)'") }
      if !layer.operation.isSpikingActivation { analog.formUnion(layer.outputs) }
    }
    guard !names.isEmpty else { return [] }
    return [
      "behind the head no activation comes first: with coding direct the front end on the host computes "
        + names.joined(separator: ", ")
        + " too (cut before the activation, or --coding rate, leaves it to the chip)"
    ]
  }
}
