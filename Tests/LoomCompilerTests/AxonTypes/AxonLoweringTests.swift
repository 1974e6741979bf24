import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Networks on chips of axon types, signs and four-bit cells run to the reference's spikes")
struct AxonLoweringTests {
  @Test("Dense networks", arguments: AxonProfiles.all.indices, [1, 2, 3])
  func dense(chip: Int, seed: Int) throws {
    let profile = AxonProfiles.all[chip]
    let network = AxonNetworks.dense([40, 30, 10], seed: UInt64(seed))
    let result = try EmulatorTests.compare(network, profile)
    #expect(result.difference == nil)
    #expect(result.spikes > 60)
    let run = try Equivalence(network, profile)
    #expect(run.difference == nil)
    let fixed = run.fixed.projections
    #expect(fixed.allSatisfy { $0.weights.allSatisfy { abs($0) <= 7 } })
    #expect(fixed.allSatisfy { Set($0.weights).count > 4 })
  }

  @Test("Convolutions and a dense layer", arguments: [0, 1])
  func convolutions(chip: Int) throws {
    let profile = AxonProfiles.all[chip]
    let network = AxonNetworks.convolutional(seed: 5)
    let result = try EmulatorTests.compare(network, profile)
    #expect(result.difference == nil)
    #expect(result.spikes > 100)
    #expect(result.cores > 1)
    #expect(try Equivalence(network, profile).difference == nil)
  }

  @Test("Small convolutions on one core of signs or of four-bit cells", arguments: [2, 3])
  func smallConvolutions(chip: Int) throws {
    var builder = NetworkBuilder(
      seed: 8, input: MapShape(channels: 1, height: 5, width: 5), timesteps: 12, coding: .spikes)
    let input = builder.input()
    let first = builder.hidden("first", MapShape(channels: 2, height: 3, width: 3))
    builder.connect(input, first, .convolution(.square(3)))
    let second = builder.hidden("second", MapShape(channels: 4))
    builder.connect(first, second, .dense)
    builder.network.outputs = [second]
    let result = try EmulatorTests.compare(builder.network, AxonProfiles.all[chip])
    #expect(result.difference == nil)
    #expect(result.spikes > 8)
  }

  @Test(
    "A shortcut shares the types of the layer it goes past", arguments: AxonProfiles.all.indices)
  func shortcut(chip: Int) throws {
    let profile = AxonProfiles.all[chip]
    let network = AxonNetworks.shortcut(seed: 3)
    let result = try EmulatorTests.compare(network, profile)
    #expect(result.difference == nil)
    #expect(result.spikes > 50)
    #expect(try Equivalence(network, profile).difference == nil)
  }

  @Test("Biases act from tick 0 where there is no start step, with v(0) lowered: no gate")
  func precharged() throws {
    let profile = AxonProfiles.trueNorthLike()
    let fixed = try Quantizer.quantize(
      AxonNetworks.dense([20, 12, 12, 6], seed: 4, bias: 0.1), profile: profile
    ).network
    let (image, report) = try Compiler.compile(fixed, profile: profile)
    #expect(report.lowering.gates == 0)
    #expect(image.populations.allSatisfy { $0.role != .lowering })
    #expect(image.populations.map(\.start).max() == 2)
  }

  @Test("Fewer bits take fewer axons; the lowered weights sum to the network's")
  func fewerBits() throws {
    var axons: [Int] = []
    for bits in [2, 3, 4] {
      let profile = AxonProfiles.trueNorthLike(bits: bits)
      let network = AxonNetworks.dense([30, 20], seed: 6)
      let fixed = try Quantizer.quantize(network, profile: profile).network
      let image = try Compiler.compile(fixed, profile: profile).image
      var sum = [Int](repeating: 0, count: 600)
      for template in image.templates {
        for (index, weight) in template.weights.enumerated() { sum[index] += Int(weight) }
      }
      // One column and row at a time: image [source][target], network [target][source].
      let wanted = (0..<600).map { Int(fixed.projections[0].weights[$0 % 20 * 30 + $0 / 20]) }
      #expect(sum == wanted)
      #expect(image.templates.count == bits)
      axons.append(image.cores.reduce(0) { $0 + $1.axonCount })
      #expect(try EmulatorTests.compare(network, profile).difference == nil)
    }
    #expect(axons[0] < axons[1] && axons[1] < axons[2])
  }

  @Test("Stepwise counts are those of ordinary runs")
  func stepwise() throws {
    let profile = AxonProfiles.rancLike()
    var builder = NetworkBuilder(
      seed: 7, input: MapShape(channels: 8), timesteps: 8, bytes: true)
    let first = builder.hidden("first", MapShape(channels: 12))
    builder.drive(first, .dense)
    let second = builder.hidden("second", MapShape(channels: 9))
    builder.connect(first, second, .dense)
    builder.network.outputs = [second]
    let fixed = try Quantizer.quantize(builder.network, profile: profile).network
    let image = try Compiler.compile(fixed, profile: profile).image
    let emulator = try Emulator(image: image, profile: profile)
    var generator = SeededGenerator(seed: 3)
    let samples = EquivalenceSamples.make(builder.network, count: 3, &generator)
    let record = try emulator.run(samples)
    let steps = try emulator.runStepwise(
      samples, lengths: [RunLength(timesteps: 8, readoutStart: 0)])
    func sum(_ parts: [CoreCounts]) -> CoreCounts {
      parts.reduce(into: CoreCounts()) { $0.add($1) }
    }
    var network = sum(record.cores)
    let lowering = sum(record.loweringCores)
    #expect(lowering.synapticOperations > 0 && lowering.spikes > 0 && lowering.messagesOut > 0)
    #expect(sum(steps.records[0].loweringCores) == lowering)
    #expect(sum(steps.records[0].cores) == network)
    network.add(lowering)
    #expect(network.messagesIn == network.messagesOut)
  }
}
