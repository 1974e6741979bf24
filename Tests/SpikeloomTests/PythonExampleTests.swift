import Foundation
import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import Testing

@Suite("The Python examples", .enabled(if: PythonScript.hasNumPy, "needs python3 with numpy"))
struct PythonExampleTests {
  @Test("make_network.py writes the files of Examples/handworked")
  func handworked() throws {
    try PythonScript.inTemporaryFolder { folder in
      _ = try PythonScript.run([
        ExampleFiles.path("handworked/make_network.py"), folder.path(),
      ])
      for name in ["network.snn", "sample.npy"] {
        let written = try AtomicFile.read(path: folder.appending(path: name).path())
        #expect(try written == AtomicFile.read(path: ExampleFiles.path("handworked/\(name)")))
      }
    }
  }

  @Test("read_chip.py explains the digits image and runs a digit to the same spikes and scores")
  func reader() throws {
    let profile = try ProfileFile.load("loihi1-silicon-fit")
    let road = try DigitsRoad.shared.get()
    let image = try DigitsRoad.compile(road.spiking, profile).image
    let trace = try Emulator(image: image, profile: profile).trace(road.samples(4), index: 3)
    let script = ExampleFiles.path("python/read_chip.py")
    try PythonScript.inTemporaryFolder { folder in
      let chip = folder.appending(path: "digits.chip").path()
      try AtomicFile.write(ChipFile.encode(image), to: chip)
      let explained = try PythonScript.run([script, chip])
      let ours = JSONText.encode(try ImageExplanation.json(image, .whole))
      #expect(
        try JSONText.encode(JSONText.decode(explained)) == ours)
      let digits = ExampleFiles.path("digits/test_images.npy")
      let output = try PythonScript.run([script, chip, "--run", digits, "--index", "3", "--list"])
      let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
      #expect(Array(lines.dropLast()) == Self.list(trace))
      let summary = try JSONText.decode(#require(lines.last).utf8)
      #expect(summary["scores"]?.elements?.map { $0.int } == trace.scores.map { Int($0) })
    }
  }

  /// Every spike: population, chip step, channel-last neuron.
  private static func list(_ trace: EmulatorTrace) -> [String] {
    trace.spikes.enumerated().flatMap { population, spikes in
      let count = trace.shapes[population].count
      return spikes.indices.filter { spikes[$0] == 1 }.map {
        "\(population) \($0 / count) \($0 % count)"
      }
    }
  }
}
