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
    var rates = lowered.populations.map { $0.image.role.isOnCores ? 1.0 : 0.0 }
    if let known {
      // A file may say anything; no neuron spikes more than once a step.
      for (index, rate) in known.prefix(rates.count).enumerated() {
        rates[index] = rate > 0 ? min(rate, 1) : 0
      }
      // Relays stand after their sources, chain by chain, and so do the templates onto them.
      for template in lowered.templates where template.isLowering {
        guard case .convolution = template.kind else { continue }
        rates[template.target] = rates[template.source]
      }
    }
    return rates.map { [$0 * Double(timesteps)] }
  }
}
