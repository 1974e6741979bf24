import LoomBase
import LoomHardware
import LoomImage

/// Flattens an image for the step loop.
struct MachineBuilder {
  let image: HardwareImage
  let profile: Profile
  var machine = Machine()
  private var firstAxons: [Int] = []
  private var blockOfAxon: [UInt32] = []
  /// For each template the number of the first of its weights, the weights, and its geometry.
  private(set) var templateStarts: [Int] = []
  private(set) var templateWeights: [TemplateWeights] = []
  private var templateRuns: [SynapseRuns] = []

  init(image: HardwareImage, profile: Profile) {
    self.image = image
    self.profile = profile
  }

  mutating func build(_ hopTimes: HopTimes) throws(DiagnosticsError) -> Machine {
    machine.hasPatches = Array(repeating: false, count: image.cores.count)
    machine.timesteps = image.schedule.timesteps
    machine.countedFor = Array(image.populations.indices)
    for template in image.templates where template.kind == .sums {
      machine.countedFor[template.source] = template.target
    }
    addWeights()
    for index in image.cores.indices {
      addNeurons(index)
      addBlocks(index)
    }
    if image.schedule.isAsynchronous { machine.blockOfAxon = blockOfAxon.map { Int($0) } }
    addRoutes()
    if profile.routing.multicast { addTrees(hopTimes) } else { addFlows(hopTimes) }
    if case .crossbar(let format) = profile.core.synapses { addArrays(format) }
    findGates()
    let ranges = try boundCurrents()
    narrow(ranges)
    shorten(ranges)
    takeSegments()
    return machine
  }

  /// By block, core after core, its template.
  var templateOfBlock: [Int] { image.cores.flatMap { $0.axonBlocks.map(\.template) } }

  private mutating func addWeights() {
    let isCutToChannels = hasSlicesOfOneChannel
    var count = 0
    for template in image.templates {
      let runs = SynapseRuns(
        template, source: image.populations[template.source].shape,
        target: image.populations[template.target].shape,
        order: isCutToChannels[template.target] ? .contiguousRows : .neighbouringChannels,
        ignoresShifts: true)
      templateStarts.append(count)
      templateRuns.append(runs)
      templateWeights.append(TemplateWeights(template, runs))
      count += templateWeights[templateWeights.count - 1].count
    }
  }

  /// By population whether a slice has one channel only: a row of a depthwise kernel is then one run, which channels side by
  /// side (`SegmentInfo.isAbreast`) would break up.
  private var hasSlicesOfOneChannel: [Bool] {
    var isCut = [Bool](repeating: false, count: image.populations.count)
    for slice in image.cores.lazy.flatMap(\.slices) where slice.box.channels.count == 1 {
      isCut[slice.population] = true
    }
    return isCut
  }

  private mutating func addNeurons(_ core: Int) {
    let first = machine.slices.count
    let copies = NeuronCopies.extra(image.cores[core], fanOut: profile.routing.fanOut)
    machine.extraCopies += copies
    for slice in image.cores[core].slices {
      let population = image.populations[slice.population]
      let count = slice.box.count
      let biases = MachineBuilder.expand(slice.biases, slice.box)
      let firstNeuron = machine.neuronCount
      let thresholds = MachineBuilder.expand(slice.thresholds, slice.box)
      machine.thresholds += thresholds
      machine.initialPotentials += MachineBuilder.expand(slice.initialPotentials, slice.box)
      machine.biases += biases
      for row in slice.box.rows {
        for column in slice.box.columns {
          let base = (row * population.shape.width + column) * population.shape.channels
          for channel in slice.box.channels {
            machine.places.append(UInt32(population.neuron(at: base + channel)))
          }
        }
      }
      machine.slices.append(
        SliceInfo(
          core: core, population: slice.population, firstNeuron: firstNeuron, count: count,
          sites: population.sites, firstAccumulator: machine.accumulatorCount,
          activeFrom: population.activeSteps.lowerBound,
          activeTo: population.activeSteps.upperBound, start: population.start,
          code: population.code,
          isReadout: population.role == .readout, sendsSums: population.role == .partial,
          reportsToHost: image.spikeCounts != nil && image.outputs.contains(slice.population),
          isHard: population.reset == .hard,
          hasSecondCompartment: population.reset == .softBySecondCompartment
            && population.role != .readout,
          firesOnEqual: !population.firesOnGreaterOnly, isLowering: population.role.isLowering,
          lowest: FixedPoint.minimum(bits: population.potentialBits),
          highest: FixedPoint.maximum(bits: population.potentialBits),
          thresholds: (thresholds.min() ?? 0)...(thresholds.max() ?? 0),
          hasBias: biases.contains { $0 != 0 }, currentBound: 0, updatesPerStep: UInt64(count),
          extraCopies: copies.isEmpty ? 0 : extraCopies(firstNeuron, count), flows: 0..<0,
          isNarrow: false, narrowShift: 0))
      machine.accumulatorCount += (count * population.sites + 7 + 31) / 32 * 32
    }
    machine.coreSlices.append(first..<machine.slices.count)
  }

  /// Copies beyond the first of all neurons of a slice.
  private func extraCopies(_ first: Int, _ count: Int) -> Int {
    machine.extraCopies[first..<(first + count)].reduce(0) { $0 + Int($1) }
  }

  /// How the cells of a block's axons are counted; nil where each is an operation of the network.
  private func cellCounts(_ block: AxonBlock, _ info: SliceInfo) -> CellCounts? {
    let skipsZeros = profile.core.synapses.hasBinaryCells
    var planes: [[Int16]] = []
    var index = block.template
    while image.templates[index].repeats, index > 0 {
      index -= 1
      planes.append(templateWeights[index].stored)
    }
    guard skipsZeros || !planes.isEmpty || info.extraCopies > 0 else { return nil }
    let neurons = info.firstNeuron..<(info.firstNeuron + info.count)
    return CellCounts(
      weights: templateWeights[block.template].stored, skipsZeros: skipsZeros,
      copies: info.extraCopies > 0 ? machine.extraCopies[neurons] : [],
      earlierPlanes: planes)
  }

  private static func expand(_ values: SliceValues, _ box: MapBox) -> [Int32] {
    switch values {
    case .uniform(let value): Array(repeating: value, count: box.count)
    case .perChannel(let list):
      (0..<(box.rows.count * box.columns.count)).flatMap { _ in list }
    case .perNeuron(let list): list
    }
  }

  private mutating func addBlocks(_ core: Int) {
    let first = machine.blocks.count
    firstAxons.append(machine.axons.count)
    for block in image.cores[core].axonBlocks {
      let template = image.templates[block.template]
      let slice = machine.coreSlices[core].lowerBound + block.slice
      let number = UInt32(machine.blocks.count)
      blockOfAxon += Array(repeating: number, count: block.sources.count)
      machine.blocks.append(
        BlockInfo(
          core: core, slice: slice, firstAxon: machine.axons.count,
          axonCount: block.sources.count, delay: block.delay, queueStart: 0,
          capacity: 0, fillStart: 0,
          isLowering: template.isLowering,
          comesFromLowering: template.repeats
            || image.populations[template.source].role.isLowering,
          takesSums: template.kind == .sums))
      let info = machine.slices[slice]
      if template.kind == .sums {
        addSums(block, image.cores[core].slices[block.slice].box, template, info)
        continue
      }
      var writer = AxonWriter(
        runs: templateRuns[block.template], box: image.cores[core].slices[block.slice].box,
        firstTarget: info.firstAccumulator + template.site * info.count,
        firstWeight: templateStarts[block.template], cells: cellCounts(block, info))
      writer.add(block.sources, template.kind, &machine)
    }
    machine.coreBlocks.append(first..<machine.blocks.count)
  }

  /// The axons of sums: a run of no synapses says which accumulator each is added to.
  private mutating func addSums(
    _ block: AxonBlock, _ box: MapBox, _ template: SynapseTemplate, _ info: SliceInfo
  ) {
    let shape = image.populations[template.source].shape
    let first = info.firstAccumulator + template.site * info.count
    for neuron in block.sources.indices(in: shape) {
      let target = first + box.place(of: Int(neuron), in: shape)
      machine.patterns.append(
        PatternInfo(
          firstRun: UInt32(machine.runs.count), runCount: 1, synapses: 0, lowering: 0))
      machine.runs.append(RunInfo(target: UInt32(target), weight: 0, count: 0))
      machine.axons.append(
        Event(
          pattern: UInt32(machine.patterns.count - 1), weightBase: 0,
          axon: UInt32(machine.axons.count)))
    }
  }

  private mutating func addRoutes() {
    for core in image.cores {
      machine.routes.append(
        core.routes, firstAxons: firstAxons, blockOfAxon: blockOfAxon, axons: machine.axons)
    }
    machine.hostRoutes.append(
      image.hostRoutes, firstAxons: firstAxons, blockOfAxon: blockOfAxon, axons: machine.axons)
  }

  private mutating func addFlows(_ hopTimes: HopTimes) {
    var isSeen = [Int](repeating: -1, count: machine.blocks.count)
    for index in machine.slices.indices {
      let slice = machine.slices[index]
      let first = Int(machine.routes.offsets[slice.firstNeuron])
      let last = Int(machine.routes.offsets[slice.firstNeuron + slice.count])
      var found: [Int] = []
      for entry in machine.routes.entries[first..<last] where isSeen[Int(entry.block)] != index {
        isSeen[Int(entry.block)] = index
        found.append(Int(entry.block))
      }
      let start = machine.flows.count
      for block in found.sorted() {
        let path = machine.mesh.path(
          from: image.cores[slice.core].position,
          to: image.cores[machine.blocks[block].core].position, profile.topology, hopTimes)
        machine.flows.append(
          FlowInfo(
            block: block, path: path, isLowering: machine.blocks[block].comesFromLowering))
      }
      machine.slices[index].flows = start..<machine.flows.count
    }
  }

  /// The block each array holds cells of; of several the first.
  private mutating func addArrayBlocks() {
    machine.arrayBlocks = Array(repeating: -1, count: machine.coreArrays.last ?? 0)
    for axon in machine.axons.indices {
      for entry in machine.axonArrayOffsets[axon]..<machine.axonArrayOffsets[axon + 1]
      where machine.arrayBlocks[machine.axonArrays[entry]] < 0 {
        machine.arrayBlocks[machine.axonArrays[entry]] = Int(blockOfAxon[axon])
      }
    }
    for core in machine.coreBlocks.indices {
      for array in machine.coreArrays[core]..<machine.coreArrays[core + 1]
      where machine.arrayBlocks[array] < 0 {
        machine.arrayBlocks[array] = machine.coreBlocks[core].lowerBound
      }
    }
  }

  private mutating func addArrays(_ format: CrossbarFormat) {
    let columnsPerWeight = format.columnsPerWeight(bits: profile.weight.bits)
    machine.readsWhenSilent = format.readsWhenSilent
    machine.axonArrayOffsets = [0]
    machine.coreArrays = [0]
    for core in image.cores {
      let placement = CrossbarPlacement(
        blocks: core.axonBlocks, slices: core.slices, templates: image.templates,
        populations: image.populations, format: format)
      let base = machine.coreArrays[machine.coreArrays.count - 1]
      let start = machine.axonArrays.count
      for offset in placement.offsets.dropFirst() {
        machine.axonArrayOffsets.append(start + offset)
      }
      machine.axonArrays += placement.arrays.map { base + $0 }
      machine.coreArrays.append(base + placement.arrayCount)
      machine.coreColumns.append(
        machine.coreSlices[machine.coreColumns.count].reduce(0) {
          $0 + (machine.slices[$1].count + machine.slices[$1].extraCopies)
            * machine.slices[$1].sites * columnsPerWeight
        })
    }
    addArrayBlocks()
  }
}
