import Foundation
import LoomBase
import LoomCompiler
import LoomHardware
import LoomImport

/// `bench --generate`: how a network of any size is compiled and run.
enum GeneratedBenchCommand {
  private static let own: [OptionSpecification] = [
    .value(
      "--generate", placeholder: "KIND",
      help: "a generated network in place of workloads: "
        + GeneratedKind.allCases.map(\.rawValue).joined(separator: ", ")),
    .value(
      "--neurons", placeholder: "N", help: "of the generated network (default 1e5; rows: as needed)"
    ),
    .value("--synapses", placeholder: "N", help: "of the generated network (default 1e8)"),
    .value("--steps", placeholder: "T", help: "time-steps of its sample (default 100)"),
    .value(
      "--rate", placeholder: "R", help: "share of its inputs that spike in a step (default 0.02)"),
    .value(
      "--modes", placeholder: "LIST",
      help: "functional, analytic, event: what it is run in (default functional,analytic)"),
  ]

  /// Its options beside those of `bench`.
  static let options = own + PlacementFlags.options + [Files.output]

  /// Options that say nothing of workloads.
  static func refuse(_ arguments: ParsedArguments) throws(UsageError) {
    try arguments.refuse(options.map(\.key), "goes with --generate")
  }

  /// Generates, compiles, writes, loads, runs and prints.
  static func run(_ arguments: ParsedArguments, seconds: Double) throws -> ExitStatus {
    try arguments.refuse(
      ["--data", "--only", "--activity", "--mapping"], "does not go with --generate")
    let network = try Self.network(arguments)
    let modes = try Self.modes(arguments)
    let threads = try arguments.integer("--threads", in: 1...1024) ?? 1
    let options = try PlacementFlags.read(arguments)
    try Files.requireFolders(arguments, "--output")
    let profile = try ProfileFlags.load(arguments, default: "loihi2")
    let progress = Progress()
    var bench = GeneratedBench(network, profile: profile, threads: threads)
    let kept = arguments.text("--output")
    let file = kept ?? HostProcess.scratchPath + ".chip"
    defer { if kept == nil { try? FileManager.default.removeItem(atPath: file) } }
    let image = try bench.prepare(file: file, options: options, progress)
    try bench.measure(
      image, modes: modes, seconds: arguments.has("--seconds") ? seconds : 0, progress)
    if arguments.has("--json") {
      Console.print(json: bench.json)
    } else {
      Console.print(bench.text)
    }
    guard bench.agrees else {
      Console.note("error: needs the same counts in every mode, has others")
      return .differs
    }
    return .done
  }

  private static func network(_ arguments: ParsedArguments) throws -> GeneratedNetwork {
    let word = try arguments.required("--generate")
    guard let kind = GeneratedKind(rawValue: word) else {
      let names = GeneratedKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("'--generate' needs one of \(names), has '\(word)'")
    }
    if kind == .rows, arguments.has("--neurons") {
      throw UsageError("the neurons of rows follow from --synapses")
    }
    return try GeneratedNetwork(
      kind, neurons: try count("--neurons", arguments) ?? 100_000,
      synapses: try count("--synapses", arguments) ?? 100_000_000,
      steps: try count("--steps", arguments) ?? 100,
      rate: try arguments.numbers("--rate")?.first ?? 0.02,
      seed: UInt64(try arguments.integer("--seed", in: 0...Int.max) ?? 0))
  }

  /// A whole number, also written as 1e6.
  private static func count(_ key: String, _ arguments: ParsedArguments) throws -> Int? {
    guard let numbers = try arguments.numbers(key) else { return nil }
    guard numbers.count == 1, let number = Int(exactly: numbers[0]), number > 0 else {
      throw UsageError("'\(key)' needs a whole number above 0")
    }
    return number
  }

  private static func modes(_ arguments: ParsedArguments) throws -> [WorkloadMode] {
    guard let text = arguments.text("--modes") else { return [.functional, .analytic] }
    return try text.split(separator: ",").map { word in
      guard let mode = WorkloadMode(rawValue: String(word)) else {
        throw UsageError("'--modes' needs functional, analytic or event, has '\(word)'")
      }
      return mode
    }
  }
}
