import Foundation
import LoomBase
import LoomImport
import Testing

/// Parts of `emulate` and `sweep`, put together: the bytes of the undivided run.
@Suite("Merge")
struct MergeTests {
  static let counts = [1, 2, 3, 7]
  private static let samples = [
    "--data", DigitsFixture.images, "--labels", DigitsFixture.labels, "--samples",
  ]

  /// Runs a command in parts (numbers of threads change) and merges them, the last file first.
  private func merged(
    _ words: [String], parts count: Int, _ more: [String] = [], in folder: URL
  ) throws -> ProgramRun {
    for part in 1...count {
      try BuiltProgram.succeed(
        words + ["--shard", "\(part)/\(count)", "-o", "\(part).json"]
          + ["--threads", "\(part % 2 + 1)"], in: folder)
    }
    let files = (1...count).reversed().map { "\($0).json" }
    return try BuiltProgram.succeed(["merge"] + files + more, in: folder)
  }

  @Test(
    "emulate: JSON, text and predictions of merged parts are those of one run, in both timing modes",
    arguments: DigitsFixture.profiles, ["analytic", "event"])
  func emulate(profile: String, timing: String) throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.chip(profile), as: "d.chip")
      for (count, samples) in zip(Self.counts + [7], [24, 24, 24, 24, 5]) {
        let words = ["emulate", "d.chip", "--timing", timing] + Self.samples + ["\(samples)"]
        let text = try BuiltProgram.succeed(words + ["--predictions", "one.npy"], in: folder)
        let json = try BuiltProgram.succeed(words + ["--json"], in: folder)
        let merged = try merged(
          words, parts: count, ["-o", "all.json", "--predictions", "all.npy"], in: folder)
        #expect(merged.output == text.output, "\(count) parts")
        #expect(try folder.bytes(of: "all.json") == Array(json.output.utf8), "\(count) parts")
        #expect(try folder.bytes(of: "all.npy") == folder.bytes(of: "one.npy"), "\(count) parts")
        let again = try BuiltProgram.succeed(
          ["merge"] + (1...count).map { "\($0).json" } + ["--json"], in: folder)
        #expect(again.output == json.output, "\(count) parts")
        let accuracy = try json.json()["accuracy"]?["chip"]?.double ?? 0
        #expect(accuracy > 0.5)
      }
    }
  }

  @Test(
    "emulate: durations whose sums are rounded, no labels, and a budget, as in one run")
  func emulateOptions() throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.chip("crossbar-256"), as: "d.chip")
      let budget = """
        {"schema": "spikeloom.budget/1", "maximumEnergyPicojoules": 1, "maximumCores": 4096}
        """
      try folder.put(Array(budget.utf8), as: "budget.json")
      let words = [
        "emulate", "d.chip", "--data", DigitsFixture.images, "--samples", "24", "--set",
        "/times/reset=123", "--set", "/times/neuronUpdate=0.7713", "--set",
        "/times/synapticOperation=0.1371",
      ]
      let one = try BuiltProgram.run(words + ["--json"], in: folder)
      let all = try merged(words, parts: 3, ["--json"], in: folder)
      #expect(one.status == 0 && all.output == one.output)
      let limited = try BuiltProgram.run(
        words + ["--json", "--budget", "budget.json"], in: folder)
      let kept = try BuiltProgram.run(
        ["merge", "1.json", "2.json", "3.json", "--json", "--budget", "budget.json"], in: folder)
      #expect(kept.status == limited.status && kept.output == limited.output)
    }
  }

  @Test("emulate --scores: output tensors and another metric are those of one run")
  func scores() throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.chip("loihi1-silicon-fit"), as: "d.chip")
      let targets = (0..<5000).map { Float($0 % 17) }
      try folder.put(NumpyFile.encode(shape: [500, 10], floats: targets), as: "t.npy")
      let words = ["emulate", "d.chip", "--data", DigitsFixture.images, "--samples", "11"]
      let judged = ["--metric", "mse", "--labels", "t.npy", "--json"]
      let one = try BuiltProgram.succeed(words + judged + ["--outputs", "one.npy"], in: folder)
      let all = try merged(
        words + ["--scores"], parts: 3, judged + ["--outputs", "all.npy"], in: folder)
      #expect(all.output == one.output)
      #expect(try folder.bytes(of: "all.npy") == folder.bytes(of: "one.npy"))
      #expect(try #require(all.json().value(at: "/accuracy/chip")?.double) > 0)
      _ = try merged(words, parts: 2, in: folder)
      for more in [Array(judged.dropLast()), ["--outputs", "all.npy"]] {
        #expect(try refused(["1.json", "2.json"] + more, in: folder).contains("SL1855"))
      }
    }
  }

  private static let sweep =
    ["sweep", DigitsFixture.model] + samples + ["20"]
    + ["--calibration", DigitsFixture.training, "--calibration-samples", "60"]

  @Test(
    "sweep: merged parts are one run, with early exit, times of few samples, a conversion for each T",
    arguments: DigitsFixture.profiles)
  func sweeps(profile: String) throws {
    for words in [
      [
        "-T", "2,5,8", "--early-exit", "--latency-samples", "6", "--iterations", "30", "--timing",
        "event",
      ],
      ["-T", "3,4"]
        + (profile == "crossbar-256"
          ? ["--method", "bit-serial"] : ["--method", "percentile", "--convert", "each"]),
    ] {
      try withEmptyFolder { folder in
        let words = Self.sweep + ["--profile", profile] + words
        let text = try BuiltProgram.succeed(words, in: folder)
        let json = try BuiltProgram.succeed(words + ["--json"], in: folder)
        for count in Self.counts {
          let merged = try merged(words, parts: count, ["-o", "all.json"], in: folder)
          #expect(merged.output == text.output, "\(count) parts")
          #expect(try folder.bytes(of: "all.json") == Array(json.output.utf8), "\(count) parts")
        }
      }
    }
  }

  @Test("options that need all samples, and parts that cannot be, are usage errors")
  func usage() throws {
    let emulate = ["emulate", "none.chip", "--data", "none.npy"]
    for (words, said) in [
      (["--shard", "1/2"], "'--output' is needed"), (["-o", "p.json"], "goes with '--shard'"),
      (["--shard", "0/2", "-o", "p.json"], "K/N"), (["--shard", "3/2", "-o", "p.json"], "K/N"),
      (["--shard", "1", "-o", "p.json"], "K/N"), (["--shard", "1/2/3", "-o", "p.json"], "K/N"),
      (["--shard", "1/1025", "-o", "p.json"], "K/N"),
      (["--shard", "1/2", "-o", "p.json", "--index", "3"], "'--index'"),
      (["--shard", "1/2", "-o", "p.json", "--sensitivity"], "'--sensitivity'"),
      (["--shard", "1/2", "-o", "p.json", "--metric", "mse"], "'merge'"),
      (["--scores"], "goes with '--shard'"),
    ] {
      let run = try withEmptyFolder { try BuiltProgram.run(emulate + words, in: $0) }
      #expect(run.status == 64 && run.errors.contains(said), "\(words): \(run.errors)")
    }
    let none = try withEmptyFolder { try BuiltProgram.run(["merge"], in: $0) }
    #expect(none.status == 64)
  }

  /// Two parts of each of several runs that differ in one thing.
  private func refused(_ words: [String], in folder: URL) throws -> String {
    let run = try BuiltProgram.run(["merge", "--json"] + words, in: folder)
    #expect(run.status == 1 && run.output.isEmpty, "\(words): \(run.errors)")
    return run.errors
  }

  @Test("parts that are missing, there twice, or of another run are refused, all at once")
  func refusals() throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.chip("crossbar-256"), as: "d.chip")
      try folder.put(try DigitsFixture.chip("loihi1-silicon-fit"), as: "e.chip")
      func part(_ name: String, _ shard: String, _ words: [String] = [], image: String = "d") throws
      {
        let data = ["--data", DigitsFixture.images, "--samples", "8"]
        try BuiltProgram.succeed(
          ["emulate", "\(image).chip", "--shard", shard, "-o", name] + data + words, in: folder)
      }
      for number in 1...3 { try part("\(number)", "\(number)/3") }
      try part("other", "2/3", image: "e")
      try part("event", "2/3", ["--timing", "event"])
      try part("priced", "2/3", ["--set", "/prices/neuronSpike=9"])
      try part("labels", "2/3", ["--labels", DigitsFixture.labels])
      try part("two", "2/2")
      #expect(try BuiltProgram.run(["merge", "3", "1", "2"], in: folder).status == 0)
      #expect(try refused(["1", "3"], in: folder).contains("SL1852"))
      #expect(try refused(["1", "2", "2", "3"], in: folder).contains("SL1853"))
      #expect(try refused(["1", "2", "3", "two"], in: folder).contains("SL1854"))
      let other = try refused(["1", "other", "3"], in: folder)
      #expect(other.contains("SL1851") && other.contains("the image"), "\(other)")
      #expect(try refused(["1", "event", "3"], in: folder).contains("'--timing'"))
      #expect(try refused(["1", "priced", "3"], in: folder).contains("the profile"))
      #expect(try refused(["1", "labels", "3"], in: folder).contains("the labels"))
      #expect(try refused(["1", "none", "3"], in: folder).contains("SL1203"))
      #expect(try refused(["1", "d.chip", "3"], in: folder).contains("SL1850"))
      try part("again", "1/3", image: "e")
      let all = try refused(["1", "again", "two", "d.chip"], in: folder)
      for code in ["SL1850", "SL1851", "SL1852", "SL1853", "SL1854"] {
        #expect(all.contains(code), "\(code): \(all)")
      }
    }
  }

  @Test("parts of sweeps over other T are refused")
  func otherTimesteps() throws {
    try withEmptyFolder { folder in
      let words = Self.sweep + ["--profile", "crossbar-256"]
      try BuiltProgram.succeed(
        words + ["-T", "2,4", "--shard", "1/2", "-o", "a"], in: folder)
      try BuiltProgram.succeed(
        words + ["-T", "2,5", "--shard", "2/2", "-o", "b"], in: folder)
      let said = try refused(["a", "b"], in: folder)
      #expect(said.contains("'-T'") && said.contains("2,4") && said.contains("2,5"), "\(said)")
    }
  }

  /// Values no part file has where it has something else.
  private static let strange: [JSONValue] = [
    .null, .integer(-1), .integer(.max), .integer(.min), .number(1e308), .number(-0.5), .text(""),
    .array([]), .object([:]), .boolean(true), .integer(0), .number(1.8e19),
  ]

  /// One value somewhere in a document replaced or removed.
  private static func mutated(
    _ value: JSONValue, _ generator: inout SeededGenerator
  ) -> JSONValue {
    switch value {
    case .object(var members) where !members.isEmpty && generator.next() % 8 > 0:
      let keys = members.keys.sorted()
      let key = keys[Int(generator.next() % UInt64(keys.count))]
      if generator.next() % 10 == 0 {
        members[key] = nil
      } else if let member = members[key] {
        members[key] = mutated(member, &generator)
      }
      return .object(members)
    case .array(var values) where !values.isEmpty && generator.next() % 8 > 0:
      let index = Int(generator.next() % UInt64(values.count))
      if generator.next() % 10 == 0 {
        values.remove(at: index)
      } else {
        values[index] = mutated(values[index], &generator)
      }
      return .array(values)
    default: return strange[Int(generator.next() % UInt64(strange.count))]
    }
  }

  @Test("altered part files never trap: they are refused with a reason or merged")
  func fuzz() throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.chip("crossbar-256"), as: "d.chip")
      let emulate =
        ["emulate", "d.chip", "--timing", "event"] + Self.samples + ["6"] + ["--scores"]
      let sweep =
        Self.sweep + ["--profile", "loihi1-silicon-fit", "-T", "2,4", "--early-exit"]
      var generator = SeededGenerator(seed: 7)
      var refused = 0
      for words in [emulate, sweep] {
        for part in 1...2 {
          try BuiltProgram.succeed(
            words + ["--shard", "\(part)/2", "-o", "\(part)"], in: folder)
        }
        let bytes = try folder.bytes(of: "2")
        let document = try JSONText.decode(bytes)
        for round in 0..<120 {
          var altered = bytes
          if round % 4 == 0 {
            altered[Int(generator.next() % UInt64(bytes.count))] = UInt8(generator.next() % 256)
          } else if round % 16 == 1 {
            altered = Array(bytes.prefix(Int(generator.next() % UInt64(bytes.count))))
          } else {
            altered = Array(JSONText.encode(Self.mutated(document, &generator)).utf8)
          }
          try folder.put(altered, as: "x")
          let run = try BuiltProgram.run(["merge", "1", "x", "--json"], in: folder)
          #expect([0, 1].contains(run.status), "round \(round): \(run.errors)")
          if run.status == 1 {
            refused += 1
            #expect(run.errors.contains("SL"), "round \(round): \(run.errors)")
          }
        }
      }
      #expect(refused > 100)
    }
  }
}
