import LoomConversion
import LoomHardware

/// What layers become, as far as the chip decides.
struct ChipForms {
  /// What becomes of max pooling.
  var maxPool: MaxPoolForm
  /// The most current sites of one comparator.
  var comparatorSites = ConversionOptions(timesteps: 1).comparatorSites
  /// What becomes of a sum of the analog input and of spikes.
  var analogSkip: AnalogSkipForm

  /// Every chip can run these but for comparators, which must be asked for.
  static func portable(maxPool: MaxPoolForm) -> ChipForms {
    ChipForms(maxPool: maxPool, analogSkip: .pairs)
  }

  /// The exact forms where the chip has them.
  static func suited(to profile: Profile) -> ChipForms {
    let sites = profile.neuron.comparatorSites
    return ChipForms(
      maxPool: sites > 0 ? .comparator : .pairs, comparatorSites: max(1, sites),
      analogSkip: profile.neuron.startStep ? .current : .pairs)
  }
}
