import LoomBase
public import LoomHardware

/// What the chip of a profile can do, in words (`profiles show`).
public enum ProfileCapabilities {
  /// Neurons: comparison, resets, codes, what goes in and out.
  public static func neurons(_ neuron: NeuronCapabilities) -> [String] {
    var words = [neuron.firesOnGreaterOnly ? "fires on v > threshold" : "fires on v >= threshold"]
    switch neuron.softReset {
    case .native: words.append("soft reset")
    case .secondCompartment: words.append("soft reset by a second compartment")
    case .none: words.append("no soft reset")
    }
    if neuron.hardReset { words.append("hard reset") }
    if neuron.startStep { words.append("start step") }
    if neuron.perPopulationReset { words.append("reset by population") }
    if neuron.comparatorSites > 0 { words.append("comparator of \(neuron.comparatorSites) sites") }
    words.append(neuron.potentialReadout ? "potentials can be read" : "spike counts only are read")
    words.append(
      neuron.analogInput ? "bias written per neuron and sample" : "input as spikes only")
    words.append("codes \(neuron.codes.map(\.rawValue).joined(separator: ", "))")
    if let sums = neuron.partialSums { words.append("partial sums of \(sums.bits) bits") }
    return words
  }

  /// Synapses: how they are stored and what a weight is.
  public static func synapses(_ profile: Profile) -> [String] {
    var words: [String] = []
    switch profile.core.synapses {
    case .packedEntries(let format):
      words.append("packed entries in \(format.memoryBits / 8 / 1024) KiB a core")
    case .crossbar(let format):
      let arrays = format.arrays == 1 ? "" : "\(format.arrays) x "
      words.append("\(arrays)crossbar of \(format.rows) x \(format.columns)")
      let columns = format.columnsPerWeight(bits: profile.weight.bits)
      if columns > 1 { words.append("\(columns) columns a weight") }
      if format.axonTypes > 0 { words.append("\(format.axonTypes) axon types") }
      if format.signPerAxon { words.append("one sign for each axon") }
      if format.readsWhenSilent { words.append("read in every step, spikes or none") }
    case .sharedKernels(let format):
      let kernel = format.maximumKernel
      words.append("kernels shared by a core's neurons, to \(kernel) x \(kernel)")
      words.append("fan-out of \(format.destinations) cores")
    }
    let shifts =
      profile.weight
      .minimumShift...max(
        profile.weight.minimumShift, profile.weight.maximumShift)
    words.append("\(profile.weight.bits)-bit weights")
    if shifts.count > 1 {
      let scope = profile.weight.shiftPerChannel ? "channel" : "projection"
      words.append("shifts \(shifts.lowerBound) to \(shifts.upperBound) by \(scope)")
    }
    return words
  }

  /// Routing: topology, copies, tables, chips.
  public static func routing(_ profile: Profile) -> [String] {
    let (topology, routing) = (profile.topology, profile.routing)
    var words = [
      "\(topology.kind.rawValue) of \(topology.tileColumns) x \(topology.tileRows) tiles",
      routing.multicast ? "multicast" : "one message for each destination",
    ]
    if topology.coresPerTile > 1 { words.append("\(topology.coresPerTile) cores a tile") }
    if routing.fanOut > 0 {
      words.append(
        "a neuron reaches \(routing.fanOut) axon\(routing.fanOut == 1 ? "" : "s")")
    }
    if routing.ownRow { words.append("a spike meets the axon of its neuron's number") }
    if routing.tableEntries > 0 {
      let place = routing.tablePerChip ? "router" : "core"
      words.append("\(routing.tableEntries) table entries a \(place)")
    }
    if topology.maximumChips > 1 { words.append("up to \(topology.maximumChips) chips") }
    return words
  }

  /// Kinds of cores, where they differ.
  public static func classes(_ profile: Profile) -> [String] {
    profile.core.classes.map { kind in
      let words = kind.kernelWords > 0 ? " and \(kind.kernelWords) kernel words" : ""
      return "\(kind.cores) of \(kind.neurons) neurons\(words): \(kind.name)"
    }
  }

  /// What it runs, short enough for a column: codes, then how a sample goes in and an answer comes out.
  public static func brief(_ neuron: NeuronCapabilities) -> String {
    let codes = neuron.codes.map(\.rawValue).joined(separator: " ")
    let input = neuron.analogInput ? "analog" : "spikes"
    return "\(codes); \(input) in, \(neuron.potentialReadout ? "potentials" : "counts") out"
  }
}

/// What a reader must know of times on a chip with ticks of fixed length.
public enum TickRemark {
  /// A sentence if overruns cannot be found because the profile does not say what a step's work takes.
  public static func lines(_ profile: Profile) -> [String] {
    let missing = TickWork.missing(profile)
    guard !missing.isEmpty else { return [] }
    return [
      "every step lasts a tick: the profile gives no duration for \(missing.joined(separator: ", ")), "
        + "so a tick too short for its work cannot be found"
    ]
  }
}
