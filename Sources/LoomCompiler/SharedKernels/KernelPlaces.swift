import LoomBase
import LoomHardware
import LoomImage

/// Cores that layers may be given, with what each of them holds.
struct KernelPlaces {
  private(set) var positions: [CorePosition] = []
  private(set) var neurons: [Int] = []
  private(set) var kernelWords: [Int] = []

  /// The cores of some chips, in order of chips and classes: of each class no more than there are layers.
  init(_ profile: Profile, chips: Int, layers: Int) {
    let topology = profile.topology
    var classes: [Range<Int>] = []
    var first = 0
    for kind in profile.core.classes {
      classes.append(first..<min(first + kind.cores, topology.coresPerChip))
      first = min(first + kind.cores, topology.coresPerChip)
    }
    if first < topology.coresPerChip { classes.append(first..<topology.coresPerChip) }
    for chip in 0..<chips {
      for places in classes {
        for place in places.prefix(layers) { add(place, chip, profile) }
      }
    }
  }

  private mutating func add(_ place: Int, _ chip: Int, _ profile: Profile) {
    let topology = profile.topology
    let tile = place / topology.coresPerTile
    let position = CorePosition(
      chip: chip, column: tile % topology.tileColumns, row: tile / topology.tileColumns,
      slot: place % topology.coresPerTile)
    let capacity = SharedKernelMemory.capacity(of: position, profile)
    positions.append(position)
    neurons.append(capacity.neurons)
    kernelWords.append(capacity.kernelWords)
  }

  /// The cores that hold a layer.
  func choices(_ demand: KernelDemand) -> [Int] {
    positions.indices.filter {
      demand.neurons <= neurons[$0] && demand.kernelWords <= kernelWords[$0]
    }
  }
}

/// Gives every layer a core, on as few chips as will do.
struct KernelAssignment {
  let network: [String]
  let demands: [KernelDemand]
  let profile: Profile

  /// The position of each layer's core; throws every layer that no core holds, or those that are crowded.
  func positions() throws(DiagnosticsError) -> [CorePosition] {
    let first = KernelPlaces(profile, chips: 1, layers: demands.count)
    let misfits = demands.flatMap { misfit($0, first) }
    guard misfits.isEmpty else { throw DiagnosticsError(.doesNotFit, misfits) }
    let chips = min(profile.topology.maximumChips, demands.count)
    var crowded = CoreMatching.Outcome.crowded(layers: [], cores: [])
    for count in 1...max(1, chips) {
      let places = KernelPlaces(profile, chips: count, layers: demands.count)
      let outcome = CoreMatching.match(
        demands.map { places.choices($0) }, cores: places.positions.count)
      if case .complete(let cores) = outcome { return cores.map { places.positions[$0] } }
      crowded = outcome
    }
    throw DiagnosticsError(.doesNotFit, [shortage(crowded)])
  }

  private func misfit(_ demand: KernelDemand, _ places: KernelPlaces) -> [Diagnostic] {
    guard places.choices(demand).isEmpty else { return [] }
    let neurons = places.neurons.max() ?? 0
    let words = places.kernelWords.max() ?? 0
    var found: [String] = []
    if demand.neurons > neurons {
      found.append("needs \(demand.neurons) neurons, has \(neurons) in the largest core")
    }
    if demand.kernelWords > words {
      found.append(
        "needs \(demand.kernelWords) words of kernel memory, has \(words) in the largest core")
    }
    if found.isEmpty {
      found.append(
        "needs one core of \(demand.neurons) neurons and \(demand.kernelWords) words of kernel memory, has cores with one or the other"
      )
    }
    return found.map { message in
      Diagnostic(
        .error, "SL4052", message, at: .layer(network[demand.population]),
        notes: ["a layer lies in one core; kernels are stored padded to powers of two"],
        remedy: "make the layer smaller")
    }
  }

  private func shortage(_ outcome: CoreMatching.Outcome) -> Diagnostic {
    guard case .crowded(let layers, let cores) = outcome else {
      preconditionFailure("a complete matching has been returned")
    }
    let named = layers.prefix(8).map { "'\(network[demands[$0].population])'" }
    let largest = layers.map { demands[$0].kernelWords }.max() ?? 0
    return Diagnostic(
      .error, "SL4053",
      "needs \(layers.count) cores that hold the layers \(named.joined(separator: ", "))\(layers.count > 8 ? " and others" : ""), has \(cores.count)",
      notes: [
        "each layer takes a core of its own; these need up to \(largest) words of kernel memory and \(layers.map { demands[$0].neurons }.max() ?? 0) neurons"
      ], remedy: "join or drop layers, or choose a chip with more cores")
  }
}
