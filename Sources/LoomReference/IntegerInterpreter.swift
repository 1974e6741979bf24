public import LoomBase
public import LoomNetwork

/// Runs a fixed-point network in aligned time, population by population: the oracle for the chip.
///
/// It knows nothing of cores, axons or images. In every aligned step t the populations are worked out in
/// a topological order of the projections with delay 0; a projection delivers its source's spikes of
/// step t − alignedDelay. With a window code every population first listens to all T steps of its sources,
/// then emits its own (`SpikeCode`); an asynchronous network takes in spikes one by one
/// (`Schedule.asynchronous`). What a comparator's front ends add counts at their sites. It is a value without hidden state: many threads may run samples at once.
public struct IntegerInterpreter: Sendable {
  let network: FixedPointNetwork
  let order: [Int]
  private let stepsRemembered: [Int]
  let parameters: [IntegerParameters]
  /// The synapses into each population.
  let incoming: [[IntegerSynapses]]
  /// Asynchronous networks: the only synapses into each population, met one by one.
  let events: [EventSynapses?]
  private let frontEnd: [IntegerFrontEnd]
  /// What is drawn instead of integrated.
  let drawn: DrawnInput

  /// Checks a network and lays out its synapses.
  ///
  /// - Throws: SL3901 for ids, counts, shapes, cycles without delay and what a window code asks for; SL3902
  ///   and SL3903 for numbers outside their fields or sums that could overflow 64 bits; SL3905 for what
  ///   the asynchronous schedule asks.
  public init(_ network: FixedPointNetwork) throws(DiagnosticsError) {
    let skeleton = NetworkSkeleton(network)
    var findings = ConsistencyCheck.findings(of: skeleton)
    if findings.isEmpty { findings = DrawnInputCheck.findings(of: skeleton) }
    if findings.isEmpty { findings = WindowCheck.findings(of: skeleton) }
    if findings.isEmpty { findings = EventCheck.findings(of: network) }
    if findings.isEmpty { findings = IntegerRangeCheck.findings(of: network) }
    guard findings.isEmpty else { throw DiagnosticsError(.badInput, findings) }
    order = try ProcessingOrder.order(of: skeleton)
    stepsRemembered = ProcessingOrder.stepsRemembered(of: skeleton)
    drawn = DrawnInput(skeleton, seed: network.seed)
    parameters = network.populations.map { IntegerParameters($0) }
    let shapes = network.populations.map(\.shape)
    var incoming = [[IntegerSynapses]](repeating: [], count: shapes.count)
    var events = [EventSynapses?](repeating: nil, count: shapes.count)
    for projection in network.projections where network.schedule == .asynchronous {
      events[projection.target.index] = EventSynapses(
        projection, source: shapes[projection.source.index],
        target: shapes[projection.target.index])
    }
    self.events = events
    for projection in network.projections where network.schedule != .asynchronous {
      incoming[projection.target.index].append(
        IntegerSynapses(
          projection, source: shapes[projection.source.index],
          target: shapes[projection.target.index]))
    }
    self.incoming = incoming
    frontEnd = network.frontEnd.map {
      IntegerFrontEnd($0, source: network.input.shape, target: shapes[$0.target.index])
    }
    self.network = network
  }

  /// The constant currents of one sample: for each front end, its target's neurons channel-first.
  ///
  /// - Throws: SL1901 if the samples do not suit the network, SL3904 if a current exceeds 32 bits.
  public func frontEndCurrents(
    _ samples: Samples, index: Int
  ) throws(DiagnosticsError) -> [[Int32]] {
    guard !frontEnd.isEmpty else { return [] }
    let reader = SampleReader(input: network.input, timesteps: network.timesteps)
    let integers = try reader.integers(
      samples, index: index, quantization: network.inputQuantization)
    var currents: [[Int32]] = []
    for part in frontEnd { currents.append(try part.currents(integers)) }
    return currents
  }

  /// Runs one sample for T steps.
  ///
  /// - Throws: SL1901 if the samples do not suit the network, SL3904 if a current exceeds 32 bits, SL3906 if
  ///   an asynchronous population sends more than 2^22 spikes in a bin.
  public func run(
    _ samples: Samples, index: Int, recordingSpikes: Bool
  ) throws(DiagnosticsError) -> ReferenceRun {
    var progress = IntegerProgress(
      parameters: parameters, stepsRemembered: stepsRemembered, timesteps: network.timesteps,
      recordingSpikes: recordingSpikes)
    var injected: [SpikeList] = []
    if network.coding == .spikes {
      injected = try SampleReader(input: network.input, timesteps: network.timesteps)
        .raster(samples, index: index)
    }
    for (part, currents) in zip(frontEnd, try frontEndCurrents(samples, index: index)) {
      let order = ChannelLast(parameters[part.targetIndex].shape)
      progress.states[part.targetIndex].addConstant(order.reordered(currents), site: part.site)
    }
    progress.streams = drawn.streams(
      sample: samples.number(of: index), shapes: parameters.map(\.shape))
    var emissions: [[[Int32]]] = []
    if network.schedule == .asynchronous {
      emissions = try runEvents(&progress, injected: injected)
    } else if network.code.isWindowed {
      runWindows(&progress, injected: injected)
    } else {
      runSteps(&progress, injected: injected)
    }
    var run = answer(progress)
    if recordingSpikes { run.emissions = emissions }
    return run
  }

  /// Runs a rate code: all populations together, step by step.
  private func runSteps(_ progress: inout IntegerProgress, injected: [SpikeList]) {
    for step in 0..<network.timesteps {
      if step == network.readoutStart { progress.rememberAnswers(of: network.outputs) }
      for population in order {
        let spikes =
          parameters[population].role == .input
          ? injected[step] : fire(population, step: step, &progress)
        progress.record(spikes, of: population, step: step)
      }
    }
  }

  /// Updates a population in an aligned step; who fires, channel-first.
  func fire(_ population: Int, step: Int, _ progress: inout IntegerProgress) -> SpikeList {
    let own = parameters[population]
    if drawn.draws(population) {
      return DrawnInput.spikes(
        progress.streams[population], step: step,
        currents: progress.states[population].constant[0], thresholds: own.threshold,
        shape: own.shape)
    }
    var drive = progress.states[population].constant
    deliver(to: population, step: step, &drive, &progress)
    let flags = progress.states[population].update(own, drive: drive)
    return flags.isEmpty ? [] : listSpikes(flags: flags, shape: own.shape)
  }

  /// Adds what arrives at a population in an aligned step to the sums of its sites.
  func deliver(
    to population: Int, step: Int, _ drive: inout [[Int64]], _ progress: inout IntegerProgress
  ) {
    for synapses in incoming[population] {
      let spikes = progress.histories[synapses.source].spikes(ofStep: step - synapses.delay)
      synapses.deliver(spikes, to: &drive[synapses.site], scratch: &progress.scratch[population])
    }
  }

  /// The scores of the first output, among which is the class.
  private var classes: Int { network.outputs.first.map { parameters[$0.index].shape.count } ?? 0 }

  private func answer(_ progress: IntegerProgress) -> ReferenceRun {
    let potentials = zip(progress.states, parameters).map { state, own in
      ChannelLast(own.shape).restored(state.potential)
    }
    var scores: [Int64] = []
    for id in network.outputs {
      if parameters[id.index].role == .readout {
        let earlier = ChannelLast(parameters[id.index].shape)
          .restored(progress.remembered[id.index])
        scores += zip(potentials[id.index], earlier).map { Int64($0) - Int64($1) }
      } else if network.readout == .spikeCounts {
        scores += progress.countsSinceStart(of: id.index)
      } else {
        scores += progress.values(of: id.index, code: network.code, timesteps: network.timesteps)
      }
    }
    return ReferenceRun(
      rasters: progress.rasters, finalPotentials: potentials, spikeCounts: progress.spikeCounts,
      scores: scores, prediction: firstLargest(scores.prefix(classes)))
  }
}
