public import LoomBase
import LoomImage

/// One sample run with every spike kept.
public struct EmulatorTrace: Sendable, Hashable {
  /// Chip steps, T + D.
  public var steps: Int
  /// For each population its shape.
  public var shapes: [MapShape]
  /// For each population 1 where a neuron spiked: [chip step][channel-last neuron]; input populations,
  /// which have no neurons on the chip, have an empty raster.
  public var spikes: [[UInt8]]
  /// For each population the potentials after the last step, channel-last; empty for input populations.
  public var finalPotentials: [[Int32]]
  /// The scores, output after output, channel-first.
  public var scores: [Int64]

  init(
    _ image: HardwareImage, _ machine: Machine, _ worker: SampleWorker, scores: [Int64]
  ) {
    steps = image.schedule.steps
    shapes = image.populations.map(\.shape)
    spikes = worker.raster?.spikes ?? []
    self.scores = scores
    finalPotentials = image.populations.map {
      Array(repeating: 0, count: $0.role == .input ? 0 : $0.shape.count)
    }
    let potentials = worker.potentials
    for slice in machine.slices {
      for neuron in slice.firstNeuron..<(slice.firstNeuron + slice.count) {
        finalPotentials[slice.population][Int(machine.places[neuron])] = potentials[neuron]
      }
    }
  }

  /// Whether a neuron (channel-last) of a population spiked in a chip step.
  public func didSpike(population: Int, step: Int, neuron: Int) -> Bool {
    spikes[population][step * shapes[population].count + neuron] != 0
  }
}
