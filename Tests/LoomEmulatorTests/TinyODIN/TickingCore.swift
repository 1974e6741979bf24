import LoomEmulator

/// tinyODIN a second time, as flip-flops: every cycle of every part, pins and synchronisers among them.
///
/// Nothing here knows how long anything takes: handshakes, stalls and waiting come out of the registers. It shares
/// no code with the core model, only its input and output types, and is slow on purpose.
struct TickingCore {
  private enum State {
    case wait, leak, push, spike, virtual, finish, release
  }

  private struct Entry {
    var weight: Int
    var address: Int
  }

  /// A link's edge seen through two flip-flops.
  private struct Synchroniser {
    private var first = false
    private(set) var seen = false

    mutating func clock(_ pin: Bool) {
      (first, seen) = (pin, first)
    }
  }

  let configuration: TinyODINConfiguration
  let neurons: [TinyODINNeuron]
  let weights: [Int8]

  // Registers.
  private var state = State.wait
  private var phase = 0
  private var neuron = 0
  private var queue: [Entry] = []
  private var potentials: [Int]
  private var request = Synchroniser()
  private var outputAcknowledge = Synchroniser()
  private var acknowledgeBefore = false
  private var outputRequest = false
  private var outputBusy = false
  // The sender and the receiver.
  private var pending: TinyODINInput?
  private var requestPin = false
  private var next = 0
  private var acknowledgePin = false
  private var receiverWaits = 0
  // What was seen.
  private var record: TinyODINRecord
  private var label: Int?

  init(_ configuration: TinyODINConfiguration, _ neurons: [TinyODINNeuron], _ weights: [Int8]) {
    self.configuration = configuration
    self.neurons = neurons
    self.weights = weights
    potentials = neurons.map(\.potential)
    record = TinyODINRecord(
      outputs: [], potentials: [], totals: .init(), steps: [], handshakes: [])
  }

  /// Ticks until all is done; nil if it is not by the limit.
  mutating func run(_ stimuli: [TinyODINStimulus]) -> TinyODINRecord? {
    for cycle in 0...configuration.maximumCycles {
      count(cycle)
      drive(stimuli, cycle)
      receive()
      if next == stimuli.count, !requestPin, !isBusy {
        record.potentials = potentials
        return record
      }
      clock(cycle)
    }
    return nil
  }

  private var isBusy: Bool { state != .wait || !queue.isEmpty || outputBusy }

  private mutating func count(_ cycle: Int) {
    if queue.count == 128 { record.totals.queueFullCycles += 1 }
    switch state {
    case .wait: break
    case .leak: record.totals.states.leak += 1
    case .push: record.totals.states.push += 1
    case .spike: record.totals.states.spike += 1
    case .virtual: record.totals.states.virtual += 1
    case .finish: record.totals.states.finish += 1
    case .release: record.totals.states.release += 1
    }
    guard isBusy, let label else { return }
    record.totals.busyCycles += 1
    record.totals.endCycle = cycle + 1
    if let place = record.steps.firstIndex(where: { $0.step == label }) {
      record.steps[place].idleCycle = cycle + 1
    } else {
      record.steps.append(.init(step: label, idleCycle: cycle + 1))
    }
  }

  /// The sender: withdraws when it sees the acknowledge, asks again when it sees it gone.
  private mutating func drive(_ stimuli: [TinyODINStimulus], _ cycle: Int) {
    let acknowledge = state == .release
    if requestPin {
      guard acknowledge else { return }
      requestPin = false
      record.handshakes[next].acknowledge = cycle
      record.totals.inputEvents += 1
      next += 1
    } else if !acknowledge, next < stimuli.count, cycle >= stimuli[next].notBefore {
      requestPin = true
      pending = stimuli[next].input
      label = stimuli[next].step
      record.handshakes.append(.init(request: cycle, acknowledge: -1))
    }
  }

  /// The receiver: follows the request, both edges delayed alike.
  private mutating func receive() {
    guard acknowledgePin != outputRequest else { return }
    if receiverWaits == configuration.timing.acknowledgeDelay {
      acknowledgePin = outputRequest
      receiverWaits = 0
    } else {
      receiverWaits += 1
    }
  }

  /// One edge of the clock.
  private mutating func clock(_ cycle: Int) {
    let wasBusy = outputBusy
    let acknowledged = outputAcknowledge.seen
    var event: Int?
    var appended: Entry?
    var removes = false
    control(wasBusy, &event, &appended, &removes)
    let isFull = queue.count == 128
    if removes { queue.removeFirst() }
    if let appended {
      if isFull { record.totals.droppedSpikes += 1 } else { queue.append(appended) }
    }
    if let event, !acknowledged {
      outputRequest = true
      outputBusy = true
      record.outputs.append(.init(cycle: cycle + 1, neuron: event))
      record.totals.outputEvents += 1
    } else if acknowledged {
      outputRequest = false
    } else if acknowledgeBefore {
      outputBusy = false
    }
    acknowledgeBefore = acknowledged
    outputAcknowledge.clock(acknowledgePin)
    request.clock(requestPin)
  }

  private mutating func control(
    _ linkBusy: Bool, _ event: inout Int?, _ appended: inout Entry?, _ removes: inout Bool
  ) {
    switch state {
    case .wait:
      phase = 0
      neuron = 0
      if !linkBusy { state = decision() }
    case .push:
      switch pending {
      case .spike(let source)?: appended = Entry(weight: 0, address: source)
      case .virtual(let weight, let target)?: appended = Entry(weight: weight, address: target)
      default: break
      }
      state = .release
    case .release:
      if !request.seen { state = .wait }
    case .leak:
      walk(linkBusy, &event, &appended)
    case .spike:
      walk(linkBusy, &event, &appended)
      if state == .finish, configuration.sendsSources { event = queue[0].address }
    case .virtual:
      if phase == 1 {
        let target = queue[0].address
        update(target, by: .add(queue[0].weight), &event, &appended)
        removes = true
        state = .wait
      }
      phase += 1
    case .finish:
      if !linkBusy {
        removes = true
        state = .wait
      }
    }
  }

  private func decision() -> State {
    let process: State = queue.first.map { $0.weight == 0 ? .spike : .virtual } ?? .wait
    if queue.count == 128 { return process }
    guard request.seen else { return process }
    switch pending {
    case .leak?, .leakOfAll?: return .leak
    default: return .push
    }
  }

  /// Reads a neuron in one cycle, writes it in the next; stands still while the output link is busy.
  private mutating func walk(_ linkBusy: Bool, _ event: inout Int?, _ appended: inout Entry?) {
    guard !linkBusy else { return }
    guard phase == 1 else {
      phase = 1
      return
    }
    phase = 0
    var isLast = neuron == configuration.timing.lastNeuron
    if state == .leak {
      var target = neuron
      if case .leak(let single)? = pending {
        target = single
        isLast = true
      }
      update(target, by: .leak, &event, &appended)
    } else {
      let weight = Int(weights[queue[0].address * 256 + neuron])
      update(neuron, by: .add(weight), &event, &appended)
    }
    if isLast { state = state == .leak ? .release : .finish }
    neuron += 1
  }

  private enum Update {
    case add(Int)
    case leak
  }

  private mutating func update(
    _ index: Int, by update: Update, _ event: inout Int?, _ appended: inout Entry?
  ) {
    let parameters = neurons[index]
    var value = potentials[index]
    switch update {
    case .add(let weight):
      value += weight
      if value > 2047 { value = 2047 }
      if value < -2048 { value = -2048 }
    case .leak:
      for _ in 0..<parameters.leak where value != 0 { value += value > 0 ? -1 : 1 }
    }
    let threshold =
      parameters.threshold < 0 ? parameters.threshold + 4096 : parameters.threshold
    guard value >= 0, value >= threshold else {
      potentials[index] = value
      return
    }
    potentials[index] = 0
    guard !parameters.isDisabled else { return }
    if !configuration.isOpenLoop { appended = Entry(weight: 0, address: index) }
    if !configuration.sendsSources { event = index }
  }
}
