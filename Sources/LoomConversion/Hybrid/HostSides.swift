import LoomBase
import LoomNetwork

/// The layers of head and tail that a selection means.
struct HostSides {
  /// Layers on the host before the chip, with all they need.
  private(set) var head: [Bool]
  /// Layers on the host behind the chip, with all that is computed from them.
  private(set) var tail: [Bool]
  /// What came along, and what needs no host.
  var remarks: [String] = []

  /// Finds the layers; `full` is the network with what stands behind its answers.
  ///
  /// - Throws: SL2032 for names that mean no layer, SL2034 where head and tail meet.
  init(_ host: HostSelection, graph: DataGraph, full: Network) throws(DiagnosticsError) {
    head = graph.none
    tail = graph.none
    var findings: [Diagnostic] = []
    var named = graph.none
    var groups: [(layers: [Bool], end: HostSelection.End)] = []
    for entry in host.entries {
      let indices = Self.layers(named: entry.name, in: full)
      var layers = graph.none
      for index in indices where graph.isLive[index] { layers[index] = true }
      if indices.isEmpty {
        findings.append(Self.unknown(entry.name, full))
      } else if layers.contains(true) {
        groups.append((layers, entry.end))
        for index in indices where layers[index] { named[index] = true }
      } else {
        remarks.append(
          "'\(entry.name)' needs no --host: it is constant or stands behind the answers")
      }
    }
    if !findings.isEmpty { throw DiagnosticsError(.badInput, findings) }
    for group in groups {
      if Self.isHead(group.layers, group.end, named, graph) {
        Self.merge(graph.before(group.layers), into: &head)
      } else {
        Self.merge(graph.behind(group.layers), into: &tail)
      }
    }
    guard !zip(head, tail).contains(where: { $0 && $1 }) else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL2034",
          "needs a layer that computes left to the chip, has head and tail that meet at "
            + graph.names(zip(head, tail).map { $0 && $1 }).map { "'\($0)'" }
            .joined(separator: ", "),
          remedy: "name fewer layers with --host, or say head:NODE and tail:NODE"))
    }
    describe(named, graph)
  }

  private static func merge(_ layers: [Bool], into set: inout [Bool]) {
    for index in layers.indices where layers[index] { set[index] = true }
  }

  /// Layers by node name, else by an output's name, else by module (`conv1` for `/conv1/Conv`).
  private static func layers(named name: String, in network: Network) -> [Int] {
    let layers = network.layers
    let exact = layers.indices.filter { layers[$0].name == name }
    if !exact.isEmpty { return exact }
    let outputs = layers.indices.filter { index in
      layers[index].outputs.contains { network[$0].name == name }
    }
    if !outputs.isEmpty { return outputs }
    let module = (name.hasPrefix("/") ? name : "/" + name) + "/"
    return layers.indices.filter { index in
      let layer = layers[index].name
      return (layer.hasPrefix("/") ? layer : "/" + layer).hasPrefix(module)
    }
  }

  /// SL2032: a name nothing has.
  private static func unknown(_ name: String, _ network: Network) -> Diagnostic {
    let last = name.split(separator: "/").last.map { $0.lowercased() } ?? name
    let near = network.layers.map(\.name).filter { $0.lowercased().contains(last) }.prefix(5)
    let layers = network.layers.filter { $0.operation.multiplies }.map(\.name)
    let ends = [layers.first, layers.last].compactMap { $0 }
    let shown = near.isEmpty ? ends : Array(near)
    let list = shown.map { "'\($0)'" }.joined(separator: ", ")
    return Diagnostic(
      .error, "SL2032", "needs the name of a node, an output or a module, has '\(name)'",
      notes: shown.isEmpty ? [] : [(near.isEmpty ? "first and last layer: " : "alike: ") + list],
      remedy: "spikeloom import MODEL lists the nodes")
  }

  /// Whether layers belong to the head: what must come along multiplies less often (else: is less) before
  /// them than behind them.
  private static func isHead(
    _ layers: [Bool], _ end: HostSelection.End, _ named: [Bool], _ graph: DataGraph
  ) -> Bool {
    guard end == .nearest else { return end == .head }
    func extra(_ all: [Bool]) -> (Int, Int) {
      let others = all.indices.filter { all[$0] && !layers[$0] && !named[$0] }
      return (
        others.count { graph.network.layers[$0].operation.multiplies }, others.count
      )
    }
    return extra(graph.before(layers)) <= extra(graph.behind(layers))
  }

  /// Says what is on the host, and what came along without being named.
  private mutating func describe(_ named: [Bool], _ graph: DataGraph) {
    for (side, place, reason) in [
      (head, "head", "the named layers need them"), (tail, "tail", "they follow the named layers"),
    ] where side.contains(true) {
      remarks.append("on the host, at the \(place): \(Self.short(graph.names(side)))")
      let along = side.indices.map { side[$0] && !named[$0] }
      if along.contains(true) {
        remarks.append("  of these came along, for \(reason): \(Self.short(graph.names(along)))")
      }
    }
  }

  private static func short(_ names: [String]) -> String {
    let shown = names.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
  }
}
