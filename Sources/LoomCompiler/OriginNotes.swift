import LoomBase

/// The nodes of the model behind layers that findings name otherwise.
///
/// Before: layer '60' (an output's name). After: the same with the note that it stands for
/// '/4/4.0/GlobalAveragePool' and '/4/4.2/Gemm'.
enum OriginNotes {
  /// The error with a note for every layer that is not named after one of its nodes.
  static func added(
    to error: DiagnosticsError, _ layers: [(name: String, origin: [String])]
  ) -> DiagnosticsError {
    var known: [String: [String]] = [:]
    for layer in layers where known[layer.name] == nil { known[layer.name] = layer.origin }
    var result = error
    for index in result.diagnostics.indices {
      guard case .layer(let name) = result.diagnostics[index].anchor, let nodes = known[name],
        !nodes.isEmpty, !nodes.contains(name)
      else { continue }
      let shown = nodes.prefix(6).map { "'\($0)'" }.joined(separator: ", ")
      result.diagnostics[index].notes.append(
        "stands for \(shown)" + (nodes.count > 6 ? " and \(nodes.count - 6) more" : ""))
    }
    return result
  }
}
