/// What happens within a step, and how long it takes.
public enum TickWork {
  /// The keys of `/times` for what happens within a step, in the order of the guide.
  ///
  /// With a fixed tick they say only whether the tick is long enough, so a profile may leave them out.
  public static let keys: [String] = [
    "synapticOperation", "neuronUpdate", "neuronSpike", "axonIn", "axonOut", "partialSum",
    "hopEastWest",
    "hopNorthSouth", "hopWithinTile", "hopBetweenChips", "linkOccupancy", "chipLinkOccupancy",
  ]

  /// The keys a profile with a fixed tick leaves out: overruns cannot be found for want of them.
  public static func missing(_ profile: Profile) -> [String] {
    guard profile.synchronisation == .fixedTick else { return [] }
    let known = TimeKeys.all.filter { profile.times[keyPath: $0.path] != nil }.map(\.key)
    return keys.filter {
      !known.contains($0) && ($0 != "partialSum" || profile.neuron.partialSums != nil)
    }
  }
}
