import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import LoomReport
import Testing

/// Event timing: the hand-worked example, and what must hold on any image.
@Suite("Event timing")
struct EventTimingTests {
  /// The image of the hand-worked example and its sample.
  private static func handworked() throws -> (HardwareImage, Samples) {
    let network = try SpikingNetworkFile.decode(
      AtomicFile.read(path: ExampleFiles.path("handworked/network.snn")), name: "network.snn")
    let profile = try Self.profile()
    let fixed = try Quantizer.quantize(network, profile: profile).network
    return (
      try Compiler.compile(fixed, profile: profile).image,
      try SampleFile.read(path: ExampleFiles.path("handworked/sample.npy"))
    )
  }

  private static func profile(_ overrides: [String] = []) throws -> Profile {
    try ProfileFile.load(ExampleFiles.path("handworked/profile.json"), overrides: overrides)
  }

  /// The digits network on a chip, and images of digits.
  private static func digits(
    _ name: String, _ overrides: [String] = [], timing: TimingMode, threads: Int = 2,
    samples: Int = 12
  ) throws -> RunRecord {
    let profile = try ProfileFile.load(name, overrides: overrides)
    let spiking = try SpikingNetworkFile.decode(DigitsFixture.network(), name: "digits.snn")
    let fixed = try Quantizer.quantize(spiking, profile: profile).network
    let image = try Compiler.compile(fixed, profile: profile).image
    return try Emulator(image: image, profile: profile, timing: timing).run(
      try SampleFile.read(path: ExampleFiles.path("digits/test_images.npy")), range: 0..<samples,
      threads: threads)
  }

  @Test("the sum on paper: every step, the link, the stall")
  func byHand() throws {
    let (image, sample) = try Self.handworked()
    let record = try Emulator(image: image, profile: Self.profile(), timing: .event).run(sample)
    #expect(record.stepNanoseconds == [35, 44, 26, 14])
    #expect(record.latencyNanoseconds == 119 && record.intervalNanoseconds == 147)
    #expect(record.bounds == [.route: 1, .link: 1, .core: 2])
    #expect(record.boundNanoseconds == [.route: 25, .link: 34, .core: 20])
    #expect(record.slowestCoreNanoseconds == [0, 20])
    #expect(
      record.stepBottlenecks == [
        StepBottleneck(bound: .route, core: nil, share: 1),
        StepBottleneck(bound: .link, core: nil, share: 1),
        StepBottleneck(bound: .core, core: 1, share: 1),
        StepBottleneck(bound: .core, core: 1, share: 1),
      ])
    let packets = try #require(record.packets)
    #expect(packets.analyticNanoseconds == 112)
    #expect(packets.stallNanoseconds == [1, 0] && packets.undelivered == 0)
    #expect(
      packets.links == [
        LinkTiming(name: "tile (0, 0) → tile (1, 0)", busyNanoseconds: 30, heldNanoseconds: 0),
        LinkTiming(name: "way into core 1", busyNanoseconds: 30, heldNanoseconds: 0),
      ])
    let times = StepTimes(record)
    #expect(times.mode == .event && times.slowestCore?.core == 1)
    #expect(abs((times.excessOverAnalytic ?? 0) - 0.0625) < 1e-12)
    #expect(abs(times.share(.link) - 34.0 / 119) < 1e-12)
  }

  @Test("where samples overlap, the packets of the steps that fall together meet, by hand")
  func overlapping() throws {
    var profile = try Self.profile()
    profile.neuron.perPopulationReset = true
    let (image, sample) = try Self.handworked()
    let record = try Emulator(image: image, profile: profile, timing: .event).run(sample)
    // Three steps between two samples: 0 with 3, 1, 2. Core 1 does 4 ns of step 3 while core 0's packet takes 25.
    #expect(record.intervalNanoseconds == 35 + 44 + 26)
    #expect(record.latencyNanoseconds == 119)
    // A sample crosses four of them, the first kind twice.
    #expect(record.overlappedLatencyNanoseconds == 35 + 44 + 26 + 35)
    #expect(record.stepsPerInterval == 3 && record.stepsPerSample == 4)
    let analytic = try Emulator(image: image, profile: profile).run(sample)
    #expect(analytic.intervalNanoseconds == 32 + 40 + 26)
    #expect(analytic.overlappedLatencyNanoseconds == 32 + 40 + 26 + 32)
  }

  @Test("analytic timing says what bounds the time as well")
  func analytic() throws {
    let (image, sample) = try Self.handworked()
    let record = try Emulator(image: image, profile: Self.profile()).run(sample)
    // Steps of 22 (route), 30, 16 and 4 ns (cores 0, 1, 1) between barriers of 10 ns.
    #expect(record.boundNanoseconds == [.route: 22, .link: 0, .core: 50])
    #expect(record.slowestCoreNanoseconds == [30, 20] && record.packets == nil)
  }

  @Test(
    "what is computed and counted does not depend on it, nor the times on the threads",
    arguments: ["loihi1-silicon-fit", "crossbar-256"])
  func sameResults(name: String) throws {
    let analytic = try Self.digits(name, timing: .analytic)
    let event = try Self.digits(name, timing: .event)
    #expect(analytic.cores == event.cores && analytic.loweringCores == event.loweringCores)
    #expect(analytic.scores == event.scores && analytic.predictions == event.predictions)
    #expect(try Self.digits(name, timing: .event, threads: 1) == event)
  }

  @Test(
    "the two agree within 10 % where no link is busy for a fifth of the time",
    arguments: ["loihi1-silicon-fit", "loihi1-davies", "crossbar-256"])
  func agreement(name: String) throws {
    let record = try Self.digits(name, timing: .event)
    let packets = try #require(record.packets)
    // Barriers are the same in both and would dilute what is compared.
    let barriers = record.overheads.barrierNanoseconds
    let total = record.latencyNanoseconds - barriers
    #expect(packets.links.allSatisfy { $0.busyNanoseconds < 0.2 * total })
    let analytic = try #require(packets.analyticNanoseconds) - barriers
    #expect(abs(total / analytic - 1) < 0.1, "\(total / analytic)")
  }

  @Test("where all packets meet, waiting goes back through full FIFOs to the cores that send")
  func backpressure() throws {
    let slow = ["/times/linkOccupancy=200", "/core/neurons=128"]
    let shallow = try Self.digits(
      "loihi1-silicon-fit", slow + ["/router/fifoDepth=1"], timing: .event)
    let deep = try Self.digits(
      "loihi1-silicon-fit", slow + ["/router/fifoDepth=4096"], timing: .event)
    let stalls = { (record: RunRecord) in
      (record.packets?.stallNanoseconds ?? []).reduce(0, +)
    }
    let held = { (record: RunRecord) in
      (record.packets?.links ?? []).reduce(0) { $0 + $1.heldNanoseconds }
    }
    #expect(held(shallow) > 0 && held(deep) == 0)
    #expect(stalls(shallow) > 1.02 * stalls(deep))
    #expect(shallow.latencyNanoseconds > deep.latencyNanoseconds)
    #expect(StepTimes(shallow).share(.link) > 0.2)
    #expect(try #require(StepTimes(shallow).excessOverAnalytic) > 0.02)
    #expect(shallow.scores == deep.scores)
  }

  @Test(
    "figures of routers that are missing are named, all at once, and only where packets are moved")
  func refused() throws {
    let (image, _) = try Self.handworked()
    var profile = try Self.profile()
    profile.router = RouterFigures()
    let error = #expect(throws: DiagnosticsError.self) {
      try Emulator(image: image, profile: profile, timing: .event)
    }
    let found = error?.diagnostics ?? []
    #expect(found.count == 4 && found.allSatisfy { $0.code == "SL6041" })
    for key in ["fifoDepth", "creditDelay", "entryDelay", "ejectionDelay"] {
      #expect(found.contains { $0.description.contains("/router/\(key)") })
    }
    #expect(throws: Never.self) { try Emulator(image: image, profile: profile) }
  }
}

/// Event timing of images for tinyODIN: the core's controller to the clock cycle.
@Suite("Event timing on tinyODIN")
struct ControllerTimingTests {
  @Test("steps are the cycles of the replay, at the profile's clock; spikes stay")
  func cycles() throws {
    try withEmptyFolder { folder in
      let dense = ExampleFiles.path("training/digits_dense.onnx")
      try BuiltProgram.succeed(
        ["compile", dense, "--profile", "tinyodin", "-o", "t.chip"] + DigitsFixture.conversion,
        in: folder)
      let run = ["t.chip", "--data", DigitsFixture.images, "--samples", "5", "--json"]
      let event = try BuiltProgram.run(["emulate"] + run + ["--timing", "event"], in: folder)
      let analytic = try BuiltProgram.run(["emulate"] + run, in: folder)
      let replay = try BuiltProgram.run(["tinyodin"] + run, in: folder)
      let cycles = try #require(replay.json()["replay"]?["cyclesPerSample"]?.double)
      let latency = try #require(event.json()["latency"]?["perSampleNanoseconds"]?.double)
      #expect(abs(latency - cycles * 13.3333) < 1e-6 * latency)
      #expect(try event.json()["predictions"] == analytic.json()["predictions"])
      #expect(try event.json()["cores"] == analytic.json()["cores"])
      let share = try #require(event.json()["latency"]?["timeBoundBy"]?["core"]?.double)
      #expect(abs(share - 1) < 1e-6)
      let slow = try BuiltProgram.run(
        ["emulate"] + run + ["--timing", "event", "--set", "/times/controllerCycle=26.6666"],
        in: folder)
      let twice = try #require(slow.json()["latency"]?["perSampleNanoseconds"]?.double)
      #expect(abs(twice - 2 * latency) < 1e-6 * latency)
    }
  }
}
