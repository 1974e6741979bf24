import Foundation
import LoomBase
import Testing

@Suite("bench on generated networks and thinned workloads")
struct GeneratedBenchTests {
  @Test(
    "every kind is compiled, written, loaded and run alike in all modes",
    arguments: [
      ("convolutional", "500", "13520", 13_520), ("random", "400", "8000", 8000),
      ("rows", "", "1e5", 99_840), ("sparse", "400", "4e3", 4000),
    ])
  func kinds(kind: String, neurons: String, synapses: String, made: Int) throws {
    try withEmptyFolder { folder in
      var words = [
        "bench", "--generate", kind, "--synapses", synapses, "--steps", "20", "--rate", "0.1",
        "--modes", "functional,analytic,event", "--output", "x.chip", "--json",
      ]
      if !neurons.isEmpty { words += ["--neurons", neurons] }
      let run = try BuiltProgram.succeed(words, in: folder)
      let found = try #require(try run.json().value(at: "/generated"))
      #expect(found["synapses"]?.int == made)
      #expect(found["modesAgree"]?.bool == true)
      #expect(found["imageBytes"]?.int == (try folder.bytes(of: "x.chip").count))
      for stage in ["generate", "compile", "write", "load"] {
        #expect((found[stage]?["seconds"]?.double ?? 0) > 0, "\(stage)")
        #expect((found[stage]?["peakMebibytes"]?.double ?? 0) > 1, "\(stage)")
      }
      for mode in ["functional", "analytic", "event"] {
        let figures = try #require(found["modes"]?[mode])
        for key in [
          "synapticOperations", "spikes", "runCpuSeconds", "perCpuSecond",
          "nanosecondsPerOperation", "peakMebibytes",
        ] {
          #expect((figures[key]?.double ?? 0) > 0, "\(mode) \(key)")
        }
        #expect((figures["packets"]?.double ?? 0 > 0) == (mode != "functional" && kind != "rows"))
      }
    }
  }

  @Test(
    "half the input spikes make half the events of the first layer, and are compared with bare loops only"
  )
  func thinned() throws {
    try withEmptyFolder { folder in
      let fixture = WorkloadFixture()
      let place = folder.appendingPathComponent("small")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try fixture.write(to: place, reference: fixture.run())
      func bench(_ more: [String]) throws -> JSONValue {
        let run = try BuiltProgram.succeed(
          ["bench", "--data", folder.path, "--seconds", "0", "--json"] + more, in: folder)
        return try #require(try run.json().value(at: "/workloads/small"))
      }
      let whole = try bench([])
      #expect(whole["matches"]?.bool == true && whole["activity"] == nil)
      let half = try bench(["--activity", "0.5", "--seed", "2"])
      #expect(half["activity"]?.double == 0.5 && half["matchesBareLoop"]?.bool == true)
      #expect(half["matches"] == .null && half["expected"] == .null)
      let all = try bench(["--activity", "1"])
      #expect(all["spikes"] == whole["spikes"])
      let none = try bench(["--activity", "0"])
      #expect(none["functional"]?["synapticOperations"]?.int == 0)
      let text = try BuiltProgram.succeed(
        ["bench", "--data", folder.path, "--seconds", "0", "--activity", "0.5"], in: folder)
      #expect(text.output.contains("not compared with reference.json; as bare loops"))
    }
  }

  @Test("options that do not go together are refused")
  func usage() throws {
    try withEmptyFolder { folder in
      for words in [
        ["--generate", "cube"], ["--generate", "rows", "--neurons", "10"], ["--neurons", "10"],
        ["--generate", "random", "--activity", "0.5"], ["--activity", "2", "--data", "."],
        ["--generate", "random", "--modes", "fast"], ["--generate", "random", "--steps", "0"],
        ["--generate", "random", "--synapses", "1.5"],
      ] {
        let run = try BuiltProgram.run(["bench"] + words, in: folder)
        #expect(run.status == 64, "\(words): \(run.errors)")
      }
      let small = try BuiltProgram.run(
        ["bench", "--generate", "random", "--neurons", "10", "--synapses", "5"], in: folder)
      #expect(small.status == 1 && small.errors.contains("SL1209"))
    }
  }
}
