import Foundation
import LoomBase
import Testing

/// `--tune`: full scales of all layers together, from the command line to the chip.
@Suite("Tuning from the command line")
struct TuneFlagTests {
  private func agreement(
    _ flags: [String]
  ) throws -> (share: Double, remarks: String, reason: String) {
    try withEmptyFolder { folder in
      let report = try BuiltProgram.succeed(
        [
          "compare", DigitsFixture.model, "--data", DigitsFixture.images, "--profile",
          "crossbar-256", "--samples", "200", "--json", "--calibration", DigitsFixture.training,
          "--calibration-samples", "400", "--method", "bit-serial", "--waterfall", "0",
        ] + (flags.contains("-T") ? [] : ["-T", "1"]) + flags, in: folder
      ).json()
      let remarks = report["remarks"]?.elements?.compactMap(\.string) ?? []
      return (
        try #require(report["agreement"]?.double),
        remarks.first { $0.contains("full scales and biases") } ?? "",
        remarks.first { $0.contains("mean divergence of") } ?? ""
      )
    }
  }

  @Test(
    "one bit an activation: the chip gives the ANN's answer more often, and the report says why")
  func digits() throws {
    let (plain, tuned) = (try agreement(["--tune", "0"]), try agreement(["--tune", "8"]))
    #expect(plain.remarks.isEmpty)
    #expect(tuned.remarks.contains("tuned in 8 passes"))
    #expect(tuned.share > plain.share + 0.02, "\(plain) \(tuned)")
  }

  @Test(
    "where calibration leaves much it is tuned unasked, and the report says so; where little, not")
  func needed() throws {
    let (asked, needed) = (try agreement(["--tune", "10"]), try agreement([]))
    #expect(needed.remarks.hasPrefix(asked.remarks) && needed.share == asked.share)
    #expect(needed.reason.contains("tuned because calibration leaves a mean divergence of"))
    #expect(asked.reason.isEmpty)
    let fine = try agreement(["-T", "6"])
    #expect(fine.remarks.isEmpty && fine.reason.isEmpty && fine.share > 0.98)
  }

  @Test("sums that a tail on the host reads are numbers, not classes")
  func tail() throws {
    let found = try agreement(["--tune", "1", "--host", "tail:/11/Gemm"])
    #expect(found.remarks.contains("squared error"), "\(found)")
  }

  @Test("methods that have no full scales refuse it before any work starts")
  func refused() throws {
    try withEmptyFolder { folder in
      let done = try BuiltProgram.run(
        [
          "compare", DigitsFixture.model, "--data", DigitsFixture.images, "--profile",
          "crossbar-256", "--calibration", DigitsFixture.training, "-T", "4", "--tune", "3",
        ], in: folder)
      #expect(done.status == 64)
      #expect(done.errors.contains("'--tune' needs --method bit-serial or ttfs"))
    }
  }
}
