import LoomBase
import LoomHardware
import LoomImage

/// Four neurons on three cores, small enough for sums by hand.
///
/// A (two neurons) at tile (0, 0) feeds B (one neuron, dense, two axons) at tile (2, 1) and its first neuron
/// feeds C (one neuron, sparse, one axon) at tile (3, 2). Hops of the route entries: A → B 2 × (2 + 1) = 6,
/// A → C 1 × (3 + 2) = 5: 11 in all, 7 in x and 4 in y.
enum DifferenceImage {
  static let profileName = "crossbar-256"

  static func profile() throws -> Profile { try ProfileFile.load(profileName) }

  static func make() throws -> HardwareImage {
    let profile = try profile()
    return HardwareImage(
      profileName: profile.name, structureDigest: profile.structureDigest,
      schedule: ImageSchedule(timesteps: 3, depth: 1, readoutStart: 0, freeRunning: false),
      input: ImageInput(
        shape: MapShape(channels: 1), isSpikes: false, isBytes: true, floatFactor: 1,
        preprocessing: Preprocessing(scale: 1)),
      frontEnd: [
        ImageFrontEnd(
          kind: .dense, target: 0, weights: [3, 5], offsets: [4, 0], rightShift: 1,
          biasMantissaBits: 0, biasMaximumExponent: 0, site: 0)
      ], hostRoutes: RouteTable(),
      populations: [
        population(2, .hidden, 0), population(1, .readout, 1), population(1, .readout, 1),
      ],
      templates: [
        template(.dense, to: 1, [10, -4]),
        template(.sparse(sourceOffsets: [0, 1, 1], targets: [0]), to: 2, [7]),
      ],
      cores: [
        core(0, 0, of: 0, 2, []),
        core(
          2, 1, of: 1, 1,
          [block(0, .box(MapBox(MapShape(channels: 2))))]),
        core(3, 2, of: 2, 1, [block(1, .list([0]))]),
      ], outputs: [1, 2],
      provenance: ImageProvenance(
        network: "net", method: "by hand", tool: "test",
        populations: ["A", "B", "C"].map { PopulationProvenance(name: $0, origin: ["/\($0)"]) },
        templates: [["/B"], ["/C"]], scales: [[10, 10], [4], [8]], remarks: [])
    ).assemblingRoutes()
  }

  private static func population(_ count: Int, _ role: ImageRole, _ start: Int) -> ImagePopulation {
    ImagePopulation(
      shape: MapShape(channels: count), role: role, reset: .soft, firesOnGreaterOnly: false,
      potentialBits: 24, sites: 1, start: start, activeSteps: start..<(start + 3), compartments: 1)
  }

  private static func template(
    _ kind: TemplateKind, to target: Int, _ weights: [Int16]
  ) -> SynapseTemplate {
    SynapseTemplate(
      kind: kind, source: 0, target: target, weights: weights, shifts: [1], site: 0,
      isLowering: false)
  }

  private static func block(_ template: Int, _ sources: AxonSources) -> AxonBlock {
    AxonBlock(firstAxon: 0, template: template, sources: sources, slice: 0, delay: 1)
  }

  static func core(
    _ column: Int, _ row: Int, of population: Int, _ count: Int, _ blocks: [AxonBlock]
  ) -> ImageCore {
    ImageCore(
      position: CorePosition(chip: 0, column: column, row: row, slot: 0),
      slices: [
        NeuronSlice(
          population: population, box: MapBox(MapShape(channels: count)),
          thresholds: .uniform(30), initialPotentials: .uniform(15), biases: .uniform(1))
      ], axonBlocks: blocks, routes: RouteTable())
  }
}
