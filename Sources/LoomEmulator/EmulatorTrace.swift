public import LoomBase
import LoomImage

/// One sample run with every spike kept.
public struct EmulatorTrace: Sendable, Hashable {
  /// Chip steps (`ImageSchedule.steps`).
  public var steps: Int
  /// For each population its shape.
  public var shapes: [MapShape]
  /// For each population 1 where a neuron spiked: [chip step][channel-last neuron]; input populations,
  /// which have no neurons on the chip, have an empty raster.
  ///
  /// Asynchronous images: the number of spikes in each bin, 255 for more.
  public var spikes: [[UInt8]]
  /// Asynchronous images: for each population and bin the neurons (channel-last) that spiked, in order, once
  /// for each spike; else empty.
  public var emissions: [[[UInt32]]]
  /// For each population the potentials at the end of its window, channel-last; empty for input
  /// populations.
  ///
  /// They are taken after chip step start + T − 1, the population's last aligned step; of readouts of
  /// window codes, which answer in their first, after step start; of lowering
  /// populations, and in free-running images, after the last chip step. Neurons that go on beyond their
  /// window (chips without a start step) go on from there unseen.
  public var finalPotentials: [[Int32]]
  /// The scores, output after output, channel-first.
  public var scores: [Int64]

  init(_ image: HardwareImage, _ raster: Raster?, scores: [Int64]) {
    steps = image.schedule.steps
    shapes = image.populations.map(\.map)
    spikes = raster?.spikes ?? []
    self.scores = scores
    finalPotentials = raster?.finalPotentials ?? []
    emissions = raster?.emissions ?? []
  }

  /// Whether a neuron (channel-last) of a population spiked in a chip step; none does after the last.
  ///
  /// With window codes a sample ends when its readouts have listened, whoever still emits to nobody.
  public func didSpike(population: Int, step: Int, neuron: Int) -> Bool {
    step < steps && spikes[population][step * shapes[population].count + neuron] != 0
  }
}
