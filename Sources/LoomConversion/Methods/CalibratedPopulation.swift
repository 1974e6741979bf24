import LoomBase
import LoomNetwork

/// What a method decided about a population, in the ANN's activation units.
struct CalibratedPopulation: Sendable {
  /// θ of each channel, all above zero; window codes: the full scale λ (readout: ones).
  var thresholds: [Float]
  /// v(0) of each channel; nil: half a threshold (window codes: half a quantum).
  var initialPotentials: [Float]?
  /// Added to the constant current of each channel's neurons, readouts included; nil: nothing.
  var biasCorrections: [Float]?
  /// Factor of each channel's currents, biases included, where a hard reset loses charge; nil: none.
  var gains: [Float]?
  /// The largest activation, or |score| of a readout.
  var peak: Float
  /// Mean activation / θ over neurons and samples.
  var rate: Float
  /// Steps until the most driven neuron first fires: min over neurons of (θ − v(0)) / E[ReLU(z)].
  var firstSpike: Double
  /// How scores become numbers of spikes; nil: potentials are read (and everything that is no readout).
  var counted: CountedScores?
  /// Channels that never fired.
  var deadChannels: Int
}
