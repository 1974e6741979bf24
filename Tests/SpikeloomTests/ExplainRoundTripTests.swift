import Foundation
import LoomBase
import LoomHardware
import LoomImage
import Testing

@Suite("explain both ways")
struct ExplainRoundTripTests {
  private static func image(_ profile: String) throws -> HardwareImage {
    try ChipFile.decode(try DigitsFixture.chip(profile), name: "digits.chip")
  }

  @Test(
    "every place given for a weight explains to that weight", arguments: DigitsFixture.profiles)
  func roundTrip(name: String) throws {
    let image = try Self.image(name)
    let profile = try ProfileFile.load(name)
    var generator = SeededGenerator(seed: 11)
    let templates = image.templates.indices.filter { !image.templates[$0].isLowering }
    #expect(templates.count > 4)
    for template in templates {
      for _ in 0..<6 {
        let weights = image.templates[template].weights
        let weight = Int.random(in: 0..<weights.count, using: &generator)
        let wanted = try #require(image.position(template: template, weight: weight))
        let layer = try #require(
          image.provenance?.populations[image.templates[template].target].name)
        let found = try ImageExplanation.json(
          image,
          .kernel(
            layer: layer, channel: wanted.outputChannel, input: wanted.inputChannel,
            row: wanted.row, column: wanted.column), profile: profile)
        let places = try #require(found["locations"]?.elements)
        #expect(!places.isEmpty && found["synapses"]?.int == places.count)
        #expect(
          found["weights"]?.elements?.contains { $0["templateWeight"]?.int == weight } == true)
        for place in places.prefix(12) + places.suffix(2) {
          try expect(place, explainsTo: wanted, of: layer, image, profile)
        }
      }
    }
  }

  private func expect(
    _ place: JSONValue, explainsTo wanted: WeightPosition, of layer: String,
    _ image: HardwareImage, _ profile: Profile
  ) throws {
    let core = try #require(place["core"]?.int)
    let axon = try #require(place["axon"]?.int)
    let byCore = try ImageExplanation.json(
      image, .synapse(core: core, number: try #require(place["weight"]?.int)), profile: profile)
    let byAxon = try ImageExplanation.json(
      image,
      .axonSynapse(core: core, axon: axon, synapse: try #require(place["synapse"]?.int)),
      profile: profile)
    #expect(byCore == byAxon)
    #expect(byCore["layer"]?.string == layer)
    #expect(byCore["outputChannel"]?.int == wanted.outputChannel)
    #expect(byCore["inputChannel"]?.int == wanted.inputChannel)
    #expect(byCore["row"]?.int == wanted.row && byCore["column"]?.int == wanted.column)
    #expect(byCore["onnx"]?.elements?.isEmpty == false)
    for key in ["word", "lastWord", "bit", "array", "arrayRow", "arrayColumn", "targetNeuron"] {
      #expect(byCore[key] == place[key], "\(key)")
    }
    #expect(place["word"] != nil || place["array"] != nil)
  }

  @Test(
    "a kernel's weight lies where each position's synapse lies, counted by hand",
    arguments: DigitsFixture.profiles)
  func counts(name: String) throws {
    let image = try Self.image(name)
    // The second convolution: 3 × 3 with a border of one on a map of 8 × 8, each position stored once.
    for (row, column, count) in [(0, 0, 49), (1, 1, 64), (0, 1, 56), (2, 2, 49)] {
      let found = try ImageExplanation.json(
        image, .kernel(layer: "/3/Relu", channel: 5, input: 9, row: row, column: column))
      #expect(found["synapses"]?.int == count)
      let targets = Set(
        (found["locations"]?.elements ?? []).map {
          JSONText.encode($0["targetNeuron"] ?? .null)
        })
      #expect(targets.count == count)
    }
    // The first convolution stays on the host.
    let first = try ImageExplanation.json(
      image, .kernel(layer: "/1/Relu", channel: 0, input: 0, row: 2, column: 2))
    #expect(first["synapses"]?.int == 0 && first["host"]?.elements?.count == 1)
  }

  @Test("shares of layers add up to all synapses", arguments: DigitsFixture.profiles)
  func shares(name: String) throws {
    let image = try Self.image(name)
    let layers = try image.populations.indices.map {
      try ImageExplanation.json(image, .layer("\($0)"))["synapseShare"]?.double ?? -1
    }
    let cores = try image.cores.indices.map {
      try ImageExplanation.json(image, .core($0))["synapseShare"]?.double ?? -1
    }
    #expect(abs(layers.reduce(0, +) - 1) < 1e-9 && abs(cores.reduce(0, +) - 1) < 1e-9)
  }

  @Test("the command says it for people and machines, and refuses what makes no sense")
  func command() throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.chip("crossbar-256"), as: "d.chip")
      let weight = try BuiltProgram.succeed(
        ["explain", "d.chip", "core", "4", "--weight", "17"], in: folder)
      #expect(weight.output.contains("outputChannel") && weight.output.contains("arrayRow"))
      let run = try BuiltProgram.succeed(
        ["emulate", "d.chip", "--data", DigitsFixture.images, "--samples", "4", "--json"],
        in: folder)
      try folder.put(Array(run.output.utf8), as: "run.json")
      let layer = try BuiltProgram.succeed(
        ["explain", "d.chip", "layer", "/3/Relu", "--run", "run.json", "--json"], in: folder)
      let share = try layer.json().value(at: "/run/synapticOperationShare")?.double ?? 0
      let energy = try layer.json().value(at: "/run/energyShare")?.double ?? 0
      #expect(share > 0.3 && share < 1 && energy > 0 && energy < 0.5)
      for (words, status) in [
        (["core", "0", "--weight", "999999999"], Int32(1)),
        (["layer", "/3/Relu", "--weight", "1"], 64),
        (["layer", "/3/Relu", "--channel", "1"], 64),
        (["layer", "/3/Relu", "--kernel", "1,1,1"], 64),
        (["layer", "/3/Relu", "--channel", "1", "--kernel", "1,1"], 64),
        (["layer", "/3/Relu", "--channel", "1", "--kernel", "1,1,9"], 1),
        (["--run", "run.json"], 64), (["--expand", "0", "--run", "run.json"], 64),
        (["core", "0", "--run", "d.chip"], 64), (["core", "0", "--run", "none.json"], 1),
      ] {
        let refused = try BuiltProgram.run(["explain", "d.chip"] + words, in: folder)
        #expect(refused.status == status, "\(words): \(refused.errors)")
        #expect(refused.output.isEmpty && refused.errors.contains("error"))
      }
    }
  }
}
