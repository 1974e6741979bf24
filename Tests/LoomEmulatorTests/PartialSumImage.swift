import LoomBase
import LoomHardware
import LoomImage

/// Four inputs onto one neuron by way of two cores of partial sums; every number of `PartialSumTests` comes from
/// paper.
///
/// P (weights 3 and 4 of inputs 0 and 1) at tile (0, 0), Q (weights 4 and −4 of inputs 2 and 3) at tile (1, 0),
/// their neuron N (θ = 10, v(0) = 0, soft reset) at tile (2, 0). T = 3, D = 1.
enum PartialSumImage {
  static func profile() -> Profile {
    var profile = TestProfiles.profile()
    profile.neuron.partialSums = PartialSumFormat(bits: 12)
    profile.times.partialSum = TestProfiles.quantity(100)
    profile.times.hostSpike = TestProfiles.quantity(0)
    return profile
  }

  static func make() -> HardwareImage {
    let profile = profile()
    let one = MapShape(channels: 1)
    return HardwareImage(
      profileName: profile.name, structureDigest: profile.structureDigest,
      schedule: ImageSchedule(timesteps: 3, depth: 1, readoutStart: 0, freeRunning: false),
      input: ImageInput(
        shape: MapShape(channels: 4), isSpikes: true, isBytes: true, floatFactor: 1,
        preprocessing: Preprocessing(scale: 1)),
      frontEnd: [], hostRoutes: RouteTable(),
      populations: [
        population(MapShape(channels: 4), .input, 24, 0), population(one, .hidden, 24, 1),
        population(one, .partial, 12, 0), population(one, .partial, 12, 0),
      ],
      templates: [
        dense(0..<2, [3, 4], onto: 2), dense(2..<4, [4, -4], onto: 3), sums(of: 2), sums(of: 3),
      ],
      cores: [
        core(0, 2, 0, [block(0, 0, .box(inputs(0..<2)), delay: 0)]),
        core(1, 3, 0, [block(0, 1, .box(inputs(2..<4)), delay: 0)]),
        core(
          2, 1, 10,
          [
            block(0, 2, .box(MapBox(one)), delay: 1), block(1, 3, .box(MapBox(one)), delay: 1),
          ]),
      ], outputs: [1], provenance: nil
    ).assemblingRoutes()
  }

  /// Inputs 0, 1 and 2; 2 and 3; 0.
  static let sample = Samples(
    storage: .bytes([1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0]), sampleShape: [3, 4, 1, 1], count: 1)

  private static func inputs(_ range: Range<Int>) -> MapBox {
    MapBox(channels: range, rows: 0..<1, columns: 0..<1)
  }

  private static func population(
    _ shape: MapShape, _ role: ImageRole, _ bits: Int, _ start: Int
  ) -> ImagePopulation {
    ImagePopulation(
      shape: shape, role: role, reset: role == .partial ? .hard : .soft, firesOnGreaterOnly: false,
      potentialBits: bits, sites: 1, start: start, activeSteps: start..<(start + 3), compartments: 1
    )
  }

  private static func dense(
    _ share: Range<Int>, _ weights: [Int16], onto target: Int
  ) -> SynapseTemplate {
    SynapseTemplate(
      kind: .dense, source: 0, target: target, weights: weights, shifts: [0], site: 0,
      isLowering: false, sourceRange: share)
  }

  private static func sums(of source: Int) -> SynapseTemplate {
    SynapseTemplate(
      kind: .sums, source: source, target: 1, weights: [], shifts: [0], site: 0, isLowering: true)
  }

  private static func block(
    _ first: Int, _ template: Int, _ sources: AxonSources, delay: Int
  ) -> AxonBlock {
    AxonBlock(firstAxon: first, template: template, sources: sources, slice: 0, delay: delay)
  }

  private static func core(
    _ column: Int, _ population: Int, _ threshold: Int32, _ blocks: [AxonBlock]
  ) -> ImageCore {
    ImageCore(
      position: CorePosition(chip: 0, column: column, row: 0, slot: 0),
      slices: [
        NeuronSlice(
          population: population, box: MapBox(MapShape(channels: 1)),
          thresholds: .uniform(threshold), initialPotentials: .uniform(0), biases: .uniform(0))
      ], axonBlocks: blocks, routes: RouteTable())
  }
}
