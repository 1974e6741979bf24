import LoomBase
import LoomNetwork

/// Runs a rate-coded draft network in float, population by population: all T steps of one before the next.
///
/// A feed-forward network in aligned time lets every population see the whole window of the ones before
/// it, so thresholds can be chosen on the spikes that really arrive. Samples are the unit of parallel work
/// and every sum over samples is taken in their order: the result does not depend on the threads.
struct RateSimulation: Sendable {
  let draft: DraftNetwork
  let timesteps: Int
  /// The steps at which the readouts' potentials are noted, ascending from 0 to T.
  let marks: [Int]
  let threads: Int
  /// One sample each, channel-first.
  let samples: [[Float]]
  /// The shape of a sample.
  let inputShape: MapShape
  /// The threshold of the input neurons (coding `rate`, and `poisson`, whose spikes are as many on average); nil: the
  /// input is analog.
  let inputThreshold: Float?
  /// What firing does to the potential of the input neurons.
  let inputReset: ResetMode

  /// Prepares samples of a calibration set.
  init(_ input: MethodInput, samples range: Range<Int>, alsoMarking mark: Int? = nil) {
    draft = input.draft
    timesteps = input.options.timesteps
    marks = Self.marks(timesteps, mark)
    threads = max(1, input.options.threads)
    inputShape = input.inputShape
    let peak = input.samples.peak > 0 ? input.samples.peak : 1
    inputThreshold = input.options.coding.hasInputNeurons ? peak : nil
    inputReset = input.options.inputReset
    let count = input.inputCount
    samples = range.map { sample in
      let block = input.samples.blocks.blocks[sample / SampleBlocks.size]
      let start = sample % SampleBlocks.size * count
      return Array(block[start..<start + count])
    }
  }

  /// What the readouts gained.
  struct Answer: Sendable {
    /// The steps at which potentials were noted, ascending; the last is T.
    var marks: [Int]
    /// By sample and mark: the potentials of all outputs, channel-first, one output after another.
    var potentials: [[[Float]]]
    /// By sample: the ANN's answer.
    var targets: [[Float]]
    /// By population: θ, v(0), bias as decided.
    var populations: [CalibratedPopulation]

    /// The scores of a sample when reading starts at a mark.
    func scores(sample: Int, from mark: Int) -> [Float] {
      let steps = Float(max(1, (marks.last ?? 1) - marks[mark]))
      let last = potentials[sample].count - 1
      return zip(potentials[sample][last], potentials[sample][mark]).map { ($0 - $1) / steps }
    }
  }

  /// Runs the network with parameters known beforehand.
  func run(_ populations: [CalibratedPopulation], observing: ((Observation) -> Void)? = nil)
    throws(RegionLimit) -> Answer
  {
    try run(observing: observing) { populations[$0.index] }
  }

  /// Runs the network, deciding about each population when the spikes it receives are known.
  func run(
    observing: ((Observation) -> Void)? = nil, decide: (LayerProbe) -> CalibratedPopulation
  ) throws(RegionLimit) -> Answer {
    var state = Progress(draft: draft, inputTrains: inputTrains())
    var answer = Answer(
      marks: marks, potentials: samples.map { _ in marks.map { _ in [] } },
      targets: samples.map { _ in [] }, populations: [])
    let last = draft.lastReaders()
    for (index, population) in draft.populations.enumerated() {
      let layer = try DrivenLayer(
        population, simulation: self, progress: state, decided: answer.populations)
      let activations = plain(population, state)
      let probe = LayerProbe(
        index: index, population: population, layer: layer, activations: activations,
        samples: samples.count, threads: threads, timesteps: timesteps)
      let decided = decide(probe)
      answer.populations.append(decided)
      if population.kind == .readout {
        let gained = layer.potentials(ChannelParameters(decided), marks: marks, self)
        if draft.outputs.contains(index) {
          for sample in samples.indices {
            answer.targets[sample] += activations[sample]
            for mark in marks.indices { answer.potentials[sample][mark] += gained[sample][mark] }
          }
        }
      } else {
        state.trains[index] = layer.spikes(ChannelParameters(decided), self)
        if let observing {
          observing(Observation(probe: probe, decided: decided, trains: state.trains[index]))
        }
        state.activations[index] = activations
      }
      for source in draft.populations.indices where last[source] == index {
        (state.trains[source], state.activations[source]) = ([], [])
      }
    }
    return answer
  }

  /// Eighths of the window, and one more step if asked.
  static func marks(_ timesteps: Int, _ extra: Int? = nil) -> [Int] {
    var marks = (0...8).map { timesteps * $0 / 8 }
    if let extra { marks.append(extra) }
    marks.sort()
    return marks.indices.filter { $0 == 0 || marks[$0] != marks[$0 - 1] }.map { marks[$0] }
  }

  /// What is known of the populations already run.
  struct Progress: Sendable {
    /// By population and sample.
    var trains: [[SpikeTrain]]
    /// By population and sample, channel-first: the ANN's activations.
    var activations: [[[Float]]]
    /// By sign and sample; empty: the input is analog.
    var input: [[SpikeTrain]]

    init(draft: DraftNetwork, inputTrains: [[SpikeTrain]]) {
      trains = draft.populations.map { _ in [] }
      activations = draft.populations.map { _ in [] }
      input = inputTrains
    }
  }

  /// The ANN's activations of a population, by sample.
  private func plain(_ population: DraftPopulation, _ state: Progress) -> [[Float]] {
    let drive = PreparedDrive(population.sites)
    return parallelMap(samples.count, threads: threads) { sample in
      var values = drive.current(samples: 1) {
        $0 < 0 ? samples[sample] : state.activations[$0][sample]
      }
      if population.kind != .readout { population.activate(&values) }
      return values
    }
  }

  /// The spikes of the input neurons: ReLU(x) and ReLU(−x) driven by a constant current.
  private func inputTrains() -> [[SpikeTrain]] {
    guard let threshold = inputThreshold else { return [] }
    let order = ChannelLastOrder(shape: inputShape)
    let parameters = ChannelParameters(
      thresholds: [Float](repeating: threshold, count: inputShape.channels))
    return [Float(1), -1].map { sign in
      parallelMap(samples.count, threads: threads) { sample in
        let currents = order.reordered(samples[sample].map { $0 * sign }[...])
        var neurons = RateNeurons(parameters, shape: inputShape, reset: inputReset)
        var train = SpikeTrain(neurons: inputShape.count, timesteps: timesteps)
        for step in 0..<timesteps {
          neurons.step(currents, counting: false, into: &train, step: step)
        }
        return train
      }
    }
  }
}

/// A population just run: its parameters, what it received, and its spikes.
struct Observation: Sendable {
  let probe: LayerProbe
  let decided: CalibratedPopulation
  let trains: [SpikeTrain]
}

extension DraftNetwork {
  /// By population, the last one that reads it; −1: none.
  func lastReaders() -> [Int] {
    var last = [Int](repeating: -1, count: populations.count)
    for (index, population) in populations.enumerated() {
      for source in population.sources where source >= 0 { last[source] = index }
    }
    return last
  }
}
