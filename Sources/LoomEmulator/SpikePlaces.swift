/// By step and delay where spikes come from and go to: slots of queues, and bits of neurons and inputs that fired.
///
/// A ring holds what steps to come need: as many as the delay, and those that are in the works at once.
struct SpikePlaces: Sendable {
  private let together: Int
  private let delays: Int
  /// By step in the works and delay: the slot due in it, the one a neuron's message goes to, and the host's.
  private var dueSlot: [Int]
  private var sendSlot: [Int]
  private var hostSlot: [Int]
  /// The same: where the bits of the step begin whose neurons' or inputs' spikes are due; nil: before the first.
  private var due: [SpikeBits.Place?]
  private var hostDue: [SpikeBits.Place?]
  /// Where the entries of the present step begin.
  private var first = 0

  init(longestDelay: Int, together: Int) {
    self.together = together
    delays = longestDelay + 1
    dueSlot = Array(repeating: 0, count: delays * together)
    sendSlot = dueSlot
    hostSlot = dueSlot
    due = Array(repeating: nil, count: delays * together)
    hostDue = due
  }

  /// Prepares a step in the works and goes to it.
  mutating func open(step: Int, _ spikes: SpikeBits) {
    enter(step: step)
    for delay in 0..<delays {
      let steps = max(1, delay)
      dueSlot[first + delay] = step % (steps + together)
      sendSlot[first + delay] = (step + steps) % (steps + together)
      hostSlot[first + delay] = (step + delay) % (steps + together)
      due[first + delay] = step < steps ? nil : spikes.place(step: step - steps)
      hostDue[first + delay] = step < delay ? nil : spikes.place(step: step - delay)
    }
  }

  /// Goes to a step in the works.
  mutating func enter(step: Int) { first = together == 1 ? 0 : step % together * delays }

  /// The slot due in the present step.
  func dueSlot(delay: Int) -> Int { dueSlot[first + delay] }

  /// Where the bits and counts of the step begin whose spikes are due in the present one; nil: before the first.
  func due(delay: Int, isFromHost: Bool) -> SpikeBits.Place? {
    isFromHost ? hostDue[first + delay] : due[first + delay]
  }

  /// By delay the slots that neurons' messages of the present step go to.
  var sendSlots: ArraySlice<Int> { sendSlot[first..<(first + delays)] }

  /// By delay the slots that the host's messages of the present step go to.
  var hostSlots: ArraySlice<Int> { hostSlot[first..<(first + delays)] }
}
