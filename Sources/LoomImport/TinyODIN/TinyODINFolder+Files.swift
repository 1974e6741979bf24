import Foundation
import LoomBase

extension TinyODINFolder {
  /// The most bytes a packed file may unpack to.
  private static let unpackedLimit = 1 << 28
  /// Beyond these, numbers of cycles and labels are no longer exact everywhere.
  private static let countable = 1 << 53

  /// Where a file lies, raw or packed.
  static func found(_ file: String, in path: String) -> String? {
    ["\(path)/\(file)", "\(path)/\(file).gz"].first {
      FileManager.default.fileExists(atPath: $0)
    }
  }

  /// The bytes of a file, unpacked, and its name as diagnostics give it.
  static func contents(
    of file: String, in path: String
  ) throws(DiagnosticsError) -> (bytes: [UInt8], name: String) {
    let name = found(file, in: path) ?? "\(path)/\(file)"
    let stored = try AtomicFile.read(path: name)
    guard stored.starts(with: [0x1f, 0x8b]) else { return (stored, name) }
    let output = try Inflater.inflate(stored[...], .gzip, limit: unpackedLimit, file: name)
    guard output.isComplete else {
      throw NumberTable.fault("needs less than \(unpackedLimit) unpacked bytes, has more", name)
    }
    return (output.bytes, name)
  }

  mutating func readRegisters(_ table: NumberTable) throws(DiagnosticsError) {
    let ranges = [
      "max_neur": 0...255, "open_loop": 0...1, "aer_src": 0...1, "ack_delay": 0...1_000_000,
      "max_cycles": 1...Self.countable,
    ]
    var values: [String: Int] = [:]
    for line in table.lines {
      guard line.fields.count == 2 else {
        throw table.fault(
          "needs a key and a value, has \(line.fields.count) fields", at: line.number)
      }
      let key = String(line.fields[0])
      if key == "key", line.fields[1] == "value", line.number == table.lines[0].number { continue }
      guard let range = ranges[key] else {
        remarks.append(
          Diagnostic(
            .warning, "SL1702", "knows no register '\(key.prefix(40))', leaves it out",
            at: .file("\(table.name) line \(line.number)")))
        continue
      }
      guard values[key] == nil else {
        throw table.fault("needs '\(key)' once, has it again", at: line.number)
      }
      values[key] = try table.number(line.fields[1], in: range, key, at: line.number)
    }
    let missing = ranges.keys.filter { values[$0] == nil }.sorted()
    guard missing.isEmpty else {
      throw NumberTable.fault(
        "needs \(missing.joined(separator: ", ")), has \(missing.count == 1 ? "it" : "them") not",
        table.name)
    }
    lastNeuron = values["max_neur"] ?? 0
    isOpenLoop = values["open_loop"] == 1
    sendsSources = values["aer_src"] == 1
    acknowledgeDelay = values["ack_delay"] ?? 0
    maximumCycles = values["max_cycles"] ?? 0
  }

  mutating func readNeurons(_ table: NumberTable) throws(DiagnosticsError) {
    let places = try table.places(of: ["neuron", "disable", "leak", "thr", "core"])
    var found: [Neuron?] = Array(repeating: nil, count: Self.neuronCount)
    for line in try table.body() {
      func value(
        _ column: Int, _ range: ClosedRange<Int>, _ what: String
      ) throws(DiagnosticsError) -> Int {
        try table.number(line.fields[places[column]], in: range, what, at: line.number)
      }
      let index = try value(0, 0...Self.neuronCount - 1, "neuron")
      guard found[index] == nil else {
        throw table.fault("needs neuron \(index) once, has it again", at: line.number)
      }
      found[index] = Neuron(
        isDisabled: try value(1, 0...1, "disable") == 1, leak: try value(2, 0...127, "leak"),
        threshold: try value(3, -2048...2047, "thr"),
        potential: try value(4, -2048...2047, "core"))
    }
    let missing = found.indices.filter { found[$0] == nil }
    if let first = missing.first {
      throw NumberTable.fault(
        "needs all \(Self.neuronCount) neurons, lacks \(missing.count), the first \(first)",
        table.name)
    }
    neurons = found.compactMap(\.self)
  }

  mutating func readWeights(_ table: NumberTable) throws(DiagnosticsError) {
    guard table.lines.count == Self.neuronCount else {
      throw NumberTable.fault(
        "needs \(Self.neuronCount) lines of weights, has \(table.lines.count)", table.name)
    }
    var all: [Int8] = []
    all.reserveCapacity(Self.neuronCount * Self.neuronCount)
    for line in table.lines {
      guard line.fields.count == Self.neuronCount else {
        throw table.fault(
          "needs \(Self.neuronCount) weights, has \(line.fields.count)", at: line.number)
      }
      for field in line.fields {
        all.append(Int8(try table.number(field, in: -8...7, "a weight", at: line.number)))
      }
    }
    weights = all
  }

  mutating func readStimuli(_ table: NumberTable) throws(DiagnosticsError) {
    let places = try table.places(of: ["not_before", "word", "step"])
    var all: [Stimulus] = []
    var earliest = 0
    for line in try table.body() {
      let fields = line.fields
      let notBefore = try table.number(
        fields[places[0]], in: 0...Self.countable, "not_before", at: line.number)
      guard notBefore >= earliest else {
        throw table.fault(
          "needs not_before to rise from line to line, has \(notBefore) after \(earliest)",
          at: line.number)
      }
      earliest = notBefore
      all.append(
        Stimulus(
          notBefore: notBefore,
          word: try table.number(fields[places[1]], in: 0...0x2ff, "word", at: line.number),
          step: try table.number(
            fields[places[2]], in: -Self.countable...Self.countable, "step", at: line.number)))
    }
    stimuli = all
  }
}
