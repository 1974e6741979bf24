import LoomBase
import LoomNetwork
import LoomReference
import Testing

/// Two outputs that fire, four steps, worked on paper.
///
/// A: weights 6, 2, bias 1; B: weights 3, 6, bias 0; θ = 10, v(0) = 5, soft reset. Inputs 10, 11, 01, 11.
/// A: 12→2 spike, 11→1 spike, 4, 13→3 spike. B: 8, 17→7 spike, 13→3 spike, 12→2 spike.
@Suite("Spike counts as scores")
struct SpikeCountTests {
  private static let raster = Small.raster([[1, 0], [1, 1], [0, 1], [1, 1]])

  private func network(readoutStart: Int) -> FixedPointNetwork {
    let two = MapShape(channels: 2)
    var network = Small.network(
      input: two, steps: 4, readoutStart: readoutStart,
      populations: [
        Small.population("in", two, role: .input),
        Small.population("out", two, initial: .uniform(5), bias: .perChannel([1, 0])),
      ], projections: [Small.projection(0, 1, weights: [6, 2, 3, 6])], outputs: [1])
    network.readout = .spikeCounts
    return network
  }

  @Test(
    "counts begin at t0, and the first largest answers",
    arguments: [
      (0, [3, 3], 0), (1, [2, 3], 1), (2, [1, 2], 1), (3, [1, 1], 0),
    ] as [(Int, [Int64], Int)])
  func integers(start: Int, scores: [Int64], prediction: Int) throws {
    let run = try IntegerInterpreter(network(readoutStart: start)).run(
      Self.raster, index: 0, recordingSpikes: true)
    #expect(run.rasters[1] == [1, 0, 1, 1, 0, 1, 1, 1])
    #expect(run.finalPotentials[1] == [3, 2])
    #expect(run.spikeCounts[1] == [3, 3])
    #expect(run.scores == scores)
    #expect(run.prediction == prediction)
  }

  @Test("in float a count is worth θ a step, less the offset that made it positive")
  func floats() throws {
    let two = MapShape(channels: 2)
    var network = SpikingNetwork(
      name: "two", method: "test",
      input: InputSpecification(
        shape: two, preprocessing: Preprocessing(scale: 1), samplesAreBytes: true,
        calibratedPeak: 1), coding: .spikes, timesteps: 4, readoutStart: 2,
      populations: [
        Population(name: "in", shape: two, role: .input, threshold: .uniform(1)),
        Population(
          name: "out", shape: two, role: .hidden, threshold: .uniform(10),
          initialPotential: .uniform(5), bias: .perChannel([1, 0])),
      ],
      projections: [
        Projection(
          source: PopulationID(0), target: PopulationID(1), connectivity: .dense,
          weights: [6, 2, 3, 6])
      ], outputs: [PopulationID(1)])
    network.readout = .spikeCounts
    network.populations[1].scoreOffset = [0.5, 2]
    // 1 and 2 spikes in 2 steps: 10 · 1/2 − 0.5 and 10 · 2/2 − 2.
    #expect(try FloatSpikingInterpreter(network).scores(Self.raster, index: 0) == [4.5, 8])
    // Potentials of steps 2 and 3: A 2 + 1 + 8 + 1, B 6 + 9; offsets taken off the bias of each step.
    let plain = network.readByPotentials
    #expect(plain.readout == .potentials && plain.populations[1].role == .readout)
    #expect(try FloatSpikingInterpreter(plain).scores(Self.raster, index: 0) == [5.5, 5.5])
    #expect(plain.readByPotentials.populations[1].bias == plain.populations[1].bias)
  }
}
