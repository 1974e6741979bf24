import LoomImage

/// How many spikes a neuron of each lowered population is expected to send in one sample.
///
/// Before: rates of the network's own populations, spikes per neuron and step. After: times T, for relays
/// the rate of what they relay, for gates one spike a step.
enum ExpectedSpikes {
  /// One number for each population; all rates are taken as equal where none is known.
  static func perNeuron(
    _ lowered: LoweredNetwork, activity: [Double]?, timesteps: Int
  ) -> [[Double]] {
    let known = activity.flatMap { rates in rates.contains { $0 > 0 } ? rates : nil }
    var rates = lowered.populations.map { $0.image.role == .input ? 0.0 : 1.0 }
    if let known {
      for index in rates.indices where index < known.count { rates[index] = max(0, known[index]) }
      // Relays stand after their sources, chain by chain, and so do the templates onto them.
      for template in lowered.templates where template.isLowering {
        guard case .convolution = template.kind else { continue }
        rates[template.target] = rates[template.source]
      }
    }
    return rates.map { [$0 * Double(timesteps)] }
  }
}
