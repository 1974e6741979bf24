import LoomBase
import LoomHardware
import LoomReport

/// `profiles`: the chips the tool knows, with the source of every number.
enum ProfilesCommand {
  static let command = Command(
    name: "profiles", summary: "list, show or check chip profiles",
    positionals: "list|show P|check P…", options: [ProfileFlags.set], run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let words = arguments.positionals
    switch words.first {
    case "list" where words.count == 1: return try list(arguments)
    case "show" where words.count == 2: return try show(arguments)
    case "check" where words.count >= 2: return try check(arguments)
    default: throw UsageError("profiles needs 'list', 'show P' or 'check P…'")
    }
  }

  private static func list(_ arguments: ParsedArguments) throws -> ExitStatus {
    let profiles = try ProfileFile.bundledNames.map { try ProfileFile.load($0) }
    if arguments.has("--json") {
      let entries = profiles.map {
        JSONValue.object([
          "name": .text($0.name), "summary": .text($0.summary),
          "runs": .text(ProfileCapabilities.brief($0.neuron)),
        ])
      }
      Console.print(json: .array(entries))
    } else {
      Console.print(ProfileText.list(profiles))
    }
    return .done
  }

  private static func show(_ arguments: ParsedArguments) throws -> ExitStatus {
    let profile = try ProfileFile.load(
      arguments.positionals[1], overrides: arguments.all("--set"))
    if arguments.has("--json") {
      Console.print(json: ProfileText.jsonValue(profile))
    } else {
      Console.print(ProfileText.show(profile))
    }
    return .done
  }

  private static func check(_ arguments: ParsedArguments) throws -> ExitStatus {
    var status = ExitStatus.done
    for name in arguments.positionals.dropFirst() {
      do {
        let profile = try ProfileFile.load(name, overrides: arguments.all("--set"))
        Console.print("\(name): valid, \(profile.quantities.count) sourced numbers")
      } catch {
        Console.report(error.diagnostics)
        status = .badInput
      }
    }
    return status
  }
}
