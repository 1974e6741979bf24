public import LoomEmulator

/// A run of a tinyODIN core as the text files of its folder format.
public struct TinyODINTables: Sendable {
  /// A file: its name and its text.
  public struct File: Hashable, Sendable {
    /// The name.
    public var name: String
    /// The text, one line a row, the first one naming the columns.
    public var text: String
  }

  /// `output.csv`, `final_core.csv`, `totals.csv`, `steps.csv`.
  public var results: [File]
  /// `input.csv`: the stimulus, and when each event was asked for and acknowledged.
  public var handshakes: File

  /// Writes a record out; words are those of the input link, event by event.
  public init(_ record: TinyODINRecord, stimuli: [TinyODINStimulus], words: [Int]) {
    precondition(
      words.count == stimuli.count && record.handshakes.count == stimuli.count,
      "every event has a word and a handshake")
    results = [
      File("output.csv", "cycle,neuron", record.outputs.map { "\($0.cycle),\($0.neuron)" }),
      File(
        "final_core.csv", "neuron,core",
        record.potentials.enumerated().map { "\($0.offset),\($0.element)" }),
      File("totals.csv", "key,value", record.totals.rows.map { "\($0.key),\($0.value)" }),
      File("steps.csv", "step,idle_cycle", record.steps.map { "\($0.step),\($0.idleCycle)" }),
    ]
    handshakes = File(
      "input.csv", "not_before,word,step,request_cycle,ack_cycle",
      stimuli.indices.map {
        let stimulus = stimuli[$0]
        let handshake = record.handshakes[$0]
        return
          "\(stimulus.notBefore),\(words[$0]),\(stimulus.step),\(handshake.request),\(handshake.acknowledge)"
      })
  }
}

extension TinyODINTables.File {
  fileprivate init(_ name: String, _ header: String, _ rows: [String]) {
    self.init(name: name, text: ([header] + rows).joined(separator: "\n") + "\n")
  }

  /// How this file differs from another text, line by line.
  public func differences(from reference: String) -> TinyODINDifferences {
    TinyODINDifferences(file: name, ours: lines(of: text), theirs: lines(of: reference))
  }

  private func lines(of text: String) -> [Substring] {
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}

/// The lines in which a file differs from its reference.
public struct TinyODINDifferences: Hashable, Sendable {
  /// The file.
  public let file: String
  /// Lines compared: as many as the longer of both has.
  public let lines: Int
  /// Lines that are not the same, or in one of them only.
  public let count: Int
  /// The first such line, from one, and what either has there.
  public let first: String?

  init(file: String, ours: [Substring], theirs: [Substring]) {
    self.file = file
    lines = max(ours.count, theirs.count)
    func line(_ text: [Substring], _ index: Int) -> Substring? {
      index < text.count ? text[index] : nil
    }
    let differing = (0..<lines).filter { line(ours, $0) != line(theirs, $0) }
    count = differing.count
    first = differing.first.map { index in
      func quoted(_ text: Substring?) -> String { text.map { "'\($0)'" } ?? "nothing" }
      return
        "line \(index + 1): reference \(quoted(line(theirs, index))), here \(quoted(line(ours, index)))"
    }
  }
}
