import LoomBase
import LoomNetwork
import LoomReference
import Testing

@Suite("One integer neuron, worked by hand")
struct IntegerNeuronTests {
  private func run(_ network: FixedPointNetwork) throws -> ReferenceRun {
    try IntegerInterpreter(network).run(Small.blank, index: 0, recordingSpikes: true)
  }

  @Test("soft reset keeps what lies above the threshold")
  func softReset() throws {
    // v⁻: 4 8 12* 6 10* 4 8 12*; after: 4 8 2 6 0 4 8 2
    let run = try run(Small.lonely(steps: 8, bias: 4))
    #expect(run.rasters == [[0, 0, 1, 0, 1, 0, 0, 1]])
    #expect(run.finalPotentials == [[2]])
    #expect(run.spikeCounts == [[3]])
    #expect(run.scores == [3])
  }

  @Test("hard reset forgets what lies above the threshold")
  func hardReset() throws {
    // v⁻: 4 8 12* 4 8 12* 4 8
    let run = try run(Small.lonely(steps: 8, bias: 4, reset: .hard))
    #expect(run.rasters == [[0, 0, 1, 0, 0, 1, 0, 0]])
    #expect(run.finalPotentials == [[8]])
  }

  @Test("greater-or-equal fires on the threshold, greater only above it")
  func comparisons() throws {
    // v⁻ with ≥: 5 10* 5 10*; with >: 5 10 15* 10 (soft)
    #expect(try run(Small.lonely(steps: 4, bias: 5)).rasters == [[0, 1, 0, 1]])
    let strict = try run(Small.lonely(steps: 4, bias: 5, comparison: .greater))
    #expect(strict.rasters == [[0, 0, 1, 0]])
    #expect(strict.finalPotentials == [[10]])
  }

  @Test("the initial potential is there before the first step")
  func initialPotential() throws {
    // v⁻: 9 13* 7 11*
    let run = try run(Small.lonely(steps: 4, bias: 4, initial: 5))
    #expect(run.rasters == [[0, 1, 0, 1]])
    #expect(run.finalPotentials == [[1]])
  }

  @Test("the potential saturates at its width, once for the whole sum of a step")
  func saturation() throws {
    // 8 bits hold −128...127; v⁻: −50 −100 −128 −128
    let low = try run(Small.lonely(steps: 4, bias: -50, threshold: 200, bits: 8))
    #expect(low.finalPotentials == [[-128]])
    // threshold 127: 100, 127* → 0, 100, 127* → 0
    let high = try run(Small.lonely(steps: 4, bias: 100, threshold: 127, bits: 8))
    #expect(high.rasters == [[0, 1, 0, 1]])
    #expect(high.finalPotentials == [[0]])
    // Two projections, +120 and −110, from v = 50: one clamp of 60, not 127 − 110.
    let network = Small.network(
      input: MapShape(channels: 1), steps: 1,
      populations: [
        Small.population("in", MapShape(channels: 1), role: .input),
        Small.population(
          "n", MapShape(channels: 1), threshold: .uniform(127), initial: .uniform(50), bits: 8),
      ],
      projections: [
        Small.projection(0, 1, weights: [120]), Small.projection(0, 1, weights: [-110]),
      ], outputs: [1])
    let sum = try IntegerInterpreter(network).run(
      Small.raster([[1]]), index: 0, recordingSpikes: false)
    #expect(sum.finalPotentials[1] == [60])
  }

  @Test("spike counts follow the recursion of conversion.md §0 for any changing input")
  func exactSpikeCount() throws {
    // Input neuron i carries current weights[i]; N(t) = min(N+1, max(N, floor(S/θ))).
    let weights: [Int16] = [17, -9, 30, 3, -21, 40]
    var random = SeededGenerator(seed: 7)
    for threshold in [7, 20, 53] as [Int32] {
      let rows = (0..<200).map { _ in weights.map { _ in UInt8(random.next() % 2) } }
      let network = Small.network(
        input: MapShape(channels: 6), steps: 200,
        populations: [
          Small.population("in", MapShape(channels: 6), role: .input),
          Small.population(
            "n", MapShape(channels: 1), threshold: .uniform(threshold),
            initial: .uniform(threshold / 2)),
        ], projections: [Small.projection(0, 1, weights: weights)], outputs: [1])
      let run = try IntegerInterpreter(network).run(
        Small.raster(rows), index: 0, recordingSpikes: true)
      var sum = Int(threshold / 2)
      var count = 0
      for (step, row) in rows.enumerated() {
        sum += zip(row, weights).reduce(0) { $0 + Int($1.0) * Int($1.1) }
        let floor = Int((Double(sum) / Double(threshold)).rounded(.down))
        let next = min(count + 1, max(count, floor))
        #expect(Int(run.rasters[1][step]) == next - count)
        count = next
      }
      #expect(run.scores == [Int64(count)])
    }
  }

  @Test("a comparator follows the largest running sum of its sites")
  func comparator() throws {
    // Site 0 gets 6 at steps 0, 3; site 1 gets 5 at steps 1, 2; bias 1 each.
    // S0: 7 8 9 16; S1: 1 7 13 14; max: 7 8 13 16; gains: 7 1 5 3
    // v⁻: 7 8 13* 6; final 6 with θ = 10
    let network = Small.network(
      input: MapShape(channels: 2), steps: 4,
      populations: [
        Small.population("in", MapShape(channels: 2), role: .input),
        Small.population("max", MapShape(channels: 1), bias: .uniform(1), sites: 2),
      ],
      projections: [
        Small.projection(0, 1, weights: [6, 0], site: 0),
        Small.projection(0, 1, weights: [0, 5], site: 1),
      ], outputs: [1])
    let raster = Small.raster([[1, 0], [0, 1], [0, 1], [1, 0]])
    let run = try IntegerInterpreter(network).run(raster, index: 0, recordingSpikes: true)
    #expect(run.rasters[1] == [0, 0, 1, 0])
    #expect(run.finalPotentials[1] == [6])
  }
}
