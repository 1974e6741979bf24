import LoomEmulator
import Testing

/// Three neurons, cycles added up by hand from the rules of `tinyodin-rtl/README.md`.
@Suite("tinyODIN worked by hand")
struct TinyODINHandTests {
  @Test("an input spike and the three it sets off")
  func chain() throws {
    // Request 0, seen and decided 2, PUSH 3, acknowledge 4, release 4...6, waiting 7.
    // 7: spike of 10. Neuron 0 written 9: 3 fires, request 10, loop stands 6; 1 written 17: 2; 2 written 19: 1;
    //    finish 20; waiting 21.
    // 21: spike of 0. 0 written 23: 0; 1 written 25: 2 + 3 fires, request 26; 2 written 33: 1 + 1 fires,
    //    request 34, finish 34...40; waiting 41.
    // 41: spike of 1, no weights: written 43, 45, 47; finish 48; waiting 49. 49: spike of 2; waiting 57.
    let record = try TinyODINFixture.three().run([(0, 10)])
    #expect(record.events == [[10, 0], [26, 1], [34, 2]])
    #expect(record.handshakes == [.init(request: 0, acknowledge: 4)])
    #expect(record.potentials[..<3] == [0, 0, 0])
    #expect(record.steps == [.init(step: 0, idleCycle: 57)])
    // Busy from PUSH in 3 to 56. Loops: 8...19 and 22...33, 42...47, 50...55. Finish: 20, 34...40, 48, 56.
    let expected: [(String, Int)] = [
      ("end_cycle", 57), ("busy_cycles", 54), ("output_events", 3), ("input_events", 1),
      ("queue_full_cycles", 0), ("dropped_spikes", 0), ("cycles_tref", 0), ("cycles_push", 1),
      ("cycles_pop_neur", 36), ("cycles_pop_virt", 0), ("cycles_aer_pop", 10),
      ("cycles_wait_reqdn", 3),
    ]
    #expect(record.totals.rows.map(\.key) == expected.map(\.0))
    #expect(record.totals.rows.map(\.value) == expected.map(\.1))
  }

  @Test("in open loop nothing follows from a spike")
  func openLoop() throws {
    let record = try TinyODINFixture.three(isOpenLoop: true).run([(0, 10)])
    #expect(record.events == [[10, 0]])
    #expect(record.potentials[..<3] == [0, 2, 1])
    #expect(record.totals.endCycle == 21)
  }

  @Test("a leak overtakes the spike that waits in the queue")
  func overtaking() throws {
    // The leak's request rises in 12 and is seen in 14; at 21 spike 0 waits in the queue, the leak comes first:
    // written 23, 25, 27 (2 → 1, 1 → 0), acknowledge 28, waiting 31. Then spike 0: 1 + 3 and 0 + 1 stay below 5
    // and 2; waiting 39.
    let record = try TinyODINFixture.three().run([(0, 10), (12, 0x1ff)])
    #expect(record.events == [[10, 0]])
    #expect(record.handshakes[1] == .init(request: 12, acknowledge: 28))
    #expect(record.potentials[..<3] == [0, 4, 1])
    #expect(record.totals.endCycle == 39)
    // The first step was still at work when the second began.
    #expect(record.steps.map(\.idleCycle) == [13, 39])
  }

  @Test("a leak of one neuron takes two cycles, whatever the last neuron of the loop is")
  func singleLeak() throws {
    // Decided 2, neuron 200 written 4, acknowledge 5, waiting 8.
    var fixture = TinyODINFixture.three()
    fixture.neurons[200] = TinyODINNeuron(leak: 3, threshold: -1, potential: -7)
    let record = try fixture.run([(0, 0x100 + 200)])
    #expect(record.potentials[200] == -4)
    #expect(record.handshakes[0].acknowledge == 5)
    #expect(record.totals.endCycle == 8)
    #expect(record.totals.states.leak == 2)
  }

  @Test("an output of a leak's last neuron holds the next decision, beside the acknowledge")
  func handshakeAfterLeak() throws {
    // Decided 2; neuron 2 (4 - 1) written 8, request 9, handshake 9...14. Acknowledge 9, waiting 12, where the
    // next request rises: seen in 14, but decided only in 15: acknowledge 17.
    var fixture = TinyODINFixture.three(isOpenLoop: true)
    fixture.neurons[2].potential = 4
    let record = try fixture.run([(0, 0x1ff), (0, 77)])
    #expect(record.events == [[9, 2]])
    #expect(
      record.handshakes == [
        .init(request: 0, acknowledge: 9), .init(request: 12, acknowledge: 17),
      ])
    // Alone, the leak ends with its handshake.
    #expect(try fixture.run([(0, 0x1ff)]).totals.endCycle == 15)
  }

  @Test("an output of a virtual event holds the next decision")
  func virtualEvent() throws {
    // PUSH 3, waiting 7; virtual event at 7: neuron 1 written 9: 7 fires, request 10, handshake 10...15. The next
    // request rose in 7; decided 16, acknowledge 18, waiting 21. It adds -8 to neuron 2 (written after spike 1,
    // queued before: 21 + 8 = 29, then 31).
    let record = try TinyODINFixture.three().run([(0, 0x271), (0, 0x282)])
    #expect(record.events == [[10, 1]])
    #expect(
      record.handshakes == [
        .init(request: 0, acknowledge: 4), .init(request: 7, acknowledge: 18),
      ])
    #expect(record.potentials[..<3] == [0, 0, -8])
    #expect(record.totals.states.virtual == 4)
    #expect(record.totals.endCycle == 32)
  }

  @Test("a virtual event of weight zero is a spike")
  func virtualOfZero() throws {
    let record = try TinyODINFixture.three().run([(0, 0x200)])
    #expect(record.totals.states.virtual == 0)
    #expect(record.potentials[..<3] == [0, 3, 1])
  }

  @Test("a core that sends sources sends one after each spike event, and stalls once")
  func sources() throws {
    // 7: written 9, 11, 13 (0 fires unsent); source 10 in 14; finish 14...20; waiting 21. Spike 0: 1 and 2 fire at
    // 25 and 27; source 0 in 28; waiting 35. Spikes 1 and 2: sources in 42 and 56; waiting 49 and 63.
    let record = try TinyODINFixture.three(sendsSources: true).run([(0, 10)])
    #expect(record.events == [[14, 10], [28, 0], [42, 1], [56, 2]])
    #expect(record.totals.endCycle == 63)
  }

  @Test("a slow receiver stalls twice its delay longer")
  func acknowledgeDelay() throws {
    // As the chain, each of the three handshakes 6 + 2 · 5 = 16 cycles.
    let record = try TinyODINFixture.three(acknowledgeDelay: 5).run([(0, 10)])
    #expect(record.events == [[10, 0], [36, 1], [54, 2]])
    #expect(record.totals.endCycle == 87)
  }

  @Test("a disabled neuron is updated and reset, and says nothing")
  func disabled() throws {
    var fixture = TinyODINFixture.three()
    fixture.neurons[0].isDisabled = true
    let record = try fixture.run([(0, 10)])
    #expect(record.events.isEmpty)
    #expect(record.potentials[..<3] == [0, 2, 1])
    #expect(record.totals.endCycle == 15)
  }

  @Test("thresholds are read without sign, potentials stay within 12 bits")
  func registers() throws {
    var fixture = TinyODINFixture(lastNeuron: 4, isOpenLoop: true)
    fixture.neurons[0] = TinyODINNeuron(threshold: -1, potential: 2046)
    fixture.neurons[1] = TinyODINNeuron(threshold: 0, potential: -2)
    fixture.neurons[2] = TinyODINNeuron(threshold: 0, potential: -1)
    fixture.neurons[3] = TinyODINNeuron(threshold: 2047, potential: -2047)
    fixture.neurons[4] = TinyODINNeuron(threshold: 2047, potential: 2046)
    fixture.connect(9, [7, 1, 1, -8, 1])
    let record = try fixture.run([(0, 9)])
    #expect(record.outputs.map(\.neuron) == [2, 4])
    #expect(record.potentials[..<5] == [2047, -1, 0, -2048, 0])
  }
}
