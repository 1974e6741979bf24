import LoomBase
import LoomHardware
import LoomNetwork

/// Larger thresholds for channels that would take the levels of all others where a chip has few threshold registers.
///
/// A channel that is nearly silent is given a tiny θ by every method, and needs large weights against it. With
/// one register a layer its wish would be everybody's: before, wishes 3, 300, 310 in one register, θ = 3 and one
/// or two levels for all weights. After: the first channel's θ is 100 times as large in activation units, so
/// that it speaks in coarser spikes, and the register holds 300.
enum RaisedThresholds {
  /// With more registers the groups (`ThresholdClusters`) lose little.
  static let mostRegisters = 8

  /// The network with thresholds raised where that loses less than it saves.
  static func network(
    _ network: SpikingNetwork, profile: Profile
  ) throws(DiagnosticsError) -> SpikingNetwork {
    let registers = profile.neuron.distinctThresholds
    guard (1...mostRegisters).contains(registers), !network.isInteger, network.window == nil else {
      return network
    }
    var network = network
    for index in network.populations.indices where isRaisable(network.populations[index]) {
      let input = try QuantizationInput.collect(network, profile: profile)
      guard !input.onHost.contains(index) else { continue }
      let inputs = ChannelInputs(index, of: input)
      guard inputs.main != nil else { continue }
      let wishes = HiddenScale.wishes(inputs, input)
      let grid = ThresholdGrid(profile, reset: inputs.population.reset)
      let loss = RaisedThresholdLoss(
        index, input, wishes: wishes.map { grid.floor($0) }, registers: registers)
      guard let floor = loss.bestFloor() else { continue }
      let ratios = wishes.map { max(1, Double(floor) / max($0, .leastNormalMagnitude)) }
      network.populations[index].raiseThresholds(by: ratios)
    }
    return network
  }

  private static func isRaisable(_ population: Population) -> Bool {
    if case .perNeuron = population.threshold { return false }
    return population.role == .hidden && population.spikeWorthThreshold
      && population.shape.channels > 1
  }
}

/// What a smallest register value costs a population: levels of weights lost above it, coarser spikes below it.
///
/// Both as mean squared errors of a channel's activation, weighted by what follows from it: rounded weights give
/// (θ/register)²/12 · Σ x² for inputs at rates x, a raised threshold (ratio · θ/T)²/12.
private struct RaisedThresholdLoss {
  private let wishes: [Int64]
  private let registers: Int
  /// Σ of the squares of what a channel's spikes bring to others, by channel.
  private let influence: [Double]
  /// Σ x² of a neuron's inputs.
  private let drive: Double
  private let timesteps: Double
  /// A network is changed only if this share of the loss is saved.
  private static let worthwhile = 0.25

  init(_ index: Int, _ input: QuantizationInput, wishes: [Int64], registers: Int) {
    self.wishes = wishes
    self.registers = registers
    let network = input.network
    timesteps = Double(network.timesteps)
    var influence = [Double](
      repeating: 0, count: network.populations[index].shape.channels)
    var drive = 0.0
    for (number, projection) in network.projections.enumerated() {
      if projection.source.index == index {
        Self.add(projection, input.weights[number], network, to: &influence)
      }
      if projection.target.index == index {
        let rate = Double(network.populations[projection.source.index].expectedRate)
        let rows = max(1, input.rows[number].count)
        // Rates differ from neuron to neuron: about twice the square of their mean.
        let square = 2 * (rate > 0 ? rate * rate : 0.01)
        drive += Double(input.weights[number].count / rows) * square
      }
    }
    self.influence = influence
    self.drive = drive
  }

  /// The smallest register value of least loss; nil if nothing is worth raising.
  func bestFloor() -> Int64? {
    let sorted = wishes.sorted()
    guard let lowest = sorted.first, let highest = sorted.last, lowest < highest else { return nil }
    let none = loss(floor: lowest)
    var best: (floor: Int64, loss: Double)?
    let count = 32
    for step in 1..<count {
      let floor = sorted[(sorted.count - 1) * step / (count - 1)]
      let loss = loss(floor: floor)
      if loss < best?.loss ?? .infinity { best = (floor, loss) }
    }
    guard let best, best.loss < (1 - Self.worthwhile) * none, best.floor > lowest else {
      return nil
    }
    return best.floor
  }

  private func loss(floor: Int64) -> Double {
    let values = ThresholdClusters.assign(wishes.map { max($0, floor) }, count: registers)
    var sum = 0.0
    for channel in wishes.indices {
      let wish = Double(max(1, wishes[channel]))
      let register = Double(values[channel])
      let levels = min(wish, register)
      let ratio = max(1, register / wish)
      sum +=
        influence[channel]
        * (drive / (levels * levels) + ratio * ratio / (timesteps * timesteps))
    }
    return sum
  }

  private static func add(
    _ projection: Projection, _ weights: [Float], _ network: SpikingNetwork,
    to influence: inout [Double]
  ) {
    let source = network.populations[projection.source.index].shape
    let target = network.populations[projection.target.index].shape
    for (index, weight) in weights.enumerated() {
      let channel = projection.connectivity.sourceChannel(
        ofWeight: index, source: source, target: target)
      influence[channel] += Double(weight) * Double(weight)
    }
  }
}

extension Connectivity {
  /// The channel whose spikes a weight multiplies.
  fileprivate func sourceChannel(ofWeight index: Int, source: MapShape, target: MapShape) -> Int {
    switch self {
    case .dense: return index % max(1, source.count) / max(1, source.positions)
    case .sparse(let pattern): return Int(pattern.sources[index]) / max(1, source.positions)
    case .convolution(let geometry):
      let taps = geometry.kernelHeight * geometry.kernelWidth
      let perGroup = source.channels / geometry.groups
      let group = index / (taps * perGroup) / (target.channels / geometry.groups)
      return group * perGroup + index / taps % perGroup
    }
  }
}

extension Population {
  /// Thresholds as many times as large, by channel; v(0) moves along by half the difference where it rounds
  /// to the nearest spike.
  mutating func raiseThresholds(by ratios: [Double]) {
    let shape = shape
    let old = ratios.indices.map { threshold.value(neuron: $0 * shape.positions, in: shape) }
    let raised = zip(old, ratios).map { $1 == 1 ? $0 : Float(Double($0) * $1) }
    func moved(_ value: Float, _ channel: Int) -> Float {
      value < old[channel] / 4 ? value : value + (raised[channel] - old[channel]) / 2
    }
    switch initialPotential {
    case .uniform(let value):
      initialPotential = .perChannel(ratios.indices.map { moved(value, $0) })
    case .perChannel(let list):
      initialPotential = .perChannel(list.indices.map { moved(list[$0], $0) })
    case .perNeuron(let list):
      initialPotential = .perNeuron(
        list.indices.map { moved(list[$0], $0 / shape.positions) })
    }
    threshold = .perChannel(raised)
  }
}
