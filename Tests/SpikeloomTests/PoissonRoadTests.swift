import Foundation
import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import LoomReference
import Testing

/// `--coding poisson` from the command line: the host draws the input's spikes.
@Suite("Poisson input on the bundled digits", .serialized)
struct PoissonRoadTests {
  private static let data = ["--data", DigitsFixture.images, "--labels", DigitsFixture.labels]

  private static func compile(
    _ profile: String, _ more: [String] = [], as name: String = "d", in folder: URL
  ) throws {
    try BuiltProgram.succeed(
      ["compile", DigitsFixture.model, "--profile", profile, "--coding", "poisson"]
        + ["-o", "\(name).chip", "--save-fixed", "\(name).fixed.snn"] + DigitsFixture.conversion
        + more, in: folder)
  }

  @Test(
    "every spike and potential equals the reference's; the image says what is drawn",
    arguments: ["loihi1-silicon-fit", "crossbar-256", "speck", "darwin3", "loihi2", "spinnaker1"])
  func bitExact(profile: String) throws {
    try withEmptyFolder { folder in
      try Self.compile(profile, ["--seed", "5"], in: folder)
      let verified = try BuiltProgram.run(
        ["verify", "d.chip", "d.fixed.snn", "--profile", profile]
          + ["--data", DigitsFixture.images, "--samples", "4", "--json"], in: folder)
      #expect(verified.status == 0, "\(verified.output) \(verified.errors)")
      #expect(try verified.json()["differing"]?.int == 0)
      let image = try ChipFile.decode(try folder.bytes(of: "d.chip"), name: "d.chip")
      #expect(image.draw == PoissonDraw(seed: 5))
      #expect(image.frontEnd.allSatisfy { image.populations[$0.target].role == .host })
      let fixed = try FixedPointNetworkFile.decode(
        try folder.bytes(of: "d.fixed.snn"), name: "d.fixed.snn")
      #expect(fixed.seed == 5 && fixed.coding == .poisson)
      var other = image
      other.draw = PoissonDraw(seed: 6)
      try folder.put(ChipFile.encode(other), as: "other.chip")
      let differs = try BuiltProgram.run(
        ["verify", "other.chip", "d.fixed.snn", "--profile", profile]
          + ["--data", DigitsFixture.images, "--samples", "4", "--json"], in: folder)
      #expect(differs.status == 3)
      #expect(try differs.json().value(at: "/first/layer")?.string == "input+")
      let explained = try BuiltProgram.succeed(["explain", "d.chip", "--json"], in: folder).json()
      #expect(explained.value(at: "/draw/seed")?.string == "5")
    }
  }

  @Test(
    "chips whose axons have types and chips of one small core, too",
    arguments: ["truenorth", "tinyodin"])
  func smallChips(profile: String) throws {
    try withEmptyFolder { folder in
      let model = ExampleFiles.path("training/digits_dense.onnx")
      let compiled = try BuiltProgram.run(
        ["compile", model, "--profile", profile, "--coding", "poisson", "-T", "16"]
          + ["--calibration", DigitsFixture.training, "--calibration-samples", "100"]
          + ["-o", "d.chip", "--save-fixed", "d.fixed.snn"], in: folder)
      #expect(compiled.status == 0, "\(compiled.errors)")
      let verified = try BuiltProgram.run(
        ["verify", "d.chip", "d.fixed.snn", "--profile", profile]
          + ["--data", DigitsFixture.images, "--samples", "4", "--json"], in: folder)
      #expect(verified.status == 0, "\(verified.output) \(verified.errors)")
    }
  }

  @Test("negative inputs have neurons of their own, whose spikes are drawn apart")
  func signed() throws {
    try withEmptyFolder { folder in
      try Self.compile("crossbar-256", ["--mean", "0.375"], in: folder)
      let verified = try BuiltProgram.run(
        ["verify", "d.chip", "d.fixed.snn", "--profile", "crossbar-256"]
          + ["--data", DigitsFixture.images, "--samples", "4", "--json"], in: folder)
      #expect(verified.status == 0, "\(verified.output) \(verified.errors)")
      let fixed = try FixedPointNetworkFile.decode(
        try folder.bytes(of: "d.fixed.snn"), name: "d.fixed.snn")
      #expect(fixed.populations.prefix(2).map(\.name) == ["input+", "input-"])
      #expect(fixed.populations.map(\.isOnHost).prefix(3) == [true, true, false])
      let samples = try SampleFile.read(path: DigitsFixture.images)
      let counts = try IntegerInterpreter(fixed).run(samples, index: 0, recordingSpikes: false)
        .spikeCounts
      guard case .bytes(let bytes) = samples.selecting([0]).storage else { return }
      for (neuron, byte) in bytes.enumerated() {
        // (x − 6) / 16 of the peak 10 / 16.
        #expect(byte > 6 || counts[0][neuron] == 0)
        #expect(byte < 6 || counts[1][neuron] == 0)
      }
      #expect(counts[0].contains { $0 > 0 } && counts[1].contains { $0 > 0 })
    }
  }

  /// The reference's spike counts of the input neurons of one sample.
  private func counts(_ fixed: FixedPointNetwork, sample: Int) throws -> [Int32] {
    let samples = try SampleFile.read(path: DigitsFixture.images)
    return try IntegerInterpreter(fixed).run(samples, index: sample, recordingSpikes: false)
      .spikeCounts[0]
  }

  @Test("an input neuron's rate is x / peak within the bounds of a binomial law, neuron by neuron")
  func rates() throws {
    try withEmptyFolder { folder in
      try Self.compile("crossbar-256", in: folder)
      var fixed = try FixedPointNetworkFile.decode(
        try folder.bytes(of: "d.fixed.snn"), name: "d.fixed.snn")
      fixed.timesteps = 1024
      let counts = try counts(fixed, sample: 3)
      guard
        case .bytes(let bytes) = try SampleFile.read(path: DigitsFixture.images).selecting([3])
          .storage
      else { throw CocoaError(.fileReadCorruptFile) }
      // The digits are 8 × 8 pixels of 0…16; calibration has seen 16.
      #expect(counts.count == bytes.count)
      var square = 0.0
      var inside = 0
      for (count, byte) in zip(counts, bytes) {
        let share = Double(byte) / 16
        let mean = 1024 * share
        if byte == 0 || byte == 16 {
          #expect(Double(count) == mean)
          continue
        }
        let deviation = (mean * (1 - share)).squareRoot()
        #expect(abs(Double(count) - mean) < 5 * deviation)
        square += (Double(count) - mean) * (Double(count) - mean) / (deviation * deviation)
        inside += 1
      }
      // The squares sum up to a χ² of as many degrees of freedom: neither too far from x / peak nor too near.
      #expect(inside > 15)
      #expect(abs(square - Double(inside)) < 5 * (2 * Double(inside)).squareRoot())
    }
  }

  @Test("the same seed gives the same bytes with one or two threads, another seed other spikes")
  func seeds() throws {
    try withEmptyFolder { folder in
      func report(_ seed: String, threads: String) throws -> (JSONValue, [UInt8]) {
        let json = try BuiltProgram.succeed(
          ["compare", DigitsFixture.model, "--profile", "crossbar-256", "--coding", "poisson"]
            + ["--seed", seed, "--threads", threads, "--samples", "60", "--json"]
            + ["--save-image", "d.chip"] + Self.data + DigitsFixture.conversion, in: folder
        ).json()
        var members = try #require(json.members)
        members.removeValue(forKey: "host")
        return (.object(members), try folder.bytes(of: "d.chip"))
      }
      let first = try report("0", threads: "1")
      let second = try report("0", threads: "2")
      #expect(first == second)
      let other = try report("1", threads: "2")
      #expect(other.1 != first.1)
      let path = "/operations/synapticOperations"
      #expect(other.0.value(at: path) != first.0.value(at: path))
      #expect(
        first.0.value(at: "/accuracy/chip")?.double == first.0.value(at: "/accuracy/fixed")?.double)
      let remarks = first.0["remarks"]?.elements?.compactMap(\.string) ?? []
      #expect(remarks.contains { $0.contains("drawn by the host (seed 0)") })
    }
  }

  @Test("compare and emulate draw the same spikes for a sample, and so do parts of a run")
  func sameSpikes() throws {
    try withEmptyFolder { folder in
      // The first 50 images calibrate, so that compare's first sample is the file's number 50.
      try BuiltProgram.succeed(
        ["compare", DigitsFixture.model, "--profile", "crossbar-256", "--coding", "poisson"]
          + ["-T", "6", "--iterations", "50", "--samples", "40", "--waterfall", "0"]
          + ["--save-image", "d.chip", "--predictions", "compare.npy"] + Self.data, in: folder)
      let run = ["emulate", "d.chip", "--data", DigitsFixture.images]
      try BuiltProgram.succeed(run + ["--predictions", "emulate.npy"], in: folder)
      let compared = try predictions("compare.npy", folder)
      let emulated = try predictions("emulate.npy", folder)
      #expect(compared.count == 40 && emulated.count == 500)
      #expect(Array(emulated[50..<90]) == compared)
      // In 6 steps of noise some answers depend on the draw: other numbers of samples would show.
      let image = try ChipFile.decode(try folder.bytes(of: "d.chip"), name: "d.chip")
      let samples = try SampleFile.read(path: DigitsFixture.images)
      var shifted = samples
      shifted.numbers = (0..<samples.count).map { $0 + 1000 }
      let emulator = try Emulator(image: image, profile: try ProfileFile.load("crossbar-256"))
      #expect(try emulator.run(shifted, threads: 2).predictions != emulated)
      let text = try BuiltProgram.succeed(run + ["--samples", "30", "--json"], in: folder)
      for part in 1...3 {
        try BuiltProgram.succeed(
          run + ["--samples", "30", "--shard", "\(part)/3", "-o", "\(part).json"], in: folder)
      }
      let merged = try BuiltProgram.succeed(
        ["merge", "1.json", "2.json", "3.json", "--json"], in: folder)
      #expect(merged.output == text.output)
    }
  }

  private func predictions(_ name: String, _ folder: URL) throws -> [Int32] {
    try SampleFile.readLabels(path: folder.appendingPathComponent(name).path).map { Int32($0) }
  }

  @Test("more steps, better answers; each T of a sweep is a run of its own, of the same spikes")
  func accuracy() throws {
    try withEmptyFolder { folder in
      let report = try BuiltProgram.succeed(
        ["sweep", DigitsFixture.model, "--profile", "crossbar-256", "--coding", "poisson"]
          + ["--timesteps", "4,16,64,256", "--iterations", "300", "--samples", "200", "--json"]
          + Self.data + ["--calibration", DigitsFixture.training], in: folder
      ).json()
      let points = report["points"]?.elements ?? []
      #expect(points.compactMap { $0["timesteps"]?.int } == [4, 16, 64, 256])
      let accuracies = points.compactMap { $0["accuracy"]?.double }
      try #require(accuracies.count == 4)
      #expect(accuracies == accuracies.sorted())
      #expect(accuracies[0] < 0.9 && accuracies[2] > 0.95 && accuracies[3] > 0.97)
      // The point of T = 16 is what the same network does in 16 steps.
      let alone = try BuiltProgram.succeed(
        ["sweep", DigitsFixture.model, "--profile", "crossbar-256", "--coding", "poisson"]
          + ["--timesteps", "16", "--iterations", "300", "--samples", "200", "--json"]
          + Self.data + ["--calibration", DigitsFixture.training], in: folder
      ).json()
      #expect(alone.value(at: "/points/0/accuracy")?.double == accuracies[1])
      #expect(
        alone.value(at: "/points/0/synapticOperations") == points[1]["synapticOperations"])
    }
  }

  @Test("window codes refuse it, and a word that is no coding is a usage error")
  func refused() throws {
    try withEmptyFolder { folder in
      for method in ["bit-serial", "ttfs"] {
        let run = try BuiltProgram.run(
          ["convert", DigitsFixture.model, "--coding", "poisson", "--method", method, "-T", "6"]
            + ["--calibration", DigitsFixture.training, "-o", "d.snn"], in: folder)
        #expect(run.status == 1 && run.errors.contains("has 'poisson'"), "\(run.errors)")
      }
      let run = try BuiltProgram.run(
        ["convert", DigitsFixture.model, "--coding", "poison", "-o", "d.snn"]
          + DigitsFixture.conversion, in: folder)
      #expect(run.status == 64 && run.errors.contains("direct, rate, poisson"))
    }
  }
}
