/// What a run of a tinyODIN core left behind.
public struct TinyODINRecord: Hashable, Sendable {
  /// An event on the output link.
  public struct Output: Hashable, Sendable {
    /// The cycle in which its request rises.
    public var cycle: Int
    /// The neuron, or the source if the core sends sources.
    public var neuron: Int

    /// Creates an event.
    public init(cycle: Int, neuron: Int) {
      self.cycle = cycle
      self.neuron = neuron
    }
  }

  /// When the work that a step's events caused was over.
  public struct StepEnd: Hashable, Sendable {
    /// The step's label.
    public var step: Int
    /// The first cycle with nothing left to do; if the next step's first request rises before that, the
    /// cycle after the rise.
    public var idleCycle: Int

    /// Creates a step's end.
    public init(step: Int, idleCycle: Int) {
      self.step = step
      self.idleCycle = idleCycle
    }
  }

  /// An input event's handshake.
  public struct Handshake: Hashable, Sendable {
    /// The cycle in which the request rises.
    public var request: Int
    /// The cycle in which the acknowledge rises.
    public var acknowledge: Int

    /// Creates a handshake.
    public init(request: Int, acknowledge: Int) {
      self.request = request
      self.acknowledge = acknowledge
    }
  }

  /// Every output event, in order.
  public var outputs: [Output]
  /// The membrane potentials of all neurons at the end.
  public var potentials: [Int]
  /// The counts of the run.
  public var totals: TinyODINTotals
  /// The steps' ends, in the order in which their labels come first.
  public var steps: [StepEnd]
  /// The input events' handshakes, in order.
  public var handshakes: [Handshake]

  /// Creates a record.
  public init(
    outputs: [Output], potentials: [Int], totals: TinyODINTotals, steps: [StepEnd],
    handshakes: [Handshake]
  ) {
    self.outputs = outputs
    self.potentials = potentials
    self.totals = totals
    self.steps = steps
    self.handshakes = handshakes
  }
}

/// The counts of a run of a tinyODIN core.
public struct TinyODINTotals: Hashable, Sendable {
  /// The first cycle after all activity.
  public var endCycle = 0
  /// Cycles in which the controller does not wait, or something is queued, or an output handshake is under way.
  public var busyCycles = 0
  /// Events on the output link.
  public var outputEvents = 0
  /// Events on the input link.
  public var inputEvents = 0
  /// Cycles with a full queue.
  public var queueFullCycles = 0
  /// Spikes that met a full queue.
  public var droppedSpikes = 0
  /// Cycles in each state of the controller that takes or processes events.
  public var states = TinyODINStates()

  /// Creates counts of zero.
  public init() {}

  /// Keys as in `totals.csv`, and values, in order.
  public var rows: [(key: String, value: Int)] {
    [
      ("end_cycle", endCycle), ("busy_cycles", busyCycles), ("output_events", outputEvents),
      ("input_events", inputEvents), ("queue_full_cycles", queueFullCycles),
      ("dropped_spikes", droppedSpikes), ("cycles_tref", states.leak), ("cycles_push", states.push),
      ("cycles_pop_neur", states.spike), ("cycles_pop_virt", states.virtual),
      ("cycles_aer_pop", states.finish), ("cycles_wait_reqdn", states.release),
    ]
  }
}

/// Cycles in each state of a tinyODIN controller but the waiting one.
public struct TinyODINStates: Hashable, Sendable {
  /// Leaking (`TREF`), stalls of the neuron loop among them.
  public var leak = 0
  /// Appending an input event (`PUSH`).
  public var push = 0
  /// Walking the targets of a spike (`POP_NEUR`), stalls of the neuron loop among them.
  public var spike = 0
  /// Processing a virtual event (`POP_VIRT`); an output handshake of it passes in the waiting state.
  public var virtual = 0
  /// Finishing a spike event (`AER_POP`): one cycle, and the handshake of the last neuron or of the source.
  public var finish = 0
  /// Waiting for the sender's request to fall (`WAIT_REQDN`).
  public var release = 0

  /// Creates counts of zero.
  public init() {}
}
