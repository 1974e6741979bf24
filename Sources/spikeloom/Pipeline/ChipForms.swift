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
      analogSkip: profile.neuron.startStep ? .current : .pairs,
      readout: profile.neuron.potentialReadout ? .potentials : .spikeCounts,
      reset: profile.neuron.softReset == .none && profile.neuron.hardReset ? .hard : .soft,
      hostIntegratesInput: !profile.neuron.analogInput)
  }
}

extension ConversionOptions {
  /// Takes over the reset that a chip needs where `hard` was not asked for.
  mutating func takeReset(_ forms: ChipForms) {
    if reset == .soft { reset = forms.reset }
    hostIntegratesInput = forms.hostIntegratesInput
  }
}
