import Foundation
import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

/// A residual network's shapes with random weights, to measure how fast synaptic operations are.
@Suite("Rate of synaptic operations")
struct ScatterRateTests {
  @Test(
    "of a residual network's shapes",
    .enabled(
      if: ProcessInfo.processInfo.environment["SPIKELOOM_BENCH"] != nil,
      "set SPIKELOOM_BENCH to measure"))
  func rate() throws {
    var profile = TestProfiles.profile()
    profile.topology.maximumChips = 64
    profile.topology.tileColumns = 8
    profile.topology.tileRows = 8
    let image = ScatterRateTests.image(profile)
    let clock = ContinuousClock()
    var emulator: Emulator?
    let loading = try clock.measure { emulator = try Emulator(image: image, profile: profile) }
    let accounting = clock.measure {
      for core in image.cores.indices {
        _ = SynapseLayout.usage(ofCore: core, in: image, profile: profile)
      }
    }
    let checking = clock.measure { _ = ImageVerifier.check(image, profile: profile) }
    var bytes: [UInt8] = []
    let encoding = clock.measure { bytes = ChipFile.encode(image) }
    let decoding = try clock.measure { _ = try ChipFile.decode(bytes, name: "x") }
    let samples = Samples(
      storage: .bytes(Array(repeating: 0, count: 12)), sampleShape: [1], count: 12)
    var record: RunRecord?
    let before = ScatterRateTests.cpuSeconds()
    record = try emulator?.run(samples, threads: 1)
    let seconds = ScatterRateTests.cpuSeconds() - before
    let found = try #require(record)
    let operations = found.cores.reduce(0) { $0 + $1.synapticOperations }
    let spikes = found.cores.reduce(0) { $0 + $1.spikes }
    let updates = found.cores.reduce(0) { $0 + $1.neuronUpdates }
    print(
      "cores \(image.cores.count) operations \(operations) spikes \(spikes) updates \(updates)",
      "rate \(Double(operations) / seconds * 1e-9) G/s, loading \(loading), accounting \(accounting),",
      "checking \(checking), encoding \(encoding), decoding \(decoding), \(bytes.count) bytes, run \(seconds) s"
    )
    #expect(operations > 0)
  }

  /// Time this thread has computed, so that other work on the machine does not count.
  private static func cpuSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  static func image(_ profile: Profile) -> HardwareImage {
    var generator = SeededGenerator(seed: 3)
    var image = HardwareImage(
      profileName: profile.name, structureDigest: profile.structureDigest,
      schedule: ImageSchedule(timesteps: 64, depth: 19, readoutStart: 0, freeRunning: false),
      input: ImageInput(
        shape: MapShape(channels: 1), isSpikes: false, isBytes: true, floatFactor: 1,
        preprocessing: Preprocessing(scale: 1)), frontEnd: [], hostRoutes: RouteTable(),
      populations: [], templates: [], cores: [], outputs: [18], provenance: nil)
    for layer in 0..<19 {
      let stage = layer == 0 ? 0 : (layer - 1) / 6
      let shape = MapShape(channels: 16 << stage, height: 32 >> stage, width: 32 >> stage)
      image.populations.append(
        ImagePopulation(
          shape: shape, role: .hidden, reset: .soft, firesOnGreaterOnly: false, potentialBits: 24,
          sites: 1, start: layer, activeSteps: layer..<(layer + 64), compartments: 1))
      if layer > 0 {
        let source = image.populations[layer - 1].shape
        image.templates.append(
          SynapseTemplate(
            kind: .convolution(
              TemplateGeometry(
                kernelHeight: 3, kernelWidth: 3, strideY: source.height / shape.height,
                strideX: source.width / shape.width, padTop: 1, padLeft: 1, dilationY: 1,
                dilationX: 1, groups: 1)), source: layer - 1, target: layer,
            weights: (0..<(source.channels * 9 * shape.channels)).map { _ in
              Int16.random(in: -8...8, using: &generator)
            }, shifts: [3], site: 0, isLowering: false))
      }
      let rows = max(1, 1024 / (shape.channels * shape.width))
      for row in stride(from: 0, to: shape.height, by: rows) {
        let box = MapBox(
          channels: 0..<shape.channels, rows: row..<min(row + rows, shape.height),
          columns: 0..<shape.width)
        let index = image.cores.count
        let values = (0..<box.count).map { _ in Int32.random(in: -40...60, using: &generator) }
        var core = ImageCore(
          position: CorePosition(
            chip: index / 128, column: index / 2 % 8, row: index / 16 % 8, slot: index % 2),
          slices: [
            NeuronSlice(
              population: layer, box: box, thresholds: .uniform(400),
              initialPotentials: .perNeuron(values), biases: .perNeuron(values))
          ], axonBlocks: [], routes: RouteTable())
        if layer > 0 {
          let geometry = SynapseRuns(
            image.templates[layer - 1], source: image.populations[layer - 1].shape, target: shape)
          core.axonBlocks = [
            AxonBlock(
              firstAxon: 0, template: layer - 1, sources: geometry.sources(of: box), slice: 0,
              delay: 1)
          ]
        }
        image.cores.append(core)
      }
    }
    return image.assemblingRoutes()
  }
}
