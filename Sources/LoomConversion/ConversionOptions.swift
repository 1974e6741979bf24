public import LoomBase
public import LoomNetwork

/// How the thresholds of a converted network are found.
public enum ConversionMethod: String, Sendable, CaseIterable {
  /// Training-free local threshold balancing (Bu and others 2024, arXiv 2409.03368, §4).
  case thresholdBalancing = "threshold-balancing"
  /// One bit of the activation a step, T bits (Datta and others 2023, arXiv 2312.06900).
  case bitSerial = "bit-serial"
  /// One spike a neuron, its time the value (conversion.md §4).
  case timeToFirstSpike = "ttfs"
  /// Thresholds and corrections from real spiking activity (Li and others 2021, SNN Calibration).
  case calibrated
  /// Layer-wise threshold tuning on recorded currents (Meng and others 2022, partly reconstructed).
  case tuned = "ttrbr"
  /// One threshold a layer, a percentile of its activations: the baseline (Rueckauer and others 2017).
  case percentile
  /// The candidate that agrees best with the trained network on calibration samples; no labels.
  case automatic = "auto"

  /// What the spikes of its networks say.
  public var code: SpikeCode {
    switch self {
    case .bitSerial: .bitSerial
    case .timeToFirstSpike: .timeToFirstSpike
    default: .rate
    }
  }

  /// The largest T; nil: any that the chip and the integers allow.
  public var mostTimesteps: Int? {
    switch self {
    case .bitSerial: BitSerial.mostBits
    case .timeToFirstSpike: TimeToFirstSpike.longestWindow
    default: nil
    }
  }
}

/// What calibration on spikes does besides choosing thresholds.
public enum BiasCorrection: String, Sendable, CaseIterable {
  /// The constant current makes up for the mean error (Li and others 2021, §4).
  case bias
  /// v(0) makes up for the mean error: T times the mean (Li and others 2021; Bu and others 2022).
  case potential
  /// v(0) = 0 and θ/(2T) a step instead of θ/2 at once (Deng and Gu 2021).
  case shift
  /// Nothing.
  case none
}

/// What becomes of average pooling.
public enum PoolingForm: String, Sendable, CaseIterable {
  /// The cheaper of the two in synaptic operations, unless the difference is small or fan-in too large.
  case auto
  /// Folded into the next linear map: exact, at a larger fan-in.
  case compose
  /// A population of spiking neurons of its own: fewer synapses, one step deeper, inexact.
  case neurons
}

/// What becomes of max pooling.
public enum MaxPoolForm: String, Sendable, CaseIterable {
  /// max(a, b) = a + ReLU(b − a), a tree of extra populations (inexact in spikes).
  case pairs
  /// One neuron with a current site for each position of the window (needs a chip that compares).
  case comparator
}

/// What becomes of a sum of the analog input and of spikes (a skip connection without an activation).
public enum AnalogSkipForm: String, Sendable, CaseIterable {
  /// The analog part stays a constant current: exact, but needs a chip whose deeper populations start late.
  case current
  /// Two populations at the input, ReLU(x) and ReLU(−x), carry the analog part (inexact in spikes).
  case pairs
}

/// What the numbers of an answer are, where spike counts stand for them.
public enum AnswerKind: String, Sendable, CaseIterable {
  /// Scores of classes: only their order counts.
  case classes
  /// Numbers in their own right: maps, boxes, regression.
  case values
}

/// What a conversion is told.
public struct ConversionOptions: Sendable {
  /// Passes of tuning where calibration leaves much and nobody has said how many.
  public static let neededPasses = 10

  /// T, the number of time-steps of the spiking network, at least 1.
  public var timesteps: Int
  /// How thresholds are found.
  public var method: ConversionMethod
  /// K, the number of passes of threshold balancing; nil: what suits T best on calibration samples.
  public var iterations: Int?
  /// Passes over the calibration samples that tune what window codes' calibration found (`bit-serial`, `ttfs`); nil: some
  /// where calibration leaves the answers of a classifier far from the trained network's and the work is bounded.
  public var tuningPasses: Int?
  /// What calibration on spikes does besides choosing thresholds.
  public var correction: BiasCorrection
  /// The percentile of a layer's activations that becomes its threshold (method `percentile`).
  public var percentile: Double
  /// How the input becomes spikes: `direct`, `rate` or `poisson`.
  public var coding: Coding
  /// The seed of the input's spikes (coding `poisson`); nothing else depends on it.
  public var seed: UInt64 = 0
  /// What becomes of average pooling.
  public var pooling: PoolingForm
  /// What becomes of max pooling.
  public var maxPool: MaxPoolForm
  /// The most current sites a comparator may have; wider max pooling is done by pairs.
  public var comparatorSites: Int
  /// What becomes of a sum of the analog input and of spikes.
  public var analogSkip: AnalogSkipForm
  /// Whether answers may read the analog input; else two populations carry it, as for `AnalogSkipForm.pairs`.
  public var analogAnswers = true
  /// The most synapses of one neuron up to which average pooling may be folded into the next map.
  public var maximumFanIn = 4096
  /// The number of threads; the result does not depend on it.
  public var threads: Int
  /// How stored numbers become values.
  public var preprocessing: Preprocessing
  /// Whether the samples the network will be given are bytes.
  public var samplesAreBytes: Bool
  /// Whether the answer is read from step t0 on (conversion.md §1, delayed evaluation).
  public var delayedReadout: Bool
  /// What the host reads of the outputs.
  public var readout = ScoreReading.potentials
  /// What firing does to potentials; `hard` is a substitution for chips without soft reset (methods of rate codes).
  public var reset = ResetMode.soft
  /// Whether the host integrates what the analog input drives (chips without analog input): it keeps soft reset.
  public var hostIntegratesInput = false
  /// What spike counts stand for; nil: classes if the network has one output of one position, else values.
  public var answers: AnswerKind?
  /// The largest number of calibration samples used; further ones are ignored.
  public var maximumCalibrationSamples: Int

  /// Creates options.
  public init(
    timesteps: Int, method: ConversionMethod = .thresholdBalancing, iterations: Int? = nil,
    coding: Coding = .direct, pooling: PoolingForm = .auto, maxPool: MaxPoolForm = .pairs,
    threads: Int = 2, preprocessing: Preprocessing = Preprocessing(scale: 1),
    samplesAreBytes: Bool = false, delayedReadout: Bool = true,
    maximumCalibrationSamples: Int = 1000, comparatorSites: Int = 256,
    analogSkip: AnalogSkipForm = .current, correction: BiasCorrection = .bias,
    percentile: Double = 99.9
  ) {
    self.timesteps = timesteps
    self.method = method
    self.iterations = iterations
    self.correction = correction
    self.percentile = percentile
    self.coding = coding
    self.pooling = pooling
    self.maxPool = maxPool
    self.threads = threads
    self.preprocessing = preprocessing
    self.samplesAreBytes = samplesAreBytes
    self.delayedReadout = delayedReadout
    self.comparatorSites = comparatorSites
    self.analogSkip = analogSkip
    self.maximumCalibrationSamples = maximumCalibrationSamples
  }
}
