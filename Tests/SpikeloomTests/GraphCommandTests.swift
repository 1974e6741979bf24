import Foundation
import LoomBase
import LoomImage
import LoomImport
import LoomNetwork
import Testing

@Suite("A sparse network by birth, from file to answer")
struct GraphCommandTests {
  private static let neurons = 120
  private static let steps = 20
  private static let chip = [
    "--profile", "loihi1-silicon-fit", "--set", "/core/neurons=20",
  ]

  /// Twelve scattered communities of ten, each with ten inputs of its own, that also feed themselves.
  private static func network() -> SpikingNetwork {
    var generator = SeededGenerator(seed: 31)
    let community = (0..<neurons).map { $0 / 10 }.shuffled(using: &generator)
    let members = (0..<12).map { group in community.indices.filter { community[$0] == group } }
    var network = SpikingNetwork(
      name: "reservoir", method: "native",
      input: InputSpecification(
        shape: MapShape(channels: neurons), preprocessing: Preprocessing(scale: 1),
        samplesAreBytes: true, calibratedPeak: 1),
      coding: .spikes, timesteps: steps, populations: [], projections: [], outputs: [])
    network.schedule = .freeRunning
    network.isInteger = true
    network.populations = [
      Population(
        name: "input", shape: MapShape(channels: neurons), role: .input, threshold: .uniform(1)),
      Population(
        name: "pool", shape: MapShape(channels: neurons), role: .hidden,
        threshold: .perNeuron((0..<neurons).map { Float(192 + 64 * ($0 % 5)) }),
        bias: .perNeuron((0..<neurons).map { Float($0 % 7) })),
    ]
    network.populations[1].reset = .hard
    network.populations[1].comparison = .greater
    network.populations[1].spikeWorthThreshold = false
    func pattern(_ of: Int, _ lists: (Int) -> [Int]) -> SparsePattern {
      SparsePattern(
        targetOffsets: (0...neurons).map { $0 * of },
        sources: (0..<neurons).flatMap { neuron in
          lists(neuron).shuffled(using: &generator).prefix(of).sorted().map { Int32($0) }
        })
    }
    for (source, of) in [(0, 6), (1, 4)] {
      let lists = pattern(of) { neuron in
        source == 0
          ? (0..<10).map { community[neuron] * 10 + $0 } : members[community[neuron]]
      }
      network.projections.append(
        Projection(
          source: PopulationID(source), target: PopulationID(1), connectivity: .sparse(lists),
          weights: lists.sources.indices.map { Float(2 * ($0 * 7 % 60) - 30) }, alignedDelay: 1))
    }
    network.outputs = [PopulationID(1)]
    return network
  }

  private static func samples() -> [UInt8] {
    var generator = SeededGenerator(seed: 5)
    return NumpyFile.encode(
      shape: [3, steps, neurons],
      bytes: (0..<(3 * steps * neurons)).map { _ in generator.next() % 3 == 0 ? 1 : 0 })
  }

  @Test(
    "compile renumbers, verify agrees bit for bit, emulate and explain speak of the network's neurons"
  )
  func road() throws {
    try withEmptyFolder { folder in
      try folder.put(SpikingNetworkFile.encode(Self.network()), as: "pool.snn")
      try folder.put(Self.samples(), as: "spikes.npy")
      let compiled = try BuiltProgram.succeed(
        ["compile", "pool.snn", "-o", "pool.chip", "--json"] + Self.chip, in: folder
      ).json()
      let row = try #require(compiled["mapping"]?["renumbered"]?.elements?.first)
      let before = try #require(row["duplicatedAxonsBefore"]?.int)
      let after = try #require(row["duplicatedAxonsAfter"]?.int)
      let sources = Self.network().projections.map { projection -> Int in
        guard case .sparse(let pattern) = projection.connectivity else { return 0 }
        return Set(pattern.sources).count
      }
      #expect(row["name"]?.string == "pool" && row["sources"]?.int == sources.reduce(0, +))
      #expect(after * 4 < before, "\(before) → \(after)")

      let verified = try BuiltProgram.run(
        ["verify", "pool.chip", "pool.snn", "--data", "spikes.npy", "--samples", "3"] + Self.chip,
        in: folder)
      #expect(verified.status == 0, "\(verified.output) \(verified.errors)")

      // The same network with every neuron where it was: the raster of every step and neuron is the same.
      let pin = #"{"layer":"pool","channels":[0,20],"core":0}"#
      let pins = #"{"schema":"spikeloom.pins/1","pins":["# + pin + "]}"
      try folder.put(Array(pins.utf8), as: "pins.json")
      try BuiltProgram.succeed(
        ["compile", "pool.snn", "-o", "plain.chip", "--mapping", "pins.json"] + Self.chip,
        in: folder)
      for name in ["pool", "plain"] {
        try BuiltProgram.succeed(
          [
            "emulate", "\(name).chip", "--data", "spikes.npy", "--index", "1", "--spikes",
            "\(name).npy", "--predictions", "\(name).predictions.npy",
          ] + Self.chip, in: folder)
      }
      #expect(try folder.bytes(of: "pool.npy") == folder.bytes(of: "plain.npy"))
      let raster = try folder.bytes(of: "pool.npy")
      #expect(raster.suffix(Self.neurons * Self.steps).contains(1))

      let difference = try BuiltProgram.run(["diff", "plain.chip", "pool.chip"], in: folder)
      #expect(difference.output.contains("renumbered"), "\(difference.output)")
      #expect(!difference.output.contains("thresholds"), "\(difference.output)")
      #expect(!difference.output.contains("weights:"), "\(difference.output)")
      let layer = try BuiltProgram.succeed(
        ["explain", "pool.chip", "layer", "pool", "--json"], in: folder
      ).json()
      #expect(layer["renumbered"] == .boolean(true))
    }
  }
}
