/// What the cores send in one time-step and when, as the network takes it; times in picoseconds.
///
/// A core works through its queue (axons, then their synapses), then updates its neurons one by one; a neuron that
/// fires sends its messages before the next is updated. A message that finds no slot holds up all that follows.
struct EventStep {
  private let network: EventNetwork
  private let engine: NetworkEngine
  private var traffic = NetworkTraffic()
  /// The cores that sent, in the order of the traffic's sources; their own work after the last message.
  private var senders: [Int] = []
  private var tails: [Int64] = []
  /// When the core's last message was made, had nothing stalled; −1: none yet.
  private var last: Int64 = -1
  /// All steps of the sample, where samples overlap.
  private var kept: [StepTraffic]?

  init(_ network: EventNetwork, keepsSteps: Bool) {
    self.network = network
    engine = NetworkEngine(network.plan, followsPackets: false)
    kept = keepsSteps ? [] : nil
  }

  /// Nanoseconds, which are not negative, as ticks of the network.
  @inline(__always)
  static func ticks(_ nanoseconds: Double) -> Int64 {
    // What `rounded()` gives, without a call for each packet.
    let picoseconds = min(nanoseconds * 1000, 0x1p60)
    let whole = Int64(picoseconds)
    return picoseconds - Double(whole) >= 0.5 ? whole &+ 1 : whole
  }

  /// Forgets the last sample's steps.
  mutating func beginSample() {
    if kept != nil { kept = [] }
  }

  /// Opens a step.
  mutating func open() {
    traffic.restart()
    senders.removeAll(keepingCapacity: true)
    tails.removeAll(keepingCapacity: true)
    last = -1
  }

  /// Sends the messages of a slice's spikes.
  ///
  /// Unchecked access is safe because the network gave every neuron its offsets and a way to every packet behind them.
  ///
  /// - Parameters:
  ///   - start: The core's work before the slice, ns.
  ///   - work: What its updates, spikes and messages take.
  mutating func send(
    _ slice: SliceInfo, _ firing: [UInt32], spikes: Int, start: Double, _ work: SliceWork
  ) {
    precondition(
      spikes <= firing.count && slice.firstNeuron + slice.count < network.offsets.count,
      "neurons fire")
    unsafe firing.withUnsafeBufferPointer { firing in
      unsafe network.offsets.withUnsafeBufferPointer { offsets in
        unsafe network.ways.withUnsafeBufferPointer { ways in
          guard let offsets = offsets.baseAddress, let ways = ways.baseAddress else { return }
          let messages = unsafe MessageKernel.Spikes(
            firing: UnsafeBufferPointer(rebasing: firing[..<spikes]),
            offsets: offsets + slice.firstNeuron, ways: ways)
          let count = unsafe MessageKernel.count(messages)
          guard count > 0 else { return }
          begin(core: slice.core)
          var clock = last
          unsafe traffic.add(count) { packets in
            guard let packets = packets.baseAddress else { return }
            clock = unsafe MessageKernel.write(
              messages, start: start, work, clock: clock, to: packets)
          }
          last = clock
        }
      }
    }
  }

  /// The core sends a message, its first one perhaps.
  private mutating func begin(core: Int) {
    guard last < 0 else { return }
    traffic.begin(source: network.sourceOfCore[core])
    senders.append(core)
    last = 0
  }

  /// Closes a core after all its work, ns.
  mutating func end(work: Double) {
    if last >= 0 { tails.append(max(0, EventStep.ticks(work) - last)) }
    last = -1
  }

  /// Runs the packets of the step; adds what cores and links met to the counts.
  mutating func close(_ tally: inout Tally) -> EventStepResult {
    kept?.append(StepTraffic(traffic: traffic, senders: senders, tails: tails))
    engine.run(traffic)
    let result = result(senders: senders, tails: tails)
    for (group, core) in senders.enumerated() {
      tally.stallTicks[core] &+= UInt64(engine.outcome.stalls[group])
    }
    for port in engine.outcome.usedPorts {
      let load = engine.load(ofPort: Int(port))
      tally.portBusyTicks[Int(port)] &+= UInt64(load.busy)
      tally.portHeldTicks[Int(port)] &+= UInt64(load.held)
    }
    tally.undelivered &+= UInt64(engine.outcome.undelivered)
    return result
  }

  private func result(senders: [Int], tails: [Int64]) -> EventStepResult {
    var result = EventStepResult(
      lastDelivery: engine.outcome.lastDelivery, passage: network.passage)
    for (group, core) in senders.enumerated() {
      let finish = max(0, engine.outcome.lastEntries[group]) + tails[group]
      if finish > result.latestFinish { (result.latestFinish, result.latestCore) = (finish, core) }
    }
    return result
  }

  /// The packets of a step, kept while the sample runs.
  private struct StepTraffic {
    var traffic: NetworkTraffic
    var senders: [Int]
    var tails: [Int64]
  }

  /// How long what falls together of several samples takes, ns: the packets of steps of this one, each core's one
  /// after another.
  ///
  /// - Parameters:
  ///   - steps: The steps that fall together, ascending.
  ///   - work: The work of a core in a step, ns.
  mutating func overlapping(
    _ steps: [Int], cores: Int, work: (_ step: Int, _ core: Int) -> Double
  ) -> Double {
    var senders: [Int] = []
    var tails: [Int64] = []
    traffic.restart()
    var places = [Int](repeating: 0, count: steps.count)
    var longest = 0.0
    for core in 0..<cores {
      var waiting: Int64 = 0
      var hasBegun = false
      for (index, step) in steps.enumerated() {
        guard let kept, places[index] < kept[step].senders.count,
          kept[step].senders[places[index]] == core
        else {
          waiting += EventStep.ticks(work(step, core))
          continue
        }
        if !hasBegun {
          traffic.begin(source: network.sourceOfCore[core])
          senders.append(core)
          hasBegun = true
        }
        let group = places[index]
        for packet in kept[step].traffic.packets(ofGroup: group) {
          traffic.add(
            waypoint: Int(kept[step].traffic.packets[packet].waypoint), notBefore: 0,
            work: kept[step].traffic.packets[packet].work + waiting)
          waiting = 0
        }
        waiting = kept[step].tails[group]
        places[index] += 1
      }
      if hasBegun { tails.append(waiting) } else { longest = max(longest, Double(waiting)) }
    }
    engine.run(traffic)
    let result = result(senders: senders, tails: tails)
    return max(longest, Double(max(result.latestFinish, result.lastDelivery))) / 1000
  }
}

/// What a slice's activity takes of its core, ns.
struct SliceWork {
  /// Updating one neuron, its copies and compartments included.
  var update: Double
  /// One spike, without its messages to other cores.
  var spike: Double
  /// One message.
  var message: Double
}

/// What a step came to in the network, in picoseconds.
struct EventStepResult {
  /// When the last packet was delivered.
  var lastDelivery: Int64
  /// What entering the first router and leaving the last take together.
  var passage: Int64
  /// When the last core that sent anything had done all its work.
  var latestFinish: Int64 = 0
  /// That core; −1: none sent.
  var latestCore = -1
}
