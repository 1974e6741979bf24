import LoomBase
import LoomHardware
import LoomImage

/// `explain`: what is where in an image, and why.
enum ExplainCommand {
  static let command = Command(
    name: "explain", summary: "what is where in an image",
    positionals: "X.chip [core N | axon N.M | layer NAME]",
    options: [
      .value(
        "--expand", placeholder: "CORE", help: "the exact synapse memory words of one core"),
      .value(
        "--profile", placeholder: "P",
        help: "measure use against this profile (JSON: only if given, else from the image alone)"),
      ProfileFlags.set,
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    guard let path = arguments.positionals.first else { throw UsageError("X.chip is missing") }
    let scope = try scope(Array(arguments.positionals.dropFirst()))
    let image = try Files.image(path)
    let profile = try ProfileFlags.load(arguments, default: image.profileName)
    if let core = try arguments.integer("--expand", in: 0...Int(UInt32.max)) {
      Console.print(json: try ImageExplanation.expand(image, core: core, profile: profile))
    } else if arguments.has("--json") {
      let named = arguments.has("--profile") ? profile : nil
      Console.print(json: try ImageExplanation.json(image, scope, profile: named))
    } else {
      Console.print(try ImageExplanation.text(image, scope, profile: profile))
    }
    return .done
  }

  private static func scope(_ words: [String]) throws(UsageError) -> ExplanationScope {
    switch (words.first, words.count) {
    case (nil, _): return .whole
    case ("core", 2):
      guard let core = Int(words[1]) else { break }
      return .core(core)
    case ("axon", 2):
      let parts = words[1].split(separator: ".").compactMap { Int($0) }
      guard parts.count == 2 else { break }
      return .axon(core: parts[0], axon: parts[1])
    case ("layer", 2): return .layer(words[1])
    default: break
    }
    throw UsageError(
      "explain needs 'core N', 'axon N.M' or 'layer NAME', has '\(words.joined(separator: " "))'")
  }
}
