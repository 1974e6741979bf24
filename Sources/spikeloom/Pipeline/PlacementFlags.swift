import LoomBase
import LoomCompiler
import LoomImport
import LoomNetwork

/// The options of placement, shared by `compile` and `compare`.
enum PlacementFlags {
  static let options: [OptionSpecification] = [
    .value(
      "--partition", placeholder: "P",
      help: "shared (default): cut so that cores share axons; baseline: naive"),
    .value(
      "--mapping", placeholder: "FILE",
      help: "pins (.json): parts of layers fixed to cores; the rest is mapped around them"),
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
  ) throws -> CompilerOptions {
    var options = CompilerOptions(
      provenance: !arguments.has("--strip"), tool: Version.tool, activity: activity)
    if let path = arguments.text("--mapping") {
      options.pins = try PinFile.decode(
        try AtomicFile.read(path: path), name: Files.name(of: path))
    }
    options.partition = try choice("--partition", of: arguments) ?? options.partition
    options.placement = try choice("--placement", of: arguments) ?? options.placement
    options.placementMoves = try arguments.integer("--placement-moves", in: 0...1_000_000_000)
    options.seed = UInt64(try arguments.integer("--seed", in: 0...Int.max) ?? 0)
    return options
  }

  /// The value of an option that is one of a few words.
  private static func choice<Choice: RawRepresentable & CaseIterable>(
    _ option: String, of arguments: ParsedArguments
  ) throws(UsageError) -> Choice? where Choice.RawValue == String {
    guard let word = arguments.text(option) else { return nil }
    guard let choice = Choice(rawValue: word) else {
      let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("'\(option)' needs one of \(names), has '\(word)'")
    }
    return choice
  }
}

extension SpikingNetwork {
  /// Mean spikes per neuron and step by population, as calibration expects them.
  var activity: [Double] { populations.map { Double($0.expectedRate) } }
}
