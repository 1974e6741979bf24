import LoomBase
import LoomImage

/// The results of all chunks, put in their places as they come.
struct MergedRun: Sendable {
  var tally: Tally
  var scores: [Int64]
  var predictions: [Int32]
  var chunks: [ChunkResult?]
  private let chunkSize: Int
  private let firstChunk: Int
  private let scoreCount: Int
  private var done = 0

  init(_ batch: SampleBatch, _ machine: Machine) {
    tally = Tally(
      machine, ports: batch.emulator.network?.plan.portCount ?? 0,
      steps: batch.emulator.stepsTold)
    scoreCount = Observer(batch.emulator.image, machine).scoreCount
    scores = Array(repeating: 0, count: batch.sampleCount * scoreCount)
    predictions = Array(repeating: 0, count: batch.sampleCount)
    chunks = Array(repeating: nil, count: batch.chunks.count)
    chunkSize = batch.chunkSize
    firstChunk = batch.chunks.lowerBound
  }

  /// Adds a chunk; returns the number of samples done so far.
  mutating func add(_ result: ChunkResult) -> Int {
    let place = result.chunk - firstChunk
    let first = place * chunkSize
    let count = result.predictions.count
    predictions.replaceSubrange(first..<(first + count), with: result.predictions)
    scores.replaceSubrange(
      (first * scoreCount)..<((first + count) * scoreCount), with: result.scores)
    var kept = result
    kept.scores = []
    kept.predictions = []
    chunks[place] = kept
    done += count
    return done
  }
}

extension Emulator {
  /// Sorts raw counts by core and population and network or lowering.
  ///
  /// - Parameters:
  ///   - run: What some or all samples of a run did.
  ///   - total: The samples of the whole run.
  func sums(_ run: MergedRun, of total: Int) -> RunSums {
    var counts = SortedCounts(image)
    counts.add(run.tally, machine)
    let frame = RunSums.Frame(
      samples: total, stepsPerSample: image.schedule.steps, chips: places.chips,
      tiles: places.tiles, scoresPerSample: Observer(image, machine).scoreCount, timing: mode,
      stepsPerInterval: timing.isPipelined ? image.schedule.timesteps : image.schedule.steps,
      followsController: controller != nil,
      movesPackets: network != nil, durations: SingleDurations(timing))
    return RunSums(
      frame: frame, cores: counts.cores, loweringCores: counts.loweringCores,
      populations: counts.populations, loweringPopulations: counts.loweringPopulations,
      clockedPopulations: counts.clocked, clockedLoweringPopulations: counts.clockedLowering,
      host: hostCounts(run.tally, samples: run.predictions.count), bounds: run.tally.bounds,
      boundTicks: run.tally.boundTicks, bottlenecks: run.tally.bottlenecks,
      overruns: run.tally.overruns, longestStep: run.tally.longestStep,
      lostSpikes: run.tally.lostSpikes, slowestCoreSteps: run.tally.slowestCoreSteps,
      slowestCoreTicks: run.tally.slowestCoreTicks,
      stallTicks: mode == .event ? run.tally.stallTicks : [], links: links(run.tally),
      analyticTicks: run.tally.analyticTicks, undelivered: run.tally.undelivered,
      chunks: run.chunks.compactMap { chunk in
        chunk.map {
          RunSums.Chunk(
            latency: $0.latency, interval: $0.interval, overlappedLatency: $0.overlappedLatency,
            hostBoundIntervals: $0.hostBoundIntervals, steps: $0.stepDurations)
        }
      },
      predictions: run.predictions, scores: run.scores)
  }

  private func hostCounts(_ tally: Tally, samples: Int) -> HostCounts {
    var host = HostCounts()
    host.biasWrites = self.host.biasWrites * UInt64(samples)
    host.readouts = UInt64(readouts * samples)
    host.inputSpikes = tally.inputSpikes
    host.inputMessages = tally.inputMessages
    host.clockedMessages =
      self.host.neurons.clockedMessages(
        image.hostRoutes, isMulticast: !machine.flowOfNeuron.isEmpty) * UInt64(samples)
    host.neuronUpdates = self.host.neurons.updates * UInt64(samples)
    host.frontEndMacs = self.host.macs * UInt64(samples)
    host.chipResets = UInt64(places.chips * samples)
    return host
  }

  /// The links that packets took or waited for.
  private func links(_ tally: Tally) -> [RunSums.Link] {
    guard let network else { return [] }
    return tally.portBusyTicks.indices.filter {
      tally.portBusyTicks[$0] > 0 || tally.portHeldTicks[$0] > 0
    }.map { port in
      RunSums.Link(
        port: port, name: network.name(ofPort: port), busyTicks: tally.portBusyTicks[port],
        heldTicks: tally.portHeldTicks[port])
    }
  }
}

/// Counts by core and by population, network and lowering apart.
struct SortedCounts {
  var cores: [CoreCounts]
  var loweringCores: [CoreCounts]
  var populations: [CoreCounts]
  var loweringPopulations: [CoreCounts]
  /// By population: events of spikes that no sample changes.
  var clocked: [CoreCounts]
  var clockedLowering: [CoreCounts]
  private let isClocked: [Bool]
  /// By block: whether its source is clocked.
  private let comesClocked: [Bool]

  init(_ image: HardwareImage) {
    cores = Array(repeating: CoreCounts(), count: image.cores.count)
    loweringCores = cores
    populations = Array(repeating: CoreCounts(), count: image.populations.count)
    loweringPopulations = populations
    clocked = populations
    clockedLowering = populations
    let isClocked = ClockedPopulations.find(in: image)
    self.isClocked = isClocked
    comesClocked = image.cores.flatMap { core in
      core.axonBlocks.map { isClocked[image.templates[$0.template].source] }
    }
  }

  /// Adds to a core and a population, on the network's or the lowering's side.
  private mutating func add(
    core: Int, population: Int, lowering: Bool, clocked isClocked: Bool = false,
    _ change: (inout CoreCounts) -> Void
  ) {
    if lowering {
      if isClocked { change(&clockedLowering[population]) }
      change(&loweringCores[core])
      change(&loweringPopulations[population])
    } else {
      if isClocked { change(&clocked[population]) }
      change(&cores[core])
      change(&populations[population])
    }
  }

  mutating func add(_ tally: Tally, _ machine: Machine) {
    for (index, slice) in machine.slices.enumerated() { add(slice, index, tally, machine) }
    for (index, block) in machine.blocks.enumerated() {
      let population = machine.countedFor[machine.slices[block.slice].population]
      let extra = tally.blockLowering[index]
      let clocked = comesClocked[index]
      add(
        core: block.core, population: population, lowering: block.isLowering, clocked: clocked
      ) {
        $0.synapticOperations += tally.blockOperations[index] - extra
      }
      add(core: block.core, population: population, lowering: true, clocked: clocked) {
        $0.synapticOperations += extra
      }
      add(
        core: block.core, population: population, lowering: block.comesFromLowering,
        clocked: clocked
      ) {
        $0.messagesIn += tally.blockEvents[index]
      }
      let reads = tally.blockReads[index]
      if reads > 0 {
        add(core: block.core, population: population, lowering: false) {
          $0.arrayReads += reads
          $0.columnAdds += reads * UInt64(machine.coreColumns[block.core])
        }
      }
      guard block.takesSums else { continue }
      add(core: block.core, population: population, lowering: true, clocked: clocked) {
        $0.partialSums += tally.blockEvents[index]
      }
    }
  }

  private mutating func add(_ slice: SliceInfo, _ index: Int, _ tally: Tally, _ machine: Machine) {
    let updates = tally.sliceUpdates[index]
    let spikes = tally.sliceSpikes[index]
    let population = machine.countedFor[slice.population]
    add(core: slice.core, population: population, lowering: slice.isLowering) {
      $0.neuronUpdates += updates
    }
    let clocked = isClocked[slice.population]
    add(core: slice.core, population: population, lowering: slice.isLowering, clocked: clocked) {
      $0.spikes += spikes
      if slice.reportsToHost { $0.messagesOut += spikes }
    }
    let copies = slice.copied(updates: updates, spikes: tally.sliceCopySpikes[index])
    add(core: slice.core, population: population, lowering: true) { $0.add(copies) }
    if slice.hasSecondCompartment {
      add(core: slice.core, population: population, lowering: true) {
        $0.neuronUpdates += updates
        $0.synapticOperations += spikes
      }
    }
    for flow in slice.flows {
      let messages = tally.flowMessages[flow]
      let path = machine.flows[flow].path
      add(
        core: slice.core, population: population, lowering: machine.flows[flow].isLowering,
        clocked: clocked
      ) {
        $0.messagesOut += messages
        $0.hopsEastWest += messages * UInt64(path.hopsEastWest)
        $0.hopsNorthSouth += messages * UInt64(path.hopsNorthSouth)
        $0.hopsBetweenChips += messages * UInt64(path.hopsBetweenChips)
        $0.hopsWithinTile += path.staysInTile ? messages : 0
      }
    }
  }
}

extension SliceInfo {
  /// What the copies beyond the first of its neurons do, second compartments included.
  func copied(updates: UInt64, spikes: UInt64) -> CoreCounts {
    var counts = CoreCounts()
    guard extraCopies > 0 else { return counts }
    let copied = updates / UInt64(count) * UInt64(extraCopies)
    counts.neuronUpdates = hasSecondCompartment ? 2 * copied : copied
    counts.spikes = spikes
    counts.synapticOperations = hasSecondCompartment ? spikes : 0
    return counts
  }
}
