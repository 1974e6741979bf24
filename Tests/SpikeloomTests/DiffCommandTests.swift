import Foundation
import LoomBase
import LoomHardware
import LoomImage
import Testing

@Suite("diff")
struct DiffCommandTests {
  @Test("compiling twice: the same bytes, and diff says nothing", arguments: DigitsFixture.profiles)
  func compiledTwice(profile: String) throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.network(), as: "d.snn")
      try folder.put(try DigitsFixture.chip(profile), as: "a.chip")
      try BuiltProgram.succeed(
        ["compile", "d.snn", "--profile", profile, "-o", "b.chip"], in: folder)
      #expect(try folder.bytes(of: "a.chip") == folder.bytes(of: "b.chip"))
      let run = try BuiltProgram.succeed(["diff", "a.chip", "b.chip", "--exit-code"], in: folder)
      #expect(run.output.isEmpty && run.errors.isEmpty)
      let json = try BuiltProgram.succeed(["diff", "a.chip", "b.chip", "--json"], in: folder).json()
      #expect(json["schema"] == .text("spikeloom.diff/1") && json["identical"] == .boolean(true))
    }
  }

  @Test("two placements: the cores that moved, and the hops as the emulator's mesh counts them")
  func placements() throws {
    var image = try ChipFile.decode(try DigitsFixture.chip("crossbar-256"), name: "a.chip")
    let before = hops(image)
    let last = image.cores.count - 1
    let position = image.cores[0].position
    image.cores[0].position = image.cores[last].position
    image.cores[last].position = position
    #expect(hops(image) != before)
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.chip("crossbar-256"), as: "a.chip")
      try folder.put(ChipFile.encode(image), as: "b.chip")
      let text = try BuiltProgram.run(["diff", "a.chip", "b.chip", "--exit-code"], in: folder)
      #expect(text.status == 3 && text.output.contains("cores moved (2)"))
      #expect(text.output.contains("core 0: ") && text.output.contains("core \(last): "))
      let run = try BuiltProgram.run(["diff", "a.chip", "b.chip", "--json"], in: folder)
      #expect(run.status == 0)
      let json = try run.json()
      #expect(json["kind"] == .text("images") && json["identical"] == .boolean(false))
      #expect(json["movedCores"]?.elements?.count == 2)
      #expect(json.value(at: "/cost/hops/before")?.int == before)
      #expect(json.value(at: "/cost/hops/after")?.int == hops(image))
      #expect(json["movedSlices"] == .array([]) && json["templates"] == .array([]))
    }
  }

  /// Distance in tiles of every route entry; the image is on one chip.
  private func hops(_ image: HardwareImage) -> Int {
    image.cores.reduce(0) { sum, core in
      core.routes.cores.reduce(sum) { sum, destination in
        let other = image.cores[Int(destination)].position
        return sum + abs(other.column - core.position.column) + abs(other.row - core.position.row)
      }
    }
  }

  @Test("profiles by name, file and override; runs of two lengths")
  func profilesAndRuns() throws {
    try withEmptyFolder { folder in
      let same = try BuiltProgram.succeed(
        ["diff", "loihi1", "loihi1-silicon-fit", "--exit-code"], in: folder)
      #expect(same.output.isEmpty)
      let text = try #require(ProfileFile.bundledText("crossbar-256"))
      try folder.put(Array(text.utf8), as: "mine.json")
      let changed = try BuiltProgram.run(
        [
          "diff", "crossbar-256", "mine.json", "--set", "/core/neurons=128", "--json",
          "--exit-code",
        ], in: folder)
      #expect(changed.status == 3)
      #expect(try changed.json().value(at: "/changes/0/pointer") == .text("/core/neurons"))
      #expect(try changed.json()["changes"]?.elements?.count == 1)
      try folder.put(try DigitsFixture.chip("crossbar-256"), as: "a.chip")
      for samples in ["3", "5"] {
        let run = try BuiltProgram.succeed(
          ["emulate", "a.chip", "--data", DigitsFixture.images, "--samples", samples, "--json"],
          in: folder)
        try folder.put(Array(run.output.utf8), as: "run\(samples).json")
      }
      #expect(
        try BuiltProgram.succeed(["diff", "run3.json", "run3.json"], in: folder).output.isEmpty)
      let runs = try BuiltProgram.succeed(["diff", "run3.json", "run5.json"], in: folder)
      #expect(runs.output.contains("samples") && runs.output.contains("3 and 5 samples"))
      #expect(!runs.output.contains("image.sha256"))
    }
  }

  @Test("what cannot be compared is said: mixed kinds, damage, strangers, no file")
  func refused() throws {
    try withEmptyFolder { folder in
      let chip = try DigitsFixture.chip("crossbar-256")
      try folder.put(chip, as: "a.chip")
      try folder.put(try DigitsFixture.network(), as: "d.snn")
      try folder.put(Array("{\"schema\": \"other/1\"}".utf8), as: "other.json")
      try folder.put(Array("{\"schema\": \"spikeloom.run/1\"}".utf8), as: "run.json")
      try folder.put(Array("{\"schema\": \"spikeloom.profile/1\"}".utf8), as: "poor.json")
      var damaged = chip
      damaged[chip.count / 2] ^= 1
      try folder.put(damaged, as: "damaged.chip")
      try folder.put(Array(chip[..<100]), as: "cut.chip")
      let cases: [([String], Int32, String)] = [
        (["a.chip", "loihi2"], 64, "'a.chip' is an image, 'loihi2' is a profile"),
        (["run.json", "a.chip"], 64, "'run.json' is a run, 'a.chip' is an image"),
        (["a.chip"], 64, "B is missing"), (["a.chip", "a.chip", "a.chip"], 64, "unexpected"),
        (["run.json", "run.json", "--set", "/core/neurons=2"], 64, "'--set' has no meaning"),
        (["a.chip", "damaged.chip"], 1, "SL5001"), (["cut.chip", "cut.chip"], 1, "SL5001"),
        (["a.chip", "none.chip"], 1, "SL8101"), (["a.chip", "d.snn"], 1, "SL8102"),
        (["other.json", "run.json"], 1, "the schema 'other/1'"),
        (["poor.json", "loihi2"], 1, "error SL7"), ([".", "loihi2"], 1, "error SL1203"),
      ]
      for (words, status, said) in cases {
        let run = try BuiltProgram.run(["diff"] + words, in: folder)
        #expect(run.status == status, "\(words): \(run.errors)")
        #expect(run.output.isEmpty && run.errors.contains(said), "\(words): \(run.errors)")
      }
    }
  }

  @Test("no flipped byte of any kind of file makes the command trap")
  func flipped() throws {
    try withEmptyFolder { folder in
      let chip = try DigitsFixture.chip("loihi1-silicon-fit")
      let profile = Array(try #require(ProfileFile.bundledText("loihi2")).utf8)
      try folder.put(chip, as: "a.chip")
      try folder.put(profile, as: "a.json")
      var generator = SeededGenerator(seed: 2)
      for (whole, name) in [(chip, "a.chip"), (profile, "a.json")] {
        for _ in 0..<6 {
          var damaged = whole
          let place = Int.random(in: 0..<whole.count, using: &generator)
          damaged[place] ^= UInt8.random(in: 1...255, using: &generator)
          let other = "b" + name.dropFirst()
          try folder.put(damaged, as: other)
          let run = try BuiltProgram.run(["diff", name, other], in: folder)
          #expect([0, 1].contains(run.status), "byte \(place): \(run.errors)")
          #expect(run.status == 0 || run.errors.contains("error SL"))
        }
      }
    }
  }
}
