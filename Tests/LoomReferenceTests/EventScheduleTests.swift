import LoomBase
import LoomNetwork
import LoomReference
import Testing

@Suite("The asynchronous schedule in the reference")
struct EventScheduleTests {
  /// Two inputs, two neurons (θ = 10), a readout that takes them with 3 and −1.
  private static func network() -> FixedPointNetwork {
    Small.network(
      input: MapShape(channels: 2), steps: 2,
      populations: [
        Small.population("in", MapShape(channels: 2), role: .input),
        Small.population("n", MapShape(channels: 2)),
        Small.population("out", MapShape(channels: 1), role: .readout, bias: .uniform(5), bits: 4),
      ],
      projections: [
        Small.projection(0, 1, weights: [12, -12, 35, 0]),
        Small.projection(1, 2, weights: [3, -1]),
      ], outputs: [2], schedule: .asynchronous)
  }

  private func codes(_ change: (inout FixedPointNetwork) -> Void) -> Set<String> {
    var network = Self.network()
    change(&network)
    do {
      _ = try IntegerInterpreter(network)
      return []
    } catch {
      return Set(error.diagnostics.map(\.code))
    }
  }

  @Test("order and saturation of a readout, by hand")
  func byHand() throws {
    // Bin 0: input 0: neuron 0 takes 12 (one spike, 2), neuron 1 35 (three spikes, 5). Input 1: 2 − 12.
    // Readout, four bits: 5, +3 → 7 (not 8), −1, −1, −1 → 4. Bin 1: +5 → 7 (not 9).
    let run = try IntegerInterpreter(Self.network()).run(
      Small.raster([[1, 1], [0, 0]]), index: 0, recordingSpikes: true)
    #expect(run.emissions == [[[0, 1], []], [[0, 1, 1, 1], []], [[], []]])
    #expect(run.rasters[1] == [1, 3, 0, 0])
    #expect(run.finalPotentials == [[0, 0], [-10, 5], [7]])
    #expect(run.scores == [7])
    var late = Self.network()
    late.readoutStart = 1
    let gained = try IntegerInterpreter(late).run(
      Small.raster([[1, 1], [0, 0]]), index: 0, recordingSpikes: false)
    #expect(gained.scores == [3] && gained.emissions.isEmpty)
  }

  @Test("what has no order is refused")
  func refused() {
    #expect(codes { _ in } == [])
    #expect(codes { $0.projections[1].alignedDelay = 1 } == ["SL3905"])
    #expect(codes { $0.populations[1].threshold = .perChannel([4, 0]) } == ["SL3905"])
    #expect(codes { $0.populations[1].sites = 2 } == ["SL3905"])
    #expect(codes { $0.code = .bitSerial }.contains("SL3901"))
    #expect(
      codes { $0.projections.append(Small.projection(0, 2, weights: [1, 1])) } == ["SL3905"])
    #expect(
      codes {
        $0.projections[0] = Small.projection(1, 1, weights: [1, 1, 1, 1])
      }.contains("SL3901"))
  }

  @Test("more spikes than can be kept are an error")
  func overrun() throws {
    var network = Self.network()
    network.populations[1].threshold = .uniform(1)
    network.populations[1].potentialBits = 32
    network.projections[0].shifts = [24]
    let interpreter = try IntegerInterpreter(network)
    do {
      _ = try interpreter.run(
        Small.raster([[1, 1], [0, 0]]), index: 0, recordingSpikes: false)
      Issue.record("ran")
    } catch {
      #expect(error.diagnostics.map(\.code) == ["SL3906"])
    }
  }
}
