import LoomHardware
import LoomImage

extension MachineBuilder {
  /// Flows of a chip that copies messages where their ways part: one for each slice and set of destination cores.
  mutating func addTrees(_ hopTimes: HopTimes) {
    machine.flowOfNeuron.reserveCapacity(machine.neuronCount)
    var slice = 0
    for core in image.cores {
      let sets = DestinationSets(core.routes)
      var paths: [MeshPath?] = Array(repeating: nil, count: sets.sets.count)
      var first = 0
      for _ in core.slices {
        addTrees(
          slice, sets, neurons: first..<(first + machine.slices[slice].count), &paths, hopTimes)
        first += machine.slices[slice].count
        slice += 1
      }
    }
  }

  /// The flows of one slice, whose neurons are those of a core's sets; paths are found once for each core and set.
  private mutating func addTrees(
    _ index: Int, _ sets: DestinationSets, neurons: Range<Int>, _ paths: inout [MeshPath?],
    _ hopTimes: HopTimes
  ) {
    let slice = machine.slices[index]
    let start = machine.flows.count
    var flowOfSet = [Int32](repeating: -1, count: sets.sets.count)
    for neuron in neurons {
      let set = Int(sets.setOfNeuron[neuron])
      guard set >= 0 else {
        machine.flowOfNeuron.append(-1)
        continue
      }
      if flowOfSet[set] < 0 {
        flowOfSet[set] = Int32(machine.flows.count)
        let path =
          paths[set]
          ?? machine.mesh.tree(
            from: image.cores[slice.core].position,
            to: sets.sets[set].map { image.cores[Int($0)].position }, profile.topology, hopTimes)
        paths[set] = path
        machine.flows.append(FlowInfo(block: nil, path: path, isLowering: slice.isLowering))
      }
      machine.flowOfNeuron.append(flowOfSet[set])
    }
    machine.slices[index].flows = start..<machine.flows.count
  }
}
