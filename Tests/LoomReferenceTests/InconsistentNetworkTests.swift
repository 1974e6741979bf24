import LoomBase
import LoomNetwork
import LoomReference
import Testing

@Suite("Networks that contradict themselves are refused, never trapped on")
struct InconsistentNetworkTests {
  private static let sound = Small.network(
    input: MapShape(channels: 2), steps: 3,
    populations: [
      Small.population("in", MapShape(channels: 2), role: .input),
      Small.population("n", MapShape(channels: 3)),
    ], projections: [Small.projection(0, 1, weights: [1, 2, 3, 4, 5, 6])], outputs: [1])

  private static let damages: [@Sendable (inout FixedPointNetwork) -> Void] = [
    { $0.timesteps = 0 }, { $0.readoutStart = 3 }, { $0.outputs = [] },
    { $0.outputs = [PopulationID(2)] }, { $0.outputs = [PopulationID(0)] },
    { $0.projections[0].weights.removeLast() }, { $0.projections[0].source = PopulationID(-1) },
    { $0.projections[0].target = PopulationID(9) }, { $0.projections[0].target = PopulationID(0) },
    { $0.projections[0].site = 1 }, { $0.projections[0].alignedDelay = -1 },
    { $0.projections[0].shifts = [] }, { $0.projections[0].shifts = [40] },
    { $0.populations[1].sites = 0 }, { $0.populations[1].potentialBits = 33 },
    { $0.populations[1].threshold = .perChannel([1]) },
    { $0.populations[1].threshold = .uniform(-1) },
    { $0.populations[1].shape = MapShape(channels: 3, height: Int.max, width: 2) },
    { $0.populations[1].shape = MapShape(channels: 0) },
    { $0.populations[1].bias = .perNeuron([1, 2, 3, 4]) },
    { $0.populations[0].shape = MapShape(channels: 3) },
    { $0.input.preprocessing.mean = [1, 2, 3] }, { $0.coding = .direct },
    {
      $0.projections[0].connectivity = .sparse(
        SparsePattern(targetOffsets: [0, 2, 1, 6], sources: [0, 1, 0, 1, 0, 1]))
    },
    {
      $0.projections[0].connectivity = .sparse(
        SparsePattern(targetOffsets: [0, 2, 4, 6], sources: [0, 1, 0, 2, 0, 1]))
    },
    {
      $0.projections[0].connectivity = .convolution(
        ConvolutionGeometry(kernelHeight: Int.max, kernelWidth: 2))
    },
    {
      $0.projections[0].connectivity = .convolution(
        ConvolutionGeometry(kernelHeight: 1, kernelWidth: 1, strideY: 0))
    },
    {
      $0.projections[0].connectivity = .convolution(
        ConvolutionGeometry(kernelHeight: 1, kernelWidth: 1, padTop: Int.min))
    },
    {
      $0.projections[0].connectivity = .convolution(
        ConvolutionGeometry(kernelHeight: 1, kernelWidth: 1, groups: 2))
    },
  ]

  @Test("every kind of contradiction gives a diagnostic", arguments: damages.indices)
  func refused(index: Int) throws {
    _ = try IntegerInterpreter(Self.sound)
    var network = Self.sound
    Self.damages[index](&network)
    let error = #expect(throws: DiagnosticsError.self) { try IntegerInterpreter(network) }
    #expect(error?.diagnostics.first?.message.contains("needs") == true)
  }

  @Test("samples of another shape, number of steps or index are refused")
  func samples() throws {
    let interpreter = try IntegerInterpreter(Self.sound)
    for raster in [Small.raster([[1, 0]]), Small.raster([[1], [1], [1]])] {
      #expect(throws: DiagnosticsError.self) {
        try interpreter.run(raster, index: 0, recordingSpikes: false)
      }
    }
    let good = Small.raster([[1, 0], [1, 0], [0, 1]])
    #expect(throws: DiagnosticsError.self) {
      try interpreter.run(good, index: 1, recordingSpikes: false)
    }
    _ = try interpreter.run(good, index: 0, recordingSpikes: false)
  }
}
