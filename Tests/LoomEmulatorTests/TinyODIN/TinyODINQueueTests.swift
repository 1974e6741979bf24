import LoomEmulator
import Testing

@Suite("tinyODIN's queue")
struct TinyODINQueueTests {
  @Test("spikes beyond 128 entries are lost, their output events are not")
  func overflow() throws {
    // Every neuron fires at the spike decided in 7: neuron n written 9 + 8 n. The spike's own entry and those of
    // neurons 0...126 fill the queue: full from 1018 (the cycle after 9 + 8 · 126 = 1017) until the entry leaves.
    // Neuron 255 written 2049, request 2050, finish 2050...2056; waiting 2057: full for 1039 cycles, 129 lost.
    // Then 127 spikes without weights, 514 cycles each.
    var fixture = TinyODINFixture(lastNeuron: 255)
    fixture.neurons = .init(repeating: TinyODINNeuron(threshold: 1), count: 256)
    fixture.connect(200, .init(repeating: 1, count: 256))
    let record = try fixture.run([(0, 200)])
    #expect(record.outputs.count == 256)
    #expect(record.outputs.first == .init(cycle: 10, neuron: 0))
    #expect(record.outputs.last == .init(cycle: 2050, neuron: 255))
    #expect(record.totals.droppedSpikes == 129)
    #expect(record.totals.queueFullCycles == 1039)
    #expect(record.totals.endCycle == 2057 + 127 * 514)
  }

  @Test("the queue holds 128: with 127 spikes set off none is lost, and it is full")
  func exactlyFull() throws {
    var fixture = TinyODINFixture(lastNeuron: 255)
    fixture.neurons = .init(repeating: TinyODINNeuron(threshold: 1), count: 256)
    fixture.connect(200, .init(repeating: 1, count: 127))
    let full = try fixture.run([(0, 200)])
    #expect(full.totals.droppedSpikes == 0)
    // Full from 1018, when neuron 126 was written in 1017; the loop ends in 1017 + 6 + 2 · 129 = 1281, waiting 1283.
    #expect(full.totals.queueFullCycles == 1283 - 1018)
    fixture.connect(200, .init(repeating: 1, count: 128))
    #expect(try fixture.run([(0, 200)]).totals.droppedSpikes == 1)
  }

  @Test("a full queue comes before an input event that waits")
  func fullComesFirst() throws {
    // Leak decided in 2: all 256 fire, written 4 + 8 n; 128 are kept. Neuron 255 written 2044, acknowledge 2045,
    // waiting 2048, handshake to 2050. The next request rises in 2048 and is seen in 2050, but in 2051 the queue is
    // full: spike 0 first, 514 cycles; decided 2565, acknowledge 2567.
    var fixture = TinyODINFixture(lastNeuron: 255)
    fixture.neurons = .init(
      repeating: TinyODINNeuron(leak: 1, threshold: 1, potential: 10), count: 256)
    let record = try fixture.run([(0, 0x1ff), (0, 3)])
    #expect(record.totals.droppedSpikes == 128)
    #expect(record.handshakes[0].acknowledge == 2045)
    #expect(record.handshakes[1] == .init(request: 2048, acknowledge: 2567))
  }

  @Test(
    "a spike that a virtual event sets off while the queue is full is lost, its place not yet free")
  func virtualWhileFull() throws {
    // Spike 200 fires neuron 3, whose spike waits when the virtual event is queued; the leak overtakes both, and
    // 255 neurons (-1 - 1 + 2 = 0, threshold 0) fire: the virtual event is the first of 128 entries, 128 spikes are
    // lost. It fires neuron 5 (0 + 7): one more. The spikes that remain take 1 from everyone.
    var fixture = TinyODINFixture(lastNeuron: 255)
    fixture.neurons = .init(
      repeating: TinyODINNeuron(leak: 2, threshold: 0, potential: -1), count: 256)
    fixture.neurons[3] = TinyODINNeuron(threshold: 5)
    fixture.weights = .init(repeating: -1, count: 256 * 256)
    fixture.connect(200, (0..<256).map { $0 == 3 ? 5 : 0 })
    let stimuli = [200, 0x275, 0x1ff].compactMap { TinyODINInput(word: $0) }.map {
      TinyODINStimulus(notBefore: 0, input: $0, step: 0)
    }
    let record = try fixture.run(stimuli)
    #expect(record.totals.droppedSpikes == 129)
    #expect(record.outputs.count == 257)
    #expect(record.handshakes.map(\.request) == [0, 7, 532])
    #expect(record == fixture.ticked(stimuli))
  }

  @Test("an idle core and one that keeps itself going are given up at the limit")
  func limits() throws {
    var fixture = TinyODINFixture.three()
    fixture.configuration.maximumCycles = 57
    #expect(try fixture.run([(0, 10)]).totals.endCycle == 57)
    fixture.configuration.maximumCycles = 56
    #expect(throws: TinyODINRunError.pastLimit(cycle: 56, taken: 1)) {
      try fixture.run([(0, 10)])
    }
    // A threshold of zero fires at every update: the queue never empties.
    var endless = TinyODINFixture(lastNeuron: 255, sendsSources: true, maximumCycles: 1 << 53)
    endless.neurons[0].threshold = 0
    #expect(throws: TinyODINRunError.self) { try endless.run([(0, 10)]) }
    // Idle time costs nothing.
    let late = try TinyODINFixture.three().run([(0, 200), (900_000, 200)])
    #expect(late.handshakes[1].request == 900_000)
    #expect(late.totals.busyCycles == 2 * 12)
  }
}
