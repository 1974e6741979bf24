import Foundation
import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImport
import LoomNetwork
import Testing

@Suite("Reference workloads on the chip")
struct WorkloadBenchTests {
  private static let staged = ProcessInfo.processInfo.environment["SPIKELOOM_DATA"].map {
    $0 + "/workloads"
  }

  /// Spikes of each layer, synaptic operations and the whole record of a workload on Loihi 1, by counts and by packets.
  private static func run(
    _ folder: WorkloadFolder
  ) throws -> (counts: WorkloadFolder.Reference, analytic: RunRecord, event: RunRecord) {
    let profile = try ProfileFile.load("loihi1-silicon-fit")
    let network = folder.network(strides: folder.strideChoices[0])
    let fixed = try Quantizer.quantize(network, profile: profile).network
    let image = try Compiler.compile(fixed, profile: profile).image
    let analytic = try Emulator(image: image, profile: profile).run(folder.samples)
    let event = try Emulator(image: image, profile: profile, timing: .event).run(folder.samples)
    let functional = try Emulator(image: image, profile: profile).functional.run(folder.samples)
    #expect(functional.scores == analytic.scores)
    #expect(functional.populations.map(\.spikes) == analytic.populations.map(\.spikes))
    let counts = WorkloadFolder.Reference(
      spikes: analytic.populations.dropFirst().prefix(folder.layers.count).map { Int($0.spikes) },
      synapticOperations: Int(analytic.cores.reduce(0) { $0 + $1.synapticOperations }))
    return (counts, analytic, event)
  }

  @Test(
    "a small folder gives a plain program's counts, whatever the timing",
    arguments: [5, 6, 7] as [UInt64])
  func small(seed: UInt64) throws {
    try withEmptyFolder { folder in
      let fixture = WorkloadFixture(seed: seed)
      let expected = fixture.run()
      #expect(expected.spikes.allSatisfy { $0 > 0 })
      try fixture.write(to: folder, reference: expected)
      let workload = try WorkloadFolder(path: folder.path)
      #expect(workload.strideChoices == [fixture.strides])
      #expect(workload.reference == expected)
      let found = try WorkloadBenchTests.run(workload)
      #expect(found.counts == expected)
      #expect(found.event.scores == found.analytic.scores)
      #expect(found.event.cores == found.analytic.cores)
    }
  }

  @Test(
    "staged folders give the aligned counts in both timing modes",
    .enabled(if: staged != nil, "set SPIKELOOM_DATA to the folder of staged data"),
    arguments: ["w1", "w2"])
  func stagedCounts(name: String) throws {
    let folder = try WorkloadFolder(path: try #require(WorkloadBenchTests.staged) + "/" + name)
    let found = try WorkloadBenchTests.run(folder)
    #expect(found.counts == folder.reference)
    #expect(found.event.scores == found.analytic.scores)
    #expect(found.event.cores == found.analytic.cores)
    #expect(found.event.populations == found.analytic.populations)
  }

  @Test("bench prints its keys and ends with 3 where counts differ")
  func command() throws {
    try withEmptyFolder { folder in
      let fixture = WorkloadFixture()
      var reference = fixture.run()
      let place = folder.appendingPathComponent("small")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try fixture.write(to: place, reference: reference)
      let words = ["bench", "--data", folder.path, "--seconds", "0", "--json"]
      let good = try BuiltProgram.run(words, in: folder)
      #expect(good.status == 0, "\(good.errors)")
      let found = try #require(try good.json().value(at: "/workloads/small"))
      for mode in ["functional", "analytic", "event"] {
        #expect(
          found[mode]?["synapticOperations"]?.int == reference.synapticOperations)
        for key in ["perCpuSecond", "ratioToBareLoop", "peakMebibytes", "startToEndSeconds"] {
          #expect((found[mode]?[key]?.double ?? 0) > 0, "\(mode) \(key)")
        }
      }
      reference.spikes[1] += 1
      try fixture.write(to: place, reference: reference)
      let wrong = try BuiltProgram.run(words, in: folder)
      #expect(wrong.status == 3)
      #expect(wrong.errors.contains("needs"))
    }
  }

  private static let wrongFiles: [(name: String, bytes: [UInt8], code: String)] = [
    ("w2.npy", NumpyFile.encode(shape: [11, 5], int32: Array(repeating: 1, count: 55)), "SL1208"),
    ("w0.npy", NumpyFile.encode(shape: [1], int32: [300]), "SL1208"),
    (
      "w1.npy", NumpyFile.encode(shape: [12, 5], int32: Array(repeating: 300, count: 60)), "SL1208"
    ),
    ("thresholds.npy", NumpyFile.encode(shape: [3], floats: [1, 2, 3]), "SL1208"),
    (
      "input.npy", NumpyFile.encode(shape: [12, 71], bytes: Array(repeating: 0, count: 852)),
      "SL1208"
    ),
    ("input.npy", [1, 2, 3], "SL1201"),
    ("thresholds.npy", NumpyFile.encode(shape: [4], int64: [1, 2, 3, 4]), "SL1203"),
  ]

  @Test("arrays that do not fit together are refused")
  func refused() throws {
    for wrong in WorkloadBenchTests.wrongFiles {
      let code: String? = try withEmptyFolder { folder in
        try WorkloadFixture().write(to: folder)
        try Data(wrong.bytes).write(to: folder.appendingPathComponent(wrong.name))
        return WorkloadBenchTests.code(of: folder.path)
      }
      #expect(code == wrong.code, "\(wrong.name)")
    }
  }

  private static func code(of path: String) -> String? {
    do throws(DiagnosticsError) {
      _ = try WorkloadFolder(path: path)
      return nil
    } catch {
      return error.diagnostics.first?.code
    }
  }
}
