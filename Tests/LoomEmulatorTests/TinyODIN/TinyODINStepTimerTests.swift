import LoomBase
import LoomEmulator
import Testing

@Suite("Steps of images on tinyODIN")
struct TinyODINStepTimerTests {
  @Test("two steps by hand")
  func twoSteps() {
    var timer = TinyODINStepTimer(TinyODINTiming(lastNeuron: 2))
    // Spike 10: decided 2, waiting 7, processed to 15; spike 11, asked for in 7: decided 15, waiting 20, processed to
    // 28. Time reference asked for in 28, decided 30: 0 written 32 fires and holds the loop for 6, 1 written 40, 2
    // written 42 fires: its handshake is 43...48, the acknowledge beside it.
    #expect(timer.stepCycles(events: [10, 11], fired: [0, 2]) == 49)
    // Spike 10, asked for in 49, is seen in 51: spike 0 first, to 57; decided 57, waiting 62; spikes 2 and 10 to 78.
    // Time reference decided 80, written 82...86, acknowledge 87, waiting 90.
    #expect(timer.stepCycles(events: [10], fired: []) == 90 - 49)
    // Nothing but the time reference: 2 + 6 + 4.
    #expect(timer.stepCycles(events: [], fired: []) == 12)
    #expect(timer.lostSpikes == 0)
  }

  @Test("more than 128 spikes of a step do not fit into the queue")
  func lost() {
    var timer = TinyODINStepTimer(TinyODINTiming(lastNeuron: 255))
    _ = timer.stepCycles(events: [], fired: Array(0..<200))
    #expect(timer.lostSpikes == 72)
    // 128 spikes of 514 cycles, then the time reference.
    #expect(timer.stepCycles(events: [], fired: []) == 128 * 514 + 2 + 512 + 4)
    var open = TinyODINStepTimer(TinyODINTiming(lastNeuron: 255), isOpenLoop: true)
    _ = open.stepCycles(events: [], fired: Array(0..<200))
    #expect(open.stepCycles(events: [], fired: []) == 2 + 512 + 4)
  }

  @Test("any step is a sum: 5 cycles an event, a loop a spike, a handshake an output")
  func sums() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<50 {
      let last = Int.random(in: 0...255, using: &generator)
      let delay = Int.random(in: 0...4, using: &generator)
      var timer = TinyODINStepTimer(TinyODINTiming(lastNeuron: last, acknowledgeDelay: delay))
      var queued = 0
      for _ in 0..<6 {
        let events = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
          Int.random(in: 0...255, using: &generator)
        }
        let fired = (0...last).filter { _ in Int.random(in: 0..<9, using: &generator) == 0 }
        let handshake = 6 + 2 * delay
        // The last neuron's handshake runs beside the three cycles of the acknowledge.
        let isLast = fired.last == last
        let loop = 2 * (last + 1)
        let inputs = (queued == 0 && !events.isEmpty ? 2 : 0) + 5 * events.count
        let reference =
          2 + loop + handshake * (fired.count - (isLast ? 1 : 0)) + (isLast ? 1 + handshake : 4)
        let expected = inputs + (queued + events.count) * (loop + 2) + reference
        #expect(timer.stepCycles(events: events, fired: fired) == expected)
        queued = fired.count
      }
    }
  }
}
