import Foundation
import LoomBase
import LoomConversion
import LoomEmulator
import LoomHardware
import LoomImport
import LoomNetwork
import LoomReference
import Testing

/// Samples that stay in their file go the whole road as those in memory do.
@Suite("Large files of samples")
struct StoredSamplesRoadTests {
  @Test("the emulator, the reference and the trained network read the same numbers")
  func stages() throws {
    let road = try DigitsRoad.shared.get()
    let left = try SampleFile.read(
      path: ExampleFiles.path("digits/test_images.npy"), storedFrom: 1)
    let picks = [3, 141, 59, 26, 5]
    for (memory, file) in [
      (road.test, left), (road.test.selecting(picks), left.selecting(picks)),
    ] {
      let profile = try ProfileFile.load("loihi1-silicon-fit")
      let (fixed, image) = try DigitsRoad.compile(road.spiking, profile)
      let emulator = try Emulator(image: image, profile: profile)
      #expect(
        try emulator.run(file, range: 2..<5, threads: 2)
          == emulator.run(memory, range: 2..<5, threads: 2))
      let lengths = [RunLength(timesteps: 8, readoutStart: 0)]
      #expect(
        try emulator.runStepwise(file, range: 1..<4, lengths: lengths)
          == emulator.runStepwise(memory, range: 1..<4, lengths: lengths))
      let interpreter = try IntegerInterpreter(fixed)
      #expect(
        try interpreter.run(file, index: 4, recordingSpikes: true).rasters
          == interpreter.run(memory, index: 4, recordingSpikes: true).rasters)
      let tensors = try [file, memory].map {
        try SamplePreparation.tensor(
          $0, range: 1..<5, network: road.trained, preprocessing: DigitsRoad.preprocessing)
      }
      #expect(tensors[0].shape == tensors[1].shape && tensors[0].floats == tensors[1].floats)
    }
  }

  @Test("whoever reads a file that changes meanwhile says so and gives no result")
  func changing() throws {
    let road = try DigitsRoad.shared.get()
    let profile = try ProfileFile.load("loihi1-silicon-fit")
    let (fixed, image) = try DigitsRoad.compile(road.spiking, profile)
    let emulator = try Emulator(image: image, profile: profile)
    guard case .bytes(let bytes) = road.test.storage else { return }
    let stored = StoredSamples(
      isBytes: true, elementCount: bytes.count, read: { .bytes(Array(bytes[$0])) },
      isUnchanged: { false })
    let samples = Samples(
      stored: stored, sampleShape: road.test.sampleShape, count: road.test.count)
    let readers: [(String, () throws -> Void)] = [
      ("run", { _ = try emulator.run(samples, range: 0..<2) }),
      (
        "every T",
        {
          _ = try emulator.runStepwise(
            samples, range: 0..<2, lengths: [RunLength(timesteps: 8, readoutStart: 0)])
        }
      ),
      (
        "reference",
        { _ = try IntegerInterpreter(fixed).run(samples, index: 0, recordingSpikes: false) }
      ),
      (
        "trained network",
        {
          _ = try SamplePreparation.tensor(
            samples, range: 0..<2, network: road.trained, preprocessing: DigitsRoad.preprocessing)
        }
      ),
    ]
    for (name, read) in readers {
      let error = #expect(throws: DiagnosticsError.self, "\(name)") { try read() }
      #expect(error?.diagnostics.first?.code == "SL1210", "\(name)")
    }
  }

  @Test("a file far larger than the samples asked for is read no further")
  func sparse() throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.chip("loihi1-silicon-fit"), as: "d.chip")
      let images = try AtomicFile.read(path: DigitsFixture.images)
      // The bundled digits, then 8 GB of zeros that take no room.
      let count = 125_000_000
      let shape = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(count), 8, 8, 1), }"
      let header =
        [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(shape.utf8)
        + Array(repeating: 0x20, count: 117 - shape.utf8.count) + [0x0a]
      try folder.put(header, as: "large.npy")
      let handle = try #require(
        FileHandle(forWritingAtPath: folder.appendingPathComponent("large.npy").path))
      try handle.seekToEnd()
      try handle.write(contentsOf: images.suffix(500 * 64))
      try handle.truncate(atOffset: UInt64(128 + count * 64))
      try handle.close()
      let words = ["emulate", "d.chip", "--samples", "40", "--json", "--data"]
      let small = try BuiltProgram.succeed(words + [DigitsFixture.images], in: folder)
      let large = try BuiltProgram.succeed(words + ["large.npy"], in: folder)
      for key in ["operations", "latency", "energy"] {
        #expect(try small.json()[key] == large.json()[key], "\(key)")
      }
      let peak = large.errors.split(separator: "\n").last { $0.hasPrefix("· peak memory ") }
      let mebibytes = try #require(
        peak?.split(separator: " ").dropLast().last.flatMap { Double($0) })
      #expect(mebibytes < 300)
    }
  }
}
