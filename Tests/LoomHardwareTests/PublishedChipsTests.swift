import LoomBase
import LoomHardware
import Testing

@Suite("Chips and the figures their makers and users published")
struct PublishedChipsTests {
  static func load(_ name: String) throws -> Profile { try ProfileFile.load(name) }

  @Test("the structures of the first four profiles are what images were compiled for")
  func structures() throws {
    let known = [
      "loihi1-silicon-fit": "db10b9b90a5b", "loihi1-davies": "db10b9b90a5b",
      "crossbar-256": "5d1051fe2084", "loihi2": "a6d220dd0695",
    ]
    for (name, digest) in known {
      #expect(try Self.load(name).structureDigest.description.hasPrefix(digest), "\(name)")
    }
  }

  @Test(
    "cores, neurons and ends of steps",
    arguments: [
      ("truenorth", 4096, 256, Synchronisation.fixedTick), ("ranc", 256, 256, .fixedTick),
      ("odin", 1, 256, .barrier), ("tinyodin", 1, 256, .barrier),
      ("speck", 9, 65_536, .asynchronous), ("spinnaker1", 768, 256, .fixedTick),
      ("tianjic", 156, 256, .fixedTick), ("darwin3", 576, 4096, .fixedTick),
      ("paicore2", 1024, 512, .fixedTick), ("reram-spikesim", 512, 64, .fixedTick),
    ])
  func sizes(name: String, cores: Int, neurons: Int, ending: Synchronisation) throws {
    let profile = try Self.load(name)
    #expect(profile.topology.coresPerChip == cores)
    #expect(profile.core.neurons == neurons)
    #expect(profile.synchronisation == ending)
  }

  @Test("TrueNorth's prices give back the two powers they were fitted to")
  func trueNorth() throws {
    let profile = try Self.load("truenorth")
    let prices = profile.prices
    func value(_ quantity: Quantity?) -> Double { quantity?.value ?? .nan }
    let neurons = Double(1 << 20)
    for (rate, milliwatts) in [(11.58, 68.0), (95.93, 94.0)] {
      let spikes = neurons * rate
      // 128 synapses, 21.66 cores in x and y, one packet out and in; every neuron updated at 1 kHz.
      let perSpike: Double =
        128 * value(prices.synapticOperation) + 21.66 * value(prices.hopEastWest)
        + 21.66 * value(prices.hopNorthSouth) + value(prices.axonIn) + value(prices.axonOut)
        + value(prices.neuronSpike)
      let picowatts = spikes * perSpike + neurons * 1000 * value(prices.neuronUpdate)
      let total = value(prices.staticPowerPerChip) + picowatts * 1e-9
      #expect(abs(total - milliwatts) < 0.1, "\(rate) Hz")
    }
    #expect(profile.routing == RoutingCapabilities(fanOut: 1))
    guard case .crossbar(let format) = profile.core.synapses else { return }
    #expect(format.axonTypes == 4 && format.columnsPerWeight(bits: 9) == 1)
  }

  @Test("ODIN's prices give back 12.7 pJ all in at 75 MHz and 37.5 M operations a second")
  func odin() throws {
    let prices = try Self.load("odin").prices
    let power = (prices.staticPowerPerChip?.value ?? 0) * 1e9
    // A spike event is priced as a whole row: 256 synaptic operations, and 513 cycles of 13.333 ns.
    let allIn = power / 37.5e6 + (prices.axonIn?.value ?? 0) / 256
    #expect(abs(allIn - 12.7) < 0.05)
    #expect(prices.synapticOperation?.value == 0)
    #expect(try Self.load("odin").times.axonIn?.value == 513 / 0.075)
    guard case .crossbar(let format) = try Self.load("odin").core.synapses else { return }
    #expect(format.signPerAxon)
    #expect(try Self.load("tinyodin").prices.unpublished != nil)
  }

  @Test("SpiNNaker's prices give back the three fitted kinds of network")
  func spinnaker() throws {
    let prices = try Self.load("spinnaker1").prices
    let synapse = prices.synapticOperation?.value ?? 0
    let row = prices.axonIn?.value ?? 0
    #expect(abs(synapse + row - 93_900) < 1)
    // Long rows: all but the synapse vanishes. Random rows: 9.59 nJ, so about 42 synapses each.
    #expect(synapse == 7540)
    #expect(abs(synapse + row / 42 - 9590) < 20)
  }

  @Test("SpikeSim's prices give back the energy of a PE cycle")
  func spikeSim() throws {
    let profile = try Self.load("reram-spikesim")
    let prices = profile.prices
    let cycle: Double =
      9 * (prices.arrayRead?.value ?? 0) + 9 * 64 * (prices.columnAdd?.value ?? 0)
      + 64 * (prices.neuronUpdate?.value ?? 0)
    let group: Double = 9 * 1.76423 + 8 * (2.03084 + 0.094245)
    let buffers: Double = 8 * 16 * 1.15e-6 + 8 * 0.2 + 397
    let wanted: Double = 157.12 + 4.64 + 1.274 * 4 + 8 * group + buffers
    #expect(abs(cycle - wanted) < 0.2)
    guard case .crossbar(let format) = profile.core.synapses else { return }
    #expect(format.readsWhenSilent && format.rows * format.arrays == profile.core.axonsIn)
  }

  @Test("a PAICORE weight of 8 bits takes 8 columns of a tree's core")
  func paicore() throws {
    let profile = try Self.load("paicore2")
    #expect(profile.topology.kind == .tree)
    guard case .crossbar(let format) = profile.core.synapses else { return }
    #expect(format.columns / format.columnsPerWeight(bits: profile.weight.bits) == 64)
  }

  @Test("Speck's classes are its nine cores with their memories")
  func speck() throws {
    let profile = try Self.load("speck")
    let kinds = profile.core.classes
    #expect(kinds.reduce(0) { $0 + $1.cores } == profile.topology.coresPerChip)
    #expect(
      kinds.flatMap { Array(repeating: $0.kernelWords / 1024, count: $0.cores) }
        == [16, 16, 16, 32, 32, 64, 64, 16, 16])
    #expect(
      kinds.flatMap { Array(repeating: $0.neurons / 1024, count: $0.cores) }
        == [64, 64, 64, 32, 32, 16, 16, 16, 16])
    let error = #expect(throws: DiagnosticsError.self) {
      try ProfileFile.load("speck", overrides: ["/topology/coresPerTile=10"])
    }
    #expect(error?.diagnostics.map(\.code) == ["SL7012"])
    let copied = #expect(throws: DiagnosticsError.self) {
      try ProfileFile.load("speck", overrides: ["/routing/multicast=true"])
    }
    #expect(
      copied?.diagnostics.map(\.anchor) == [
        .jsonPointer(file: "speck.json", pointer: "/routing/multicast")
      ])
    guard case .sharedKernels(let format) = profile.core.synapses else {
      Issue.record("Speck shares kernels")
      return
    }
    #expect(format.destinations == 2)
  }

  @Test(
    "where no energy is published prices are left out with the reason, elsewhere none is missing")
  func unpublished() throws {
    for name in ProfileFile.bundledNames {
      let profile = try Self.load(name)
      let isPriced =
        profile.prices.synapticOperation != nil && profile.prices.staticPowerPerChip != nil
      #expect(isPriced == (profile.prices.unpublished == nil), "\(name)")
    }
  }
}
