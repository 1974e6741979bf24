import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomNetwork
import LoomReference
import Testing

@Suite("The emulator runs compiled images to the reference's spikes")
struct EmulatorTests {
  /// Runs two samples on both sides; returns the first difference and the number of spikes compared.
  static func compare(
    _ network: SpikingNetwork, _ profile: Profile, options: CompilerOptions = CompilerOptions()
  ) throws -> (difference: String?, spikes: Int, cores: Int) {
    let fixed = try Quantizer.quantize(network, profile: profile).network
    let image = try Compiler.compile(fixed, profile: profile, options: options).image
    let findings = ImageVerifier.check(image, profile: profile)
    if let first = findings.first { return (first.description, 0, image.cores.count) }
    let emulator = try Emulator(image: image, profile: profile)
    let reference = try IntegerInterpreter(fixed)
    var generator = SeededGenerator(seed: 17)
    let samples = EquivalenceSamples.make(network, count: 2, &generator)
    var spikes = 0
    for sample in 0..<2 {
      let wanted = try reference.run(samples, index: sample, recordingSpikes: true)
      let found = try emulator.trace(samples, index: sample)
      if found.scores != wanted.scores {
        return ("scores \(found.scores), reference \(wanted.scores)", spikes, image.cores.count)
      }
      for (index, population) in fixed.populations.enumerated() where population.role == .hidden {
        let shape = population.shape
        for step in 0..<fixed.timesteps {
          for neuron in 0..<shape.count {
            let fires = wanted.rasters[index][step * shape.count + neuron] != 0
            let last = neuron % shape.positions * shape.channels + neuron / shape.positions
            let did = found.didSpike(
              population: index, step: step + image.populations[index].start, neuron: last)
            if fires != did {
              return ("\(population.name) \(neuron) at \(step)", spikes, image.cores.count)
            }
            if fires { spikes += 1 }
          }
        }
      }
      if let difference = lastPotentials(fixed, wanted, found) {
        return (difference, spikes, image.cores.count)
      }
    }
    return (nil, spikes, image.cores.count)
  }

  /// The first potential after a population's last aligned step that differs.
  private static func lastPotentials(
    _ fixed: FixedPointNetwork, _ wanted: ReferenceRun, _ found: EmulatorTrace
  ) -> String? {
    for (index, population) in fixed.populations.enumerated() where population.role != .input {
      let shape = population.shape
      for neuron in 0..<shape.count {
        let last = neuron % shape.positions * shape.channels + neuron / shape.positions
        let (expected, actual) = (
          wanted.finalPotentials[index][neuron], found.finalPotentials[index][last]
        )
        if expected != actual {
          return "\(population.name) \(neuron): potential \(actual), reference \(expected)"
        }
      }
    }
    return nil
  }

  @Test(
    "Small cores of the bundled chips",
    arguments: ["loihi1", "loihi1-davies", "crossbar-256"], [1, 2])
  func bundled(name: String, seed: Int) throws {
    let profile = try ProfileFile.load(name, overrides: ["/core/neurons=48"])
    let result = try Self.compare(EquivalenceTests.residual(seed: UInt64(seed)), profile)
    #expect(result.difference == nil)
    #expect(result.spikes > 50)
    #expect(result.cores > 5)
  }

  @Test("Relays for missing delays on Loihi")
  func relays() throws {
    let profile = try ProfileFile.load("loihi1", overrides: ["/delay/maximum=1"])
    let result = try Self.compare(EquivalenceTests.residual(seed: 5), profile)
    #expect(result.difference == nil)
    #expect(result.spikes > 50)
  }

  @Test("A residual network of CIFAR size", arguments: ["loihi1", "crossbar-256"])
  func residual(name: String) throws {
    let network = ResidualNetwork.make(blocks: 1, timesteps: 6)
    let result = try Self.compare(network, try ProfileFile.load(name))
    #expect(result.difference == nil)
    #expect(result.spikes > 1000)
  }

  @Test("A delayed readout needs no gate, even where its axons leave no room for one")
  func precharged() throws {
    var network = EquivalenceTests.residual(seed: 8)
    network.readoutStart = 3
    let fanIn = 6 * 4 * 3
    let profile = try ProfileFile.load("loihi1", overrides: ["/core/axonsIn=\(fanIn)"])
    let result = try Self.compare(network, profile)
    #expect(result.difference == nil)
    network.readoutStart = 0
    #expect(throws: DiagnosticsError.self) { try Self.compare(network, profile) }
  }
}
