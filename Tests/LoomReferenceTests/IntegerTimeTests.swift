import LoomBase
import LoomNetwork
import LoomReference
import Testing

@Suite("Aligned time")
struct IntegerTimeTests {
  private let one = MapShape(channels: 1)

  @Test("a delay-0 projection delivers in the same step, whatever the order of populations")
  func sameStep() throws {
    // Population 0 is the readout, 1 the middle neuron, 2 the input.
    let network = Small.network(
      input: one, steps: 3,
      populations: [
        Small.population("out", one, role: .readout),
        Small.population("middle", one, threshold: .uniform(1)),
        Small.population("in", one, role: .input),
      ],
      projections: [
        Small.projection(1, 0, weights: [3]), Small.projection(2, 1, weights: [1]),
      ], outputs: [0])
    let run = try IntegerInterpreter(network).run(
      Small.raster([[0], [0], [1]]), index: 0, recordingSpikes: true)
    #expect(run.rasters[1] == [0, 0, 1])
    #expect(run.scores == [3])
  }

  @Test("a recurrent projection delivers the spikes of earlier steps")
  func recurrence() throws {
    // Weight 1 to itself with delay 2, θ = 1: one injected spike at step 0 comes back at 2, 4, …
    let network = Small.network(
      input: one, steps: 7,
      populations: [
        Small.population("in", one, role: .input),
        Small.population("loop", one, threshold: .uniform(1)),
      ],
      projections: [
        Small.projection(0, 1, weights: [1]), Small.projection(1, 1, weights: [1], delay: 2),
      ], outputs: [1])
    let run = try IntegerInterpreter(network).run(
      Small.raster([[1], [0], [0], [0], [0], [0], [0]]), index: 0, recordingSpikes: true)
    #expect(run.rasters[1] == [1, 0, 1, 0, 1, 0, 1])
    #expect(run.rasters[0] == [1, 0, 0, 0, 0, 0, 0])
  }

  @Test("a cycle without delay is refused by name")
  func cycle() throws {
    let network = Small.network(
      input: one, steps: 2,
      populations: [Small.population("a", one), Small.population("b", one)],
      projections: [Small.projection(0, 1, weights: [1]), Small.projection(1, 0, weights: [1])],
      outputs: [1])
    let error = #expect(throws: DiagnosticsError.self) { try IntegerInterpreter(network) }
    #expect(error?.description.contains("a, b") == true)
  }

  @Test("the answer is the potential gained since aligned step t0", arguments: [0, 1, 3])
  func delayedReadout(start: Int) throws {
    // Currents 2·s(t) + 5; spikes at steps 0, 2, 3: v after steps: 7+100 12 19 26; v(0) = 100.
    let network = Small.network(
      input: one, steps: 4, readoutStart: start,
      populations: [
        Small.population("in", one, role: .input),
        Small.population(
          "out", one, role: .readout, initial: .uniform(100), bias: .uniform(5)),
      ], projections: [Small.projection(0, 1, weights: [2])], outputs: [1])
    let run = try IntegerInterpreter(network).run(
      Small.raster([[1], [0], [1], [1]]), index: 0, recordingSpikes: false)
    #expect(run.finalPotentials[1] == [126])
    #expect(run.scores == [[26, 19, 14, 7][start]])
    #expect(run.rasters == [[], []])
  }

  @Test("the prediction is the first largest score over all outputs")
  func prediction() throws {
    let readouts = [[3, 9], [9, 1]].enumerated().map { index, biases in
      Small.population(
        "out \(index)", MapShape(channels: 2), role: .readout,
        bias: .perChannel(biases.map { Int32($0) }))
    }
    let network = Small.network(
      input: one, steps: 2, coding: .direct, populations: readouts, projections: [],
      outputs: [1, 0])
    let run = try IntegerInterpreter(network).run(Small.blank, index: 0, recordingSpikes: false)
    #expect(run.scores == [18, 2, 6, 18])
    #expect(run.prediction == 0)
  }
}
