public import LoomBase

/// What is different between two runs: metrics, layers, answers.
public struct RunDifference: Sendable, Equatable {
  /// A sample that got another answer.
  public struct PredictionChange: Sendable, Equatable {
    /// The sample.
    public var sample: Int
    /// The class before.
    public var before: Int
    /// The class after.
    public var after: Int

    /// Creates a change.
    public init(sample: Int, before: Int, after: Int) {
      self.sample = sample
      self.before = before
      self.after = after
    }
  }

  /// Words and flags: which image, profile, method.
  public var facts: [FieldChange] = []
  /// Numbers, by name.
  public var metrics: [MetricChange] = []
  /// Layers whose numbers changed.
  public var layers: [(name: String, metrics: [MetricChange])] = []
  /// Layers that only one run has.
  public var onlyLayers: [ItemChange] = []
  /// Lists (by core, by step) in which elements differ.
  public var lists: [FieldChange] = []
  /// Samples that both runs answered; nil if one does not list its answers.
  public var comparedPredictions: Int?
  /// Those that changed class.
  public var predictions: [PredictionChange] = []
  /// What else to know.
  public var remarks: [String] = []

  /// Compares two runs; `host` is left out.
  public init(_ before: RunDocument, _ after: RunDocument) {
    compareLeaves(before, after)
    compareLayers(before, after)
    compareLists(before.lists(), after.lists())
    if let old = before.predictions, let new = after.predictions {
      comparedPredictions = min(old.count, new.count)
      for (sample, (first, second)) in zip(old, new).enumerated() where first != second {
        predictions.append(PredictionChange(sample: sample, before: first, after: second))
      }
      if old.count != new.count {
        remarks.append("answers compared for the first \(min(old.count, new.count)) samples")
      }
    }
    if before.schema != after.schema {
      remarks.append(
        "one is '\(before.schema)', the other '\(after.schema)': compared is what both tell")
    }
    if before.samples != after.samples {
      remarks.append(
        "the runs are of \(Int(clamping: before.samples)) and \(Int(clamping: after.samples)) samples: means are of different samples"
      )
    }
  }

  /// Whether nothing is different.
  public var isEmpty: Bool {
    facts.isEmpty && metrics.isEmpty && layers.isEmpty && onlyLayers.isEmpty && lists.isEmpty
      && predictions.isEmpty && remarks.isEmpty
  }

  /// Two differences that say the same.
  public static func == (left: RunDifference, right: RunDifference) -> Bool {
    left.members == right.members
  }

  private mutating func compareLeaves(_ before: RunDocument, _ after: RunDocument) {
    let (old, new) = (before.leaves(), after.leaves())
    for name in Set(old.keys).union(new.keys).sorted() {
      let (first, second) = (old[name], new[name])
      // What one kind of report never tells is no change.
      if before.schema != after.schema, first == nil || second == nil { continue }
      let numbers = (first?.double, second?.double)
      let isNumber = numbers.0 != nil || numbers.1 != nil
      if isNumber {
        if numbers.0 != numbers.1 {
          metrics.append(MetricChange(name: name, before: numbers.0, after: numbers.1))
        }
      } else {
        facts += FieldChange.found(name, first, second)
      }
    }
  }

  private mutating func compareLayers(_ before: RunDocument, _ after: RunDocument) {
    let (old, new) = (before.layers, after.layers)
    let match = ListMatch(old.map(\.name), new.map(\.name))
    for pair in match.pairs {
      let numbers = (old[pair.before].numbers, new[pair.after].numbers)
      let keys =
        before.schema == after.schema
        ? Set(numbers.0.keys).union(numbers.1.keys)
        : Set(numbers.0.keys).intersection(numbers.1.keys)
      let changed = keys.sorted().compactMap { key in
        numbers.0[key] == numbers.1[key]
          ? nil : MetricChange(name: key, before: numbers.0[key], after: numbers.1[key])
      }
      if !changed.isEmpty { layers.append((old[pair.before].name, changed)) }
    }
    onlyLayers =
      match.removed.map { ItemChange(name: old[$0].name, kind: .removed) }
      + match.added.map { ItemChange(name: new[$0].name, kind: .added) }
  }

  private mutating func compareLists(
    _ before: [String: [JSONValue]], _ after: [String: [JSONValue]]
  ) {
    for name in Set(before.keys).intersection(after.keys).sorted() {
      guard let old = before[name], let new = after[name] else { continue }
      if old.count != new.count {
        lists += FieldChange.found("\(name).count", .integer(old.count), .integer(new.count))
        continue
      }
      let changed = old.indices.filter { old[$0] != new[$0] }
      guard let first = changed.first else { continue }
      lists.append(
        FieldChange(
          name: name, before: old[first], after: new[first], count: changed.count,
          total: old.count))
    }
  }

  /// What people are shown of layers; the rest follows from it or is for machines.
  private static let shownOfLayers: Set<String> = [
    "synapticOperations", "neuronUpdates", "spikes", "picojoules",
  ]

  /// Whether people are shown a number: ends of ranges and what only repeats others is for machines.
  private static func isShown(_ name: String) -> Bool {
    let prefixes = [
      "errors.", "neurobench.", "latency.stepsBoundBy.", "energy.analytic45nm.", "energy.ann.",
    ]
    let suffixes = ["lowPicojoules", "highPicojoules", ".count"]
    return !prefixes.contains { name.hasPrefix($0) } && !suffixes.contains { name.hasSuffix($0) }
  }

  /// The difference for people; empty if there is none.
  public var text: String {
    guard !isEmpty else { return "" }
    var lines = DiffText.section("facts", facts.map(\.text))
    let shown = metrics.filter { RunDifference.isShown($0.name) }
    lines += DiffText.table("per sample (latency, energy: estimate)", shown)
    let rows = layers.flatMap { layer in
      layer.metrics.filter { RunDifference.shownOfLayers.contains($0.name) }.map {
        MetricChange(name: "\(layer.name) \($0.name)", before: $0.before, after: $0.after)
      }
    }
    lines += DiffText.table("per layer and sample", rows)
    let hidden =
      metrics.count - shown.count + layers.reduce(0) { $0 + $1.metrics.count } - rows.count
    if hidden > 0 { lines.append("\(hidden) further numbers differ (all with --json)") }
    lines += DiffText.section("layers of one run only", onlyLayers.flatMap(\.lines))
    lines += DiffText.section(
      "lists",
      lists.map { change in
        change.count.map { "\(change.name): \($0) of \(change.total ?? 0) differ" } ?? change.text
      })
    if let compared = comparedPredictions, !predictions.isEmpty {
      lines += DiffText.section(
        "answers: \(predictions.count) of \(compared) changed class",
        predictions.map { "sample \($0.sample): \($0.before) → \($0.after)" })
    }
    lines += remarks.map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// The members of `spikeloom.diff/1` for two runs.
  public var members: [String: JSONValue] {
    func table(_ metrics: [MetricChange]) -> JSONValue {
      .object(
        Dictionary(metrics.map { ($0.name, $0.jsonValue) }, uniquingKeysWith: { first, _ in first })
      )
    }
    return [
      "facts": .array(facts.map(\.jsonValue)), "metrics": table(metrics),
      "layers": .array(
        layers.map { .object(["name": .text($0.name), "metrics": table($0.metrics)]) }),
      "onlyLayers": .array(onlyLayers.map(\.jsonValue)),
      "lists": .array(lists.map(\.jsonValue)),
      "predictions": .object([
        "compared": comparedPredictions.map { .integer($0) } ?? .null,
        "changed": comparedPredictions.map { _ in .integer(predictions.count) } ?? .null,
        "samples": .array(
          predictions.map {
            .object([
              "sample": .integer($0.sample), "before": .integer($0.before),
              "after": .integer($0.after),
            ])
          }),
      ]), "remarks": .texts(remarks),
    ]
  }
}

extension Int {
  /// The nearest whole number; doubles beyond the range give its ends.
  fileprivate init(clamping value: Double) {
    self = Int(exactly: value.rounded()) ?? (value > 0 ? .max : .min)
  }
}
