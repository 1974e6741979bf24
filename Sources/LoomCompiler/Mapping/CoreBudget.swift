import LoomBase
import LoomHardware
import LoomImage

/// A resource of a core that a tile may run out of.
enum CoreResource: Int, CaseIterable {
  case neurons
  case columns
  case axonsIn
  case axonsOut
  case synapseMemory
  case axonList
  case formats
  case arrays
  case thresholds

  /// The resource in words.
  var name: String {
    switch self {
    case .neurons: "compartments"
    case .columns: "crossbar columns"
    case .axonsIn: "input axons"
    case .axonsOut: "output axon entries"
    case .synapseMemory: "words of synapse memory"
    case .axonList: "words in one axon's list"
    case .formats: "synapse formats"
    case .arrays: "crossbars"
    case .thresholds: "distinct thresholds"
    }
  }
}

/// The limits of one core and how much of them a tile takes.
struct CoreBudget {
  let profile: Profile

  /// The limit of a resource; nil where the core has no such limit.
  func limit(_ resource: CoreResource) -> Int? {
    let core = profile.core
    switch (resource, core.synapses) {
    case (.neurons, _): return core.neurons
    case (.axonsIn, _): return core.axonsIn
    case (.axonsOut, _): return core.axonsOut
    case (.thresholds, _):
      let distinct = profile.neuron.distinctThresholds
      return distinct > 0 ? distinct : nil
    case (.synapseMemory, .packedEntries(let format)):
      return format.memoryBits / max(1, format.wordBits)
    case (.axonList, .packedEntries(let format)): return format.maximumWordsPerAxon
    case (.formats, .packedEntries(let format)): return format.maximumFormats
    // Tiles count weights side by side, each of which may take several columns.
    case (.columns, .crossbar(let format)):
      return format.columns / max(1, format.columnsPerWeight(bits: profile.weight.bits))
    case (.arrays, .crossbar(let format)): return format.arrays
    default: return nil
    }
  }

  /// What a tile takes of a resource.
  func use(_ resource: CoreResource, _ tile: Tile) -> Int {
    switch resource {
    case .neurons: tile.neurons
    case .columns: tile.columns
    case .axonsIn: tile.axonsIn
    case .axonsOut: tile.axonsOut
    case .synapseMemory: tile.words
    case .axonList: tile.longestAxonList
    case .formats: tile.formats.count
    case .arrays: tile.arrays
    case .thresholds: tile.thresholds.count
    }
  }

  /// The resources of which a tile needs more than a core has.
  func exceeded(_ tile: Tile) -> [CoreResource] {
    CoreResource.allCases.filter { resource in
      guard let limit = limit(resource) else { return false }
      return use(resource, tile) > limit
    }
  }

  /// The most neurons of a population that one core can hold.
  func neuronsPerTile(_ image: ImagePopulation) -> Int {
    let compartments = profile.core.neurons / max(1, image.compartments)
    guard let columns = limit(.columns) else { return compartments }
    return min(compartments, columns / max(1, image.sites))
  }
}
