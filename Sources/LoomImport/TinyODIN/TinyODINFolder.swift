public import LoomBase

/// A network and its stimulus for a tinyODIN core, as files of one folder (the format of `tinyodin-rtl`).
///
/// `config.csv`, `neurons.csv`, `weights.txt` and `input.csv`, raw or gzip (then also with `.gz` behind the name).
/// Everything is checked: every number lies in the range of its register.
public struct TinyODINFolder: Sendable {
  /// One line of `neurons.csv`.
  public struct Neuron: Hashable, Sendable {
    /// Whether its spikes go nowhere.
    public var isDisabled: Bool
    /// The leak, 0...127.
    public var leak: Int
    /// The threshold, -2048...2047.
    public var threshold: Int
    /// The membrane at the start, -2048...2047.
    public var potential: Int
  }

  /// One line of `input.csv`.
  public struct Stimulus: Hashable, Sendable {
    /// The first cycle in which it may be offered, never falling from line to line.
    public var notBefore: Int
    /// The word on the link, 0...767.
    public var word: Int
    /// A label.
    public var step: Int
  }

  /// The neurons of a core.
  public static let neuronCount = 256

  /// Index of the last neuron processed.
  public internal(set) var lastNeuron = 0
  /// Whether firing neurons append nothing to the queue.
  public internal(set) var isOpenLoop = false
  /// Whether the core sends sources in place of neurons.
  public internal(set) var sendsSources = false
  /// Cycles by which the receiver delays its acknowledge.
  public internal(set) var acknowledgeDelay = 0
  /// The cycle by which all must be done.
  public internal(set) var maximumCycles = 0
  /// The 256 neurons.
  public internal(set) var neurons: [Neuron] = []
  /// 256 × 256 weights, source by source, each -8...7.
  public internal(set) var weights: [Int8] = []
  /// The input events.
  public internal(set) var stimuli: [Stimulus] = []
  /// What is odd but harmless.
  public internal(set) var remarks: [Diagnostic] = []

  /// Reads a folder; everything wrong with any of its files is told at once, one finding a file.
  ///
  /// - Throws: SL1203 for a file that is missing, SL1206 for damaged gzip, SL1701 for anything else.
  public static func read(path: String) throws(DiagnosticsError) -> TinyODINFolder {
    var folder = TinyODINFolder()
    var findings: [Diagnostic] = []
    for part in Part.allCases {
      do throws(DiagnosticsError) {
        try folder.read(part, from: path)
      } catch {
        findings += error.diagnostics
      }
    }
    guard findings.isEmpty else { throw DiagnosticsError(.badInput, findings) }
    return folder
  }

  private enum Part: String, CaseIterable {
    case registers = "config.csv"
    case neurons = "neurons.csv"
    case weights = "weights.txt"
    case stimuli = "input.csv"
  }

  private mutating func read(_ part: Part, from path: String) throws(DiagnosticsError) {
    let (bytes, name) = try TinyODINFolder.contents(of: part.rawValue, in: path)
    let table = try NumberTable(
      bytes, name: name, separator: part == .weights ? .blanks : .comma)
    switch part {
    case .registers: try readRegisters(table)
    case .neurons: try readNeurons(table)
    case .weights: try readWeights(table)
    case .stimuli: try readStimuli(table)
    }
  }

  /// The text of a file of the folder, unpacked, without the blanks at its end; nil if there is none.
  ///
  /// - Throws: SL1203, SL1206, SL1701 if it is there and cannot be read.
  public static func text(
    of file: String, in path: String
  ) throws(DiagnosticsError) -> String? {
    guard found(file, in: path) != nil else { return nil }
    let (bytes, name) = try contents(of: file, in: path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw NumberTable.fault("needs text, has bytes that are none", name)
    }
    return text
  }
}
