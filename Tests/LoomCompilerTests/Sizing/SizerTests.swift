import LoomBase
import LoomCompiler
import LoomHardware
import LoomNetwork
import Testing

/// Two maps of 2×4×4 behind one another and four scores, without biases: small enough to count by hand.
private func smallNetwork(_ geometry: ConvolutionGeometry) -> SpikingNetwork {
  let map = MapShape(channels: 2, height: 4, width: 4)
  var builder = NetworkBuilder(seed: 3, input: map)
  let first = builder.hidden("first", map, bias: 0)
  builder.drive(first, .convolution(.square(1)))
  let second = builder.hidden("second", map, bias: 0)
  builder.connect(first, second, .convolution(geometry))
  builder.connect(second, builder.readout("scores", 4, bias: 0), .dense)
  return builder.network
}

@Suite("Sizing by hand")
struct SizerByHandTests {
  @Test("a 3×3 convolution on crossbars: axons, synapses, shared cores")
  func crossbar() throws {
    let sizing = Sizer.size(smallNetwork(.square(3, pad: 1)), profile: TestProfiles.crossbarLike())
    #expect(sizing.fits)
    // 3 + 2 cut-off borders: (4 + 3 + 3) positions a side that meet, 2 × 2 channels.
    #expect(sizing.layers.map(\.synapses) == [0, 10 * 10 * 4, 32 * 4])
    #expect(sizing.layers.map(\.axonsIn) == [0, 32, 32])
    #expect(sizing.layers.map(\.neurons) == [32, 32, 4])
    #expect(sizing.layers.map(\.axonsOut) == [32, 32, 0])
    // Two maps of 32 columns fill a core of 64; the scores are on a second one.
    #expect(sizing.cores == 2)
    #expect(sizing.unsharedCores == 3)
    #expect(!sizing.isEstimate)
    let columns = try #require(sizing.resources.first { $0.name == "crossbar columns" })
    #expect(columns.used == 68)
    #expect(columns.leastCores == 2)
    #expect(columns.utilisation == 68.0 / 128)
    #expect(sizing.bottleneck == "crossbar columns" || sizing.bottleneck == "compartments")
  }

  @Test("a 1×1 convolution in packed entries: words and second compartments")
  func packed() throws {
    let sizing = Sizer.size(smallNetwork(.square(1)), profile: TestProfiles.loihiLike())
    #expect(sizing.fits)
    // An axon's list: 10 + 10 bits and 8 a weight, of two or four weights: one word of 64 bits.
    #expect(sizing.layers.map(\.words) == [0, 32, 32])
    #expect(sizing.layers.map(\.synapses) == [0, 64, 128])
    #expect(sizing.layers.map(\.compartments) == [64, 64, 4])
    #expect(sizing.cores == 3)
    #expect(sizing.depth == 2)
    #expect(sizing.lowering.secondCompartments == 64)
    #expect(sizing.bottleneck == "compartments")
  }

  @Test("everything short is said at once, and the rest is sized all the same")
  func short() {
    var profile = TestProfiles.loihiLike(axonsIn: 16)
    profile.topology.maximumChips = 1
    profile.topology.tileColumns = 1
    profile.topology.tileRows = 1
    profile.topology.coresPerTile = 2
    let sizing = Sizer.size(smallNetwork(.square(1)), profile: profile)
    #expect(!sizing.fits)
    let axons = sizing.violations.filter { $0.resource == "input axons" }
    #expect(axons.map(\.layer) == ["scores"])
    #expect(axons.map(\.needs) == [32])
    #expect(axons.map(\.has) == [16])
    // Two tiles of 16 axons for the second map, one core for the first, at least two for the scores.
    let cores = sizing.violations.filter { $0.resource == "cores" }
    #expect(cores.map(\.has) == [2])
    #expect(cores.map(\.needs) == [5])
    #expect(sizing.layers.map(\.cores) == [1, 2, 2])
    #expect(sizing.layers.map(\.isRefused) == [false, false, true])
    #expect(sizing.bottleneck == "input axons")
  }

  @Test("what a chip cannot do is a violation without numbers")
  func capability() {
    var profile = TestProfiles.crossbarLike()
    profile.neuron.softReset = .none
    profile.neuron.potentialReadout = false
    profile.neuron.analogInput = false
    // The host takes the first layer and counts the answers' spikes; nothing replaces soft reset.
    let sizing = Sizer.size(smallNetwork(.square(1)), profile: profile)
    #expect(Set(sizing.violations.map(\.diagnostic.code)) == ["SL3002"])
    #expect(sizing.violations.allSatisfy { $0.needs == nil && $0.resource == "capability" })
    #expect(sizing.cores == 1)
  }
}

@Suite("Sizing against the compiler")
struct SizerAgreementTests {
  @Test(
    "residual networks take the cores, words and axons of their compiled images",
    arguments: ["loihi1-silicon-fit", "crossbar-256", "loihi2"])
  func residual(name: String) throws {
    let profile = try ProfileFile.load(name)
    let network = ResidualNetwork.make(blocks: 2)
    let fixed = try Quantizer.quantize(network, profile: profile).network
    func report(_ activity: [Double]?) throws -> MappingReport {
      try Compiler.compile(
        fixed, profile: profile,
        options: CompilerOptions(activity: activity, placement: .hilbert)
      ).report
    }
    let plain = try report(nil)
    let weighted = try report(network.populations.map { Double($0.expectedRate) })
    let geometry = Sizer.size(network, profile: profile)
    let calibrated = try Sizer.size(calibrated: network, profile: profile)
    #expect(geometry.fits && calibrated.fits)
    #expect(calibrated.cores == weighted.cores)
    #expect(calibrated.chips == weighted.chips)
    #expect(abs(geometry.cores - plain.cores) * 50 <= plain.cores)
    for (sizing, report) in [(geometry, plain), (calibrated, weighted)] {
      #expect(sizing.depth == report.depth)
      let own = sizing.layers.filter { !$0.isLowering }
      for layer in own {
        let compiled = try #require(report.layers.first { $0.name == layer.name })
        #expect(layer.neurons == compiled.neurons)
        #expect(abs(layer.cores - compiled.cores) * 10 <= compiled.cores + 9, "\(layer.name)")
        #expect(abs(layer.synapses - compiled.synapses) * 20 <= compiled.synapses)
        // Without thresholds the cut of a layer may take another shape at as many cores.
        guard sizing == calibrated else { continue }
        #expect(layer.words == compiled.words, "\(layer.name)")
        #expect(layer.axonsIn == compiled.axons, "\(layer.name)")
      }
      let compiled = report.layers.filter { layer in own.contains { $0.name == layer.name } }
      let axons = (own.reduce(0) { $0 + $1.axonsIn }, compiled.reduce(0) { $0 + $1.axons })
      #expect(abs(axons.0 - axons.1) * 10 <= axons.1, "\(axons)")
    }
    let spikes = try #require(calibrated.layers.first?.expectedSpikes)
    // 16 × 32 × 32 neurons of rate 0.2 in 32 steps.
    #expect(abs(spikes - 16_384 * 0.2 * 32) < 1)
    #expect(geometry.layers.allSatisfy { $0.expectedSpikes == nil })
  }

  @Test(
    "thresholds that are not known yet refuse nothing: only what fits under none of them is short")
  func unknownThresholds() throws {
    var builder = NetworkBuilder(seed: 1, input: MapShape(channels: 32))
    var layers = [builder.hidden("first", MapShape(channels: 32))]
    builder.drive(layers[0], .dense)
    for number in 1..<4 {
      layers.append(builder.hidden("hidden\(number)", MapShape(channels: 32)))
      builder.connect(layers[number - 1], layers[number], .dense)
    }
    builder.connect(layers[3], builder.readout("scores", 4, bias: 0), .dense)
    let network = builder.network
    var profile = try ProfileFile.load("loihi1-silicon-fit")
    let roomy = Sizer.size(network, profile: profile)
    profile.topology = Topology(
      tileColumns: roomy.cores - 1, tileRows: 1, coresPerTile: 1, maximumChips: 1, chipColumns: 1)
    let tight = Sizer.size(network, profile: profile)
    #expect(roomy.fits && tight.fits && tight.isEstimate && tight.cores < roomy.cores)
    profile.topology.tileColumns = 1
    #expect(!Sizer.size(network, profile: profile).fits)
    profile.neuron.distinctThresholds = 0
    #expect(!Sizer.size(network, profile: profile).isEstimate)
  }

  @Test(
    "one interior tile a layer is within an eighth of the cut",
    arguments: ["loihi1-silicon-fit", "crossbar-256", "loihi2"])
  func interior(name: String) throws {
    let profile = try ProfileFile.load(name)
    let network = ResidualNetwork.make(blocks: 2)
    let exact = Sizer.size(network, profile: profile)
    let estimate = Sizer.estimate(network, profile: profile)
    // Thresholds are only assumed, which matters where a core holds so many different ones.
    #expect(estimate.isEstimate && exact.isEstimate == (profile.neuron.distinctThresholds > 0))
    #expect(estimate.neurons == exact.neurons)
    #expect(
      abs(estimate.cores - exact.cores) * 8 <= exact.cores,
      "\(estimate.cores), exactly \(exact.cores) (\(exact.unsharedCores) unshared)")
    #expect(abs(estimate.synapses - exact.synapses) * 10 <= exact.synapses)
  }
}
