import Foundation
import LoomBase
import LoomCompiler
import LoomConversion
import LoomEmulator
import LoomEnergy
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import LoomReport
import Testing

@Suite("Sweep")
struct SweepTests {
  static let data = [
    "--data", DigitsFixture.images, "--labels", DigitsFixture.labels, "--samples", "40",
    "--calibration", DigitsFixture.training, "--calibration-samples", "100", "--iterations", "50",
  ]

  private func refusal(_ list: String) throws -> ProgramRun {
    try withEmptyFolder { folder in
      try BuiltProgram.run(
        ["sweep", "none.onnx", "--profile", "crossbar-256", "--timesteps", list] + Self.data,
        in: folder)
    }
  }

  @Test(
    "lists of T that cannot be are refused before anything is read",
    arguments: [
      "0", "0...4", "8...4", "65536", "1...65536", "4,4", "8,4", "4,,8", "", "1..4", "1...8:0",
      "a", "-3", "1...", "...8", "1...8:2:2", "16,1...8", "99999999999999999999",
    ])
  func badLists(list: String) throws {
    let run = try refusal(list)
    #expect(run.status == 64, "\(list): \(run.errors)")
    #expect(run.errors.contains("'--timesteps' needs"), "\(list): \(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test("options that contradict one another are refused")
  func contradictions() throws {
    for (words, said) in [
      (["--agreement", "0.9"], "'--early-exit'"), (["--exit-every", "2"], "'--early-exit'"),
      (["--early-exit", "--agreement", "1.5"], "above 0 and up to 1"),
      (["--loss", "-1"], "0 or more"), (["--convert", "twice"], "once or each"),
    ] {
      let run = try withEmptyFolder { folder in
        try BuiltProgram.run(
          ["sweep", "none.onnx", "--profile", "crossbar-256", "-T", "4"] + words + Self.data,
          in: folder)
      }
      #expect(run.status == 64, "\(words): \(run.errors)")
      #expect(run.errors.contains(said), "\(words): \(run.errors)")
    }
  }

  private func sweep(_ profile: String, _ words: [String]) throws -> JSONValue {
    try withEmptyFolder { folder in
      try BuiltProgram.succeed(
        ["sweep", DigitsFixture.model, "--profile", profile, "--json"] + Self.data + words,
        in: folder
      ).json()
    }
  }

  @Test("ranges, steps and lists name the T of the points", arguments: DigitsFixture.profiles)
  func points(profile: String) throws {
    let json = try sweep(profile, ["--timesteps", "1...3,4...12:4,16", "--loss", "2"])
    let points = try #require(json["points"]?.elements)
    #expect(points.compactMap { $0["timesteps"]?.int } == [1, 2, 3, 4, 8, 12, 16])
    #expect(json["schema"]?.string == "spikeloom.sweep/1")
    #expect(json["conversion"]?["mode"]?.string == "once")
    #expect(json["conversion"]?["timesteps"]?.int == 16)
    let operations = points.compactMap { $0["operations"]?["synapticOperations"]?.double }
    #expect(zip(operations, operations.dropFirst()).allSatisfy { $0 < $1 })
    let last = try #require(points.last)
    try expectCompare(last, profile)
    let smallest = try #require(json["smallest"]?["timesteps"]?.int)
    let first = points.first { ($0["lossPoints"]?.double ?? 99) <= 2 }
    #expect(first?["timesteps"]?.int == smallest)
  }

  /// The largest T is what `compare` says of it, to the last figure but for rounding.
  private func expectCompare(
    _ point: JSONValue, _ profile: String, _ words: [String] = []
  ) throws {
    let compared = try withEmptyFolder { folder in
      try BuiltProgram.succeed(
        ["compare", DigitsFixture.model, "--profile", profile, "-T", "16", "--json"] + Self.data
          + words, in: folder
      ).json()
    }
    #expect(point["accuracy"]?.double == compared["accuracy"]?["chip"]?.double)
    for (group, keys) in [
      ("operations", ["synapticOperations", "loweringOperations", "neuronUpdates", "packetHops"]),
      ("energy", ["totalPicojoules", "dynamicPicojoules", "staticPicojoules", "lowPicojoules"]),
      ("latency", ["perSampleNanoseconds", "intervalNanoseconds"]),
    ] {
      // Refused in both.
      if group == "energy", [point, compared].allSatisfy({ $0[group]?[keys[0]] == .null }) {
        continue
      }
      for key in keys {
        let left = try #require(point[group]?[key]?.double, "\(key)")
        let right = try #require(compared[group]?[key]?.double, "\(key)")
        #expect(abs(left - right) <= 1e-9 * right, "\(key): \(left), compare \(right)")
      }
    }
  }

  @Test(
    "packet by packet, the largest T is what `compare` says of it, whatever gives the points",
    arguments: ["loihi1-silicon-fit", "loihi2"],
    [[], ["--convert", "each"], ["--coding", "poisson", "--convert", "once"]])
  func packets(profile: String, words: [String]) throws {
    let sweeps = try ["analytic", "event"].map {
      try sweep(profile, ["--timesteps", "8,16", "--timing", $0] + words)
    }
    #expect(sweeps.map { $0["timing"]?["mode"]?.string } == ["analytic", "event"])
    let points = try sweeps.map { try #require($0["points"]?.elements) }
    let coding = words.first == "--coding" ? Array(words.prefix(2)) : []
    try expectCompare(try #require(points[1].last), profile, coding + ["--timing", "event"])
    for (counted, moved) in zip(points[0], points[1]) {
      for key in ["perSampleNanoseconds", "intervalNanoseconds"] {
        #expect(counted["latency"]?[key]?.double != moved["latency"]?[key]?.double, "\(key)")
      }
      #expect(counted["operations"] == moved["operations"])
    }
  }

  @Test("event timing of a chip without steps is refused before anything is read")
  func packetsWithoutSteps() throws {
    let run = try withEmptyFolder { folder in
      try BuiltProgram.run(
        ["sweep", "none.onnx", "--profile", "speck", "-T", "4", "--timing", "event"] + Self.data,
        in: folder)
    }
    #expect(run.status == 1 && run.errors.contains("SL6047"), "\(run.errors)")
  }

  @Test(
    "T = 16 read off a run of 64 steps is a run of an image compiled for 16",
    arguments: DigitsRoad.profiles)
  func equalsCompiledForLess(name: String) throws {
    let road = try DigitsRoad.shared.get()
    let profile = try ProfileFile.load(name)
    var network = road.spiking
    network.timesteps = 64
    network.readoutStart = 16
    var fixed = try Quantizer.quantize(network, profile: profile).network
    let long = try Emulator(
      image: try Compiler.compile(fixed, profile: profile).image, profile: profile)
    fixed.timesteps = 16
    fixed.readoutStart = 4
    let short = try Emulator(
      image: try Compiler.compile(fixed, profile: profile).image, profile: profile)
    let samples = road.samples(12)
    let length = RunLength(timesteps: 16, readoutStart: 4)
    let read = try long.runStepwise(samples, threads: 2, lengths: [length], timedSamples: 12)
    let ran = try short.run(samples, threads: 2)
    let found = try Ledger.ledger(record: read.records[0], profile: profile)
    let wanted = try Ledger.ledger(record: ran, profile: profile)
    #expect(read.timing == .everySample)
    #expect(read.records[0].predictions == ran.predictions)
    #expect(found.lines.count == wanted.lines.count)
    for (left, right) in zip(found.lines, wanted.lines) {
      #expect(left.id == right.id)
      let tolerance = left.category == .staticPower ? 1e-12 * right.count : 0
      #expect(abs(left.count - right.count) <= tolerance, "\(left.id)")
    }
    #expect(abs(found.totalPicojoules - wanted.totalPicojoules) < 1e-9 * wanted.totalPicojoules)
    let latency = ran.latencyNanoseconds
    #expect(abs(read.records[0].latencyNanoseconds - latency) < 1e-12 * latency)
  }

  @Test("one conversion for each T gives each its own image and a readout by the same rule")
  func each() throws {
    let each = try sweep("crossbar-256", ["--timesteps", "4,8", "--convert", "each"])
    #expect(each["conversion"]?["mode"]?.string == "each")
    let points = try #require(each["points"]?.elements)
    #expect(points.compactMap { $0["timesteps"]?.int } == [4, 8])
    #expect(Set(points.compactMap { $0["image"]?["sha256"]?.string }).count == 2)
    let once = try sweep("crossbar-256", ["--timesteps", "4,8"])
    #expect(
      once["points"]?.elements?.compactMap { $0["readoutStart"]?.int }
        == points.compactMap { $0["readoutStart"]?.int })
  }

  @Test("early exit stops samples, reads more, and keeps the agreement it was asked for")
  func earlyExit() throws {
    let json = try sweep(
      "loihi1-silicon-fit",
      ["--timesteps", "32", "--early-exit", "--exit-every", "2", "--agreement", "0.98"])
    let exit = try #require(json["earlyExit"])
    #expect(exit["every"]?.int == 2)
    #expect((exit["calibration"]?["agreement"]?.double ?? 0) >= 0.98)
    let mean = try #require(exit["meanSteps"]?.double)
    #expect(mean < 32 && mean >= 2)
    #expect((exit["saved"]?["synapticOperations"]?.double ?? 0) > 0)
    // 10 scores, read every other step until the stop: at least 10 × mean steps / 2.
    let reads = try #require(exit["readouts"]?["early"]?.double)
    #expect(reads >= 10 * mean / 2 - 1e-9)
    #expect(exit["readouts"]?["whole"]?.double == 20)
    #expect(exit["pays"]?["energy"]?.bool != nil)
  }

  @Test("the same sweep gives the same bytes with one and two threads")
  func deterministic() throws {
    let words = ["--timesteps", "2,8", "--early-exit"]
    let one = try sweep("crossbar-256", words + ["--threads", "1"])
    let two = try sweep("crossbar-256", words + ["--threads", "2"])
    #expect(JSONText.encode(one) == JSONText.encode(two))
  }

  @Test("methods whose parameters depend on T are converted for each")
  func methods() {
    for method in ConversionMethod.allCases {
      var options = ConversionOptions(timesteps: 8, method: method)
      #expect(options.dependsOnT == (method != .percentile), "\(method.rawValue)")
      // A given K serves every T.
      options.iterations = 1000
      let serves = [ConversionMethod.percentile, .thresholdBalancing].contains(method)
      #expect(options.dependsOnT == !serves, "\(method.rawValue)")
    }
  }
}
