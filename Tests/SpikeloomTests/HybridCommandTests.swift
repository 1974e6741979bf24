import Foundation
import LoomBase
import Testing

@Suite("Hybrid: --host on the command line")
struct HybridCommandTests {
  static let data = ["--data", DigitsFixture.images, "--labels", DigitsFixture.labels]
  static let host = ["--host", "/0/0.0/Conv,/11/Gemm"]

  private static func compare(_ extra: [String]) throws -> JSONValue {
    try withEmptyFolder { folder in
      try BuiltProgram.succeed(
        ["compare", DigitsFixture.model] + data + DigitsFixture.conversion
          + ["--profile", "loihi1-silicon-fit", "--waterfall", "20", "--json"] + extra, in: folder
      ).json()
    }
  }

  @Test("digits with first and last layer on the host: accuracy, MACs, bits, energy")
  func compare() throws {
    let plain = try Self.compare([])
    let hybrid = try Self.compare(Self.host)
    func number(_ json: JSONValue, _ pointer: String) throws -> Double {
      try #require(json.value(at: pointer)?.double, "\(pointer)")
    }
    let (one, other) = (
      try number(plain, "/accuracy/chip"), try number(hybrid, "/accuracy/chip")
    )
    // 500 pictures: two deviations of a difference of two shares near 0.97 are 0.02.
    #expect(one > 0.9 && other > one - 0.02)
    #expect(try number(plain, "/accuracy/ann") == number(hybrid, "/accuracy/ann"))
    let expected: [(String, Double)] = [
      // 16 × 8 × 8 outputs × 9 weights; 64 × 10.
      ("/hybrid/head/macs", 9216.0), ("/hybrid/tail/macs", 640),
      // A bias of 16 bits for every output of the convolution; 64 sums of 24 bits, read twice (delayed).
      ("/hybrid/head/bits", 1024 * 16), ("/hybrid/tail/bits", 2 * 64 * 24),
      ("/hybrid/head/macPicojoules", 9216 * 3.2), ("/hybrid/tail/macPicojoules", 640 * 3.2),
      ("/hybrid/head/linkPicojoules", 1024 * 100), ("/hybrid/tail/linkPicojoules", 128 * 150),
    ]
    for (pointer, value) in expected {
      #expect(try abs(number(hybrid, pointer) - value) < 1e-6 * value, "\(pointer)")
    }
    #expect(try number(plain, "/operations/macs") == number(hybrid, "/operations/macs"))
    #expect(
      hybrid["hybrid"]?["tail"]?["nodes"]?.elements?.map(\.string) == ["/10/Relu", "/11/Gemm"])
    #expect(plain["hybrid"] == .null)
    let verdict = try #require(hybrid.value(at: "/verdict/text")?.string)
    #expect(verdict.contains("runs on the host"))
  }

  @Test("convert, compile and verify agree bit for bit on what the head gives")
  func verify() throws {
    try withEmptyFolder { folder in
      try BuiltProgram.succeed(
        ["convert", DigitsFixture.model] + DigitsFixture.conversion + Self.host + [
          "--data", DigitsFixture.images, "--save-boundary", "entering.npy", "-o", "part.snn",
        ], in: folder)
      try BuiltProgram.succeed(
        ["compile", "part.snn", "--profile", "loihi1-silicon-fit", "-o", "part.chip"], in: folder)
      let run = try BuiltProgram.succeed(
        ["verify", "part.chip", "part.snn", "--data", "entering.npy", "--samples", "5"], in: folder)
      #expect(run.output.contains("every score equal"))
      try BuiltProgram.succeed(
        ["emulate", "part.chip", "--data", "entering.npy", "--samples", "5"], in: folder)
      let raw = try BuiltProgram.run(
        ["emulate", "part.chip", "--data", DigitsFixture.images, "--samples", "5"], in: folder)
      #expect(raw.status == 1)
    }
  }

  @Test("a boundary has the first samples, if so many are asked for")
  func fewer() throws {
    try withEmptyFolder { folder in
      for (name, flags) in [
        ("all.npy", ["--data", DigitsFixture.images]),
        ("five.npy", ["--data", DigitsFixture.images, "--samples", "5"]),
        ("calibration.npy", ["--samples", "5"]),
      ] {
        try BuiltProgram.succeed(
          ["convert", DigitsFixture.model] + DigitsFixture.conversion + Self.host + flags + [
            "--save-boundary", name, "-o", "part.snn",
          ], in: folder)
      }
      let header = 128
      func numbers(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: name)).dropFirst(header)
      }
      let (all, five) = (try numbers("all.npy"), try numbers("five.npy"))
      #expect(five == all.prefix(five.count) && all.count == 100 * five.count)
      #expect(try numbers("calibration.npy").count == five.count)
    }
  }

  @Test("sweep reads every T through the tail; early exit is refused there")
  func sweep() throws {
    let options =
      [
        "sweep", DigitsFixture.model, "--calibration", DigitsFixture.training,
        "--calibration-samples", "100", "--iterations", "50", "-T", "8,16", "--samples", "100",
        "--profile", "loihi1-silicon-fit",
      ] + Self.data + Self.host
    try withEmptyFolder { folder in
      let json = try BuiltProgram.succeed(options + ["--json"], in: folder).json()
      let points = try #require(json["points"]?.elements)
      #expect(points.count == 2)
      for point in points {
        #expect(try #require(point["accuracy"]?.double) > 0.9)
        #expect(point.value(at: "/hybrid/head/macs")?.double == 9216)
        #expect(try #require(point.value(at: "/hybrid/picojoules")?.double) > 0)
      }
      let refused = try BuiltProgram.run(options + ["--early-exit"], in: folder)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("SL1840"))
    }
  }

  @Test("predictions and outputs are those behind the tail")
  func files() throws {
    try withEmptyFolder { folder in
      try BuiltProgram.succeed(
        ["compare", DigitsFixture.model] + Self.data + DigitsFixture.conversion + Self.host + [
          "--profile", "loihi1-silicon-fit", "--waterfall", "0", "--samples", "20", "--outputs",
          "scores.npy", "--predictions", "classes.npy",
        ], in: folder)
      let scores = String(decoding: try folder.bytes(of: "scores.npy").prefix(120), as: UTF8.self)
      #expect(scores.contains("(20, 10, 1, 1)"))
      let classes = try folder.bytes(of: "classes.npy").suffix(80)
      let predicted = stride(from: 0, to: 80, by: 4).map { Int(classes[classes.startIndex + $0]) }
      #expect(Set(predicted).count > 5 && predicted.allSatisfy { $0 < 10 })
    }
  }

  @Test(
    "bad divisions end with exit code 1 and a code of their own",
    arguments: [
      ("nope", "SL2032"), ("head:/11/Gemm", "SL2034"), ("head:/6/Relu,tail:/6/Relu", "SL2034"),
      ("", "SL2031"),
    ])
  func refusals(names: String, code: String) throws {
    try withEmptyFolder { folder in
      let run = try BuiltProgram.run(
        ["convert", DigitsFixture.model] + DigitsFixture.conversion + ["--host", names], in: folder)
      #expect(run.status == 1)
      #expect(run.errors.contains(code))
    }
  }

  @Test("options that go with --host are refused without it")
  func usage() throws {
    try withEmptyFolder { folder in
      let alone = try BuiltProgram.run(
        ["convert", DigitsFixture.model] + DigitsFixture.conversion + ["--save-boundary", "b.npy"],
        in: folder)
      #expect(alone.status == 64)
      let tail = try BuiltProgram.run(
        ["convert", DigitsFixture.model] + DigitsFixture.conversion
          + ["--host", "/11/Gemm", "--save-boundary", "b.npy"], in: folder)
      #expect(tail.status == 64)
    }
  }
}
