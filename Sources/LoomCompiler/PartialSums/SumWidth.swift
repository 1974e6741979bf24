import LoomBase
import LoomImage

/// How wide the sums of a population of partial sums can become in one step.
///
/// Every source fires at most once a step, so the sum of a neuron lies between those of its negative and of its
/// positive weights.
struct SumWidth {
  private let shape: MapShape
  /// By neuron, channel-last.
  private var low: [Int64]
  private var high: [Int64]

  /// Bits of the signed sums if any of the sources fire; 0 where no weights are known.
  static func bits(of population: Int, in network: LoweredNetwork) -> Int {
    var width = SumWidth(network.populations[population].image.shape)
    for template in network.templates where template.target == population {
      width.add(template, source: network.populations[template.source].image.shape)
    }
    let (least, greatest) = (width.low.min() ?? 0, width.high.max() ?? 0)
    guard least < 0 || greatest > 0 else { return 0 }
    // n bits hold −2^(n − 1) to 2^(n − 1) − 1.
    let magnitude = max(-least - 1, greatest, 0)
    return Int64.bitWidth - magnitude.leadingZeroBitCount + 1
  }

  private init(_ shape: MapShape) {
    self.shape = shape
    low = [Int64](repeating: 0, count: shape.count)
    high = low
  }

  private mutating func add(_ template: SynapseTemplate, source: MapShape) {
    let channels = shape.channels
    switch template.kind {
    case .dense:
      for (index, weight) in template.weights.enumerated() {
        let neuron = index % shape.count
        add(Int64(weight) << template.shift(neuron % channels), to: neuron)
      }
    case .sparse(_, let targets):
      for (weight, neuron) in zip(template.weights, targets) {
        add(Int64(weight) << template.shift(Int(neuron) % channels), to: Int(neuron))
      }
    case .convolution(let geometry): add(template, geometry, source)
    case .broadcast, .sums: break
    }
  }

  private mutating func add(_ current: Int64, to neuron: Int) {
    low[neuron] += min(current, 0)
    high[neuron] += max(current, 0)
  }

  /// Inside the map every neuron of a channel meets the whole kernel.
  private mutating func add(
    _ template: SynapseTemplate, _ geometry: TemplateGeometry, _ source: MapShape
  ) {
    let inputs = template.inputChannels(source, groups: geometry.groups).count
    let perGroup = shape.channels / geometry.groups
    let perInput = geometry.kernelHeight * geometry.kernelWidth * perGroup
    var sums = [(low: Int64, high: Int64)](repeating: (0, 0), count: shape.channels)
    for (index, weight) in template.weights.enumerated() {
      let channel = index / perInput / inputs * perGroup + index % perGroup
      let current = Int64(weight) << template.shift(channel)
      sums[channel].low += min(current, 0)
      sums[channel].high += max(current, 0)
    }
    for neuron in low.indices {
      low[neuron] += sums[neuron % shape.channels].low
      high[neuron] += sums[neuron % shape.channels].high
    }
  }
}

extension SynapseTemplate {
  /// The left shift of weights onto a channel.
  fileprivate func shift(_ channel: Int) -> Int64 {
    Int64(shifts[shifts.count == 1 ? 0 : channel])
  }
}
