/// Where one population's spikes miss the trained network's activation, on calibration samples.
///
/// With Ī the mean current over the window, N the spikes and N_c = clip(⌊(TĪ + v(0))/θ⌋, 0, T) those a constant
/// current would give (Meng and others 2022; conversion.md §3), the error of a neuron is a sum of four:
///
///     θN/T − a = [ReLU(Ī) − a] + [clip(Ī, 0, θ) − ReLU(Ī)] + [θN_c/T − clip(Ī, 0, θ)] + [θN/T − θN_c/T]
///                 inherited          clipping                   quantisation             deviation
///
/// Under hard reset N_c are the spikes a constant current gives such a neuron, so that what the reset loses of it is
/// counted as quantisation. All numbers are in activation units. Window codes have no deviation, and of them only the sum is known.
public struct PopulationError: Sendable, Hashable {
  /// Mean |error| of each kind over neurons and samples.
  public struct Split: Sendable, Hashable {
    /// From the layers before.
    public var inherited: Double
    /// Beyond the threshold.
    public var clipping: Double
    /// From T steps having T + 1 levels.
    public var quantization: Double
    /// From currents that are not constant.
    public var deviation: Double
  }

  /// One channel, as it stands out.
  public struct Channel: Sendable, Hashable {
    /// Its number.
    public var index: Int
    /// Root of the mean squared error.
    public var rootMeanSquare: Double
    /// Correlation of activation and output; nil where either never changes.
    public var correlation: Double?
  }

  /// The population's name.
  public var name: String
  /// The number of neurons.
  public var neurons: Int
  /// The mean activation over neurons and samples.
  public var meanActivation: Double
  /// What spikes make of the mean activation.
  public var meanOutput: Double
  /// The four parts; nil for window codes.
  public var split: Split?
  /// Root of the mean squared error.
  public var rootMeanSquare: Double
  /// Root of the mean squared activation, to set the error beside.
  public var activationRootMeanSquare: Double
  /// Correlation of activation and output over neurons and samples; nil where either never changes.
  public var correlation: Double?
  /// Variance of a neuron's current over the window, mean over neurons and samples (Var I); nil for window codes.
  public var currentVariance: Double?
  /// The channel with the largest error.
  public var worstChannel: Channel

  /// The error as a share of the activation; 0 for a silent population.
  public var relative: Double {
    activationRootMeanSquare > 0 ? rootMeanSquare / activationRootMeanSquare : 0
  }
}

/// Sums over samples of one channel, from which its part of a `PopulationError` follows.
struct ChannelSums: Sendable {
  var count = 0.0
  var (activation, output) = (0.0, 0.0)
  var (activationSquared, outputSquared, product) = (0.0, 0.0, 0.0)
  var (inherited, clipping, quantization, deviation) = (0.0, 0.0, 0.0, 0.0)
  var (squared, variance) = (0.0, 0.0)

  /// Takes one neuron's activation a and output r.
  mutating func add(activation a: Double, output r: Double) {
    count += 1
    activation += a
    output += r
    activationSquared += a * a
    outputSquared += r * r
    product += a * r
    squared += (r - a) * (r - a)
  }

  mutating func add(_ other: ChannelSums) {
    count += other.count
    activation += other.activation
    output += other.output
    activationSquared += other.activationSquared
    outputSquared += other.outputSquared
    product += other.product
    inherited += other.inherited
    clipping += other.clipping
    quantization += other.quantization
    deviation += other.deviation
    squared += other.squared
    variance += other.variance
  }

  /// Root of the mean squared error.
  var rootMeanSquare: Double { count > 0 ? (squared / count).squareRoot() : 0 }

  /// Correlation of activation and output.
  var correlation: Double? {
    let spread = { (sum: Double, squares: Double) in squares - sum * sum / max(count, 1) }
    let (first, second) = (spread(activation, activationSquared), spread(output, outputSquared))
    guard first > 1e-12 * activationSquared, second > 1e-12 * outputSquared else { return nil }
    return (product - activation * output / count) / (first * second).squareRoot()
  }
}

extension PopulationError {
  /// The errors of a population from sums by channel; `isSplit`: the four parts are known.
  init(name: String, neurons: Int, channels: [ChannelSums], isSplit: Bool) {
    var total = ChannelSums()
    for channel in channels { total.add(channel) }
    let count = max(1, total.count)
    var worst = 0
    for index in channels.indices
    where channels[index].rootMeanSquare > channels[worst].rootMeanSquare { worst = index }
    self.init(
      name: name, neurons: neurons, meanActivation: total.activation / count,
      meanOutput: total.output / count,
      split: isSplit
        ? Split(
          inherited: total.inherited / count, clipping: total.clipping / count,
          quantization: total.quantization / count, deviation: total.deviation / count) : nil,
      rootMeanSquare: total.rootMeanSquare,
      activationRootMeanSquare: (total.activationSquared / count).squareRoot(),
      correlation: total.correlation, currentVariance: isSplit ? total.variance / count : nil,
      worstChannel: Channel(
        index: worst, rootMeanSquare: channels[worst].rootMeanSquare,
        correlation: channels[worst].correlation))
  }
}
