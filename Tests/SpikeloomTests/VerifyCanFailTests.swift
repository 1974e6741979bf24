import Foundation
import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import LoomImport
import Testing

@Suite("verify can fail")
struct VerifyCanFailTests {
  private func verify(_ chip: [UInt8], _ profile: String, _ more: String...) throws -> ProgramRun {
    try withEmptyFolder { folder in
      try folder.put(chip, as: "some.chip")
      try folder.put(try DigitsFixture.network(), as: "digits.snn")
      return try BuiltProgram.run(
        [
          "verify", "some.chip", "digits.snn", "--data", DigitsFixture.images, "--samples", "8",
          "--profile", profile,
        ] + more, in: folder)
    }
  }

  @Test("an image as compiled agrees with the reference", arguments: DigitsFixture.profiles)
  func agrees(profile: String) throws {
    let run = try verify(try DigitsFixture.chip(profile), profile)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("8 samples"))
    #expect(!run.errors.contains("error"))
  }

  @Test(
    "one altered value is found: exit code 3 and the first differing layer, neuron, step",
    arguments: DigitsFixture.profiles, Alteration.allCases)
  func findsAlteration(profile: String, alteration: Alteration) throws {
    let original = try ChipFile.decode(try DigitsFixture.chip(profile), name: "digits.chip")
    let traces = try traces(original, profile)
    var altered = original
    let population = try alteration.apply(to: &altered, trace: traces[0])
    let expected = try #require(
      firstDifference(traces, try self.traces(altered, profile), original),
      "the alteration is one that matters")
    #expect(expected.population == population)

    let run = try verify(ChipFile.encode(altered), profile)
    #expect(run.status == 3, "\(run.errors)")
    #expect(run.output.contains(expected.description(original)), "\(run.output)")

    let first = try verify(ChipFile.encode(altered), profile, "--json").json()["first"]
    #expect(first?["layer"]?.string == original.provenance?.populations[population].name)
    #expect(first?["neuron"]?.int == expected.channelFirst(original))
    #expect(first?["step"]?.int == expected.step)
  }

  private func traces(_ image: HardwareImage, _ profile: String) throws -> [EmulatorTrace] {
    let emulator = try Emulator(
      image: image, profile: try ProfileFile.load(profile), allowInconsistentRoutes: true)
    let samples = try SampleFile.read(path: DigitsFixture.images)
    return try (0..<8).map { try emulator.trace(samples, index: $0) }
  }

  /// Where two runs part: found by comparing chip with chip, without the reference.
  private func firstDifference(
    _ before: [EmulatorTrace], _ after: [EmulatorTrace], _ image: HardwareImage
  ) -> PlaceOfDifference? {
    let order = image.populations.indices.filter { image.populations[$0].role != .lowering }
      .sorted { (image.populations[$0].start, $0) < (image.populations[$1].start, $1) }
    for sample in before.indices {
      for population in order {
        let width = image.populations[population].shape.count
        let start = image.populations[population].start
        for place in (start * width)..<((start + image.schedule.timesteps) * width)
        where before[sample].spikes[population][place] != after[sample].spikes[population][place] {
          return PlaceOfDifference(
            sample: sample, population: population, step: place / width - start,
            neuron: place % width)
        }
        let potentials = (before[sample].finalPotentials, after[sample].finalPotentials)
        if potentials.0[population] != potentials.1[population] {
          return potentialDifference(
            sample, population, potentials.0[population], potentials.1[population], image)
        }
      }
    }
    return nil
  }

  /// Potentials are compared channel by channel.
  private func potentialDifference(
    _ sample: Int, _ population: Int, _ before: [Int32], _ after: [Int32], _ image: HardwareImage
  ) -> PlaceOfDifference? {
    before.indices.filter { before[$0] != after[$0] }.map {
      PlaceOfDifference(
        sample: sample, population: population, step: image.schedule.timesteps - 1, neuron: $0)
    }.min { $0.channelFirst(image) < $1.channelFirst(image) }
  }
}

/// Where two runs of an image part.
private struct PlaceOfDifference {
  var sample: Int
  var population: Int
  var step: Int
  /// Channel-last.
  var neuron: Int

  func channelFirst(_ image: HardwareImage) -> Int {
    let shape = image.populations[population].shape
    return neuron % shape.channels * shape.height * shape.width + neuron / shape.channels
  }

  func description(_ image: HardwareImage) -> String {
    let shape = image.populations[population].shape
    let name = image.provenance?.populations[population].name ?? ""
    let (channel, position) = (neuron % shape.channels, neuron / shape.channels)
    return "sample \(sample), layer '\(name)', neuron \(channelFirst(image)) (channel \(channel), "
      + "row \(position / shape.width), column \(position % shape.width)), step \(step)"
  }
}
