import LoomBase
import LoomNetwork

/// v(0) of neurons whose bias acts before their window (`BiasPath.precharged`), low enough that they wait for it.
///
/// Before: θ = 100, v(0) = 50, bias −20, start 4: precharged to 130, so that it would fire at once. After:
/// v(0) = 19, precharged to 99: 31 of a θ of charge lost once, not in every step.
struct PrechargeRoom {
  private let population: Population
  private let start: Int
  private let isPrecharged: Bool

  init(_ index: Int, _ input: QuantizationInput) {
    population = input.network.populations[index]
    start = input.starts[index]
    isPrecharged =
      population.role == .hidden && population.sites == 1 && !input.network.isInteger
      && input.biasPath(index) == .precharged
  }

  /// The initial potentials, lowered where the bias asks for it.
  func lowered(
    _ potentials: ChannelOrNeuron<Int32>, threshold: ChannelOrNeuron<Int32>,
    bias: ChannelOrNeuron<Int32>
  ) -> ChannelOrNeuron<Int32> {
    guard isPrecharged else { return potentials }
    let shape = population.shape
    var isChanged = false
    let values = (0..<shape.count).map { neuron in
      let value = potentials.value(neuron: neuron, in: shape)
      let waiting = Int64(bias.value(neuron: neuron, in: shape)) * Int64(start)
      let most = Int64(threshold.value(neuron: neuron, in: shape)) - 1 + min(waiting, 0)
      guard Int64(value) > most else { return value }
      isChanged = true
      return Int32(clamping: most)
    }
    return isChanged ? .perNeuron(values) : potentials
  }
}
