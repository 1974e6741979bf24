import Foundation
import LoomBase
import LoomEmulator
import LoomImport
import LoomReport

/// A folder in the format of `tinyodin-rtl`, run on the core model.
struct TinyODINRun {
  /// Where it was read from.
  let path: String
  /// What the core did.
  let record: TinyODINRecord
  /// The same as files.
  let tables: TinyODINTables

  /// Reads and runs a folder.
  init(path: String) throws(DiagnosticsError) {
    self.path = path
    let folder = try TinyODINFolder.read(path: path)
    Console.report(folder.remarks)
    let stimuli = folder.stimuli.compactMap { stimulus in
      TinyODINInput(word: stimulus.word).map {
        TinyODINStimulus(notBefore: stimulus.notBefore, input: $0, step: stimulus.step)
      }
    }
    do throws(TinyODINRunError) {
      record = try TinyODINRun.core(of: folder).run(stimuli)
    } catch {
      throw DiagnosticsError(TinyODINRun.diagnostic(error, of: stimuli.count, path))
    }
    tables = TinyODINTables(record, stimuli: stimuli, words: folder.stimuli.map(\.word))
  }

  private static func core(of folder: TinyODINFolder) -> TinyODINCore {
    TinyODINCore(
      TinyODINConfiguration(
        timing: TinyODINTiming(
          lastNeuron: folder.lastNeuron, acknowledgeDelay: folder.acknowledgeDelay),
        isOpenLoop: folder.isOpenLoop, sendsSources: folder.sendsSources,
        maximumCycles: folder.maximumCycles),
      neurons: folder.neurons.map {
        TinyODINNeuron(
          isDisabled: $0.isDisabled, leak: $0.leak, threshold: $0.threshold,
          potential: $0.potential)
      }, weights: folder.weights)
  }

  private static func diagnostic(
    _ error: TinyODINRunError, of events: Int, _ path: String
  ) -> Diagnostic {
    switch error {
    case .pastLimit(let cycle, let taken):
      Diagnostic(
        .error, "SL6050",
        "needs to be done by cycle \(cycle) (max_cycles), is still active then, \(taken) of \(events) input events taken",
        at: .file("\(path)/config.csv"), remedy: "raise max_cycles, or shorten the stimulus")
    case .endless(let busyCycles, let taken):
      Diagnostic(
        .error, "SL6051",
        "needs an end, is busy for more than \(busyCycles) cycles, \(taken) of \(events) input events taken",
        at: .file("\(path)/config.csv"),
        remedy: "the network may keep itself going: set open_loop, or lower max_cycles")
    }
  }

  /// Writes the result files into a folder, which is made if it is not there.
  func write(to folder: String) throws(DiagnosticsError) {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1204", "needs a folder to write to, has none and can make none",
          at: .file(folder)))
    }
    for file in tables.results {
      try AtomicFile.write(Array(file.text.utf8), to: "\(folder)/\(file.name)")
    }
  }

  /// The differences from the reference files that lie in the folder read.
  func differences() throws(DiagnosticsError) -> [TinyODINDifferences] {
    var found: [TinyODINDifferences] = []
    for file in tables.results + [tables.handshakes] {
      guard let reference = try TinyODINFolder.text(of: file.name, in: path) else { continue }
      let isStimulusOnly =
        file.name == tables.handshakes.name && !reference.prefix(200).contains("ack_cycle")
      if !isStimulusOnly { found.append(file.differences(from: reference)) }
    }
    guard !found.isEmpty else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1203", "needs reference files to check against, has none", at: .file(path)))
    }
    return found
  }
}
