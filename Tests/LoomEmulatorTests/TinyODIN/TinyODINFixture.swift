import LoomBase
import LoomEmulator

/// A small core: some neurons and weights, everything else silent.
struct TinyODINFixture {
  var configuration: TinyODINConfiguration
  var neurons = [TinyODINNeuron](
    repeating: TinyODINNeuron(threshold: 2047), count: 256)
  var weights = [Int8](repeating: 0, count: 256 * 256)

  init(
    lastNeuron: Int, acknowledgeDelay: Int = 0, isOpenLoop: Bool = false,
    sendsSources: Bool = false, maximumCycles: Int = 1_000_000
  ) {
    configuration = TinyODINConfiguration(
      timing: TinyODINTiming(lastNeuron: lastNeuron, acknowledgeDelay: acknowledgeDelay),
      isOpenLoop: isOpenLoop, sendsSources: sendsSources, maximumCycles: maximumCycles)
  }

  mutating func connect(_ source: Int, _ row: [Int8]) {
    for (target, weight) in row.enumerated() { weights[source * 256 + target] = weight }
  }

  func run(_ words: [(notBefore: Int, word: Int)]) throws -> TinyODINRecord {
    let stimuli = words.enumerated().compactMap { index, word in
      TinyODINInput(word: word.word).map {
        TinyODINStimulus(notBefore: word.notBefore, input: $0, step: index)
      }
    }
    return try run(stimuli)
  }

  func run(_ stimuli: [TinyODINStimulus]) throws -> TinyODINRecord {
    try TinyODINCore(configuration, neurons: neurons, weights: weights).run(stimuli)
  }

  func ticked(_ stimuli: [TinyODINStimulus]) -> TinyODINRecord? {
    var core = TickingCore(configuration, neurons, weights)
    return core.run(stimuli)
  }

  /// Three neurons that set each other off: the network of the tests worked by hand.
  static func three(
    acknowledgeDelay: Int = 0, isOpenLoop: Bool = false, sendsSources: Bool = false
  ) -> TinyODINFixture {
    var fixture = TinyODINFixture(
      lastNeuron: 2, acknowledgeDelay: acknowledgeDelay, isOpenLoop: isOpenLoop,
      sendsSources: sendsSources)
    fixture.neurons[0] = TinyODINNeuron(leak: 1, threshold: 3)
    fixture.neurons[1] = TinyODINNeuron(leak: 1, threshold: 5)
    fixture.neurons[2] = TinyODINNeuron(leak: 1, threshold: 2)
    fixture.connect(10, [3, 2, 1])
    fixture.connect(0, [0, 3, 1])
    return fixture
  }
}

extension TinyODINRecord {
  /// Cycle and neuron of every output event.
  var events: [[Int]] { outputs.map { [$0.cycle, $0.neuron] } }
}
