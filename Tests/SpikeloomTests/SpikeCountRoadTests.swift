import Foundation
import LoomBase
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import Testing

@Suite("Chips that give no potentials")
struct SpikeCountRoadTests {
  private static let blind = ["--set", "/neuron/potentialReadout=false"]
  private static let road = [
    DigitsFixture.model, "--data", DigitsFixture.images, "--labels", DigitsFixture.labels,
    "--calibration", DigitsFixture.training, "--samples", "100", "-T", "32",
  ]

  @Test(
    "the digits, spikes counted: a line of its own in the waterfall",
    arguments: DigitsFixture.profiles)
  func compare(profile: String) throws {
    try withEmptyFolder { folder in
      let arguments = ["compare"] + Self.road + Self.blind + ["--profile", profile]
      let run = try BuiltProgram.run(arguments + ["--json", "--save-image", "d.chip"], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      let report = try run.json()
      #expect(report["readout"] == .text("spikeCounts"))
      let stages = report["waterfall"]?["stages"]?.elements ?? []
      let names = stages.compactMap { $0["stage"]?.string }
      let place = try #require(names.firstIndex(of: "spikeCounts"))
      #expect(names[place - 1] == "spiking" && names[place + 1] == "integerWeights")
      #expect(stages[place]["title"] == .text("counts read instead of potentials"))
      let counted = stages[place]["accuracy"]?.double
      #expect(report["accuracy"]?["spiking"]?.double == counted)
      #expect((report["accuracy"]?["chip"]?.double ?? 0) >= 0.97)
      #expect(report["accuracy"]?["fixed"] == report["accuracy"]?["chip"])
      let image = try ChipFile.decode(folder.bytes(of: "d.chip"), name: "d.chip")
      #expect(image.spikeCounts != nil)
      #expect(image.populations.allSatisfy { $0.role != .readout })
    }
  }

  @Test(
    "chip and reference agree bit for bit, and the host's constants give logits",
    arguments: DigitsFixture.profiles)
  func verify(profile: String) throws {
    try withEmptyFolder { folder in
      let chip = ["--profile", profile] + Self.blind
      try BuiltProgram.succeed(
        ["compile", DigitsFixture.model] + DigitsFixture.conversion + chip + [
          "--save-fixed", "d.fixed.snn", "-o", "d.chip",
        ], in: folder)
      let fixed = try FixedPointNetworkFile.decode(folder.bytes(of: "d.fixed.snn"), name: "d")
      #expect(fixed.readout == .spikeCounts)
      let run = try BuiltProgram.run(
        ["verify", "d.chip", "d.fixed.snn", "--data", DigitsFixture.images, "--samples", "20"]
          + chip, in: folder)
      #expect(run.status == 0, "\(run.output) \(run.errors)")
      try BuiltProgram.succeed(
        [
          "emulate", "d.chip", "--data", DigitsFixture.images, "--samples", "20", "--outputs",
          "o.npy",
        ] + chip, in: folder)
      let image = try ChipFile.decode(folder.bytes(of: "d.chip"), name: "d.chip")
      let counts = try #require(image.spikeCounts)
      let logits = try SampleFile.array(
        folder.bytes(of: "o.npy"), name: "o.npy", preferring: [])
      guard case .floats(let values) = logits.elements else {
        Issue.record("outputs are floats")
        return
      }
      // Every number is a whole count times θ/(T − t0), less the offset.
      let steps = Double(image.schedule.timesteps - image.schedule.readoutStart)
      #expect(values.count == 200)
      for (place, value) in values.enumerated() {
        let channel = place % 10
        let count = (Double(value) + counts.offset[0][channel]) / counts.worth[0][channel] * steps
        #expect(abs(count - count.rounded()) < 1e-3 && count > -0.5 && count < steps + 0.5)
      }
      #expect(Set(values).count > 4)
    }
  }

  @Test("a sweep reads every T off one run, and stops early on counts")
  func sweep() throws {
    try withEmptyFolder { folder in
      let run = try BuiltProgram.run(
        [
          "sweep", DigitsFixture.model, "--data", DigitsFixture.images, "--labels",
          DigitsFixture.labels, "--calibration", DigitsFixture.training, "--samples", "60",
          "--iterations", "300", "-T", "8,16,32", "--convert", "once", "--early-exit",
          "--profile", "crossbar-256", "--json",
        ] + Self.blind, in: folder)
      #expect(run.status == 0, "\(run.errors)")
      let points = try run.json()["points"]?.elements ?? []
      #expect(points.count == 3)
      let accuracy = points.compactMap { $0["accuracy"]?.double }
      #expect((accuracy.last ?? 0) >= 0.95 && (accuracy.first ?? 1) <= (accuracy.last ?? 0))
    }
  }

  @Test("potentials asked of such a chip, and window codes, are refused in one diagnostic each")
  func refused() throws {
    try withEmptyFolder { folder in
      let chip = ["--profile", "crossbar-256", "-o", "d.chip"] + Self.blind
      let compile = ["compile", DigitsFixture.model] + DigitsFixture.conversion
      let potentials = try BuiltProgram.run(
        compile + chip + ["--readout", "potentials"], in: folder)
      #expect(potentials.status == 2)
      #expect(
        potentials.errors.contains("SL3006") && potentials.errors.contains("--readout counts"))
      let code = try BuiltProgram.run(
        [
          "compile", DigitsFixture.model, "--calibration", DigitsFixture.training, "-T", "4",
          "--method", "bit-serial",
        ] + chip, in: folder)
      #expect(code.status == 2)
      #expect(code.errors.contains("/neuron/potentialReadout"))
      let words = try BuiltProgram.run(
        compile + chip + ["--readout", "counts,potentials"], in: folder)
      #expect(words.status == 64)
    }
  }
}
