import LoomBase
import LoomHardware
import LoomImage
import LoomImport
import LoomReport

/// `explain`: what is where in an image, and why.
enum ExplainCommand {
  static let command = Command(
    name: "explain", summary: "what is where in an image",
    positionals: "X.chip [core N | axon N.M | layer NAME]",
    options: [
      .value(
        "--weight", placeholder: "W",
        help: "core N: its W-th synapse, axon N.M: the axon's W-th: node, channels, kernel place"),
      .value(
        "--channel", placeholder: "C",
        help: "layer NAME, with --kernel: where the weights of this output channel are"),
      .value(
        "--kernel", placeholder: "CIN,KY,KX",
        help: "input channel and place in the kernel (dense, sparse: row and column of the input)"),
      .value(
        "--run", placeholder: "FILE",
        help: "a run of the image (emulate --json, compare --json): share of operations and energy"),
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
    let scope = try scope(Array(arguments.positionals.dropFirst()), arguments)
    let bytes = try AtomicFile.bytes(path: path)
    let image = try ChipFile.decode(bytes, name: Files.name(of: path))
    let profile = try ProfileFlags.load(arguments, default: image.profileName)
    if let core = try arguments.integer("--expand", in: 0...Int(UInt32.max)) {
      Console.print(json: try ImageExplanation.expand(image, core: core, profile: profile))
      return .done
    }
    let share = try share(arguments, image, bytes, scope, profile)
    if arguments.has("--json") {
      let named = arguments.has("--profile") ? profile : nil
      var value = try ImageExplanation.json(image, scope, profile: named)
      if let share, var members = value.members {
        members["run"] = share
        value = .object(members)
      }
      Console.print(json: value)
    } else {
      let text = try ImageExplanation.text(image, scope, profile: profile)
      Console.print(([text] + (share.map { [RunShare.text($0)] } ?? [])).joined(separator: "\n"))
    }
    return .done
  }

  /// What the run given with `--run` tells of the part explained.
  private static func share(
    _ arguments: ParsedArguments, _ image: HardwareImage, _ bytes: FileBytes,
    _ scope: ExplanationScope, _ profile: Profile
  ) throws -> JSONValue? {
    guard let path = arguments.text("--run") else { return nil }
    guard case .run(let document) = try DiffSide(path).content else {
      throw UsageError("'--run' needs a run (emulate --json), '\(path)' is none")
    }
    return try RunShare.json(
      document, image: image, digest: "\(ChipFile.sha256(of: bytes))", scope: scope,
      profile: profile)
  }

  private static func scope(
    _ words: [String], _ arguments: ParsedArguments
  ) throws(UsageError) -> ExplanationScope {
    let whole = try part(words)
    if whole == .whole || arguments.has("--expand") {
      try arguments.refuse(["--run"], "goes with 'core N', 'axon N.M' or 'layer NAME'")
    }
    let weight = try arguments.integer("--weight", in: 0...Int(Int32.max))
    let kernel = try kernel(arguments)
    switch (whole, weight, kernel) {
    case (_, nil, nil): return whole
    case (.core(let core), let weight?, nil): return .synapse(core: core, number: weight)
    case (.axon(let core, let axon), let weight?, nil):
      return .axonSynapse(core: core, axon: axon, synapse: weight)
    case (.layer(let name), nil, let kernel?):
      return .kernel(
        layer: name, channel: kernel[0], input: kernel[1], row: kernel[2], column: kernel[3])
    default:
      throw UsageError(
        "'--weight' goes with 'core N' or 'axon N.M', '--channel' and '--kernel' with 'layer NAME'")
    }
  }

  /// Channel, input channel, row, column.
  private static func kernel(_ arguments: ParsedArguments) throws(UsageError) -> [Int]? {
    let channel = try arguments.integer("--channel", in: 0...Int(Int32.max))
    guard let word = arguments.text("--kernel") else {
      if channel != nil { throw UsageError("'--channel' needs '--kernel CIN,KY,KX'") }
      return nil
    }
    guard let channel else { throw UsageError("'--kernel' needs '--channel C'") }
    let parts = word.split(separator: ",", omittingEmptySubsequences: false).compactMap { Int($0) }
    guard parts.count == 3, word.split(separator: ",").count == 3, parts.allSatisfy({ $0 >= 0 })
    else {
      throw UsageError("'--kernel' needs three whole numbers CIN,KY,KX, has '\(word)'")
    }
    return [channel] + parts
  }

  private static func part(_ words: [String]) throws(UsageError) -> ExplanationScope {
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
