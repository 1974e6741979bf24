import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Neurons with too many inputs are split into partial sums, bit for bit")
struct PartialSumTests {
  /// A chip whose cores take few axons and add the sums of others.
  static func chip(
    axonsIn: Int, bits: Int = 24, crossbar: Bool = false, longestDelay: Int = 8
  ) -> Profile {
    var profile =
      crossbar
      ? TestProfiles.crossbarLike(axonsIn: axonsIn)
      : TestProfiles.loihiLike(axonsIn: axonsIn, longestDelay: longestDelay)
    profile.neuron.partialSums = PartialSumFormat(bits: bits)
    return profile
  }

  private func roles(_ image: HardwareImage) -> Int {
    image.populations.filter { $0.role == .partial }.count
  }

  @Test("6,000 host-injected inputs onto 40 neurons on loihi2")
  func dense() throws {
    let profile = try ProfileFile.load("loihi2")
    var builder = NetworkBuilder(
      seed: 3, input: MapShape(channels: 6000), timesteps: 8, coding: .spikes)
    let input = builder.input()
    let hidden = builder.hidden("wide", MapShape(channels: 40))
    builder.connect(input, hidden, .dense)
    builder.connect(hidden, builder.readout("scores", 10), .dense)
    let result = try EmulatorTests.compare(builder.network, profile)
    #expect(result.difference == nil)
    #expect(result.spikes > 20)
    let run = try Equivalence(builder.network, profile)
    #expect(run.difference == nil)
    #expect(run.report.lowering.partialNeurons == 40 * roles(run.image) && roles(run.image) >= 2)
    #expect(run.report.depth == 2)
    #expect(run.report.text.contains("partial sums: \(40 * roles(run.image)) neurons in"))
    // Fit sizes what compiling makes.
    let sizing = Sizer.size(builder.network, profile: profile)
    #expect(sizing.fits && sizing.cores == run.report.cores)
    #expect(sizing.lowering.partialPopulations == roles(run.image))
  }

  @Test("loihi1 has no partial sums: one finding")
  func refused() throws {
    var builder = NetworkBuilder(
      seed: 3, input: MapShape(channels: 6000), timesteps: 8, coding: .spikes)
    let input = builder.input()
    let hidden = builder.hidden("wide", MapShape(channels: 40), bias: 0)
    builder.connect(input, hidden, .dense)
    builder.connect(hidden, builder.readout("scores", 10, bias: 0), .dense)
    do {
      _ = try EmulatorTests.compare(builder.network, try ProfileFile.load("loihi1"))
      Issue.record("needs a refusal")
    } catch let error as DiagnosticsError {
      #expect(error.diagnostics.map(\.code) == ["SL4010"])
    }
  }

  @Test("a residual network whose convolutions read more channels than a core", arguments: [1, 2])
  func residual(seed: Int) throws {
    // 3×3 over 4 channels are 36 inputs, and 40 with the shortcut.
    for profile in [Self.chip(axonsIn: 30), Self.chip(axonsIn: 30, longestDelay: 1)] {
      let run = try Equivalence(EquivalenceTests.residual(seed: UInt64(seed)), profile)
      #expect(run.difference == nil)
      #expect(run.spikes > 50 && roles(run.image) > 3)
    }
    let crossbar = Self.chip(axonsIn: 30, crossbar: true)
    let run = try Equivalence(EquivalenceTests.residual(seed: UInt64(seed)), crossbar)
    #expect(run.difference == nil)
    #expect(run.spikes > 50 && roles(run.image) > 3)
  }

  @Test("the emulator agrees where cores of real chips are made small", arguments: [1, 2])
  func emulator(seed: Int) throws {
    let loihi = try ProfileFile.load("loihi2", overrides: ["/core/axonsIn=24"])
    let crossbar = try ProfileFile.load(
      "crossbar-256",
      overrides: [
        "/core/axonsIn=24", "/neuron/partialSums/bits=24", "/times/partialSum=1",
      ])
    for profile in [loihi, crossbar] {
      let result = try EmulatorTests.compare(
        EquivalenceTests.residual(seed: UInt64(seed)), profile)
      #expect(result.difference == nil)
      #expect(result.spikes > 50)
    }
  }

  @Test("dilated, grouped, depthwise and listed inputs, and kernels larger than a core")
  func kinds() throws {
    var builder = NetworkBuilder(
      seed: 21, input: MapShape(channels: 3, height: 8, width: 8), timesteps: 9)
    let stem = builder.hidden("stem", MapShape(channels: 8, height: 8, width: 8))
    builder.drive(stem, .convolution(.square(3, pad: 1)))
    let grouped = builder.hidden("grouped", MapShape(channels: 4, height: 8, width: 8))
    builder.connect(stem, grouped, .convolution(.square(3, pad: 2, dilation: 2, groups: 2)))
    // 49 inputs of one channel: cut between synapses.
    let depthwise = builder.hidden("depthwise", MapShape(channels: 4, height: 2, width: 2))
    builder.connect(grouped, depthwise, .convolution(.square(7, groups: 4)))
    let sparse = builder.hidden("sparse", MapShape(channels: 3, height: 2, width: 5))
    // Neuron 7 reads every other source of the map, the others three each.
    var offsets = [0]
    var sources: [Int32] = []
    for target in Int32(0)..<30 {
      if target == 7 {
        for source in Int32(0)..<128 { sources.append(source * 2) }
      } else {
        sources.append(target)
        sources.append(target + 40)
        sources.append(target + 90)
      }
      offsets.append(sources.count)
    }
    builder.connect(
      grouped, sparse,
      .sparse(SparsePattern(targetOffsets: offsets, sources: sources)))
    let last = builder.readout("scores", 5)
    builder.connect(depthwise, last, .dense)
    builder.connect(sparse, last, .dense)
    let run = try Equivalence(builder.network, Self.chip(axonsIn: 30))
    #expect(run.difference == nil)
    #expect(run.spikes > 50)
    let split = Set(
      run.image.templates.filter { $0.kind == .sums }.map { run.fixed.populations[$0.target].name })
    #expect(split == ["grouped", "depthwise", "sparse", "scores"])
  }

  @Test("comparators and window codes", arguments: [SpikeCode.rate, .bitSerial, .timeToFirstSpike])
  func codes(code: SpikeCode) throws {
    let profile = try ProfileFile.load(
      "crossbar-256",
      overrides: [
        "/core/axonsIn=24", "/neuron/partialSums/bits=24", "/times/partialSum=1",
        "/neuron/comparatorSites=16",
      ])
    let network = WindowNetworks.everything(
      seed: 4, code == .rate ? .bitSerial : code, timesteps: 4)
    var plain = network
    if code == .rate { plain.code = .rate }
    let result = try EmulatorTests.compare(plain, profile)
    #expect(result.difference == nil)
    #expect(result.spikes > 20)
  }

  @Test("nothing is split that fits, and a chip with partial sums then compiles the same cores")
  func untouched() throws {
    let network = EquivalenceTests.residual(seed: 3)
    let with = try Equivalence(network, Self.chip(axonsIn: 512))
    let without = try Equivalence(network, TestProfiles.loihiLike())
    #expect(with.report.lowering.partialPopulations == 0)
    #expect(with.image.cores == without.image.cores)
  }

  @Test("sums wider than a message are refused, with both widths")
  func width() throws {
    do {
      _ = try Equivalence(EquivalenceTests.residual(seed: 1), Self.chip(axonsIn: 30, bits: 6))
      Issue.record("needs a refusal")
    } catch let error as DiagnosticsError {
      #expect(Set(error.diagnostics.map(\.code)) == ["SL4016"])
      #expect(error.diagnostics[0].message.hasPrefix("needs partial sums of "))
      #expect(error.diagnostics[0].message.hasSuffix(" bits, has 6"))
    }
  }

  @Test("images verify, come back from their files, and explain where a weight went")
  func image() throws {
    let profile = try ProfileFile.load("loihi2", overrides: ["/core/axonsIn=24"])
    let fixed = try Quantizer.quantize(EquivalenceTests.residual(seed: 2), profile: profile).network
    let image = try Compiler.compile(fixed, profile: profile).image
    #expect(ImageVerifier.check(image, profile: profile) == [])
    #expect(try ChipFile.decode(ChipFile.encode(image), name: "x") == image)
    let target = try #require(image.templates.first { $0.kind == .sums }).target
    #expect(image.partialPopulations(of: target).count > 1)
    for input in 0..<4 {
      let found = image.weights(ofPopulation: target, channel: 1, input: input, row: 1, column: 2)
      #expect(found.count == 1)
      #expect(found.allSatisfy { $0.inputChannel == input && $0.outputChannel == 1 })
    }
    #expect(try ImageExplanation.text(image, .whole).contains("partial"))
  }

  @Test("a run read off at a shorter T counts what a run of that length counts")
  func stepwise() throws {
    let profile = try ProfileFile.load("loihi2", overrides: ["/core/axonsIn=24"])
    let network = EquivalenceTests.residual(seed: 2, bytes: false)
    let fixed = try Quantizer.quantize(network, profile: profile).network
    let image = try Compiler.compile(fixed, profile: profile).image
    var generator = SeededGenerator(seed: 5)
    let samples = EquivalenceSamples.make(network, count: 2, &generator)
    let all = try Emulator(image: image, profile: profile).runStepwise(
      samples, lengths: [RunLength(timesteps: 6, readoutStart: 0)])
    let short = try Emulator(
      image: image.shortened(to: 6, readoutStart: 0), profile: profile
    ).run(samples)
    var (network6, lowering6) = (CoreCounts(), CoreCounts())
    for core in short.cores { network6.add(core) }
    for core in short.loweringCores { lowering6.add(core) }
    #expect(all.records[0].cores == [network6])
    #expect(all.records[0].loweringCores == [lowering6])
    #expect(lowering6.partialSums > 0)
  }

  @Test("a delay of one step in a free-running network leaves no room for a sum")
  func freeRunning() throws {
    for (delay, isPossible) in [(1, false), (2, true)] {
      var builder = NetworkBuilder(
        seed: 3, input: MapShape(channels: 60), timesteps: 8, coding: .spikes)
      builder.network.schedule = .freeRunning
      let input = builder.input()
      let first = builder.hidden("first", MapShape(channels: 60), bias: 0)
      builder.connect(
        input, first, .convolution(.square(1, groups: 60)), delay: 1,
        weights: [Float](repeating: 2, count: 60))
      let wide = builder.hidden("wide", MapShape(channels: 6), bias: 0)
      builder.connect(first, wide, .dense, delay: delay)
      builder.network.outputs = [wide]
      let profile = try ProfileFile.load("loihi2", overrides: ["/core/axonsIn=40"])
      if isPossible {
        #expect(try EmulatorTests.compare(builder.network, profile).difference == nil)
      } else {
        #expect(throws: DiagnosticsError.self) {
          try EmulatorTests.compare(builder.network, profile)
        }
      }
    }
  }
}
