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

  /// Every chip can run these but for comparators, which must be asked for.
  static func portable(maxPool: MaxPoolForm) -> ChipForms {
    ChipForms(maxPool: maxPool, analogSkip: .pairs)
  }

  /// The exact forms where the chip has them.
  static func suited(to profile: Profile) -> ChipForms {
    let sites = profile.neuron.comparatorSites
    return ChipForms(
      maxPool: sites > 0 ? .comparator : .pairs, comparatorSites: max(1, sites),
      analogSkip: profile.neuron.startStep ? .current : .pairs,
      readout: profile.neuron.potentialReadout ? .potentials : .spikeCounts)
  }
}
