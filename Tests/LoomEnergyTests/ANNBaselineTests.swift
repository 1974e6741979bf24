import LoomBase
import LoomEnergy
import Testing

@Suite("The trained network's own energy")
struct ANNBaselineTests {
  /// A 3×3 convolution, 2 → 4 channels, on 5×5 with padding: 5·5·4·2·9 = 1800 MACs.
  let convolution = ANNLayer(
    name: "conv", macs: 1800, effectiveMacs: 900, inputElements: 50, outputElements: 100,
    weights: 72, kernelElements: 9)
  /// 10 → 3, dense.
  let dense = ANNLayer(
    name: "fc", macs: 30, effectiveMacs: 12, inputElements: 10, outputElements: 3, weights: 30,
    kernelElements: 1)

  @Test("operations alone are MACs at 4.6 and 0.23 pJ")
  func operations() {
    let layers = [convolution, dense]
    let fp32 = ANNBaseline.energy(of: layers, precision: .fp32)
    let int8 = ANNBaseline.energy(of: layers, precision: .int8)
    #expect(isClose(fp32.operationPicojoules, 1830 * 4.6))
    #expect(isClose(int8.operationPicojoules, 1830 * 0.23))
    #expect(isClose(int8.effectiveOperationPicojoules, 912 * 0.23))
  }

  @Test("a dense layer with memory, after Lemaire, worked by hand")
  func denseMemory() {
    // Reads: 10 inputs, 30 weights, 3 biases; writes: 3 outputs; 3 more additions; 30 address additions.
    let input = 1.09e-5 * 320 + 13.2
    let weight = 1.09e-5 * 960 + 13.2
    let small = 1.09e-5 * 96 + 13.2
    let memory: Double = 10 * input + 30 * weight + 6 * small
    let byHand: Double = 138 + 2.7 + 3 + memory
    let energy = ANNBaseline.energy(of: dense, precision: .fp32)
    #expect(isClose(energy.withMemoryPicojoules, byHand))
    // Packed: 5 pJ for each 32-bit element, 1.25 for 8 bits.
    let packed: Double = 138 + 2.7 + 3 + 230
    #expect(isClose(energy.withPackedMemoryPicojoules, packed))
    let int8 = ANNBaseline.energy(of: dense, precision: .int8)
    let packed8: Double = 6.9 + 0.09 + 3 + 53.75 + 15
    #expect(isClose(int8.withPackedMemoryPicojoules, packed8))
  }

  @Test("a convolution with memory, after Lemaire, worked by hand")
  func convolutionMemory() {
    #expect(!convolution.isDense)
    #expect(convolution.outputChannels == 4)
    // 1800 input and weight reads, 100 biases and outputs, 50 + 100 + 4·9 address additions.
    let input = 1.09e-5 * 400 + 13.2
    let weight = 1.09e-5 * 576 + 13.2
    let bias = 1.09e-5 * 128 + 13.2
    let output = 1.09e-5 * 800 + 13.2
    let memory: Double = 1800 * (input + weight) + 100 * (bias + output)
    let byHand: Double = 414 + 3 + 18.6 + memory
    let energy = ANNBaseline.energy(of: convolution, precision: .int8)
    #expect(isClose(energy.withMemoryPicojoules, byHand))
  }

  @Test(
    "the fair partner has ⌈log2(T+1)⌉ activation bits",
    arguments: [(1, 1), (3, 2), (4, 3), (7, 3), (8, 4), (63, 6), (64, 7), (255, 8)])
  func matching(timesteps: Int, bits: Int) {
    let precision = ANNPrecision.matching(timesteps: timesteps)
    #expect(precision.activationBits == Double(bits))
    #expect(isClose(precision.macPicojoules, 0.2 * Double(bits) / 8 + 0.03))
    let serial = ANNPrecision.matching(timesteps: bits, code: .bitSerial)
    #expect(serial.activationBits == Double(bits))
  }

  @Test("the spikes of a dense layer on the same machine, after Lemaire, worked by hand")
  func spikingDense() {
    // 6 input spikes meet 3 neurons: 18 operations; T = 4, so 12 updates; 2 output spikes.
    let energy = SpikingBaseline.energy(
      of: dense, synapticOperations: 18, spikes: 2, timesteps: 4)
    #expect(isClose(energy.fp32OperationPicojoules, 16.2))
    #expect(isClose(energy.int8OperationPicojoules, 0.54))
    let fifo = 1.09e-5 * 320 + 13.2
    let weight = 1.09e-5 * 240 + 13.2
    let state = 1.09e-5 * 96 + 13.2
    let memory: Double = 6 * fifo + 18 * weight + 74 * state
    let byHand: Double = memory + 3.2 + 38.4 + 1.8
    #expect(isClose(energy.withMemoryPicojoules, byHand))
  }

  @Test("impossible sizes become zero and nothing divides by it")
  func degenerate() {
    let layer = ANNLayer(
      name: "x", macs: -1, effectiveMacs: .nan, inputElements: -3, outputElements: 0, weights: 0,
      kernelElements: 0)
    #expect(ANNBaseline.energy(of: layer, precision: .fp32).withMemoryPicojoules == 0)
    let energy = SpikingBaseline.energy(of: layer, synapticOperations: 2, spikes: 1, timesteps: 1)
    #expect(energy.withMemoryPicojoules == 0)
  }
}
