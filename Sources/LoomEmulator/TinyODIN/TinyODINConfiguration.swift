/// The registers of a tinyODIN core that a run depends on, and the limit of the run.
public struct TinyODINConfiguration: Hashable, Sendable {
  /// When the core does what.
  public var timing: TinyODINTiming
  /// Whether firing neurons append no spike event to the queue.
  public var isOpenLoop: Bool
  /// Whether the core sends the source of every processed spike event in place of firing neurons
  /// (register `AER_SRC_CTRL_nNEUR`).
  public var sendsSources: Bool
  /// The cycle by which all must be done: a run that would be active in it or later is given up.
  public var maximumCycles: Int
  /// The most cycles it may be busy: networks that keep themselves going would otherwise never end.
  public var maximumBusyCycles: Int

  /// Creates a configuration.
  public init(
    timing: TinyODINTiming, isOpenLoop: Bool = false, sendsSources: Bool = false,
    maximumCycles: Int, maximumBusyCycles: Int = 1 << 28
  ) {
    self.timing = timing
    self.isOpenLoop = isOpenLoop
    self.sendsSources = sendsSources
    self.maximumCycles = maximumCycles
    self.maximumBusyCycles = maximumBusyCycles
  }
}

/// One neuron of a tinyODIN core as the chip stores it.
public struct TinyODINNeuron: Hashable, Sendable {
  /// Whether its spikes go nowhere, neither to the link nor to the queue.
  ///
  /// It is updated and reset all the same.
  public var isDisabled: Bool
  /// What a leak event takes away, 0...127.
  public var leak: Int
  /// The threshold register, -2048...2047; the core reads it as 12 bits without sign.
  public var threshold: Int
  /// The membrane potential, -2048...2047.
  public var potential: Int

  /// Creates a neuron.
  public init(isDisabled: Bool = false, leak: Int = 0, threshold: Int, potential: Int = 0) {
    self.isDisabled = isDisabled
    self.leak = leak
    self.threshold = threshold
    self.potential = potential
  }
}

/// An input event offered to a tinyODIN core.
public struct TinyODINStimulus: Hashable, Sendable {
  /// The first cycle in which its request may rise.
  public var notBefore: Int
  /// What it asks for.
  public var input: TinyODINInput
  /// A label; the core knows no steps.
  public var step: Int

  /// Creates a stimulus.
  public init(notBefore: Int, input: TinyODINInput, step: Int) {
    self.notBefore = notBefore
    self.input = input
    self.step = step
  }
}

/// A 10-bit word on the input link of a tinyODIN core.
public enum TinyODINInput: Hashable, Sendable {
  /// A spike of a source, 0...255.
  case spike(source: Int)
  /// A weight, -8...7, for a neuron, 0...15.
  case virtual(weight: Int, neuron: Int)
  /// A leak of one neuron, 0...254.
  case leak(neuron: Int)
  /// A leak of all neurons in use: a time reference event.
  case leakOfAll

  /// Decodes a word; nil if it is none of the events.
  public init?(word: Int) {
    switch word {
    case 0x000...0x0ff: self = .spike(source: word)
    case 0x100...0x1fe: self = .leak(neuron: word - 0x100)
    case 0x1ff: self = .leakOfAll
    case 0x200...0x2ff:
      let bits = (word >> 4) & 0xf
      self = .virtual(weight: bits < 8 ? bits : bits - 16, neuron: word & 0xf)
    default: return nil
    }
  }
}
