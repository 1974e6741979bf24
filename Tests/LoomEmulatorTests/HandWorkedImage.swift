import LoomBase
import LoomHardware
import LoomImage

/// Three neurons on two cores, four steps; every number of `HandWorkedTests` comes from paper.
///
/// A0 and A1 (θ = 30, v(0) = 15, soft reset) sit at tile (0, 0), the readout B at tile (2, 1). Their
/// currents are (3·10 + 4)/2 = 17 and 5·10/2 = 25 for the sample 10. A0 adds 10 << 1 to B, A1 −4 << 1; B
/// has the bias 1. T = 3, D = 1.
enum HandWorkedImage {
  static func make() -> HardwareImage {
    let profile = TestProfiles.profile()
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
      populations: [population(2, .hidden, 0), population(1, .readout, 1)],
      templates: [
        SynapseTemplate(
          kind: .dense, source: 0, target: 1, weights: [10, -4], shifts: [1], site: 0,
          isLowering: false)
      ], cores: [sender, receiver], outputs: [1], provenance: nil
    ).assemblingRoutes()
  }

  static let sample = Samples(storage: .bytes([10]), sampleShape: [1], count: 1)

  private static func population(_ count: Int, _ role: ImageRole, _ start: Int) -> ImagePopulation {
    ImagePopulation(
      shape: MapShape(channels: count), role: role, reset: .soft, firesOnGreaterOnly: false,
      potentialBits: 24, sites: 1, start: start, activeSteps: start..<(start + 3), compartments: 1)
  }

  private static var sender: ImageCore {
    ImageCore(
      position: CorePosition(chip: 0, column: 0, row: 0, slot: 0),
      slices: [
        NeuronSlice(
          population: 0, box: MapBox(MapShape(channels: 2)), thresholds: .uniform(30),
          initialPotentials: .uniform(15), biases: .uniform(0))
      ], axonBlocks: [], routes: RouteTable())
  }

  private static var receiver: ImageCore {
    ImageCore(
      position: CorePosition(chip: 0, column: 2, row: 1, slot: 0),
      slices: [
        NeuronSlice(
          population: 1, box: MapBox(MapShape(channels: 1)), thresholds: .uniform(0),
          initialPotentials: .uniform(0), biases: .uniform(1))
      ],
      axonBlocks: [
        AxonBlock(
          firstAxon: 0, template: 0, sources: .box(MapBox(MapShape(channels: 2))), slice: 0,
          delay: 1)
      ], routes: RouteTable())
  }
}
