import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomNetwork
import LoomReference
import Testing

/// Every number here comes from paper; reference and emulated chip must both give it.
@Suite("Asynchronous order, worked by hand")
struct AsynchronousHandTests {
  typealias Layer = SpeckLike.Layer

  private func run(
    inputs: Int, bits: Int = 16, _ layers: [Layer], _ bins: [[UInt8]]
  ) throws -> BothWays {
    let both = try BothWays(
      SpeckLike.network(inputs: inputs, bins: bins.count, bits: bits, layers), .raster(bins),
      profile: SpeckLike.profile(bits: bits, thresholds: 0))
    #expect(both.difference == nil)
    return both
  }

  @Test("a potential that crosses θ on the way fires, though the sum does not reach it")
  func transient() throws {
    // θ = 8. Neuron 0 takes +10 then −10: 10 fires, 2, then −8. Neuron 1 takes −10 then +10: −10, 0.
    let both = try run(
      inputs: 2, [Layer(weights: [10, -10, -10, 10])], [[1, 1]])
    #expect(both.reference.emissions[1] == [[0]])
    #expect(both.reference.finalPotentials[1] == [-8, 0])
    #expect(both.reference.scores == [1, 0])
    // The same inputs in two bins, the second first: 1 fires on its own (10), 0 goes −10 + 10 = 0.
    let turned = try run(
      inputs: 2, [Layer(weights: [10, -10, -10, 10])], [[0, 1], [1, 0]])
    #expect(turned.reference.emissions[1] == [[1], []])
    #expect(turned.reference.finalPotentials[1] == [0, -8])
  }

  @Test("one spike in, several spikes out")
  func several() throws {
    // 25 = 3 × 8 + 1: three spikes, then 1 + 25 = 26 = 3 × 8 + 2, then 2 + 25 = 3 × 8 + 3.
    let both = try run(inputs: 1, [Layer(weights: [25, 7])], [[1], [1], [1]])
    #expect(both.reference.emissions[1] == [[0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1]])
    #expect(both.reference.finalPotentials[1] == [3, 21 - 16])
    #expect(both.reference.rasters[1] == [3, 0, 3, 1, 3, 1])
    #expect(both.reference.scores == [9, 2] && both.reference.spikeCounts[1] == [9, 2])
  }

  @Test("a hard reset fires once, whatever is left")
  func hard() throws {
    let both = try run(inputs: 1, [Layer(weights: [25], reset: .hard)], [[1], [1]])
    #expect(both.reference.emissions[1] == [[0], [0]])
    #expect(both.reference.finalPotentials[1] == [0])
  }

  @Test("potentials saturate at every addition")
  func saturation() throws {
    // Five bits: −16...15. v(0) = 2, +25 → 15, not 27: one spike (θ = 8), 7.
    let up = try run(inputs: 1, bits: 5, [Layer(weights: [25], initial: 2)], [[1]])
    #expect(up.reference.emissions[1] == [[0]])
    #expect(up.reference.finalPotentials[1] == [7])
    // −10, −16 (not −20), −6 after +10: a sum of the bin would have given −10.
    let down = try run(inputs: 3, bits: 5, [Layer(weights: [-10, -10, 10])], [[1, 1, 1]])
    #expect(down.reference.finalPotentials[1] == [-6])
  }

  @Test("biases act first in a bin, on every neuron, and may fire")
  func bias() throws {
    // θ = 8, biases 9 and 3. Bin 0: 9 fires, 1; 3. Then +5 on both: 6; 8 fires, 0.
    // Bin 1, no spikes: 6 + 9 = 15 fires, 7; 3. Bin 2: 16 fires twice, 0; 6.
    let both = try run(
      inputs: 1, [Layer(weights: [5, 5], bias: [9, 3])], [[1], [0], [0]])
    #expect(both.reference.emissions[1] == [[0, 1], [0], [0, 0]])
    #expect(both.reference.finalPotentials[1] == [0, 6])
    #expect(both.record.cores[0].neuronUpdates == 6)
    #expect(both.record.cores[0].synapticOperations == 2)
  }

  @Test("a potential beyond θ from the start fires in the first bin")
  func precharged() throws {
    let both = try run(inputs: 1, [Layer(weights: [1], initial: 17)], [[0], [0]])
    #expect(both.reference.emissions[1] == [[0, 0], []])
    #expect(both.reference.finalPotentials[1] == [1])
    #expect(both.record.cores[0].neuronUpdates == 0)
  }

  @Test("a chain passes on in the same bin, in order of sending")
  func chain() throws {
    // Layer 0 (θ = 8): input 0 gives neuron 1 a spike (weights 0, 8), input 1 gives neuron 0 one (8, 0).
    // So 1 is sent before 0. Layer 1 (θ = 8): from 0: −8, from 1: +8. +8 fires, 0, then −8.
    // In ascending order it would have been −8, 0 and no spike.
    let both = try run(
      inputs: 2, [Layer(weights: [0, 8, 8, 0]), Layer(weights: [-8, 8])], [[1, 1]])
    #expect(both.reference.emissions[1] == [[1, 0]])
    #expect(both.reference.emissions[2] == [[0]])
    #expect(both.reference.finalPotentials[2] == [-8])
    #expect(both.reference.scores == [1])
    #expect(both.record.cores.map(\.spikes) == [2, 1])
    #expect(both.record.cores.map(\.messagesIn) == [2, 2])
    #expect(both.record.cores.map(\.messagesOut) == [2, 0])
    #expect(both.record.cores.map(\.synapticOperations) == [4, 2])
    #expect(both.record.host.inputSpikes == 2)
    // Core 0 takes two spikes one after another and sends each when it is done (373, 746); core 1 takes the
    // first from 373 to 746 and the second from 746 to 1119.
    #expect(both.record.latencyNanoseconds == 1119)
    #expect(both.record.stepNanoseconds == [1119])
  }

  @Test("the host's spikes come by row, column and channel")
  func hostOrder() throws {
    // Two channels on a map of 1×2, stored channel-first: (c0, x0), (c0, x1), (c1, x0), (c1, x1).
    // Order: (c0, x0), (c1, x0), (c0, x1), (c1, x1) with weights +4, +4, −4, −4: 8 fires. In stored order
    // +4, −4, +4, −4 nothing would.
    var network = SpeckLike.network(inputs: 4, bins: 1, [Layer(weights: [4, -4, 4, -4])])
    network.input.shape = MapShape(channels: 2, height: 1, width: 2)
    network.populations[0].shape = network.input.shape
    let samples = Samples(
      storage: .bytes([1, 1, 1, 1]), sampleShape: [1, 2, 1, 2], count: 1)
    let both = try BothWays(network, samples, profile: SpeckLike.profile())
    #expect(both.difference == nil)
    #expect(both.reference.emissions[1] == [[0]])
    #expect(both.reference.finalPotentials[1] == [-8])
  }
}
