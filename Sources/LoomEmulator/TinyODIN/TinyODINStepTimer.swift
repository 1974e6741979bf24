/// Spikes known beforehand: no event fires anyone but the time reference, which fires those who are listed.
struct TinyODINScript: TinyODINNeurons {
  private var fires = [Bool](repeating: false, count: TinyODINTiming.neurons)

  mutating func list(_ neurons: [Int]) {
    for index in fires.indices { fires[index] = false }
    for neuron in neurons { fires[neuron] = true }
  }

  mutating func addSynapse(from source: Int, to neuron: Int) -> Bool { false }
  mutating func add(_ weight: Int, to neuron: Int) -> Bool { false }
  mutating func leak(_ neuron: Int) -> Bool { fires[neuron] }
}

/// How long the steps of a sample take on a tinyODIN core whose neurons fire at the ends of steps.
///
/// A step is what the host makes of one: it sends the step's events, waits until the core has worked off its queue
/// (a time reference sent earlier would overtake what waits there), and sends the time reference. Neurons fire
/// in its loop: each output event is a handshake, and each spike waits in the queue for the next step, where host
/// events and queued spikes alternate as the controller has it. A step ends when the controller could decide anew.
public struct TinyODINStepTimer: Sendable {
  private var controller: TinyODINController<TinyODINScript>
  private let lastNeuron: Int
  private var begun = 0

  /// Starts a sample: an idle core with an empty queue.
  public init(_ timing: TinyODINTiming, isOpenLoop: Bool = false) {
    lastNeuron = timing.lastNeuron
    controller = TinyODINController(
      TinyODINConfiguration(
        timing: timing, isOpenLoop: isOpenLoop, maximumCycles: .max, maximumBusyCycles: .max),
      neurons: TinyODINScript())
  }

  /// The cycles of the next step: sources of the host's spike events in order, and the neurons that fire.
  public mutating func stepCycles(events: [Int], fired: [Int]) -> Int {
    precondition(
      events.allSatisfy { (0..<TinyODINTiming.neurons).contains($0) }
        && fired.allSatisfy { (0...lastNeuron).contains($0) }, "numbers of a core")
    do throws(TinyODINRunError) {
      for source in events {
        _ = try controller.take(.spike(source: source), notBefore: begun, step: 0)
      }
      try controller.drain()
      controller.neurons.list(fired)
      _ = try controller.take(.leakOfAll, notBefore: controller.ready, step: 0)
    } catch {
      preconditionFailure("a run without limits is not given up: synaptic events fire nobody")
    }
    let end = controller.ready
    defer { begun = end }
    return end - begun
  }

  /// Spikes lost so far because more than 128 neurons fired in a step.
  public var lostSpikes: Int { controller.queue.dropped }
}
