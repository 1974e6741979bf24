import LoomBase
import LoomCompiler
import LoomNetwork
import Testing

@Suite("Few bits: weights are clamped where that lowers their squared error")
struct NarrowWeightsTests {
  /// One neuron with a weight of 1 and six of 0.4, θ = 1.
  private func quantized(bits: Int, readout: Bool = false) throws -> (
    FixedPointNetwork, [Diagnostic]
  ) {
    var builder = NetworkBuilder(
      seed: 1, input: MapShape(channels: 7), timesteps: 4, coding: .spikes)
    let input = builder.input()
    let target =
      readout
      ? builder.readout("target", 1, bias: 0)
      : builder.hidden("target", MapShape(channels: 1), bias: 0)
    builder.network.populations[target.index].threshold = .uniform(readout ? 0 : 1)
    builder.network.outputs = [target]
    builder.connect(
      input, target, .dense, weights: [1] + [Float](repeating: 0.4, count: 6))
    let result = try Quantizer.quantize(
      builder.network, profile: AxonProfiles.trueNorthLike(bits: bits, startStep: true))
    return (result.network, result.report.diagnostics)
  }

  /// The least error, on paper.
  ///
  /// With one level f: (1 − f)² + 6·(0.4 − f)² is least at 0.486; of steps of 0.05, 0.5 (0.31). Unclamped, six
  /// weights would be lost: 6·0.16 = 0.96.
  @Test("two bits: half of the largest weight takes the only level", arguments: [false, true])
  func twoBits(readout: Bool) throws {
    let (network, diagnostics) = try quantized(bits: 2, readout: readout)
    #expect(network.projections[0].weights == [1, 1, 1, 1, 1, 1, 1])
    let unit = Double(1 << network.projections[0].shift(channel: 0))
    #expect(abs(unit / network.populations[1].scale[0] - 0.5) < 0.01)
    #expect(!diagnostics.contains { $0.code == "SL3020" })
  }

  @Test("eight bits: the largest weight takes the largest level")
  func eightBits() throws {
    let (network, _) = try quantized(bits: 8)
    #expect(network.projections[0].weights == [127, 51, 51, 51, 51, 51, 51])
  }
}
