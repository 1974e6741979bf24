import LoomBase
import LoomNetwork

extension IntegerInterpreter {
  /// Runs the asynchronous schedule: bin after bin, in a bin population after population, spike after spike.
  ///
  /// A population takes in the whole list its source sent in the bin before the next population is looked at:
  /// with one source each there is no other order (`Schedule.asynchronous`).
  ///
  /// - Throws: SL3906 if a population sends more than 2^22 spikes in a bin.
  func runEvents(
    _ progress: inout IntegerProgress, injected: [SpikeList]
  ) throws(DiagnosticsError) -> [[[Int32]]] {
    var sent = [[[Int32]]](
      repeating: [[Int32]](repeating: [], count: network.timesteps), count: parameters.count)
    for bin in 0..<network.timesteps {
      if bin == network.readoutStart { progress.rememberAnswers(of: network.outputs) }
      for population in order {
        if parameters[population].role == .input {
          sent[population][bin] = inOrder(injected[bin], parameters[population].shape)
        } else if network.populations[population].isOnHost || drawn.draws(population) {
          // The host's neurons know no order within a bin: they fire once at most.
          sent[population][bin] = inOrder(
            fire(population, step: bin, &progress), parameters[population].shape)
        } else {
          let source = events[population].map { sent[$0.source][bin] } ?? []
          sent[population][bin] = try takeIn(source, population, &progress)
        }
        progress.count(sent[population][bin], of: population, step: bin)
      }
    }
    return sent
  }

  /// The host's spikes by row, column and channel.
  private func inOrder(_ spikes: SpikeList, _ shape: MapShape) -> SpikeList {
    let order = ChannelLast(shape)
    return spikes.sorted {
      order.index(channelFirst: Int($0)) < order.index(channelFirst: Int($1))
    }
  }

  /// Biases, then every spike; what the population sends, channel-first.
  private func takeIn(
    _ spikes: SpikeList, _ population: Int, _ progress: inout IntegerProgress
  ) throws(DiagnosticsError) -> SpikeList {
    var neurons = EventNeurons(
      parameters[population], potential: progress.states[population].potential)
    let constant = progress.states[population].constant[0]
    for neuron in constant.indices { neurons.add(constant[neuron], to: neuron) }
    if let synapses = events[population] {
      for spike in spikes {
        synapses.forEach(source: Int(spike)) { neurons.add(Int64($1), to: $0) }
        if neurons.isOverrun { break }
      }
    }
    guard !neurons.isOverrun else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL3906",
          "needs at most \(EventCheck.mostSpikes) spikes of a population in one bin, has more",
          at: .layer(network.populations[population].name)))
    }
    progress.states[population].potential = neurons.potential
    return neurons.sent
  }
}

/// A population that compares after every single addition.
struct EventNeurons {
  private(set) var potential: [Int32]
  /// Who fired, channel-first, in order, once for each spike.
  private(set) var sent: SpikeList = []
  private let own: IntegerParameters
  private let channels: Int
  private let positions: Int

  init(_ own: IntegerParameters, potential: [Int32]) {
    self.own = own
    self.potential = potential
    channels = own.shape.channels
    positions = own.shape.positions
  }

  /// Whether more has been sent than is kept.
  var isOverrun: Bool { sent.count > EventCheck.mostSpikes }

  /// v ← saturate(v + value); a spike for every θ that v has, or one if it starts again at 0.
  mutating func add(_ value: Int64, to neuron: Int) {
    let sum = min(max(Int64(potential[neuron]) + value, own.lowest), own.highest)
    guard own.role == .hidden else {
      potential[neuron] = Int32(sum)
      return
    }
    let threshold = Int64(own.threshold[neuron])
    let excess = sum - threshold - (own.comparison == .greater ? 1 : 0)
    guard excess >= 0 else {
      potential[neuron] = Int32(sum)
      return
    }
    let spikes = own.reset == .soft ? excess / threshold + 1 : 1
    potential[neuron] = own.reset == .soft ? Int32(sum - spikes * threshold) : 0
    let name = Int32(neuron % channels * positions + neuron / channels)
    // One beyond the most tells that there were more.
    let room = max(0, EventCheck.mostSpikes + 1 - sent.count)
    for _ in 0..<min(Int(spikes), room) { sent.append(name) }
  }
}
