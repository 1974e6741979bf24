import LoomBase

/// Checks that the nodes of a graph can be put in an order in which each reads only what is there.
struct GraphOrder {
  /// The nodes by position, in an order in which they can be executed.
  var order: [Int] = []
  /// What is wrong: missing and duplicated values, cycles.
  var diagnostics: [Diagnostic] = []

  /// Orders the nodes of a graph whose inputs and initializers are `given`.
  init(_ graph: GraphMessage, given: Set<String>, names: [String]) {
    let producers = collectProducers(graph, given: given, names: names)
    var waiting = [Int](repeating: 0, count: graph.nodes.count)
    var readers: [String: [Int]] = [:]
    for (index, node) in graph.nodes.enumerated() {
      for input in Set(node.inputs).sorted() where !input.isEmpty && !given.contains(input) {
        guard producers[input] != nil else {
          report(
            FaultCode.missingValue, "needs the value '\(input)', which nothing provides",
            node, names[index])
          continue
        }
        waiting[index] += 1
        readers[input, default: []].append(index)
      }
    }
    for output in graph.outputs where !given.contains(output.name) {
      if producers[output.name] == nil {
        diagnostics.append(
          ImportFault(
            FaultCode.missingValue, "needs the output '\(output.name)', which nothing provides"
          ).diagnostic(at: .none))
      }
    }
    sort(graph, waiting, readers)
    if order.count < graph.nodes.count {
      let done = Set(order)
      for index in graph.nodes.indices where !done.contains(index) {
        report(
          FaultCode.cycle, "needs inputs that do not depend on it, has a cycle",
          graph.nodes[index], names[index])
      }
    }
  }

  private mutating func report(
    _ code: String, _ message: String, _ node: NodeMessage, _ name: String
  ) {
    diagnostics.append(
      ImportFault(code, message).diagnostic(at: .onnxNode(name: name, operation: node.type)))
  }

  private mutating func collectProducers(
    _ graph: GraphMessage, given: Set<String>, names: [String]
  ) -> [String: Int] {
    var producers: [String: Int] = [:]
    for (index, node) in graph.nodes.enumerated() {
      for output in node.outputs where !output.isEmpty {
        if producers[output] != nil || given.contains(output) {
          report(
            FaultCode.duplicateValue,
            "needs outputs of its own, has '\(output)' that something else provides too",
            node, names[index])
        }
        producers[output] = index
      }
    }
    return producers
  }

  /// Kahn's algorithm; a graph already in order keeps its order, others are finished first come, first served.
  private mutating func sort(
    _ graph: GraphMessage, _ initial: [Int], _ readers: [String: [Int]]
  ) {
    var waiting = initial
    var isDone = [Bool](repeating: false, count: waiting.count)
    var queue: [Int] = []
    func release(_ index: Int, from position: Int) {
      for output in Set(graph.nodes[index].outputs).sorted() {
        for reader in readers[output] ?? [] {
          waiting[reader] -= 1
          if waiting[reader] == 0, reader < position { queue.append(reader) }
        }
      }
    }
    for index in waiting.indices where waiting[index] == 0 {
      isDone[index] = true
      order.append(index)
      release(index, from: index)
    }
    var head = 0
    while head < queue.count {
      let index = queue[head]
      head += 1
      guard !isDone[index] else { continue }
      isDone[index] = true
      order.append(index)
      release(index, from: .max)
    }
  }
}
