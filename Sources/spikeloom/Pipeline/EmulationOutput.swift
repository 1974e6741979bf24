import LoomBase
import LoomEmulator
import LoomReport

/// What `emulate` (and `merge` of its parts) prints.
enum EmulationOutput {
  /// Prints JSON with `--json`, else text.
  static func print(
    _ arguments: ParsedArguments, _ priced: ComparisonReport, _ record: RunRecord,
    names: [String]
  ) {
    if arguments.has("--json") {
      Console.print(json: json(priced, record, names))
    } else {
      Console.print(text(priced, record))
    }
  }

  private static func text(_ priced: ComparisonReport, _ record: RunRecord) -> String {
    var lines = [RunText.summary(record)]
    if let value = priced.facts.accuracy.chip {
      let metric = priced.facts.metric
      let said = metric.isShare ? "\((value * 10_000).rounded() / 100) %" : "\(value)"
      lines.append("\(metric == .top1 ? "accuracy" : metric.title) \(said)\n")
    }
    lines += [priced.latencyText + "\n", priced.ledgerText]
    lines += [priced.sensitivity?.text, priced.budget?.text].compactMap { $0.map { "\n" + $0 } }
    return lines.joined(separator: "\n")
  }

  /// The run's counts with the per-sample keys of `compare --json` beside them.
  static func json(
    _ priced: ComparisonReport, _ record: RunRecord, _ names: [String]
  ) -> JSONValue {
    var members = RunText.jsonValue(record, populationNames: names).members ?? [:]
    let compared = priced.jsonValue
    let keys = [
      "latency", "operations", "chip", "image", "profile", "timesteps", "metric", "neurobench",
      "sensitivity", "budget",
    ]
    for key in keys {
      members[key] = compared[key]
    }
    var energy = compared["energy"]?.members ?? [:]
    energy["ann"] = nil
    members["energy"] = .object(energy)
    members["accuracy"] = .object([
      "chip": priced.facts.accuracy.chip.map { .number($0) } ?? .null
    ])
    return .object(members)
  }
}
