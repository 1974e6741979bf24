public import LoomBase
public import LoomNetwork

/// The tensors of a trained network that conversion turns into answers: its outputs before whatever is left
/// to the host (softmax, sigmoid, arg-max).
///
/// The spiking network answers with exactly these numbers, in the same order of outputs.
public struct RawAnswers: Sendable {
  /// The trained network with those tensors as its outputs.
  public let network: Network
  /// The shape of each as a map, as the readout population of the spiking network has it.
  public let shapes: [MapShape]
  /// The shape of the input as a map.
  public let input: MapShape
  private let layouts: [TensorLayout]
  private var functions: AnswerFunctions

  /// Finds the raw answers of a network.
  ///
  /// - Throws: all findings of `Converter.diagnose`; SL2201 for samples of the wrong shape.
  public init(_ network: Network, samples sampleShape: [Int]) throws(DiagnosticsError) {
    let plan = try InputPlan.make(network, samples: sampleShape)
    var builder = RegionBuilder(network, options: ConversionOptions(timesteps: 1), plan: plan)
    let draft = builder.build()
    if !builder.diagnostics.isEmpty { throw DiagnosticsError(.badInput, builder.diagnostics) }
    var raw = network
    raw.outputs = OutputTail(network).roots
    self.network = raw
    input = plan.layout.map
    layouts = draft.outputs.map { draft.populations[$0].sites[0].layout }
    shapes = layouts.map(\.map)
    functions = AnswerFunctions(network, layouts: layouts)
  }

  /// The answers of a network that is not converted as a whole: those of `network`, whose outputs they are.
  init(_ network: Network, input: MapShape, layouts: [TensorLayout]) {
    self.network = network
    self.input = input
    self.layouts = layouts
    shapes = layouts.map(\.map)
    functions = AnswerFunctions(network, layouts: [])
  }

  /// The same answers with the functions behind those of a network whose raw answers they are.
  public func before(functionsOf whole: Network) -> RawAnswers {
    var result = self
    result.functions = AnswerFunctions(whole, layouts: layouts)
    return result
  }

  /// Whether functions were left to the host.
  public var hasFunctions: Bool { !functions.isEmpty }

  /// The network's own outputs, behind the functions left to the host, from raw answers (sample after sample,
  /// outputs one after another, channel-first); an arg-max is not applied.
  ///
  /// - Throws: SL2301 if a function cannot be computed.
  public func finished(_ answers: [Float], samples: Int) throws(DiagnosticsError) -> [Float] {
    precondition(
      answers.count == samples * layouts.reduce(0) { $0 + $1.count },
      "there is a number for every output element")
    do {
      return try functions.applied(to: answers, samples: samples)
    } catch {
      throw DiagnosticsError(
        Diagnostic(.error, "SL2301", "a function behind the answers fails: \(error)"))
    }
  }

  /// The outputs of `network` for a batch as maps: sample after sample, outputs one after another, each
  /// channel-first.
  ///
  /// - Throws: SL2301 for an output that is not one tensor for each sample.
  public func maps(_ outputs: [Tensor], samples: Int) throws(DiagnosticsError) -> [Float] {
    for (output, layout) in zip(outputs, layouts) where output.count != samples * layout.count {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL2301",
          "an output needs \(layout.count) numbers for each sample, has \(output.shape)"))
    }
    precondition(outputs.count == layouts.count, "the outputs are those of the raw network")
    let width = layouts.reduce(0) { $0 + $1.count }
    var result = [Float](repeating: 0, count: samples * width)
    var first = 0
    for (output, layout) in zip(outputs, layouts) {
      let values = output.floats
      let indices = layout.indices
      for sample in 0..<samples {
        for element in 0..<layout.count {
          result[sample * width + first + Int(indices[element])] =
            values[sample * layout.count + element]
        }
      }
      first += layout.count
    }
    return result
  }
}
