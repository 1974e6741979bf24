/// Why a run of a tinyODIN core was given up.
public enum TinyODINRunError: Error, Hashable, Sendable {
  /// The core is still active in the cycle by which all must be done; so many input events were taken.
  case pastLimit(cycle: Int, taken: Int)
  /// The core was busy for more cycles than this model follows; so many input events were taken.
  case endless(busyCycles: Int, taken: Int)
}

/// The controller of a tinyODIN core: takes input events, works through the queue, keeps the cycle.
///
/// It moves from decision to decision, never cycle by cycle: time between events costs nothing. The decision in
/// a cycle is the oldest queue entry if the queue is full, else the input event if its request is seen, else the
/// oldest entry.
struct TinyODINController<Neurons: TinyODINNeurons> {
  private let configuration: TinyODINConfiguration
  var neurons: Neurons
  private(set) var queue = TinyODINQueue()
  private(set) var activity = TinyODINActivity()
  private(set) var states = TinyODINStates()
  private(set) var outputs: [TinyODINRecord.Output] = []
  private(set) var taken = 0
  /// The cycle in which the controller is back in its waiting state.
  private(set) var waiting = 0
  /// The first cycle without an output handshake under way.
  private var linkFree = 0

  init(_ configuration: TinyODINConfiguration, neurons: Neurons) {
    self.configuration = configuration
    self.neurons = neurons
  }

  private var timing: TinyODINTiming { configuration.timing }

  /// The first cycle in which the controller may decide.
  var ready: Int { max(waiting, linkFree) }

  /// Processes what comes before an input event, and takes it; its request rises as soon as it may.
  mutating func take(
    _ input: TinyODINInput, notBefore: Int, step: Int
  ) throws(TinyODINRunError) -> TinyODINRecord.Handshake {
    let request = max(notBefore, waiting)
    let seen = request + TinyODINTiming.visibleAfter
    activity.requested(by: step, in: request)
    try processQueue(until: seen)
    let now = max(ready, seen)
    decide(in: now)
    activity.taken()
    let acknowledge =
      switch input {
      case .spike(let source): push(.init(weight: 0, address: UInt8(source)), in: now)
      case .virtual(let weight, let neuron):
        push(.init(weight: Int8(weight), address: UInt8(neuron)), in: now)
      case .leak(let neuron): leak(neuron...neuron, in: now)
      case .leakOfAll: leak(0...timing.lastNeuron, in: now)
      }
    taken += 1
    try checkLimit()
    return .init(request: request, acknowledge: acknowledge)
  }

  /// Processes the queue until it is empty.
  mutating func drain() throws(TinyODINRunError) {
    try processQueue(until: nil)
  }

  /// Works until nothing is left to do; nothing may be taken afterwards.
  mutating func finish() throws(TinyODINRunError) {
    try drain()
    decide(in: ready)
    try checkLimit()
  }

  /// Processes entries while they come before an input event seen from a cycle on, or all of them.
  private mutating func processQueue(until seen: Int?) throws(TinyODINRunError) {
    while !queue.isEmpty {
      let now = ready
      if let seen, now >= seen, !queue.isFull { return }
      decide(in: now)
      let oldest = queue.oldest
      if oldest.weight == 0 {
        processSpike(of: Int(oldest.address), in: now)
      } else {
        processVirtual(Int(oldest.weight), for: Int(oldest.address), in: now)
      }
      try checkLimit()
    }
  }

  /// Counts the waiting state up to a decision: busy while something is queued or a handshake is under way.
  private mutating func decide(in now: Int) {
    activity.busy(from: waiting, to: queue.isEmpty ? linkFree : now + 1)
  }

  private mutating func push(_ entry: TinyODINQueue.Entry, in now: Int) -> Int {
    queue.append(entry, in: now + 1)
    states.push += 1
    return release(in: now + 2, since: now)
  }

  private mutating func leak(_ reached: ClosedRange<Int>, in now: Int) -> Int {
    var cycle = now
    var stall = 0
    for neuron in reached {
      cycle += TinyODINTiming.updateCycles + stall
      stall = neurons.leak(neuron) ? send(neuron, written: cycle) : 0
    }
    states.leak += cycle - now
    return release(in: cycle + 1, since: now)
  }

  /// Acknowledges an input event and waits for its request to fall.
  private mutating func release(in acknowledge: Int, since now: Int) -> Int {
    states.release += TinyODINTiming.releaseCycles
    waiting = acknowledge + TinyODINTiming.releaseCycles
    activity.busy(from: now + 1, to: waiting)
    return acknowledge
  }

  private mutating func processSpike(of source: Int, in now: Int) {
    var cycle = now
    var stall = 0
    for neuron in 0...timing.lastNeuron {
      cycle += TinyODINTiming.updateCycles + stall
      stall = neurons.addSynapse(from: source, to: neuron) ? send(neuron, written: cycle) : 0
    }
    if configuration.sendsSources { stall = handshake(source, written: cycle) }
    states.spike += cycle - now
    states.finish += 1 + stall
    waiting = cycle + 2 + stall
    queue.removeOldest(by: waiting)
    activity.busy(from: now + 1, to: waiting)
  }

  private mutating func processVirtual(_ weight: Int, for neuron: Int, in now: Int) {
    let cycle = now + TinyODINTiming.updateCycles
    if neurons.add(weight, to: neuron) { _ = send(neuron, written: cycle) }
    states.virtual += cycle - now
    waiting = cycle + 1
    queue.removeOldest(by: waiting)
    activity.busy(from: now + 1, to: waiting)
  }

  /// A neuron's spike, written back in a cycle: appended and sent; returns the cycles the loop stands still.
  private mutating func send(_ neuron: Int, written cycle: Int) -> Int {
    if !configuration.isOpenLoop {
      queue.append(.init(weight: 0, address: UInt8(neuron)), in: cycle)
    }
    return configuration.sendsSources ? 0 : handshake(neuron, written: cycle)
  }

  private mutating func handshake(_ address: Int, written cycle: Int) -> Int {
    outputs.append(.init(cycle: cycle + 1, neuron: address))
    linkFree = cycle + 1 + timing.handshakeCycles
    return timing.handshakeCycles
  }

  private func checkLimit() throws(TinyODINRunError) {
    guard activity.end <= configuration.maximumCycles else {
      throw .pastLimit(cycle: configuration.maximumCycles, taken: taken)
    }
    guard activity.busyCycles <= configuration.maximumBusyCycles else {
      throw .endless(busyCycles: activity.busyCycles, taken: taken)
    }
  }
}
