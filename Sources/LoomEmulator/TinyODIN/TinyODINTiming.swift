/// When a tinyODIN core does what, in clock cycles.
///
/// The rules are those of `tinyodin-rtl/README.md`, taken from the published Verilog (ChFrenkel/tinyODIN, 2023):
/// a neuron is read in one cycle and written in the next; the links are four-phase handshakes through two-stage
/// synchronisers whose other ends answer at once or after a delay.
public struct TinyODINTiming: Hashable, Sendable {
  /// Neurons of a core, sources of its spike events.
  public static let neurons = 256
  /// Entries of the event queue, that of the event under way among them.
  public static let queueDepth = 128

  /// Cycles from one neuron's write to the next one's.
  static let updateCycles = 2
  /// Cycles from the rise of a request until the controller sees it.
  static let visibleAfter = 2
  /// Cycles from an input event's acknowledge until the controller waits again.
  static let releaseCycles = 3

  /// The last neuron that spike events and leaks of all reach, 0...255 (register `MAX_NEUR`).
  public var lastNeuron: Int
  /// Cycles by which the receiver of output events delays both edges of its acknowledge.
  public var acknowledgeDelay: Int

  /// Creates the timing of a core.
  public init(lastNeuron: Int, acknowledgeDelay: Int = 0) {
    precondition((0..<Self.neurons).contains(lastNeuron), "a core has 256 neurons")
    precondition(acknowledgeDelay >= 0, "a receiver cannot acknowledge before the request")
    self.lastNeuron = lastNeuron
    self.acknowledgeDelay = acknowledgeDelay
  }

  /// Cycles for which an output event keeps the core from going on.
  public var handshakeCycles: Int { 6 + 2 * acknowledgeDelay }
}
