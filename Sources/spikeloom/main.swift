import Foundation
import LoomBase

/// Runs the command named by the first word and says how it ended.
func runCommandLine(_ words: [String]) -> ExitStatus {
  guard let first = words.first, first != "--help", first != "-h", first != "help" else {
    if let asked = CommandRegistry.all.first(where: { [$0.name] == words.dropFirst().prefix(1) }) {
      Console.print(asked.help)
      return .done
    }
    Console.print(CommandRegistry.help)
    return words.isEmpty ? .usage : .done
  }
  if first == "--version" {
    Console.print("spikeloom \(Version.number)")
    return .done
  }
  let commands = CommandRegistry.all
  guard let command = commands.first(where: { $0.name == first }) else {
    let nearest = commands.map(\.name).min { editDistance($0, first) < editDistance($1, first) }
    Console.note("error: unknown command '\(first)'; did you mean '\(nearest ?? "")'?")
    return .usage
  }
  do {
    let rest = Array(words.dropFirst())
    if rest.contains("--help") || rest.contains("-h") {
      Console.print(command.help)
      return .done
    }
    if rest.contains("--version") {
      Console.print("spikeloom \(Version.number)")
      return .done
    }
    return try command.run(try ParsedArguments(rest, options: command.allOptions))
  } catch let error as UsageError {
    Console.note("error: \(error)\n\nspikeloom \(command.name) --help shows how it is used")
    return .usage
  } catch let error as DiagnosticsError {
    Console.report(error.diagnostics)
    return error.kind == .doesNotFit ? .doesNotFit : .badInput
  } catch {
    Console.note("internal error: \(error)\nplease report this with the command you ran")
    return .internalError
  }
}

exit(runCommandLine(Array(CommandLine.arguments.dropFirst())).rawValue)
