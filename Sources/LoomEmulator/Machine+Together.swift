extension Machine {
  /// Steps that a group of cores does at once at most.
  static let mostTogether = 128
  /// Weights of so many bytes stay in the nearer caches, whatever the order of cores.
  private static let nearBytes = 4 << 20
  /// Room of the rings of cores that do many steps at once.
  private static let stretchBytes = 8 << 20

  /// The room of all weights.
  private var weightBytes: Int {
    byteWeights.count + 2 * (narrowWeights.count + shortWeights.count) + 4 * weights.count
  }

  /// Room that each step in the works takes: events in queues, bits, counts, loads of links.
  private var bytesPerStep: Int {
    (queuedRoutes.entries.count + queuedHostRoutes.entries.count) * MemoryLayout<Event>.stride
      + 8 * (wordCount + fields.count) + 4 * (blocks.count + mesh.linkKinds.count)
  }

  /// How many steps a group of cores should do before the next group does any.
  ///
  /// Weights that come from memory are then fetched once for all of these. Without patches one step where weights stay near; at
  /// most as many as a sample has, and as rings hold that take an eighth of the weights' room.
  ///
  /// - Parameter steps: The steps of a sample.
  func bestTogether(steps: Int) -> Int {
    if hasPatches.contains(true) { return bestStretch(steps: steps) }
    guard weightBytes > Machine.nearBytes else { return 1 }
    var together = 1
    while together < min(Machine.mostTogether, steps),
      2 * together * bytesPerStep <= weightBytes / 8
    {
      together *= 2
    }
    return together
  }

  /// How many steps cores with patches should do at once: a sample's in as few stretches as there can be, all alike.
  private func bestStretch(steps: Int) -> Int {
    let most = min(
      StretchKernel.mostSteps,
      max(Machine.stretchBytes, weightBytes / 8) / max(1, bytesPerStep))
    guard most > 1 else { return 1 }
    let stretches = (steps + most - 1) / most
    return (steps + stretches - 1) / stretches
  }

  /// Lays queues out for groups of cores that do so many steps at once: a place for every route entry that can reach a
  /// block in one step.
  ///
  /// One step is enough where all cores hear of one another.
  mutating func layQueues(together: Int) {
    coreGroups = together > 1 ? CoreOrder.groups(targetCores) : []
    stepsTogether = coreGroups.count > 1 ? together : 1
    var entries = [Int](repeating: 0, count: blocks.count)
    for entry in queuedRoutes.entries { entries[Int(entry.block)] += 1 }
    for entry in queuedHostRoutes.entries { entries[Int(entry.block)] += 1 }
    (queueCapacity, slotCount) = (0, 0)
    for index in blocks.indices {
      blocks[index].queueStart = queueCapacity
      // A neuron and the host may meet in one block of delay 0 (only in images whose routes are wrong):
      // what was sent for this step and what is injected in it both fit, for each entry has its place.
      let slots = slots(delay: blocks[index].delay)
      blocks[index].capacity = entries[index]
      blocks[index].fillStart = slotCount
      queueCapacity += entries[index] * slots
      slotCount += slots
      longestDelay = max(longestDelay, blocks[index].delay)
    }
  }
}

extension Emulator {
  /// Cores that do many steps at once where a run allows it.
  package var patchedCores: Int {
    machine.coreGroups.filter { $0.count == 1 && machine.hasPatches[$0[0]] }.count
  }

  /// The same emulator with groups of cores that do so many steps at once, where there are groups.
  package func together(_ steps: Int) -> Emulator {
    var machine = machine
    machine.layQueues(together: steps)
    return Emulator(self, machine: machine, timing: timing)
  }
}
