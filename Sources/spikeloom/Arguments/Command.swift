/// How a run of the tool ended, as the shell sees it (architecture.md §4).
enum ExitStatus: Int32 {
  case done = 0
  case badInput = 1
  case doesNotFit = 2
  case differs = 3
  case usage = 64
  case internalError = 70
}

/// One subcommand: its documentation, its options and what it does.
struct Command: Sendable {
  /// The word that calls it.
  var name: String
  /// What it does, one line.
  var summary: String
  /// The positional arguments as the help shows them.
  var positionals: String
  /// Its own options (the common ones come on top).
  var options: [OptionSpecification]
  /// Does it.
  var run: @Sendable (ParsedArguments) throws -> ExitStatus

  /// All options, the common ones last.
  var allOptions: [OptionSpecification] { options + CommonOptions.everywhere }

  /// The help text.
  var help: String {
    let rows = allOptions.map { option in
      let names = option.names.joined(separator: ", ")
      let left = option.placeholder.map { "\(names) \($0)" } ?? names
      let padded = left.count < 30 ? left + String(repeating: " ", count: 30 - left.count) : left
      return "  \(padded) \(option.help)\(option.isRepeatable ? " (repeatable)" : "")"
    }
    let call = ["spikeloom", name, positionals].filter { !$0.isEmpty }.joined(separator: " ")
    return "\(summary)\n\nusage: \(call) [options]\n\n" + rows.joined(separator: "\n")
  }
}

/// The subcommands, in the order of the help text.
enum CommandRegistry {
  static var all: [Command] {
    [
      DemoCommand.command, ImportCommand.command, ConvertCommand.command, CompileCommand.command,
      EmulateCommand.command, CompareCommand.command, SweepCommand.command, MergeCommand.command,
      VerifyCommand.command, ExplainCommand.command, DiffCommand.command,
      ProfilesCommand.command, FitCommand.command, CalibrateCommand.command, NocCommand.command,
      TinyODINCommand.command, BenchCommand.command,
    ]
  }

  /// The help text of the tool.
  static var help: String {
    let width = all.map(\.name.count).max() ?? 0
    let rows = all.map { command in
      let padding = String(repeating: " ", count: width - command.name.count)
      return "  \(command.name)\(padding)  \(command.summary)"
    }
    return """
      Turns a trained network (ONNX) into a spiking one, compiles it onto a neuromorphic chip and runs the
      image on an emulated chip: accuracy, latency and energy (estimates) beside the ANN's own MACs.

      usage: spikeloom COMMAND [options]        (spikeloom COMMAND --help shows a command's options)

      \(rows.joined(separator: "\n"))

      exit codes: 0 done, 1 bad input, 2 does not fit or budget missed, 3 verification (diff --exit-code) found a difference,
      64 usage, 70 bug
      """
  }
}
