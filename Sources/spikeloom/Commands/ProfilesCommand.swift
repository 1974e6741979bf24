import LoomBase
import LoomHardware
import LoomReport

/// `profiles`: the chips the tool knows, with the source of every number.
enum ProfilesCommand {
  static let command = Command(
    name: "profiles", summary: "list, show or check chip profiles",
    positionals: "list|show P|check P…", options: [ProfileFlags.set], run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    switch arguments.positionals.first {
    case "list" where arguments.positionals.count == 1: return try list(arguments)
    case "show" where arguments.positionals.count == 2: return try show(arguments)
    case "check" where arguments.positionals.count >= 2: return try check(arguments)
    default: throw UsageError("profiles needs 'list', 'show P' or 'check P…'")
    }
  }

  private static func list(_ arguments: ParsedArguments) throws -> ExitStatus {
    let profiles = try ProfileFile.bundledNames.map { try ProfileFile.load($0, overrides: []) }
    if arguments.has("--json") {
      Console.print(
        json: .array(
          profiles.map {
            .object(["name": .text($0.name), "summary": .text($0.summary)])
          }))
    } else {
      let width = profiles.map(\.name.count).max() ?? 0
      for profile in profiles {
        let padding = String(repeating: " ", count: width - profile.name.count)
        Console.print("\(profile.name)\(padding)  \(profile.summary)")
      }
    }
    return .done
  }

  private static func show(_ arguments: ParsedArguments) throws -> ExitStatus {
    let profile = try ProfileFile.load(
      arguments.positionals[1], overrides: arguments.all("--set"))
    let rows = profile.quantities.sorted { $0.key < $1.key }
    if arguments.has("--json") {
      Console.print(json: json(profile, rows))
      return .done
    }
    Console.print("\(profile.name): \(profile.summary)\nsha256 \(profile.digest)\n")
    let table = rows.map { pointer, quantity in
      [
        pointer, number(quantity.value), quantity.unit, quantity.method.rawValue,
        quantity.range.map { "\(number($0.lowerBound))…\(number($0.upperBound))" } ?? "",
        quantity.source,
      ]
    }
    Console.print(
      TextTable(headers: ["pointer", "value", "unit", "method", "range", "source"], rows: table)
        .text)
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

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }

  private static func json(_ profile: Profile, _ rows: [(key: String, value: Quantity)])
    -> JSONValue
  {
    var quantities: [String: JSONValue] = [:]
    for (pointer, quantity) in rows {
      var entry: [String: JSONValue] = [
        "value": .number(quantity.value), "unit": .text(quantity.unit),
        "source": .text(quantity.source), "method": .text(quantity.method.rawValue),
      ]
      if let range = quantity.range {
        entry["range"] = .array([.number(range.lowerBound), .number(range.upperBound)])
      }
      quantities[pointer] = .object(entry)
    }
    return .object([
      "schema": .text("spikeloom.profile-list/1"), "name": .text(profile.name),
      "summary": .text(profile.summary), "sha256": .text("\(profile.digest)"),
      "structureSha256": .text("\(profile.structureDigest)"), "quantities": .object(quantities),
    ])
  }
}
