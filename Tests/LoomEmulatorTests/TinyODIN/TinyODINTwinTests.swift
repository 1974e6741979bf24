import LoomBase
import LoomEmulator
import Testing

@Suite("tinyODIN against its flip-flops")
struct TinyODINTwinTests {
  /// What the random cores did, all together: a generator that misses a kind of event would test nothing.
  private struct Reach {
    var outputs = 0
    var dropped = 0
    var fullCycles = 0
    var virtual = 0
    var undrained = 0
    var given = 0

    mutating func add(_ record: TinyODINRecord) {
      outputs += record.totals.outputEvents
      dropped += record.totals.droppedSpikes
      fullCycles += record.totals.queueFullCycles
      virtual += record.totals.states.virtual
      let requests = Set(record.handshakes.map { $0.request + 1 })
      undrained += record.steps.count { requests.contains($0.idleCycle) }
    }
  }

  @Test("does the same in every cycle, for random cores and stimuli of every kind")
  func random() throws {
    var reach = Reach()
    for seed in 0..<UInt64(400) {
      var generator = SeededGenerator(seed: seed)
      let fixture = Self.fixture(&generator)
      let stimuli = Self.stimuli(&generator)
      guard let expected = fixture.ticked(stimuli) else {
        reach.given += 1
        #expect(throws: TinyODINRunError.self, "seed \(seed)") { try fixture.run(stimuli) }
        continue
      }
      let record = try fixture.run(stimuli)
      #expect(record.outputs == expected.outputs, "seed \(seed)")
      #expect(record == expected, "seed \(seed)")
      reach.add(record)
    }
    #expect(reach.outputs > 10_000)
    #expect(reach.dropped > 100)
    #expect(reach.fullCycles > 1_000)
    #expect(reach.virtual > 500)
    #expect(reach.undrained > 20)
    #expect(reach.given > 0 && reach.given < 100)
  }

  private static func fixture(_ generator: inout SeededGenerator) -> TinyODINFixture {
    let last = [0, 1, 2, 7, 31, 63, 200, 255].randomElement(using: &generator) ?? 0
    var fixture = TinyODINFixture(
      lastNeuron: last, acknowledgeDelay: [0, 0, 1, 3, 20].randomElement(using: &generator) ?? 0,
      isOpenLoop: Bool.random(using: &generator),
      sendsSources: Int.random(in: 0..<3, using: &generator) == 0, maximumCycles: 400_000)
    let largest = [1, 20, 60, 300].randomElement(using: &generator) ?? 1
    let disabled = Int.random(in: 0...3, using: &generator)
    for index in 0..<256 {
      fixture.neurons[index] = TinyODINNeuron(
        isDisabled: Int.random(in: 0..<10, using: &generator) < disabled,
        leak: Int.random(in: 0...largest % 128, using: &generator),
        threshold: Int.random(in: 0..<40, using: &generator) == 0
          ? Int.random(in: -2048..<0, using: &generator)
          : Int.random(in: 1...largest, using: &generator),
        potential: Int.random(in: -largest...largest, using: &generator))
    }
    let dense = [1, 4, 40].randomElement(using: &generator) ?? 1
    for index in fixture.weights.indices where Int.random(in: 0..<dense, using: &generator) == 0 {
      fixture.weights[index] = Int8.random(in: -8...7, using: &generator)
    }
    return fixture
  }

  private static func stimuli(_ generator: inout SeededGenerator) -> [TinyODINStimulus] {
    let count = Int.random(in: 1...60, using: &generator)
    let gap = [0, 0, 30, 3_000].randomElement(using: &generator) ?? 0
    var cycle = 0
    var step = 0
    var stimuli: [TinyODINStimulus] = []
    for _ in 0..<count {
      if Int.random(in: 0..<3, using: &generator) == 0 {
        cycle += Int.random(in: 0...gap, using: &generator)
        step += Int.random(in: 0...1, using: &generator)
      }
      let word =
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: 0x1ff
        case 1: 0x100 + Int.random(in: 0..<255, using: &generator)
        case 2, 3: 0x200 + Int.random(in: 0..<256, using: &generator)
        default: Int.random(in: 0..<256, using: &generator)
        }
      if let input = TinyODINInput(word: word) {
        stimuli.append(TinyODINStimulus(notBefore: cycle, input: input, step: step))
      }
    }
    return stimuli
  }
}
