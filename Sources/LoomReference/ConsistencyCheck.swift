import LoomBase
import LoomNetwork

/// Checks everything the interpreters later rely on without asking again: ids, counts, sizes.
struct ConsistencyCheck {
  /// The largest population and number of time-steps the interpreters take on.
  static let largestPopulation = 1 << 26
  static let mostTimesteps = 1 << 20

  private let skeleton: NetworkSkeleton
  private(set) var findings: [Diagnostic] = []

  private init(_ skeleton: NetworkSkeleton) { self.skeleton = skeleton }

  /// All findings about a network; empty if it is sound.
  static func findings(of skeleton: NetworkSkeleton) -> [Diagnostic] {
    var check = ConsistencyCheck(skeleton)
    check.checkTime()
    check.checkInput()
    for node in skeleton.nodes { check.check(node) }
    guard check.findings.isEmpty else { return check.findings }
    for (index, edge) in skeleton.edges.enumerated() {
      check.check(edge, called: "projection \(index)")
    }
    for (index, edge) in skeleton.frontEnd.enumerated() {
      check.check(edge, called: "front end \(index)")
    }
    check.checkOutputs()
    return check.findings
  }

  private mutating func report(_ message: String, at anchor: Anchor = .none) {
    findings.append(Diagnostic(.error, skeleton.diagnosticCode, message, at: anchor))
  }

  private mutating func checkTime() {
    let steps = skeleton.timesteps
    if !(1...ConsistencyCheck.mostTimesteps).contains(steps) {
      report("needs 1 to \(ConsistencyCheck.mostTimesteps) time-steps, has \(steps)")
    } else if !(0..<steps).contains(skeleton.readoutStart) {
      report("needs a readout start from 0 to T−1 = \(steps - 1), has \(skeleton.readoutStart)")
    }
  }

  private mutating func checkInput() {
    let input = skeleton.input
    if !ConsistencyCheck.isSound(input.shape) {
      report("needs an input shape of positive sizes, has \(input.shape)")
    }
    for (name, values) in [
      ("means", input.preprocessing.mean), ("deviations", input.preprocessing.deviation),
    ] where ![0, 1, input.shape.channels].contains(values.count) {
      report("needs no, one or \(input.shape.channels) \(name), has \(values.count)")
    }
    if skeleton.coding == .spikes, !skeleton.frontEnd.isEmpty {
      report("needs no front end with coding 'spikes', has \(skeleton.frontEnd.count)")
    }
  }

  private static func isSound(_ shape: MapShape) -> Bool {
    guard shape.channels > 0, shape.height > 0, shape.width > 0 else { return false }
    let (plane, first) = shape.height.multipliedReportingOverflow(by: shape.width)
    let (count, second) = plane.multipliedReportingOverflow(by: shape.channels)
    return !first && !second && count <= largestPopulation
  }

  private mutating func check(_ node: NetworkSkeleton.Node) {
    let anchor = Anchor.layer(node.name)
    guard ConsistencyCheck.isSound(node.shape) else {
      let most = ConsistencyCheck.largestPopulation
      return report("needs a shape of 1 to \(most) neurons, has \(node.shape)", at: anchor)
    }
    if !node.parametersMatch {
      report("needs one value, one a channel or one a neuron, has another number", at: anchor)
    }
    if !(1...4096).contains(node.sites) {
      report("needs 1 to 4096 current sites, has \(node.sites)", at: anchor)
    } else if node.sites * node.shape.count > ConsistencyCheck.largestPopulation {
      report("needs fewer neurons × sites, has \(node.shape.count) × \(node.sites)", at: anchor)
    }
    guard node.role == .input else { return }
    if skeleton.coding != .spikes {
      report("needs coding 'spikes' for an input population, has another", at: anchor)
    } else if node.shape != skeleton.input.shape {
      report("needs the input's shape \(skeleton.input.shape), has \(node.shape)", at: anchor)
    }
  }

  private mutating func check(_ edge: NetworkSkeleton.Edge, called name: String) {
    let populations = skeleton.nodes.indices
    let anchor = Anchor.layer(name)
    for id in [edge.source ?? edge.target, edge.target] where !populations.contains(id.index) {
      return report("needs a population below \(populations.count), has \(id.index)", at: anchor)
    }
    let target = skeleton.nodes[edge.target.index]
    if target.role == .input {
      report("needs a target with neurons, has the input population '\(target.name)'", at: anchor)
    }
    if let source = edge.source, skeleton.nodes[source.index].role == .readout {
      report("needs a source that spikes, has a readout population", at: anchor)
    }
    if !(0..<target.sites).contains(edge.site) {
      report("needs a site below \(target.sites), has \(edge.site)", at: anchor)
    }
    if !(0...ConsistencyCheck.mostTimesteps).contains(edge.alignedDelay) {
      report("needs a delay of 0 or more steps, has \(edge.alignedDelay)", at: anchor)
    }
    let source = edge.source.map { skeleton.nodes[$0.index].shape } ?? skeleton.input.shape
    if let problem = ConnectivityCheck.problem(
      edge.connectivity, weightCount: edge.weightCount, source: source, target: target.shape)
    {
      report(problem, at: anchor)
    }
  }

  private mutating func checkOutputs() {
    if skeleton.outputs.isEmpty { report("needs at least one output population, has none") }
    for id in skeleton.outputs {
      guard skeleton.nodes.indices.contains(id.index) else {
        report("needs output populations below \(skeleton.nodes.count), has \(id.index)")
        continue
      }
      if skeleton.nodes[id.index].role == .input {
        report("needs output populations with neurons, has an input population")
      }
    }
  }
}
