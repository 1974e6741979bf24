import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

/// Every number here is worked out on paper; the sums stand beside the tests.
@Suite("Weights of four bits on axons of one bit, worked out by hand")
struct WeightPlanesTests {
  /// Five inputs, two hidden neurons H0 and H1, two outputs O0 and O1.
  ///
  ///     H0: 1 −2 3 5 −7      H1: 7 −5 2 1 −3      θ = 2
  ///     O0: 5 −7             O1: −2 3             θ = 3
  ///
  /// Five different weights meet each hidden neuron: more than four types, so digits 1, 2, 4, −7 carry them:
  /// 1 = 1, −2 = 1 + 4 − 7, 3 = 1 + 2, 5 = 1 + 4, −7 = −7; 7 = 1 + 2 + 4, −5 = 2 − 7, 2 = 2, −3 = 4 − 7.
  /// The outputs meet two weights each, so two types do, smallest first: −7 and −2, then 5 and 3.
  static let network = AxonNetworks.integers(
    input: 5, timesteps: 2,
    layers: [
      (2, [[1, -2, 3, 5, -7], [7, -5, 2, 1, -3]]),
      (3, [[5, -7], [-2, 3]]),
    ])
  static let profile = AxonProfiles.trueNorthLike(startStep: true)

  private func compiled() throws -> (image: HardwareImage, report: MappingReport) {
    let fixed = try Quantizer.quantize(Self.network, profile: Self.profile).network
    return try Compiler.compile(fixed, profile: Self.profile)
  }

  /// All five inputs in step 0, input 0 in step 1.
  private let sample = Samples(
    storage: .bytes([1, 1, 1, 1, 1, 1, 0, 0, 0, 0]), sampleShape: [2, 5, 1, 1], count: 1)

  @Test("planes of digits, then planes of values")
  func planes() throws {
    let image = try compiled().image
    // Weights of a dense template: [source][target].
    #expect(
      image.templates.map(\.weights) == [
        [1, 1, 1, 0, 1, 0, 1, 1, 0, 0], [0, 2, 0, 2, 2, 2, 0, 0, 0, 0],
        [0, 4, 4, 0, 0, 0, 4, 0, 0, 4], [0, 0, -7, -7, 0, 0, 0, 0, -7, -7],
        [0, -2, -7, 0], [5, 0, 0, 3],
      ])
    #expect(image.templates.map(\.repeats) == [false, true, true, true, false, true])
    #expect(ImageVerifier.check(image, profile: Self.profile).isEmpty)
  }

  @Test(
    "an axon for each source that has a weight in a plane, and copies of H0 and H1 to send to two axons"
  )
  func axons() throws {
    let (image, report) = try compiled()
    #expect(image.cores.count == 1)
    let blocks = image.cores[0].axonBlocks
    #expect(
      blocks.map(\.sources) == [
        .list([0, 1, 2, 3]), .list([0, 1, 2]), .list([0, 1, 3, 4]), .list([1, 4]),
        .box(MapBox(MapShape(channels: 2))), .box(MapBox(MapShape(channels: 2))),
      ])
    #expect(image.hostRoutes.offsets == [0, 3, 7, 9, 11, 13])
    #expect(image.hostRoutes.axons == [0, 4, 7, 1, 5, 8, 11, 2, 6, 3, 9, 10, 12])
    #expect(image.cores[0].routes.offsets == [0, 2, 4, 4, 4])
    #expect(image.cores[0].routes.axons == [13, 15, 14, 16])
    let usage = SynapseLayout.usage(ofCore: 0, in: image, profile: Self.profile)
    // 2 + 2 copies + 2 columns; 13 + 4 axons; 18 + 4 cells set.
    #expect(usage.columns == 6 && usage.neurons == 6)
    #expect(usage.axonsIn == 17 && usage.axonsOut == 4 && usage.synapses == 22 && usage.arrays == 1)
    #expect(report.lowering.axonCopies == 9 + 2 && report.lowering.neuronCopies == 2)
  }

  /// What happens, on paper.
  ///
  /// Step 0: H0 gets 1 − 2 + 3 + 5 − 7 = 0, H1 7 − 5 + 2 + 1 − 3 = 2 and fires. Step 1: H0 gets 1, H1 gets 7
  /// and fires. O0 gets −7 twice, O1 gets 3 twice and fires twice.
  @Test("spikes and every count")
  func counts() throws {
    let emulator = try Emulator(image: try compiled().image, profile: Self.profile)
    let trace = try emulator.trace(sample, index: 0)
    #expect(trace.scores == [0, 2])
    #expect(trace.finalPotentials[1] == [1, 5] && trace.finalPotentials[2] == [-14, 0])
    let record = try emulator.run(sample)
    // 13 axons in step 0, the 3 of input 0 in step 1.
    #expect(record.host.inputMessages == 16)
    let (network, extra) = (record.populations, record.loweringPopulations)
    // 10 synapses in step 0 and 2 in step 1. Cells: 18 and 4, each in two columns.
    #expect(network[1].synapticOperations == 12)
    #expect(extra[1].synapticOperations == 2 * (18 + 4) - 12)
    // The first plane has axons of four inputs.
    #expect(network[1].messagesIn == 5 && extra[1].messagesIn == 11)
    #expect(network[1].neuronUpdates == 4 && extra[1].neuronUpdates == 4)
    #expect(network[1].spikes == 2 && extra[1].spikes == 2)
    #expect(network[1].messagesOut == 2 && extra[1].messagesOut == 2)
    // Each spike of H1 meets −7 through one axon and 3 through the other: one cell a synapse.
    #expect(network[2].synapticOperations == 4 && extra[2].synapticOperations == 0)
    #expect(network[2].messagesIn == 2 && extra[2].messagesIn == 2)
    #expect(network[2].neuronUpdates == 4 && extra[2].neuronUpdates == 0)
    #expect(network[2].spikes == 2)
  }

  @Test("a chip of signs splits what has both into positive and negative weights, zeros stored")
  func signs() throws {
    let profile = AxonProfiles.odinLike()
    let fixed = try Quantizer.quantize(Self.network, profile: profile).network
    let image = try Compiler.compile(fixed, profile: profile).image
    #expect(ImageVerifier.check(image, profile: profile).isEmpty)
    #expect(
      image.templates.map(\.weights) == [
        [1, 7, -2, -5, 3, 2, 5, 1, -7, -3], [5, 0, 0, 3], [0, -2, -7, 0],
      ])
    let record = try Emulator(image: image, profile: profile).run(sample)
    #expect(record.scores == [0, 2])
    // Every input has one sign: 5 axons in step 0, one in step 1, two cells each, two columns each.
    #expect(record.host.inputMessages == 6)
    #expect(record.populations[1].synapticOperations == 12)
    #expect(record.loweringPopulations[1].synapticOperations == 12)
    // Each H has both signs: two axons of two cells, the second axon lowering; two spikes.
    #expect(record.populations[2].synapticOperations == 4)
    #expect(record.loweringPopulations[2].synapticOperations == 4)
  }
}
