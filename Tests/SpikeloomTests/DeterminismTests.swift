import Foundation
import LoomBase
import Testing

@Suite("Determinism")
struct DeterminismTests {
  /// Everything one pass over the road leaves, as bytes.
  private struct Pass {
    var network: [UInt8]
    var chip: [UInt8]
    var predictions: [UInt8]
    var convertReport: String
    var compileReport: String
    var compareReport: String
  }

  private func pass(threads: Int, profile: String) throws -> Pass {
    try withEmptyFolder { folder in
      let common = ["--threads", "\(threads)", "--json"]
      let converted = try BuiltProgram.succeed(
        ["convert", DigitsFixture.model, "-o", "d.snn"] + DigitsFixture.conversion + common,
        in: folder)
      let compiled = try BuiltProgram.succeed(
        ["compile", "d.snn", "--profile", profile, "-o", "d.chip"] + common, in: folder)
      let compared = try BuiltProgram.succeed(
        [
          "compare", DigitsFixture.model, "--data", DigitsFixture.images, "--labels",
          DigitsFixture.labels, "--samples", "40", "--profile", profile, "--predictions", "p.npy",
        ] + DigitsFixture.conversion + common, in: folder)
      var report = try #require(try compared.json().members)
      let host = report.removeValue(forKey: "host")
      #expect(host != nil)
      return Pass(
        network: try folder.bytes(of: "d.snn"), chip: try folder.bytes(of: "d.chip"),
        predictions: try folder.bytes(of: "p.npy"), convertReport: converted.output,
        compileReport: compiled.output, compareReport: JSONText.encode(.object(report)))
    }
  }

  @Test(
    "the same commands give the same bytes, twice and with one or two threads",
    arguments: DigitsFixture.profiles)
  func sameBytes(profile: String) throws {
    let first = try pass(threads: 2, profile: profile)
    let again = try pass(threads: 2, profile: profile)
    let alone = try pass(threads: 1, profile: profile)
    for other in [again, alone] {
      #expect(other.network == first.network)
      #expect(other.chip == first.chip)
      #expect(other.predictions == first.predictions)
      #expect(other.convertReport == first.convertReport)
      #expect(other.compileReport == first.compileReport)
      #expect(other.compareReport == first.compareReport)
    }
  }
}
