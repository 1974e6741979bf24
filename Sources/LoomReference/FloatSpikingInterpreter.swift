import Dispatch
public import LoomBase
public import LoomNetwork

/// Runs a float spiking network in aligned time: its accuracy before any quantization.
///
/// Networks for asynchronous chips run with steps here too: their order of spikes begins with fixed point.
///
/// Real units: a spike of source channel c is worth θ_c (1 where the population says so), in a window code
/// the step's share of that (`SpikingNetwork.code`); first-layer currents come from
/// value = (stored · scale − mean) / deviation, and padding is 0 of that value. Work is driven by spikes; the
/// order of every float addition is fixed, so results depend on neither threads nor timing.
public struct FloatSpikingInterpreter: Sendable {
  let network: SpikingNetwork
  let order: [Int]
  private let stepsRemembered: [Int]
  let parameters: [FloatParameters]
  /// The synapses into each population.
  let incoming: [[FloatSynapses]]
  private let frontEnd: [FloatSynapses]
  /// What is drawn instead of integrated.
  private let drawn: DrawnInput

  /// Checks a network and lays out its synapses.
  ///
  /// - Throws: SL2901 for ids, counts, shapes, cycles without delay and what a window code asks for.
  public init(_ network: SpikingNetwork) throws(DiagnosticsError) {
    let skeleton = NetworkSkeleton(network)
    var findings = ConsistencyCheck.findings(of: skeleton)
    if findings.isEmpty { findings = DrawnInputCheck.findings(of: skeleton) }
    if findings.isEmpty { findings = WindowCheck.findings(of: skeleton) }
    if network.schedule == .asynchronous {
      findings.append(
        Diagnostic(
          .error, "SL2901", "needs a schedule with steps before quantization, has 'asynchronous'"))
    }
    guard findings.isEmpty else { throw DiagnosticsError(.badInput, findings) }
    order = try ProcessingOrder.order(of: skeleton)
    stepsRemembered = ProcessingOrder.stepsRemembered(of: skeleton)
    drawn = DrawnInput(skeleton, seed: network.seed)
    parameters = network.populations.map { FloatParameters($0) }
    let shapes = network.populations.map(\.shape)
    var incoming = [[FloatSynapses]](repeating: [], count: shapes.count)
    for projection in network.projections {
      incoming[projection.target.index].append(
        FloatSynapses(
          projection, source: shapes[projection.source.index],
          target: shapes[projection.target.index]))
    }
    self.incoming = incoming
    frontEnd = network.frontEnd.map {
      FloatSynapses($0, source: network.input.shape, target: shapes[$0.target.index])
    }
    self.network = network
  }

  /// The answer to one sample, outputs one after another, channel-first.
  ///
  /// Of readout populations the potential gained after aligned step t0, divided by T − t0, which is
  /// comparable to the ANN's logits; of hidden ones the spikes of all steps divided by T. Where counts stand
  /// for potentials: θ · (spikes from step t0 on) / (T − t0), less the offset (`ScoreReading`). Of a window code:
  /// u − v(0), which needs no division; of hidden ones the code as a share of full scale, code/2^T
  /// (bit-serial) or code/T (time to first spike).
  ///
  /// - Throws: SL1901 if the samples do not suit the network.
  public func scores(_ samples: Samples, index: Int) throws(DiagnosticsError) -> [Float] {
    try run(samples, index: index).scores
  }

  /// The scores of one sample and the number of spikes of every population.
  ///
  /// - Throws: SL1901 if the samples do not suit the network.
  public func run(_ samples: Samples, index: Int) throws(DiagnosticsError) -> FloatRun {
    var progress = try start(samples, index: index)
    if network.code.isWindowed { return runWindows(progress) }
    var remembered: [[Float]] = []
    var countsBefore: [[Int32]] = []
    for step in 0..<network.timesteps {
      if step == network.readoutStart {
        remembered = progress.states.map(\.potential)
        countsBefore = progress.spikeCounts.map(\.perNeuron)
      }
      for population in order {
        progress.record(
          spikes(of: population, step: step, &progress), of: population, step: step)
      }
    }
    return FloatRun(
      scores: scores(progress, since: remembered, countsBefore),
      spikes: progress.spikeCounts.map { $0.total })
  }

  /// The prediction for every sample: the index of the first largest score of the first output.
  ///
  /// The samples are shared out over `threads` threads; the result does not depend on how many.
  ///
  /// - Throws: SL1901 if the samples do not suit the network.
  public func predictions(_ samples: Samples, threads: Int) throws(DiagnosticsError) -> [Int] {
    let workers = max(1, min(threads, samples.count, 1024))
    var results = [Result<Int, DiagnosticsError>](repeating: .success(0), count: samples.count)
    unsafe results.withUnsafeMutableBufferPointer { buffer in
      // Worker w writes only elements w, w + workers, …: no two threads touch the same one.
      nonisolated(unsafe) let buffer = unsafe buffer
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        for index in stride(from: worker, to: samples.count, by: workers) {
          unsafe buffer[index] = prediction(samples, index: index)
        }
      }
    }
    var predictions: [Int] = []
    predictions.reserveCapacity(results.count)
    for result in results { predictions.append(try result.get()) }
    return predictions
  }

  /// The scores of the first output, among which is the class.
  private var classes: Int {
    network.outputs.first.map { network.populations[$0.index].shape.count } ?? 0
  }

  private func prediction(_ samples: Samples, index: Int) -> Result<Int, DiagnosticsError> {
    do throws(DiagnosticsError) {
      return .success(firstLargest(try scores(samples, index: index).prefix(classes)))
    } catch {
      return .failure(error)
    }
  }

  private func start(_ samples: Samples, index: Int) throws(DiagnosticsError) -> FloatProgress {
    var progress = FloatProgress(parameters: parameters, stepsRemembered: stepsRemembered)
    let reader = SampleReader(input: network.input, timesteps: network.timesteps)
    if network.coding == .spikes {
      progress.injected = try reader.raster(samples, index: index)
    }
    progress.streams = drawn.streams(
      sample: samples.number(of: index), shapes: parameters.map(\.shape))
    guard !frontEnd.isEmpty else { return progress }
    let values = try reader.values(samples, index: index)
    let events = values.indices.filter { values[$0] != 0 }.map {
      WeightedEvent(neuron: Int32($0), amplitude: values[$0])
    }
    for part in frontEnd {
      part.deliver(events, to: &progress.states[part.target].constant[part.site])
    }
    return progress
  }

  private func spikes(
    of population: Int, step: Int, _ progress: inout FloatProgress
  ) -> SpikeList {
    let own = parameters[population]
    if own.role == .input { return progress.injected[step] }
    if drawn.draws(population) {
      return DrawnInput.spikes(
        progress.streams[population], step: step,
        currents: progress.states[population].constant[0], thresholds: own.threshold,
        shape: own.shape)
    }
    var drive = progress.states[population].constant
    for synapses in incoming[population] {
      let events = progress.histories[synapses.source].events(ofStep: step - synapses.delay)
      synapses.deliver(events, to: &drive[synapses.site])
    }
    let flags = progress.states[population].update(own, drive: drive)
    return flags.isEmpty ? [] : listSpikes(flags: flags, shape: own.shape)
  }

  private func scores(
    _ progress: FloatProgress, since remembered: [[Float]], _ countsBefore: [[Int32]]
  ) -> [Float] {
    var scores: [Float] = []
    let steps = Float(network.timesteps - network.readoutStart)
    for id in network.outputs {
      if parameters[id.index].role == .readout {
        let now = progress.states[id.index].potential
        let gained = zip(now, remembered[id.index]).map { ($0 - $1) / steps }
        scores += ChannelLast(parameters[id.index].shape).restored(gained)
      } else {
        let counts = progress.spikeCounts[id.index].perNeuron
        scores +=
          network.readout == .spikeCounts
          ? worth(
            ofRates: zip(counts, countsBefore[id.index]).map { Float($0 - $1) / steps }, id.index)
          : counts.map { Float($0) / Float(network.timesteps) }
      }
    }
    return scores
  }

  /// What the spikes of an output say in the trained network's units, neuron by neuron, channel-first.
  private func worth(ofRates rates: [Float], _ index: Int) -> [Float] {
    let population = network.populations[index]
    return rates.indices.map { neuron in
      rates[neuron] * population.threshold.value(neuron: neuron, in: population.shape)
        - population.scoreOffset(channel: neuron / population.shape.positions)
    }
  }
}

/// What the float interpreter found for one sample.
public struct FloatRun: Sendable, Equatable {
  /// The answer (see `FloatSpikingInterpreter.scores`).
  public var scores: [Float]
  /// The number of spikes of each population over all steps.
  public var spikes: [Int]

  /// Creates a run's record.
  public init(scores: [Float], spikes: [Int]) {
    self.scores = scores
    self.spikes = spikes
  }
}
