import LoomBase
import LoomNetwork

/// Checks what the asynchronous schedule asks of a network beyond consistency.
enum EventCheck {
  /// The most spikes a population may send in one bin.
  static let mostSpikes = 1 << 22

  /// All findings about a network whose ids and counts are already sound; none for other schedules.
  static func findings(of network: FixedPointNetwork) -> [Diagnostic] {
    guard network.schedule == .asynchronous else { return [] }
    var findings: [Diagnostic] = []
    func need(_ condition: Bool, _ message: String, _ layer: String) {
      guard !condition else { return }
      findings.append(
        Diagnostic(
          .error, "SL3905", "schedule 'asynchronous' needs \(message)", at: .layer(layer)))
    }
    need(network.code == .rate, "rate codes, has \(network.code.rawValue)", network.name)
    var sources = [Int](repeating: 0, count: network.populations.count)
    for projection in network.projections {
      let name = network.populations[projection.target.index].name
      sources[projection.target.index] += 1
      need(
        projection.alignedDelay == 0, "projections without delay, has \(projection.alignedDelay)",
        name)
    }
    for (population, count) in zip(network.populations, sources) {
      need(count <= 1, "one projection onto a population, has \(count)", population.name)
      need(population.sites == 1, "one current site, has \(population.sites)", population.name)
      guard population.role == .hidden, !population.isOnHost else { continue }
      let low = population.threshold.first { $0 < 1 }
      need(low == nil, "thresholds of 1 or more, has \(low ?? 1)", population.name)
    }
    return findings
  }
}
