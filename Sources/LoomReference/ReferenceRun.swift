/// What the integer interpreter found for one sample.
///
/// Neurons are numbered channel-first everywhere.
public struct ReferenceRun: Sendable, Equatable {
  /// For each population its spikes as 0/1 bytes, [step][neuron]; empty unless recorded.
  ///
  /// Of an asynchronous network the number of spikes in each bin, 255 for more.
  public var rasters: [[UInt8]]
  /// Of an asynchronous network for each population and bin the neurons that spiked, in order of sending, once
  /// for each spike; empty unless recorded.
  public var emissions: [[[Int32]]] = []
  /// For each population the membrane potentials after the last step (a comparator's v, not its sites;
  /// zeros for input populations).
  ///
  /// Of a window code: u of a readout, of hidden populations u after the last emitting step (after the spike
  /// of time to first spike the lowest potential).
  public var finalPotentials: [[Int32]]
  /// For each population the spikes of each neuron over all steps.
  public var spikeCounts: [[Int32]]
  /// The answer, outputs one after another: of readout populations the potential gained since aligned
  /// step t0, of hidden ones the spikes of all steps, or since step t0 where they stand for potentials.
  ///
  /// Of a window code: of readouts u − v(0), of hidden populations the decoded code, which is Σ s_j·2^(T−1−j)
  /// (bit-serial) or T − j, 0 without a spike (time to first spike).
  public var scores: [Int64]
  /// The index of the first largest score of the first output.
  public var prediction: Int

  /// Creates a run's record.
  public init(
    rasters: [[UInt8]], finalPotentials: [[Int32]], spikeCounts: [[Int32]], scores: [Int64],
    prediction: Int
  ) {
    self.rasters = rasters
    self.finalPotentials = finalPotentials
    self.spikeCounts = spikeCounts
    self.scores = scores
    self.prediction = prediction
  }
}

/// The index of the first largest element; 0 if there is none (a NaN is never the largest).
func firstLargest<Value: Comparable>(_ values: ArraySlice<Value>) -> Int {
  var best = 0
  for index in values.indices where values[index] > values[best] { best = index }
  return best
}
