import LoomConversion
import LoomHardware
import LoomNetwork

/// What layers become, as far as the chip decides.
struct ChipForms {
  /// What becomes of max pooling.
  var maxPool: MaxPoolForm
  /// The most current sites of one comparator.
  var comparatorSites = ConversionOptions(timesteps: 1).comparatorSites
  /// What becomes of a sum of the analog input and of spikes.
  var analogSkip: AnalogSkipForm
  /// Whether answers may read the analog input.
  var analogAnswers = true
  /// The most synapses of one neuron up to which pooling is folded into the next layer.
  var maximumFanIn = ConversionOptions(timesteps: 1).maximumFanIn
  /// What the host reads of the outputs.
  var readout = ScoreReading.potentials
  /// What firing does to potentials.
  var reset = ResetMode.soft
  /// Whether the host integrates what the analog input drives.
  var hostIntegratesInput = false

  /// Every chip can run these but for comparators, which must be asked for.
  static func portable(maxPool: MaxPoolForm) -> ChipForms {
    ChipForms(maxPool: maxPool, analogSkip: .pairs)
  }

  /// The exact forms where the chip has them, substitutions where it has not.
  static func suited(to profile: Profile) -> ChipForms {
    let sites = profile.neuron.comparatorSites
    return ChipForms(
      maxPool: sites > 0 ? .comparator : .pairs, comparatorSites: max(1, sites),
      analogSkip: profile.neuron.startStep && profile.neuron.analogInput ? .current : .pairs,
      analogAnswers: profile.neuron.analogInput, maximumFanIn: fanIn(of: profile),
      readout: profile.neuron.potentialReadout ? .potentials : .spikeCounts,
      reset: profile.neuron.softReset == .none && profile.neuron.hardReset ? .hard : .soft,
      hostIntegratesInput: !profile.neuron.analogInput)
  }

  /// The most synapses one neuron can have on a core, as far as every chip can serve.
  private static func fanIn(of profile: Profile) -> Int {
    var most = min(profile.core.axonsIn, ConversionOptions(timesteps: 1).maximumFanIn)
    if case .crossbar(let format) = profile.core.synapses {
      most = min(most, format.rows.multipliedReportingOverflow(by: format.arrays).partialValue)
    }
    return max(1, most)
  }

  /// Gives options these forms, the readout apart; a hard reset that was asked for stays.
  func shape(_ options: inout ConversionOptions) {
    options.maxPool = maxPool
    options.comparatorSites = comparatorSites
    options.analogSkip = analogSkip
    options.analogAnswers = analogAnswers
    options.maximumFanIn = maximumFanIn
    if options.reset == .soft { options.reset = reset }
    options.hostIntegratesInput = hostIntegratesInput
  }
}
