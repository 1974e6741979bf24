import Foundation
import LoomBase
import Testing

@Suite("Does not fit")
struct DoesNotFitTests {
  /// Compiles with overridden limits; the refusal's error lines.
  private func refusal(_ profile: String, _ limits: [String]) throws -> [String] {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.network(), as: "digits.snn")
      let run = try BuiltProgram.run(
        ["compile", "digits.snn", "--profile", profile, "-o", "out.chip"]
          + limits.flatMap { ["--set", $0] }, in: folder)
      #expect(run.status == 2, "\(run.errors)")
      #expect(run.output.isEmpty)
      #expect(try folder.names() == ["digits.snn"])
      let errors = run.errors.split(separator: "\n").map(String.init)
        .filter { $0.hasPrefix("error ") }
      #expect(!errors.isEmpty)
      for line in errors {
        #expect(line.contains(/needs .*\d.*, has .*\d/), "\(line)")
      }
      return errors
    }
  }

  @Test(
    "too few input axons are said for every layer that needs more",
    arguments: DigitsFixture.profiles)
  func axons(profile: String) throws {
    let errors = try refusal(profile, ["/core/axonsIn=8"])
    for layer in ["/3/Relu", "/6/Relu", "/10/Relu", "logits"] {
      #expect(
        errors.contains { $0.contains("layer '\(layer)'") && $0.contains("input axons") },
        "\(layer)")
    }
    #expect(errors.allSatisfy { $0.hasSuffix("has 8") })
  }

  @Test("too few chips", arguments: DigitsFixture.profiles)
  func chips(profile: String) throws {
    let errors = try refusal(
      profile,
      [
        "/topology/maximumChips=1", "/topology/chipColumns=1", "/topology/tileColumns=1",
        "/topology/tileRows=1", "/topology/coresPerTile=1",
      ])
    #expect(errors.contains { $0.contains("compartments") && $0.hasSuffix("on all chips") })
  }

  @Test(
    "several violated limits come together",
    arguments: [
      (
        "loihi1-silicon-fit", ["/core/axonsIn=8", "/core/neurons=1"],
        ["input axons", "compartments"]
      ),
      (
        "crossbar-256", ["/core/axonsIn=8", "/core/synapses/rows=8", "/core/synapses/arrays=1"],
        ["input axons", "crossbars"]
      ),
    ])
  func together(profile: String, limits: [String], resources: [String]) throws {
    let errors = try refusal(profile, limits)
    for layer in ["/3/Relu", "/6/Relu", "/10/Relu", "logits"] {
      for resource in resources where layer != "logits" || resource != "compartments" {
        #expect(
          errors.contains { $0.contains("layer '\(layer)'") && $0.contains(resource) },
          "\(layer): \(resource)")
      }
    }
  }
}
