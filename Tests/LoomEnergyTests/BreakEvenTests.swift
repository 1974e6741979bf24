import LoomEnergy
import Testing

@Suite("Break-even")
struct BreakEvenTests {
  @Test("the rate at which fixed + rate · slope equals the ANN's energy")
  func rate() throws {
    // 200 operations on 100 MACs in 10 steps: rate 0.2. Slope 500/0.2 a unit of rate; (1100 − 100)/2500.
    let even = BreakEven(
      fixed: 100, variable: 500, synapticOperations: 200, macs: 100, timesteps: 10, baseline: 1100)
    #expect(even.operationsPerMac == 2)
    #expect(even.spikeRate == 0.2)
    #expect(isClose(try #require(even.breakEvenRate), 0.4))
  }

  @Test("no rate helps when the fixed part alone costs more")
  func never() {
    let even = BreakEven(
      fixed: 100, variable: 500, synapticOperations: 200, macs: 100, timesteps: 10, baseline: 99)
    #expect(even.spikeRate == 0.2)
    #expect(even.breakEvenRate == nil)
    let empty = BreakEven(
      fixed: 0, variable: 0, synapticOperations: 0, macs: 0, timesteps: 0, baseline: 0)
    #expect(empty.spikeRate == nil)
  }

  @Test("at the break-even rate the two energies are equal")
  func consistent() throws {
    let (fixed, variable, baseline) = (37.0, 911.0, 523.0)
    let even = BreakEven(
      fixed: fixed, variable: variable, synapticOperations: 777, macs: 1234, timesteps: 32,
      baseline: baseline)
    let scale = try #require(even.breakEvenRate) / (try #require(even.spikeRate))
    #expect(isClose(fixed + variable * scale, baseline))
  }
}

@Suite("Layers beside layers")
struct LayerComparisonTests {
  func layer(_ name: String, operations: Double = 100) -> LayerEnergy {
    LayerEnergy(
      name: name, synapticOperations: operations, loweringOperations: 0, neuronUpdates: 10,
      spikes: 5, fixedPicojoules: 30, variablePicojoules: 1000, loweringPicojoules: 0)
  }

  func ann(_ name: String, macs: Int = 50) -> ANNLayer {
    ANNLayer(
      name: name, macs: macs, effectiveMacs: 20, inputElements: 10, outputElements: 5, weights: 50,
      kernelElements: 1)
  }

  @Test("names come first, then origins; the rest gets rows of its own")
  func pairing() {
    let pairs = LayerComparison.pair(
      layers: [layer("relu1"), layer("conv2")],
      origins: [["conv1", "relu1"], ["conv2", "conv1"]],
      ann: [ann("conv1"), ann("conv2"), ann("skip"), ann("relu1")], timesteps: 8)
    #expect(pairs.map(\.name) == ["relu1", "conv2", "skip"])
    #expect(pairs.map { $0.ann.map(\.name) } == [["conv1", "relu1"], ["conv2"], ["skip"]])
    #expect(pairs[2].spiking == nil)
    #expect(pairs[0].macs == 100)
    #expect(pairs[0].operationBreakEven.operationsPerMac == 1)
  }

  @Test("two populations that stand for the same layers share a row")
  func twoSigns() {
    var refused = layer("b.minus", operations: 7)
    refused.fixedPicojoules = nil
    let pairs = LayerComparison.pair(
      layers: [
        layer("leaky.plus"), layer("b.plus"), layer("leaky.minus", operations: 60), refused,
      ],
      origins: [["conv", "leaky"], ["dense", "b"], ["conv", "leaky"], ["dense", "b"]],
      ann: [ann("conv", macs: 50), ann("dense")], timesteps: 8)
    #expect(pairs.map(\.name) == ["leaky", "b"])
    #expect(pairs.map(\.macs) == [50, 50])
    #expect(pairs[0].spiking?.synapticOperations == 160)
    #expect(pairs[0].spiking?.neuronUpdates == 20)
    #expect(pairs[0].spiking?.spikes == 10)
    #expect(pairs[0].spiking?.totalPicojoules == 2060)
    #expect(pairs[0].operationBreakEven.operationsPerMac == 160.0 / 50)
    #expect(pairs[1].spiking?.synapticOperations == 107)
    #expect(pairs[1].spiking?.totalPicojoules == nil)
  }

  @Test("two ANN layers that feed one population share its operations by MACs")
  func shares() {
    let pair = LayerComparison(
      spiking: layer("add"), ann: [ann("a", macs: 30), ann("b", macs: 90)], timesteps: 4)
    #expect(isClose(pair.analytic.fp32OperationPicojoules, 0.9 * 100))
    let separate = SpikingBaseline.energy(
      of: ann("a", macs: 30), synapticOperations: 25, spikes: 1.25, timesteps: 4)
    #expect(separate.withMemoryPicojoules < pair.analytic.withMemoryPicojoules)
  }
}
