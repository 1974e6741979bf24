import Foundation
import LoomBase
import LoomImport
import Testing

@Suite("--metric")
struct MetricFlagsTests {
  /// A comparison of two digits by another metric than top-1.
  private func compare(
    _ metric: String, _ targets: [UInt8], status: Int32 = 0, more: [String] = []
  ) throws -> ProgramRun {
    try withEmptyFolder { folder in
      try folder.put(targets, as: "targets.npy")
      let run = try BuiltProgram.run(
        [
          "compare", DigitsFixture.model, "--data", DigitsFixture.images, "--labels",
          "targets.npy", "--metric", metric, "--profile", "crossbar-256", "--samples", "2",
          "--json",
        ] + DigitsFixture.conversion + more, in: folder)
      #expect(run.status == status, "\(run.errors)")
      return run
    }
  }

  @Test("the mean squared error against the ANN's own logits is zero for the ANN, small on chip")
  func squares() throws {
    let reference = try SampleFile.read(
      path: ExampleFiles.path("digits/reference_logits_cnn.npy"))
    guard case .floats(let logits) = reference.storage else {
      Issue.record("logits are floats")
      return
    }
    let padded = logits + [Float](repeating: 0, count: 500 * 10 - logits.count)
    let report = try compare("mse", NumpyFile.encode(shape: [500, 10], floats: padded)).json()
    let ann = try #require(report.value(at: "/accuracy/ann")?.double)
    let spiking = try #require(report.value(at: "/accuracy/spiking")?.double)
    let chip = try #require(report.value(at: "/accuracy/chip")?.double)
    let power = logits.prefix(20).reduce(0) { $0 + Double($1 * $1) } / 20
    #expect(ann < 1e-8)
    #expect(spiking > 0 && spiking < 0.25 * power, "\(spiking) of \(power)")
    #expect(chip > 0 && chip < 0.25 * power, "\(chip) of \(power)")
  }

  @Test("top-1 stays what it was, with its name in the report")
  func topOne() throws {
    let labels = try DigitsFixture.folder.bytes(of: "test_labels.npy")
    let report = try compare("top1", labels).json()
    #expect(report["metric"]?.string == "top1")
    #expect(report.value(at: "/accuracy/ann")?.double == 1)
  }

  @Test("an unknown metric, and targets that do not suit, are refused with a sentence")
  func refusals() throws {
    let labels = try DigitsFixture.folder.bytes(of: "test_labels.npy")
    #expect(try compare("auc", labels, status: 64).errors.contains("top1, miou, map50, mse"))
    #expect(try compare("miou", labels, status: 1).errors.contains("SL1820"))
    let masks = NumpyFile.encode(shape: [500, 8, 8], bytes: [UInt8](repeating: 0, count: 32_000))
    #expect(try compare("miou", masks, status: 1).errors.contains("needs masks as large as"))
    #expect(try compare("map50", masks, status: 1).errors.contains("N × K × 5"))
    let few = NumpyFile.encode(shape: [3, 10], floats: [Float](repeating: 0, count: 30))
    #expect(try compare("mse", few, status: 1).errors.contains("targets of 500 samples"))
    let short = NumpyFile.encode(shape: [500, 4], floats: [Float](repeating: 0, count: 2000))
    #expect(try compare("mse", short, status: 1).errors.contains("10×1×1"))
    let broken = NumpyFile.encode(
      shape: [500, 1, 5], floats: [0, 4, 4, 2, 2] + [Float](repeating: -1, count: 2495))
    #expect(try compare("map50", broken, status: 1).errors.contains("left < right"))
    let odd = NumpyFile.encode(
      shape: [500, 10], floats: [Float.nan] + [Float](repeating: 0, count: 4999))
    #expect(try compare("mse", odd, status: 1).errors.contains("finite"))
    let boxes = NumpyFile.encode(
      shape: [500, 1, 5], floats: [Float](repeating: -1, count: 2500))
    #expect(
      try compare("map50", boxes, status: 1, more: ["--classes", "4"]).errors.contains("5 + 4"))
  }

  @Test("an output that fires is written as spikes a step: two of three in the hand-worked network")
  func spikingOutput() throws {
    try withEmptyFolder { folder in
      let profile = ["--profile", ExampleFiles.path("handworked/profile.json")]
      try BuiltProgram.succeed(
        ["compile", ExampleFiles.path("handworked/network.snn"), "-o", "x.chip"] + profile,
        in: folder)
      let sample = ["--data", ExampleFiles.path("handworked/sample.npy")]
      try BuiltProgram.succeed(
        ["emulate", "x.chip", "--outputs", "o.npy"] + sample + profile, in: folder)
      let written = try SampleFile.read(try folder.bytes(of: "o.npy"), name: "o.npy")
      #expect(written.count == 1 && written.sampleShape == [1, 1, 1])
      guard case .floats(let values) = written.storage else {
        Issue.record("tensors are floats")
        return
      }
      #expect(abs(values[0] - 2.0 / 3) < 1e-6)
    }
  }

  @Test("a stripped image gives no tensors in the ANN's units, and says so")
  func stripped() throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.network(), as: "digits.snn")
      try BuiltProgram.succeed(
        ["compile", "digits.snn", "--profile", "crossbar-256", "--strip", "-o", "bare.chip"],
        in: folder)
      let run = try BuiltProgram.run(
        ["emulate", "bare.chip", "--data", DigitsFixture.images, "--outputs", "o.npy"], in: folder)
      #expect(run.status == 1 && run.errors.contains("SL1822"))
      #expect(try folder.names() == ["bare.chip", "digits.snn"])
    }
  }
}
