import LoomBase
import LoomNetwork
import LoomReference
import Testing

@Suite("One neuron of a window code, worked by hand")
struct WindowNeuronTests {
  private let one = MapShape(channels: 1)

  /// A neuron of 8 bits (−128...127) that hears one spike a step, worth one weight each.
  private func run(
    _ code: SpikeCode, currents: [Int16], role: PopulationRole = .hidden, threshold: Int32,
    initial: Int32 = 0, bias: Int32 = 0
  ) throws -> ReferenceRun {
    let steps = currents.count
    var network = Small.network(
      input: MapShape(channels: steps), steps: steps,
      populations: [
        Small.population("in", MapShape(channels: steps), role: .input),
        Small.population(
          "n", one, role: role, threshold: .uniform(threshold), initial: .uniform(initial),
          bias: .uniform(bias), bits: 8),
      ], projections: [Small.projection(0, 1, weights: currents)], outputs: [1])
    network.code = code
    let rows = currents.indices.map { step in
      currents.indices.map { UInt8($0 == step ? 1 : 0) }
    }
    return try IntegerInterpreter(network).run(
      Small.raster(rows), index: 0, recordingSpikes: true)
  }

  @Test("bit-serial: the most significant bit first, bias and initial potential once")
  func bits() throws {
    // A: 3, 2·3−1 = 5, 2·5+4 = 14; u = 14 + 5 + 2 = 21; θ = 32: y = 42* 20 40*; rest 8.
    // Code = ⌊8·21/32⌋ = 5.
    let run = try run(.bitSerial, currents: [3, -1, 4], threshold: 32, initial: 2, bias: 5)
    #expect(run.rasters[1] == [1, 0, 1])
    #expect(run.finalPotentials[1] == [8])
    #expect(run.spikeCounts[1] == [2])
    #expect(run.scores == [5])
  }

  @Test("bit-serial: every line clamps what it keeps, never the doubled value it compares")
  func bitSaturation() throws {
    // A: 100, 300 → 127, 254 → 127; y = 254* 108 216*; rest 16. Unclamped A = 600 would be all ones.
    let high = try run(.bitSerial, currents: [100, 100, 0], threshold: 200)
    #expect(high.rasters[1] == [1, 0, 1])
    #expect(high.finalPotentials[1] == [16])
    // u = 127: y − θ = 194 → 127, again and again.
    let full = try run(.bitSerial, currents: [100, 100, 0], threshold: 60)
    #expect(full.rasters[1] == [1, 1, 1])
    #expect(full.finalPotentials[1] == [127])
    // A: −100, −200 → −128, −256 + 127 → −128, so that B = 127 leaves −1: −2 −4 −8 −16.
    let low = try run(
      .bitSerial, currents: [-100, 0, 127, 0], threshold: 1, initial: 100, bias: 27)
    #expect(low.rasters[1] == [0, 0, 0, 0])
    #expect(low.finalPotentials[1] == [-16])
  }

  @Test("time to first spike: a spike of step j counts T − j times, the threshold falls")
  func first() throws {
    // A: 5, 5, 3, 4; V: 5, 10, 13, 17 = 5·4 − 2·2 + 1·1; u = 17 + 6 + 1 = 24; δ = 8: 32, 24*.
    let run = try run(
      .timeToFirstSpike, currents: [5, 0, -2, 1], threshold: 8, initial: 1, bias: 6)
    #expect(run.rasters[1] == [0, 1, 0, 0])
    #expect(run.finalPotentials[1] == [-128])
    #expect(run.scores == [3])
  }

  @Test("time to first spike: both accumulators clamp, a fired neuron stays at the bottom")
  func firstSaturation() throws {
    // A: −100, −200 → −128, −28, 72; V: −100, −228 → −128, −156 → −128, −56; u = 60; δ = 20: 80, 60*.
    let low = try run(
      .timeToFirstSpike, currents: [-100, -100, 100, 100], threshold: 20, initial: 116)
    #expect(low.rasters[1] == [0, 1, 0, 0])
    #expect(low.finalPotentials[1] == [-128])
    // V: 100, 127, 127; u = 127 < 3·50; ≥ 2·50.
    let high = try run(.timeToFirstSpike, currents: [100, 0, 0], threshold: 50)
    #expect(high.rasters[1] == [0, 1, 0])
    // Nothing reaches 1·δ: u is kept.
    let silent = try run(.timeToFirstSpike, currents: [3, 0], threshold: 50)
    #expect(silent.rasters[1] == [0, 0])
    #expect(silent.finalPotentials[1] == [6])
    #expect(silent.scores == [0])
  }

  @Test("a readout keeps what it heard and is read without its initial potential")
  func readout() throws {
    let bits = try run(
      .bitSerial, currents: [3, -1, 4], role: .readout, threshold: 0, initial: 2, bias: 5)
    #expect(bits.rasters[1] == [0, 0, 0])
    #expect(bits.finalPotentials[1] == [21])
    #expect(bits.scores == [19])
    let first = try run(
      .timeToFirstSpike, currents: [5, 0, -2, 1], role: .readout, threshold: 0, initial: 1,
      bias: 6)
    #expect(first.finalPotentials[1] == [24])
    #expect(first.scores == [23])
  }

  private static let unsuited: [@Sendable (inout FixedPointNetwork) -> Void] = [
    { $0.readoutStart = 1 }, { $0.schedule = .freeRunning },
    { $0.projections[0].alignedDelay = 1 },
    { $0.populations[1].reset = .hard }, { $0.populations[1].comparison = .greater },
    { $0.populations[1].threshold = .uniform(0) },
    { $0.populations[1].threshold = .perChannel([3, 0, 1]) },
  ]

  @Test("what a window code cannot run is refused, what it can is not", arguments: unsuited.indices)
  func refused(index: Int) throws {
    for code in [SpikeCode.bitSerial, .timeToFirstSpike] {
      var network = Small.network(
        input: MapShape(channels: 2), steps: 3,
        populations: [
          Small.population("in", MapShape(channels: 2), role: .input),
          Small.population("n", MapShape(channels: 3)),
          Small.population("out", one, role: .readout, threshold: .uniform(0)),
        ],
        projections: [
          Small.projection(0, 1, weights: [1, 2, 3, 4, 5, 6]),
          Small.projection(1, 2, weights: [1, 2, 3]),
        ], outputs: [2])
      network.code = code
      _ = try IntegerInterpreter(network)
      Self.unsuited[index](&network)
      let error = #expect(throws: DiagnosticsError.self) { try IntegerInterpreter(network) }
      #expect(error?.diagnostics.count == 1)
      #expect(error?.diagnostics.first?.code == "SL3901")
      #expect(error?.diagnostics.first?.message.hasPrefix("code '\(code.rawValue)' needs") == true)
    }
  }

  @Test("bit-serial windows are at most 31 steps long")
  func longWindow() throws {
    for (code, suits) in [(SpikeCode.bitSerial, false), (.timeToFirstSpike, true), (.rate, true)] {
      var network = Small.lonely(steps: 32, bias: 1)
      network.code = code
      let interpreter = try? IntegerInterpreter(network)
      #expect((interpreter != nil) == suits)
    }
  }
}
