import LoomBase
import LoomNetwork

/// One synapse: neurons channel-first and the position of the weight.
struct Link {
  let source: Int
  let target: Int
  let weight: Int

  /// Every synapse of a connectivity, in the most obvious way.
  static func all(_ connectivity: Connectivity, _ source: MapShape, _ target: MapShape) -> [Link] {
    switch connectivity {
    case .dense:
      return (0..<target.count).flatMap { to in
        (0..<source.count).map { Link(source: $0, target: to, weight: to * source.count + $0) }
      }
    case .sparse(let pattern):
      return (0..<target.count).flatMap { to in
        (pattern.targetOffsets[to]..<pattern.targetOffsets[to + 1]).map {
          Link(source: Int(pattern.sources[$0]), target: to, weight: $0)
        }
      }
    case .convolution(let geometry): return convolution(geometry, source, target)
    }
  }

  private static func convolution(
    _ geometry: ConvolutionGeometry, _ source: MapShape, _ target: MapShape
  ) -> [Link] {
    let inputs = source.channels / geometry.groups
    let outputs = target.channels / geometry.groups
    var links: [Link] = []
    for to in 0..<target.count {
      let channel = to / target.positions
      let row = to % target.positions / target.width
      let column = to % target.width
      for input in 0..<inputs {
        for y in 0..<geometry.kernelHeight {
          for x in 0..<geometry.kernelWidth {
            let fromRow = row * geometry.strideY + y * geometry.dilationY - geometry.padTop
            let fromColumn = column * geometry.strideX + x * geometry.dilationX - geometry.padLeft
            guard (0..<source.height).contains(fromRow), (0..<source.width).contains(fromColumn)
            else { continue }
            let from = channel / outputs * inputs + input
            links.append(
              Link(
                source: source.index(channel: from, row: fromRow, column: fromColumn), target: to,
                weight: ((channel * inputs + input) * geometry.kernelHeight + y)
                  * geometry.kernelWidth + x))
          }
        }
      }
    }
    return links
  }
}

/// A window-coded network evaluated densely: whole codes, no spikes, no steps.
///
/// Populations must be listed after their sources.
struct DenseCodes {
  /// The code of every hidden neuron, channel-first.
  var codes: [[Int]] = []
  /// What every readout holds (integers: potential units; floats: activation units).
  var answers: [[Double]] = []

  /// The integer quantised network: code = clamp(floor(2^T·(A + B)/θ)), respectively floor((V + B)/δ).
  init(_ network: FixedPointNetwork, currents: [[[Int64]]]) {
    let steps = network.timesteps
    for (index, population) in network.populations.enumerated() {
      let shape = population.shape
      var sites = [[Int]](
        repeating: [Int](repeating: 0, count: shape.count), count: population.sites)
      for projection in network.projections where projection.target.index == index {
        let from = network.populations[projection.source.index].shape
        for link in Link.all(projection.connectivity, from, shape) {
          sites[projection.site][link.target] +=
            Int(projection.weights[link.weight])
            << projection.shift(channel: link.target / shape.positions)
            * codes[projection.source.index][link.source]
        }
      }
      var potentials = [Int](repeating: 0, count: shape.count)
      for neuron in 0..<shape.count {
        let own =
          Int(population.initialPotential.value(neuron: neuron, in: shape))
          + Int(population.bias.value(neuron: neuron, in: shape))
        let driven = currents[index].first { !$0.isEmpty }.map { Int($0[neuron]) } ?? 0
        potentials[neuron] = (sites.map { $0[neuron] }.max() ?? 0) + own + driven
      }
      answers.append(population.role == .readout ? potentials.map { Double($0) } : [])
      guard population.role == .hidden else {
        codes.append([])
        continue
      }
      codes.append(
        (0..<shape.count).map { neuron in
          let threshold = Int(population.threshold.value(neuron: neuron, in: shape))
          return network.code == .bitSerial
            ? min(max(Self.floor(potentials[neuron] << steps, threshold), 0), (1 << steps) - 1)
            : min(max(Self.floor(potentials[neuron], threshold), 0), steps)
        })
    }
  }

  private static func floor(_ value: Int, _ divisor: Int) -> Int {
    value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
  }

  /// The float network by the sentence of `SpikingNetwork.code`; `input` are the preprocessed values.
  init(_ network: SpikingNetwork, input: [Double]) {
    let levels = Double(network.code == .bitSerial ? 1 << network.timesteps : network.timesteps)
    let top = network.code == .bitSerial ? levels - 1 : levels
    for (index, population) in network.populations.enumerated() {
      let shape = population.shape
      var sites = [[Double]](
        repeating: [Double](repeating: 0, count: shape.count), count: population.sites)
      for projection in network.projections where projection.target.index == index {
        let from = network.populations[projection.source.index]
        for link in Link.all(projection.connectivity, from.shape, shape) {
          let scale = Double(from.threshold.value(neuron: link.source, in: from.shape))
          sites[projection.site][link.target] +=
            Double(projection.weights[link.weight]) * scale
            * Double(codes[projection.source.index][link.source]) / levels
        }
      }
      var sums = (0..<shape.count).map { neuron in
        (sites.map { $0[neuron] }.max() ?? 0)
          + Double(population.initialPotential.value(neuron: neuron, in: shape))
          + Double(population.bias.value(neuron: neuron, in: shape))
      }
      for projection in network.frontEnd where projection.target.index == index {
        for link in Link.all(projection.connectivity, network.input.shape, shape) {
          sums[link.target] += Double(projection.weights[link.weight]) * input[link.source]
        }
      }
      answers.append(population.role == .readout ? sums : [])
      codes.append(
        population.role == .hidden
          ? sums.indices.map { neuron in
            let full = Double(population.threshold.value(neuron: neuron, in: shape))
            return Int(min(max((levels * sums[neuron] / full).rounded(.down), 0), top))
          } : [])
    }
  }
}
