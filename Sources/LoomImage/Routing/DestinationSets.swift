/// The neurons of one core sorted by the cores that their spikes go to.
///
/// Before: neuron 0 has the entries (1, 40), (1, 41), (2, 7), neuron 1 (2, 8), neuron 2 (1, 42), (2, 9). After:
/// the sets {1, 2} and {2}; neurons 0 and 2 have the first, neuron 1 the second.
public struct DestinationSets: Sendable, Hashable {
  /// The different sets, cores ascending, in order of their first neurons.
  public private(set) var sets: [[UInt32]] = []
  /// The set of each neuron; −1 where its spikes go nowhere.
  public private(set) var setOfNeuron: [Int32] = []

  /// The sets of a routing table's neurons.
  public init(_ routes: RouteTable) {
    var known: [[UInt32]: Int32] = [:]
    var previous: [UInt32] = []
    var previousSet: Int32 = -1
    for neuron in 0..<max(0, routes.offsets.count - 1) {
      let range = Int(routes.offsets[neuron])..<Int(routes.offsets[neuron + 1])
      guard !range.isEmpty else {
        setOfNeuron.append(-1)
        continue
      }
      let cores = Self.distinct(routes.cores[range])
      // Neighbours mostly go to the same places.
      if previousSet < 0 || cores != previous {
        previous = cores
        previousSet = known[cores] ?? Int32(sets.count)
        if Int(previousSet) == sets.count {
          known[cores] = previousSet
          sets.append(cores)
        }
      }
      setOfNeuron.append(previousSet)
    }
  }

  private static func distinct(_ cores: ArraySlice<UInt32>) -> [UInt32] {
    var result: [UInt32] = []
    for core in cores.sorted() where result.last != core { result.append(core) }
    return result
  }
}
