import Foundation
import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import Testing

@Suite("Generated networks")
struct GeneratedNetworkTests {
  /// A size with its synapses summed up by hand.
  struct Case: Sendable {
    var kind: GeneratedKind
    var neurons: Int
    var synapses: Int
    var made: Int
    /// Neurons that stand on cores.
    var onCores: Int
  }

  /// Sizes summed up by hand.
  ///
  /// Convolutions: 5 layers of 4 × 5 × 5 neurons; along a side 3 + 3 + 3 + 2 + 2 taps lie on the map, so 13² · 4 · 4 synapses.
  /// Blocks: 10 layers of 4 blocks of 10, each neuron with 20 inputs. Rows: 512 × 195, and two of 512 × 512.
  /// Lists: 4 layers of 100 neurons with 10 sources each; with 80 sources each (those left out are drawn).
  static let cases = [
    Case(kind: .convolutional, neurons: 500, synapses: 13_520, made: 13_520, onCores: 500),
    Case(kind: .random, neurons: 400, synapses: 8000, made: 8000, onCores: 400),
    Case(kind: .rows, neurons: 1, synapses: 100_000, made: 99_840, onCores: 195),
    Case(kind: .rows, neurons: 1, synapses: 500_000, made: 524_288, onCores: 1024),
    Case(kind: .sparse, neurons: 400, synapses: 4000, made: 4000, onCores: 400),
    Case(kind: .sparse, neurons: 400, synapses: 32_000, made: 32_000, onCores: 400),
  ]

  private static func formats(_ profile: Profile) -> GeneratedFormats {
    GeneratedFormats(
      profileName: profile.name, potentialBits: profile.neuron.potentialBits,
      comparison: profile.neuron.firesOnGreaterOnly ? .greater : .greaterOrEqual, reset: .hard,
      thresholdStep: 1 << profile.neuron.thresholdShift, largestThreshold: 1 << 20,
      largestWeight: 127)
  }

  private static func make(_ kind: Case, rate: Double = 0.1, seed: UInt64 = 3) throws
    -> GeneratedNetwork
  {
    try GeneratedNetwork(
      kind.kind, neurons: kind.neurons, synapses: kind.synapses, steps: 20, rate: rate, seed: seed)
  }

  @Test(
    "as many neurons and synapses as by hand, on cores as well; chips spike as a plain twin",
    arguments: cases, ["loihi2", "loihi1-silicon-fit"])
  func twin(kind: Case, chip: String) throws {
    let profile = try ProfileFile.load(chip)
    let generated = try Self.make(kind)
    let network = generated.network(Self.formats(profile))
    let twin = GeneratedTwin(network)
    #expect(twin.synapseCount == kind.made)
    #expect(network.populations.dropFirst().reduce(0) { $0 + $1.shape.count } == kind.onCores)
    let (image, report) = try Compiler.compile(network, profile: profile)
    #expect(report.layers.reduce(0) { $0 + $1.synapses } == kind.made)
    #expect(ImageVerifier.check(image, profile: profile).isEmpty)
    guard case .bytes(let raster) = generated.samples.storage else { return }
    let wanted = twin.run(raster)
    let emulator = try Emulator(image: image, profile: profile)
    let record = try emulator.run(generated.samples)
    #expect(record.cores.reduce(0) { $0 + Int($1.synapticOperations) } == wanted.operations)
    #expect(try Self.difference(network, image, emulator, generated, wanted.spikes) == nil)
    let read = try ChipFile.decode(ChipFile.encode(image), name: "x.chip")
    #expect(read == image)
  }

  /// The first neuron and step in which chip and twin differ, or that nothing spiked in the last layer.
  private static func difference(
    _ network: FixedPointNetwork, _ image: HardwareImage, _ emulator: Emulator,
    _ generated: GeneratedNetwork, _ wanted: [[[Bool]]]
  ) throws -> String? {
    let trace = try emulator.trace(generated.samples, index: 0)
    for index in 1..<network.populations.count {
      let shape = network.populations[index].shape
      var spikes = 0
      for step in 0..<network.timesteps {
        for neuron in 0..<shape.count {
          let positions = shape.height * shape.width
          let last = neuron % positions * shape.channels + neuron / positions
          let did = trace.didSpike(
            population: index, step: step + image.populations[index].start, neuron: last)
          if did != wanted[index][step][neuron] { return "\(index), \(neuron) at \(step)" }
          spikes += did ? 1 : 0
        }
      }
      if spikes == 0 { return "population \(index) is silent" }
    }
    return nil
  }

  @Test("every layer spikes about as often as the input")
  func activity() throws {
    let profile = try ProfileFile.load("loihi2")
    for kind in [GeneratedKind.convolutional, .random, .rows] {
      let generated = try GeneratedNetwork(
        kind, neurons: 10_000, synapses: 1_000_000, steps: 60, rate: 0.05, seed: 8)
      let network = generated.network(Self.formats(profile))
      let image = try Compiler.compile(network, profile: profile).image
      let record = try Emulator(image: image, profile: profile).functional.run(generated.samples)
      let spikes = record.populations.dropFirst().reduce(0) { $0 + Int($1.spikes) }
      let neurons = network.populations.dropFirst().reduce(0) { $0 + $1.shape.count }
      let rate = Double(spikes) / Double(neurons * 60)
      #expect(rate > 0.02 && rate < 0.1, "\(kind) \(rate)")
    }
  }

  @Test("a seed says everything; another seed says something else")
  func seeds() throws {
    let profile = try ProfileFile.load("loihi2")
    for kind in Self.cases {
      let first = try Self.make(kind).network(Self.formats(profile))
      #expect(first == (try Self.make(kind).network(Self.formats(profile))))
      #expect(first != (try Self.make(kind, seed: 4).network(Self.formats(profile))))
    }
  }

  @Test("no block meets another twice, and every block is met as often as any other")
  func blocks() throws {
    let network = try GeneratedNetwork(.random, neurons: 3000, synapses: 60_000, seed: 11)
      .network(Self.formats(try ProfileFile.load("loihi2")))
    var pairs = Set<[Int]>()
    var sent = [Int](repeating: 0, count: network.populations.count)
    for projection in network.projections {
      #expect(pairs.insert([projection.source.index, projection.target.index]).inserted)
      sent[projection.source.index] += 1
    }
    let outputs = Set(network.outputs.map(\.index))
    for index in 1..<network.populations.count {
      #expect(sent[index] == (outputs.contains(index) ? 0 : 2))
    }
  }

  @Test("sizes that make no network are refused")
  func refusals() {
    let wrong: [(kind: GeneratedKind, neurons: Int, synapses: Int, steps: Int, rate: Double)] = [
      (.random, 0, 10, 1, 0.1), (.random, 100, 10, 1, 0.1), (.random, 1 << 25, 1 << 30, 1, 0.1),
      (.sparse, 1000, 1_000_000_000, 1, 0.1), (.rows, 1, 5_000_000_000, 1, 0.1),
      (.convolutional, 100, 1000, 0, 0.1), (.convolutional, 100, 1000, 1, 1.5),
      (.convolutional, 1_000_000, 1_000_000_000, 1 << 20, 0.1),
    ]
    for size in wrong {
      #expect(throws: DiagnosticsError.self, "\(size)") {
        try GeneratedNetwork(
          size.kind, neurons: size.neurons, synapses: size.synapses, steps: size.steps,
          rate: size.rate)
      }
    }
  }
}
