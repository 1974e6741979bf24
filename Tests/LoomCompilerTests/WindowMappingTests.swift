import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import LoomReference
import Testing

@Suite("Window codes on a chip: starts, delays, relays and active steps")
struct WindowMappingTests {
  static func image(
    _ network: SpikingNetwork, _ profile: Profile
  ) throws -> (fixed: FixedPointNetwork, image: HardwareImage, report: MappingReport) {
    let fixed = try Quantizer.quantize(network, profile: profile).network
    let (image, report) = try Compiler.compile(fixed, profile: profile)
    return (fixed, image, report)
  }

  /// The delay of every template, and whether all its axons agree.
  static func delays(_ image: HardwareImage) -> [Int: Set<Int>] {
    var result: [Int: Set<Int>] = [:]
    for block in image.cores.flatMap(\.axonBlocks) {
      result[block.template, default: []].insert(block.delay)
    }
    return result
  }

  @Test("Starts are depth times T, active steps those of listening and emitting")
  func schedule() throws {
    let network = WindowNetworks.everything(seed: 1, .bitSerial, timesteps: 4)
    let (_, image, report) = try Self.image(
      network, TestProfiles.windowed(longestDelay: 62))
    // stem, first, second, third, sum, pooled, average, early, late
    #expect(image.populations.map(\.start) == [0, 4, 8, 12, 16, 20, 24, 24, 28])
    #expect(
      image.populations.map(\.activeSteps) == [
        0..<4, 1..<8, 5..<12, 9..<16, 13..<20, 17..<24, 21..<28, 21..<25, 25..<29,
      ])
    #expect(image.populations.allSatisfy { $0.code == .bitSerial })
    #expect(image.schedule.code == .bitSerial)
    #expect(image.schedule.depth == 28)
    #expect(image.schedule.steps == 29)
    #expect(report.lowering.relayPopulations == 0)
    // In the order of projections; stem → second is the third, stem → sum the sixth.
    let delays = Self.delays(image)
    #expect(
      image.templates.indices.map { delays[$0] } == [
        [1], [1], [5], [1], [1], [13], [1], [1], [1], [1], [1], [1], [1],
      ])
  }

  @Test("A shortcut longer than the longest delay goes over relays that are plain neurons")
  func relays() throws {
    let network = WindowNetworks.everything(seed: 2, .timeToFirstSpike, timesteps: 9)
    let (fixed, image, report) = try Self.image(network, TestProfiles.windowed(longestDelay: 15))
    // stem → sum: 4·9 − 9 + 1 = 28 = 15 + 13; stem → second: 10.
    #expect(report.lowering.relayPopulations == 1)
    let relay = try #require(image.populations.last)
    #expect(image.populations.count == fixed.populations.count + 1)
    #expect(relay.code == .rate)
    #expect(relay.role == .lowering)
    #expect(relay.start == 15)
    #expect(relay.activeSteps == 15..<24)
    let delays = Self.delays(image)
    let hop = try #require(image.templates.firstIndex { $0.isLowering })
    #expect(delays[hop] == [15])
    let rest = try #require(
      image.templates.firstIndex { !$0.isLowering && $0.source == fixed.populations.count })
    #expect(delays[rest] == [13])
  }

  @Test(
    "Images stepped by hand say the codes of the dense integer network",
    arguments: [(SpikeCode.bitSerial, 6), (.bitSerial, 1), (.timeToFirstSpike, 7)], [4, 15, 62])
  func codes(window: (SpikeCode, Int), longestDelay: Int) throws {
    let network = WindowNetworks.everything(seed: 7, window.0, timesteps: window.1)
    let (fixed, image, _) = try Self.image(
      network, TestProfiles.windowed(longestDelay: longestDelay, neurons: 48))
    #expect(image.cores.count > 10)
    for seed in [1, 2] as [UInt64] {
      let sample = try WindowSample(network, fixed, seed: seed)
      let dense = DenseCodes(fixed, currents: sample.currents)
      var runner = ImageRunner(image)
      var currents = sample.currents
      // Relays have no front end.
      for index in fixed.populations.count..<image.populations.count {
        currents.append([[Int64]](repeating: [], count: image.populations[index].sites))
      }
      runner.run(currents: currents, injected: [])
      runner.collect()
      for (index, population) in fixed.populations.enumerated() {
        if population.role == .readout {
          #expect(runner.potentials[index].map { Double($0) } == dense.answers[index])
          continue
        }
        let codes = (0..<population.shape.count).map { neuron in
          (0..<window.1).reduce(0) { code, step in
            let value = window.0 == .bitSerial ? 1 << (window.1 - 1 - step) : window.1 - step
            return code + (runner.rasters[index][step][neuron] ? value : 0)
          }
        }
        #expect(codes == dense.codes[index], "\(population.name)")
        #expect(Set(codes).count > 1)
      }
    }
  }
}
