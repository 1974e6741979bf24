import LoomBase
import LoomNetwork

/// The function a spiking network approaches for many steps and wide thresholds.
///
/// Every population is max(0, currents + bias), the largest site where there are several. Written from
/// the contract of `SpikingNetwork` alone, the slow and obvious way.
struct RateEvaluator {
  let network: SpikingNetwork
  /// Whether activations end at the thresholds.
  var clips = false

  /// The scores for one sample as a channel-first map.
  func scores(_ input: [Float]) -> [Float] {
    var activations: [[Double]] = []
    let sample = input.map { Double($0) }
    for index in network.populations.indices {
      let population = network.populations[index]
      var sites = [[Double]](
        repeating: [Double](repeating: 0, count: population.shape.count), count: population.sites)
      for projection in network.frontEnd where projection.target.index == index {
        add(
          projection.connectivity, projection.weights, sample, network.input.shape,
          population.shape, &sites[projection.site])
      }
      for projection in network.projections where projection.target.index == index {
        let source = network.populations[projection.source.index].shape
        add(
          projection.connectivity, projection.weights, activations[projection.source.index],
          source, population.shape, &sites[projection.site])
      }
      activations.append(
        (0..<population.shape.count).map { neuron in
          let current = sites.map { $0[neuron] }.max() ?? 0
          let total = current + Double(population.bias.value(neuron: neuron, in: population.shape))
          guard population.role != .readout else { return total }
          let limit = population.threshold.value(neuron: neuron, in: population.shape)
          return min(max(0, total), clips ? Double(limit) : .infinity)
        })
    }
    return network.outputs.flatMap { activations[$0.index].map { Float($0) } }
  }

  private func add(
    _ connectivity: Connectivity, _ weights: [Float], _ input: [Double], _ source: MapShape,
    _ target: MapShape, _ output: inout [Double]
  ) {
    switch connectivity {
    case .dense:
      for row in 0..<target.count {
        for column in 0..<source.count {
          output[row] += Double(weights[row * source.count + column]) * input[column]
        }
      }
    case .sparse(let pattern):
      for row in 0..<target.count {
        for entry in pattern.targetOffsets[row]..<pattern.targetOffsets[row + 1] {
          output[row] += Double(weights[entry]) * input[Int(pattern.sources[entry])]
        }
      }
    case .convolution(let geometry):
      let perGroup = source.channels / geometry.groups
      for channel in 0..<target.channels {
        let first = channel / (target.channels / geometry.groups) * perGroup
        for row in 0..<target.height {
          for column in 0..<target.width {
            var sum = 0.0
            for inner in 0..<perGroup {
              for ky in 0..<geometry.kernelHeight {
                for kx in 0..<geometry.kernelWidth {
                  let y = row * geometry.strideY - geometry.padTop + ky * geometry.dilationY
                  let x = column * geometry.strideX - geometry.padLeft + kx * geometry.dilationX
                  guard (0..<source.height).contains(y), (0..<source.width).contains(x) else {
                    continue
                  }
                  let weight = weights[
                    ((channel * perGroup + inner) * geometry.kernelHeight + ky)
                      * geometry.kernelWidth + kx]
                  sum +=
                    Double(weight) * input[source.index(channel: first + inner, row: y, column: x)]
                }
              }
            }
            output[target.index(channel: channel, row: row, column: column)] += sum
          }
        }
      }
    }
  }
}
