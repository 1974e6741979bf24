import Foundation
import LoomBase
import Testing

@Suite("Command tinyodin")
struct TinyODINCommandTests {
  private static let staged = ProcessInfo.processInfo.environment["SPIKELOOM_DATA"].map {
    "\($0)/tinyodin-rtl"
  }

  /// Three neurons as in the core's tests worked by hand: 10 sets off 0, which sets off 1 and 2.
  private func writeChain(into folder: URL) throws {
    var neurons = "neuron,disable,leak,thr,core\n0,0,1,3,0\n1,0,1,5,0\n2,0,1,2,0\n"
    for index in 3..<256 { neurons += "\(index),0,0,2047,0\n" }
    var rows = Array(repeating: Array(repeating: 0, count: 256), count: 256)
    rows[10][0...2] = [3, 2, 1]
    rows[0][0...2] = [0, 3, 1]
    let weights = rows.map { $0.map(String.init).joined(separator: " ") }.joined(separator: "\n")
    let config = "aer_src,0\nopen_loop,0\nmax_neur,2\nack_delay,0\nmax_cycles,1000\n"
    try folder.put(Array(config.utf8), as: "config.csv")
    try folder.put(Array(neurons.utf8), as: "neurons.csv")
    try folder.put(Array((weights + "\n").utf8), as: "weights.txt")
    try folder.put(Array("not_before,word,step\n0,10,0\n12,511,1\n".utf8), as: "input.csv")
  }

  @Test("writes the four files of the format")
  func files() throws {
    try withEmptyFolder { folder in
      try writeChain(into: folder)
      let run = try BuiltProgram.succeed(["tinyodin", ".", "-o", "out", "--json"], in: folder)
      #expect(try run.json()["schema"]?.string == "spikeloom.tinyodin/1")
      #expect(try run.json().value(at: "/totals/end_cycle")?.int == 39)
      let out = folder.appendingPathComponent("out")
      #expect(
        try out.names() == ["final_core.csv", "output.csv", "steps.csv", "totals.csv"])
      func text(_ name: String) throws -> String {
        String(decoding: try out.bytes(of: name), as: UTF8.self)
      }
      #expect(try text("output.csv") == "cycle,neuron\n10,0\n")
      #expect(try text("steps.csv") == "step,idle_cycle\n0,13\n1,39\n")
      #expect(try text("final_core.csv").hasPrefix("neuron,core\n0,0\n1,4\n2,1\n3,0\n"))
      #expect(try text("totals.csv").hasPrefix("key,value\nend_cycle,39\nbusy_cycles,36\n"))
      #expect(try text("totals.csv").hasSuffix("cycles_aer_pop,2\ncycles_wait_reqdn,6\n"))
    }
  }

  @Test("--check counts the lines that differ from the reference and ends with 3")
  func check() throws {
    try withEmptyFolder { folder in
      try writeChain(into: folder)
      try folder.put(Array("cycle,neuron\n10,0\n".utf8), as: "output.csv")
      try BuiltProgram.succeed(["tinyodin", ".", "--check"], in: folder)
      try folder.put(Array("cycle,neuron\n11,0\n12,4\n".utf8), as: "output.csv")
      let run = try BuiltProgram.run(["tinyodin", ".", "--check", "--json"], in: folder)
      #expect(run.status == 3)
      #expect(try run.json().value(at: "/check/differing")?.int == 2)
      let text = try BuiltProgram.run(["tinyodin", ".", "--check"], in: folder).output
      #expect(text.contains("line 2: reference '11,0', here '10,0'"))
      // The reference is never overwritten.
      #expect(try BuiltProgram.run(["tinyodin", ".", "-o", "."], in: folder).status == 64)
      #expect(try folder.bytes(of: "output.csv").count == 23)
    }
  }

  @Test("a run past max_cycles, a missing file and a missing reference are bad input")
  func refusals() throws {
    try withEmptyFolder { folder in
      try writeChain(into: folder)
      #expect(try BuiltProgram.run(["tinyodin", ".", "--check"], in: folder).status == 1)
      #expect(try BuiltProgram.run(["tinyodin", "."], in: folder).status == 64)
      let other = try BuiltProgram.run(
        ["tinyodin", ".", "--check", "--profile", "odin"], in: folder)
      #expect(
        other.status == 64 && other.errors.contains("'--profile' has no meaning for a folder"))
      let config = "aer_src,0\nopen_loop,0\nmax_neur,2\nack_delay,0\nmax_cycles,38\n"
      try folder.put(Array(config.utf8), as: "config.csv")
      let late = try BuiltProgram.run(["tinyodin", ".", "-o", "out"], in: folder)
      #expect(late.status == 1 && late.errors.contains("max_cycles"))
      try FileManager.default.removeItem(at: folder.appendingPathComponent("input.csv"))
      let missing = try BuiltProgram.run(["tinyodin", ".", "-o", "out"], in: folder)
      #expect(missing.status == 1 && missing.errors.contains("input.csv"))
      #expect(!(try folder.names().contains("out")))
    }
  }

  @Test(
    "agrees with the register-transfer runs in every event, cycle, value and count",
    .enabled(if: staged != nil, "set SPIKELOOM_DATA to the folder of staged data"),
    arguments: ["feedforward_open", "recurrent_closed"])
  func stagedRuns(name: String) throws {
    let path = "\(try #require(Self.staged))/\(name)"
    try withEmptyFolder { folder in
      let run = try BuiltProgram.run(["tinyodin", path, "--check", "--json"], in: folder)
      #expect(run.status == 0, "\(run.output) \(run.errors)")
      let files = try #require(try run.json().value(at: "/check/files")?.elements)
      #expect(files.count == 5)
      #expect(files.allSatisfy { $0["differing"]?.int == 0 && ($0["lines"]?.int ?? 0) > 10 })
    }
  }

  @Test("replays a compiled image: cycles of every sample, the spikes those of the emulator")
  func image() throws {
    try withEmptyFolder { empty in
      try BuiltProgram.succeed(
        [
          "compile", ExampleFiles.path("training/digits_dense.onnx"), "--profile", "tinyodin",
          "-T", "16", "-o", "d.chip", "--calibration", DigitsFixture.training,
          "--calibration-samples", "100",
        ], in: empty)
      let data = ["--data", DigitsFixture.images, "--samples", "5", "--json"]
      let run = try BuiltProgram.succeed(["tinyodin", "d.chip"] + data, in: empty).json()
      let emulated = try BuiltProgram.succeed(["emulate", "d.chip"] + data, in: empty).json()
      func value(_ key: String) -> Double { run["replay"]?[key]?.double ?? -1 }
      #expect(value("samples") == 5)
      let steps = value("stepsPerSample")
      #expect(steps == emulated["stepsPerSample"]?.double)
      let spikes = (emulated["populations"]?.elements ?? []).compactMap { $0["spikes"]?.double }
      #expect(value("spikes") * 5 == spikes.reduce(0, +) && value("spikes") > 0)
      #expect(value("eventwiseSpikes") > 0)
      // Each step has its time reference at least, and a loop of more than 32 neurons.
      #expect(value("cyclesPerSample") > steps * 64)
      // The clock of the profile.
      let latency = value("cyclesPerSample") * 13.3333
      #expect(abs(value("latencyNanoseconds") - latency) < 1e-9 * latency)
      let refused = try BuiltProgram.run(["tinyodin", "d.chip", "--check"] + data, in: empty)
      #expect(refused.status == 64)
    }
  }
}
