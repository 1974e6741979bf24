import LoomBase
import LoomHardware
import LoomImage

/// Four neurons on two cores with window codes, T = 3; every number of `HandWorkedWindowTests` comes from
/// paper.
///
/// A0 and A1 (depth 0, v(0) = 4) have the currents 17 and 25 of the sample 10. C (depth 1) compares two
/// sites: 20·A0 − 8·A1 and 3·A0 + 15·A1, v(0) = 2, bias 1. R (readout, depth 2, v(0) = 10, bias 1) gets
/// −7·C and over a shortcut with delay T + 1 5·A0 + 2·A1. A stands at tile (0, 0), C and R at (2, 1).
enum HandWorkedWindows {
  static func profile() -> Profile {
    var profile = TestProfiles.profile()
    profile.neuron.codes = SpikeCode.allCases
    return profile
  }

  static func make(_ code: SpikeCode) -> HardwareImage {
    let profile = profile()
    let isBits = code == .bitSerial
    return HardwareImage(
      profileName: profile.name, structureDigest: profile.structureDigest,
      schedule: ImageSchedule(
        timesteps: 3, depth: 6, readoutStart: 0, freeRunning: false, code: code),
      input: ImageInput(
        shape: MapShape(channels: 1), isSpikes: false, isBytes: true, floatFactor: 1,
        preprocessing: Preprocessing(scale: 1)),
      frontEnd: [
        ImageFrontEnd(
          kind: .dense, target: 0, weights: [3, 5], offsets: [4, 0], rightShift: 1,
          biasMantissaBits: 0, biasMaximumExponent: 0, site: 0)
      ], hostRoutes: RouteTable(),
      populations: [
        population(2, .hidden, 0, 0..<3, code), population(1, .hidden, 3, 1..<6, code, sites: 2),
        population(1, .readout, 6, 4..<7, code),
      ],
      templates: [
        template(0, 1, [10, -4], shift: 1), template(0, 1, [3, 15], site: 1),
        template(1, 2, [-7]), template(0, 2, [5, 2]),
      ],
      cores: [
        core(
          column: 0, row: 0,
          [slice(0, 2, threshold: isBits ? 32 : 8, initial: 4, bias: 0)], blocks: []),
        core(
          column: 2, row: 1,
          [
            slice(1, 1, threshold: isBits ? 200 : 20, initial: 2, bias: 1),
            slice(2, 1, threshold: 0, initial: 10, bias: 1),
          ],
          blocks: [
            block(0, 0, 2, slice: 0, delay: 1), block(1, 2, 2, slice: 0, delay: 1),
            block(2, 4, 1, slice: 1, delay: 1), block(3, 5, 2, slice: 1, delay: 4),
          ]),
      ], outputs: [2], provenance: nil
    ).assemblingRoutes()
  }

  private static func population(
    _ count: Int, _ role: ImageRole, _ start: Int, _ active: Range<Int>, _ code: SpikeCode,
    sites: Int = 1
  ) -> ImagePopulation {
    ImagePopulation(
      shape: MapShape(channels: count), role: role, reset: .soft, firesOnGreaterOnly: false,
      potentialBits: 24, sites: sites, start: start, activeSteps: active, compartments: 1,
      code: code)
  }

  private static func template(
    _ source: Int, _ target: Int, _ weights: [Int16], shift: UInt8 = 0, site: Int = 0
  ) -> SynapseTemplate {
    SynapseTemplate(
      kind: .dense, source: source, target: target, weights: weights, shifts: [shift], site: site,
      isLowering: false)
  }

  private static func slice(
    _ population: Int, _ count: Int, threshold: Int32, initial: Int32, bias: Int32
  ) -> NeuronSlice {
    NeuronSlice(
      population: population, box: MapBox(MapShape(channels: count)),
      thresholds: .uniform(threshold), initialPotentials: .uniform(initial), biases: .uniform(bias))
  }

  private static func block(
    _ template: Int, _ first: Int, _ count: Int, slice: Int, delay: Int
  ) -> AxonBlock {
    AxonBlock(
      firstAxon: first, template: template, sources: .box(MapBox(MapShape(channels: count))),
      slice: slice, delay: delay)
  }

  private static func core(
    column: Int, row: Int, _ slices: [NeuronSlice], blocks: [AxonBlock]
  ) -> ImageCore {
    ImageCore(
      position: CorePosition(chip: 0, column: column, row: row, slot: 0), slices: slices,
      axonBlocks: blocks, routes: RouteTable())
  }
}
