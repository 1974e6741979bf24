import LoomBase
import LoomCompiler
import LoomNetwork

/// The options of placement, shared by `compile` and `compare`.
enum PlacementFlags {
  static let options: [OptionSpecification] = [
    .value(
      "--placement", placeholder: "P",
      help: "refined (default), hilbert; baselines: rows, random"),
    .value(
      "--placement-moves", placeholder: "N",
      help: "moves that refinement tries (default: grows with the cores)"),
  ]

  /// The compiler's options; rates come from the spiking network where there is one.
  static func read(
    _ arguments: ParsedArguments, activity: [Double]? = nil
  ) throws(UsageError) -> CompilerOptions {
    var options = CompilerOptions(
      provenance: !arguments.has("--strip"), tool: Version.tool, activity: activity)
    if let word = arguments.text("--placement") {
      guard let choice = PlacementChoice(rawValue: word) else {
        let names = PlacementChoice.allCases.map(\.rawValue).joined(separator: ", ")
        throw UsageError("'--placement' needs one of \(names), has '\(word)'")
      }
      options.placement = choice
    }
    options.placementMoves = try arguments.integer("--placement-moves", in: 0...1_000_000_000)
    options.seed = UInt64(try arguments.integer("--seed", in: 0...Int.max) ?? 0)
    return options
  }
}

extension SpikingNetwork {
  /// Mean spikes per neuron and step by population, as calibration expects them.
  var activity: [Double] { populations.map { Double($0.expectedRate) } }
}
