import LoomBase
import LoomNetwork

/// One population with everything that drives it: constant currents and the spikes of earlier populations.
struct DrivenLayer: Sendable {
  /// Spikes that arrive at one site.
  private struct Inflow: Sendable {
    var synapses: SpikeSynapses
    var trains: [SpikeTrain]
  }

  let shape: MapShape
  /// What firing does to the potential.
  let reset: ResetMode
  /// By site: the inflows; and by site and sample the constant current, channel-last.
  private let inflows: [[Inflow]]
  private let constants: [[[Float]]]

  /// Lays out the synapses with the amplitudes already decided.
  init(
    _ population: DraftPopulation, simulation: RateSimulation,
    progress: RateSimulation.Progress, decided: [CalibratedPopulation]
  ) throws(RegionLimit) {
    shape = population.shape
    reset = population.reset
    var inflows: [[Inflow]] = []
    for site in population.sites {
      var list: [Inflow] = []
      for term in site.terms {
        if term.source >= 0 {
          let synapses = try SpikeSynapses(
            term, source: simulation.draft.populations[term.source].shape,
            amplitudes: decided[term.source].thresholds, target: population.shape)
          list.append(Inflow(synapses: synapses, trains: progress.trains[term.source]))
        } else if let threshold = simulation.inputThreshold {
          for (sign, trains) in zip([threshold, -threshold], progress.input) {
            let amplitudes = [Float](repeating: sign, count: simulation.inputShape.channels)
            let synapses = try SpikeSynapses(
              term, source: simulation.inputShape, amplitudes: amplitudes,
              target: population.shape)
            list.append(Inflow(synapses: synapses, trains: trains))
          }
        }
      }
      inflows.append(list)
    }
    self.inflows = inflows
    constants = Self.constants(population, simulation)
  }

  /// Bias and analog input of every site and sample.
  private static func constants(_ population: DraftPopulation, _ simulation: RateSimulation)
    -> [[[Float]]]
  {
    let order = ChannelLastOrder(shape: population.shape)
    let isAnalog = simulation.inputThreshold == nil
    let samples = simulation.samples
    return population.sites.map { site in
      var value = site
      // All sites have the bias of the first.
      value.bias = population.sites[0].bias
      value.terms = value.terms.filter { $0.source < 0 && isAnalog }
      let drive = PreparedDrive([value])
      if value.terms.isEmpty {
        let same = order.reordered(drive.current(samples: 1) { _ in [] }[...])
        return [[Float]](repeating: same, count: samples.count)
      }
      return parallelMap(samples.count, threads: simulation.threads) { sample in
        order.reordered(drive.current(samples: 1) { _ in samples[sample] }[...])
      }
    }
  }

  /// Gives the currents of one sample to a function, step after step; channel-last, whole words.
  func currents(sample: Int, timesteps: Int, _ body: (Int, [Float]) -> Void) {
    var currents = [Float](repeating: 0, count: SpikeTrain.padded(shape.count))
    var sums = [[Float]](
      repeating: currents, count: inflows.count > 1 ? inflows.count : 0)
    var highest = currents
    for step in 0..<timesteps {
      for site in inflows.indices {
        currents.replaceSubrange(0..<currents.count, with: constants[site][sample])
        for inflow in inflows[site] {
          inflow.synapses.deliver(inflow.trains[sample], step: step, into: &currents)
        }
        if !sums.isEmpty { Self.add(currents, to: &sums[site]) }
      }
      if !sums.isEmpty { Self.gain(sums, &highest, into: &currents) }
      body(step, currents)
    }
  }

  private static func add(_ values: [Float], to sums: inout [Float]) {
    for index in sums.indices { sums[index] += values[index] }
  }

  /// What this step adds to the largest running sum (conversion.md §1, pooling by comparison).
  private static func gain(
    _ sums: [[Float]], _ highest: inout [Float], into currents: inout [Float]
  ) {
    for index in currents.indices {
      var largest = sums[0][index]
      for site in 1..<sums.count { largest = max(largest, sums[site][index]) }
      currents[index] = largest - highest[index]
      highest[index] = largest
    }
  }

  /// The spikes of every sample.
  func spikes(_ parameters: ChannelParameters, _ simulation: RateSimulation) -> [SpikeTrain] {
    let timesteps = simulation.timesteps
    let atRest = RateNeurons(parameters, shape: shape, reset: reset)
    return parallelMap(simulation.samples.count, threads: simulation.threads) { sample in
      var neurons = atRest
      var train = SpikeTrain(neurons: shape.count, timesteps: timesteps)
      currents(sample: sample, timesteps: timesteps) { step, currents in
        neurons.step(currents, counting: false, into: &train, step: step)
      }
      return train
    }
  }

  /// The potentials of accumulators that never fire at some marks, by sample, channel-first.
  func potentials(
    _ parameters: ChannelParameters, marks: [Int], _ simulation: RateSimulation
  ) -> [[[Float]]] {
    let order = ChannelLastOrder(shape: shape)
    let corrections =
      parameters.biasCorrections.isEmpty
      ? [Float](repeating: 0, count: SpikeTrain.padded(shape.count))
      : order.expanded(parameters.biasCorrections)
    return parallelMap(simulation.samples.count, threads: simulation.threads) { sample in
      var potential = [Float](repeating: 0, count: corrections.count)
      var noted: [[Float]] = []
      let note = { (potential: [Float]) -> [Float] in
        (0..<shape.count).map { potential[order.place(channelFirst: $0)] }
      }
      if marks.first == 0 { noted.append(note(potential)) }
      currents(sample: sample, timesteps: simulation.timesteps) { step, currents in
        for index in potential.indices { potential[index] += currents[index] + corrections[index] }
        if marks.contains(step + 1) { noted.append(note(potential)) }
      }
      return noted
    }
  }
}
