import Foundation
import LoomBase
import Testing

@Suite("The image alone")
struct ImageAloneTests {
  private static let counts = [
    "synapticOperations", "loweringOperations", "frontEndMacs", "neuronUpdates", "spikes",
    "packets", "packetHops",
  ]
  private static let energies = [
    "totalPicojoules", "dynamicPicojoules", "staticPicojoules", "staticWindowNanoseconds",
    "frontEndPicojoules", "loweringPicojoules",
  ]

  @Test(
    "a stripped image, a profile and the data give the answers and counts of compare",
    arguments: DigitsFixture.profiles)
  func sameAsCompare(profile: String) throws {
    try withEmptyFolder { folder in
      let compared = try BuiltProgram.succeed(
        [
          "compare", DigitsFixture.model, "--data", DigitsFixture.images, "--labels",
          DigitsFixture.labels, "--profile", profile, "--samples", "40", "--json",
          "--predictions", "p.npy",
        ] + DigitsFixture.conversion, in: folder
      ).json()
      try BuiltProgram.succeed(
        ["compile", DigitsFixture.model, "--profile", profile, "--strip", "-o", "digits.chip"]
          + DigitsFixture.conversion, in: folder)
      let predictions = try folder.bytes(of: "p.npy")
      let emulated = try emulateElsewhere(try folder.bytes(of: "digits.chip"), profile)

      #expect(emulated.predictions == predictions)
      #expect(emulated.report["latency"] == compared["latency"])
      for key in Self.counts {
        try expectSame(emulated.report["operations"]?[key], compared["operations"]?[key], key)
      }
      for key in Self.energies {
        try expectSame(emulated.report["energy"]?[key], compared["energy"]?[key], key)
      }
      #expect((compared["operations"]?["synapticOperations"]?.double ?? 0) > 0)
      #expect((compared["energy"]?["totalPicojoules"]?.double ?? 0) > 0)
    }
  }

  private func expectSame(_ left: JSONValue?, _ right: JSONValue?, _ key: String) throws {
    let number = try #require(left?.double, "emulate reports \(key)")
    #expect(number == right?.double, "\(key)")
  }

  /// Emulates where nothing else is: the image, a profile file, the samples.
  private func emulateElsewhere(
    _ chip: [UInt8], _ profile: String
  ) throws -> (predictions: [UInt8], report: JSONValue) {
    try withEmptyFolder { folder in
      try folder.put(chip, as: "digits.chip")
      let source = CheckOut.root.appendingPathComponent("HardwareProfiles")
      try folder.put(try source.bytes(of: "\(profile).json"), as: "profile.json")
      try folder.put(try DigitsFixture.folder.bytes(of: "test_images.npy"), as: "images.npy")
      let report = try BuiltProgram.succeed(
        [
          "emulate", "digits.chip", "--data", "images.npy", "--profile", "profile.json",
          "--samples", "40", "--predictions", "p.npy", "--json",
        ], in: folder
      ).json()
      return (try folder.bytes(of: "p.npy"), report)
    }
  }

  @Test("stripping removes every name of the model", arguments: DigitsFixture.profiles)
  func namesAreGone(profile: String) throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.network(), as: "digits.snn")
      try BuiltProgram.succeed(
        ["compile", "digits.snn", "--profile", profile, "--strip", "-o", "digits.chip"], in: folder)
      let stripped = Data(try folder.bytes(of: "digits.chip"))
      let full = Data(try DigitsFixture.chip(profile))
      #expect(full.range(of: Data("Conv".utf8)) != nil)
      #expect(stripped.range(of: Data("Conv".utf8)) == nil)
    }
  }
}
