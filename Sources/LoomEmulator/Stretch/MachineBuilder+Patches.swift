extension MachineBuilder {
  /// Finds the cores that can do many steps at once, patch after patch: all their spikes come as bits, to targets whose
  /// potentials are in 16 bits.
  mutating func addPatches() {
    guard machine.axonArrays.isEmpty, !machine.readsWhenSilent, machine.flowOfNeuron.isEmpty,
      !machine.hasLoweringCells,
      // Positions below 0 stand for words whose first bits have no weights.
      max(machine.narrowWeights.count, machine.byteWeights.count) < Int(Int32.max)
    else { return }
    var lists = TimedLists()
    for core in machine.coreSlices.indices {
      guard let found = CorePatches(machine, core) else { continue }
      machine.hasPatches[core] = true
      add(found, &lists)
    }
    machine.timedNeurons = lists.neurons
    sortLists()
    findFamilies()
  }

  private mutating func add(_ core: CorePatches, _ lists: inout TimedLists) {
    for (slice, patches) in core.patches {
      let first = machine.patches.count
      for patch in patches {
        machine.patches.append(
          PatchInfo(
            target: patch.target, width: patch.width,
            firstSpan: UInt32(machine.patchSpans.count), spanCount: UInt32(patch.spans.count)))
        machine.patchSpans += patch.spans.map {
          PatchSpan(
            list: lists.add($0.neurons), weight: $0.weight, weightStep: $0.weightStep)
        }
      }
      machine.slices[slice].patches = first..<machine.patches.count
    }
    for (block, charges) in core.charges {
      let first = machine.charges.count
      machine.charges +=
        charges.map { ListCharge(list: lists.add($0.key), synapses: UInt32($0.value)) }
        .sorted { ($0.synapses, $0.list) < ($1.synapses, $1.list) }
      machine.blocks[block].charges = first..<machine.charges.count
    }
  }

  /// Numbers lists in the order of their words.
  private mutating func sortLists() {
    let neurons = machine.timedNeurons
    let order = neurons.indices.sorted {
      let (one, other) = (neurons[$0], neurons[$1])
      return (one.delay, one.word, one.mask) < (other.delay, other.word, other.mask)
    }
    var places = [UInt32](repeating: 0, count: order.count)
    for (place, list) in order.enumerated() { places[list] = UInt32(place) }
    machine.timedNeurons = order.map { neurons[$0] }
    for index in machine.patchSpans.indices {
      machine.patchSpans[index].list = places[Int(machine.patchSpans[index].list)]
    }
    for index in machine.charges.indices {
      machine.charges[index].list = places[Int(machine.charges[index].list)]
    }
  }

  /// Has lists of few neurons of one word written together.
  private mutating func findFamilies() {
    let neurons = machine.timedNeurons
    machine.familyOfList = Array(repeating: -1, count: neurons.count)
    var first = 0
    while first < neurons.count {
      let end =
        neurons[first...].firstIndex {
          ($0.word, $0.delay) != (neurons[first].word, neurons[first].delay)
        } ?? neurons.count
      let masks = neurons[first..<end].map(\.mask)
      if masks.allSatisfy({ $0.nonzeroBitCount <= Self.mostOfFamily }),
        masks.reduce(0, { $0 + $1.nonzeroBitCount }) == masks.reduce(0, |).nonzeroBitCount
      {
        for list in first..<end { machine.familyOfList[list] = machine.families.count }
        machine.families.append(ListFamily(first..<end, of: neurons))
      }
      first = end
    }
  }

  /// Longer lists are quicker written by themselves, without looking up whose each spike is.
  private static let mostOfFamily = 8
}

/// The lists that patches share.
private struct TimedLists {
  private(set) var neurons: [TimedNeurons] = []
  private var places: [TimedNeurons: UInt32] = [:]

  mutating func add(_ new: TimedNeurons) -> UInt32 {
    if let place = places[new] { return place }
    let place = UInt32(neurons.count)
    places[new] = place
    neurons.append(new)
    return place
  }
}
