import Foundation
import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

/// `Examples/python/read_chip.py` was written from the format's page alone; it must agree.
@Suite("Python reader of chip files")
struct PythonReaderTests {
  static let script = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(
      path: "Examples/python/read_chip.py")

  static let hasNumPy = (try? run(["-c", "import numpy"])) != nil

  @Test(
    "explains as we do and runs a sample to the same spikes and scores",
    .enabled(if: hasNumPy, "needs python3 with numpy"), arguments: 0..<UInt64(10))
  func agrees(seed: UInt64) throws {
    let options = TwinTests.cases[Int(seed) % TwinTests.cases.count]
    var profile = TestProfiles.profile(
      softReset: options.secondCompartment ? .secondCompartment : .native)
    profile.topology.coresPerTile = 8
    var image = RandomImage.make(seed: seed, profile: profile, options: options)
    if !options.spikes {
      image.frontEnd[0].biasMantissaBits = Int(seed % 3) * 4
      image.frontEnd[0].biasMaximumExponent = 5
    }
    try compare(image, profile, seed: seed)
  }

  @Test(
    "runs window codes to the same spikes and scores",
    .enabled(if: hasNumPy, "needs python3 with numpy"), arguments: 0..<UInt64(4),
    WindowTwinTests.codes)
  func windowCodes(seed: UInt64, code: SpikeCode) throws {
    try compare(
      WindowTwinTests.image(seed, code), WindowTwinTests.profile(seed), seed: seed,
      folder: code.rawValue)
  }

  private func compare(
    _ image: HardwareImage, _ profile: Profile, seed: UInt64, folder part: String = "rate"
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "read-chip-\(ProcessInfo.processInfo.processIdentifier)-\(part)-\(seed)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let chip = folder.appending(path: "x.chip")
    try Data(ChipFile.encode(image)).write(to: chip)
    let explained = try PythonReaderTests.run([PythonReaderTests.script.path(), chip.path()])
    let theirs = try JSONText.decode(explained)
    let ours = try ImageExplanation.json(image, .whole)
    #expect(JSONText.encode(theirs) == JSONText.encode(ours))

    let samples = RandomImage.samples(image, count: 2, seed: seed)
    let file = folder.appending(path: "x.npy")
    try PythonReaderTests.numPyFile(samples).write(to: file)
    let output = try PythonReaderTests.run([
      PythonReaderTests.script.path(), chip.path(), "--run", file.path(), "--index", "1", "--list",
    ])
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    let trace = try Emulator(image: image, profile: profile).trace(samples, index: 1)
    var expected: [String] = []
    for (population, spikes) in trace.spikes.enumerated() {
      let count = trace.shapes[population].count
      for (place, spike) in spikes.enumerated() where spike == 1 {
        expected.append("\(population) \(place / count) \(place % count)")
      }
    }
    #expect(Array(lines.dropLast()) == expected)
    let summary = try JSONText.decode(try #require(lines.last).utf8)
    #expect(summary["scores"]?.elements?.map { $0.int } == trace.scores.map { Int($0) })
  }

  /// Runs python3; throws if it cannot or does not end well.
  static func run(_ arguments: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return data
  }

  /// Bytes as a NumPy file, version 1.0.
  static func numPyFile(_ samples: Samples) -> Data {
    guard case .bytes(let bytes) = samples.storage else { return Data() }
    let shape = ([samples.count] + samples.sampleShape).map { "\($0)," }.joined(separator: " ")
    var header = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(shape)), }"
    while (header.utf8.count + 11) % 64 != 0 { header += " " }
    header += "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    data.append(contentsOf: [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)])
    data.append(contentsOf: header.utf8)
    data.append(contentsOf: bytes)
    return data
  }
}
