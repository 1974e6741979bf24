import Foundation
import LoomBase
import LoomHardware
import Testing

@Suite("The fit command")
struct FitCommandTests {
  private func fit(_ arguments: [String]) throws -> ProgramRun {
    try withEmptyFolder { try BuiltProgram.run(["fit"] + arguments, in: $0) }
  }

  @Test(
    "a network that fits: exit code 0 and every key of the schema",
    arguments: DigitsFixture.profiles)
  func fits(profile: String) throws {
    let run = try fit([DigitsFixture.model, "--profile", profile, "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let json = try run.json()
    #expect(json["schema"]?.string == "spikeloom.fit/1")
    let top = [
      "schema", "model", "method", "macs", "refused", "remarks", "fits", "profiles", "remedies",
    ]
    #expect(Set(json.members?.keys.map { $0 } ?? []) == Set(top))
    #expect(json["macs"]?.int == 239_232)
    let chip = try #require(json["profiles"]?.elements?.first)
    for key in [
      "name", "fits", "cores", "coresAvailable", "chips", "chipsAvailable", "isEstimate",
      "bottleneck", "neurons", "synapses", "resources", "violations", "layers",
    ] {
      #expect(chip[key] != nil, "\(key)")
    }
    #expect(chip["fits"]?.bool == true)
    #expect(chip.value(at: "/layers/0/expectedSpikes") == .null)
    #expect(json["remedies"]?.elements?.isEmpty == true)
  }

  @Test(
    "cores, words and axons are those of a compile, layer by layer",
    arguments: DigitsFixture.profiles)
  func agreement(profile: String) throws {
    try withEmptyFolder { folder in
      let compiled = try BuiltProgram.succeed(
        ["compile", DigitsFixture.model, "--profile", profile, "-o", "d.chip", "--json"]
          + DigitsFixture.conversion, in: folder
      ).json()
      let sized = try BuiltProgram.succeed(
        ["fit", DigitsFixture.model, "--profile", profile, "--json"], in: folder
      ).json()
      let rows = compiled.value(at: "/mapping/layers")?.elements ?? []
      let layers = sized.value(at: "/profiles/0/layers")?.elements ?? []
      let own = layers.filter { $0["lowering"]?.bool == false }
      #expect(own.count == 7)
      for layer in own {
        let row = try #require(rows.first { $0["name"] == layer["name"] })
        for (mine, theirs) in [
          ("neurons", "neurons"), ("synapses", "synapses"),
          ("axonsIn", "axons"), ("words", "words"),
        ] {
          // Sources whose weights all round to zero take no axon; only a compile knows them.
          let sized = try #require(layer[mine]?.int)
          let taken = try #require(row[theirs]?.int)
          #expect(sized >= taken && (sized - taken) * 10 <= sized, "\(layer): \(mine)")
        }
      }
      let cores = try #require(compiled.value(at: "/mapping/cores")?.int)
      let mine = try #require(sized.value(at: "/profiles/0/cores")?.int)
      // Which layers share a core depends on thresholds that only calibration knows.
      #expect(abs(mine - cores) <= max(1, cores / 10), "\(mine), \(cores)")
    }
  }

  @Test("every bundled profile yields a row, and one that fits is enough")
  func all() throws {
    let run = try fit([DigitsFixture.model, "--profile", "all", "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let rows = try run.json()["profiles"]?.elements ?? []
    #expect(rows.compactMap { $0["name"]?.string } == ProfileFile.bundledNames)
    #expect(rows.allSatisfy { ($0["cores"]?.int ?? 0) > 0 })
    let text = try fit([DigitsFixture.model, "--profile", "all"]).output
    for name in ProfileFile.bundledNames { #expect(text.contains(name)) }
  }

  @Test("what is short is said for every layer at once, with remedies tried and exit code 2")
  func short() throws {
    let run = try fit([
      DigitsFixture.model, "--profile", "loihi1", "--set", "/core/axonsIn=8", "--json",
    ])
    #expect(run.status == 2)
    let json = try run.json()
    let found = json.value(at: "/profiles/0/violations")?.elements ?? []
    let layers = Set(
      found.filter { $0["resource"]?.string == "input axons" }.compactMap { $0["layer"]?.string })
    #expect(layers.isSuperset(of: ["/3/Relu", "/6/Relu", "/10/Relu", "logits"]))
    #expect(found.allSatisfy { ($0["needs"]?.int ?? .max) > ($0["has"]?.int ?? 0) })
    let remedies = json["remedies"]?.elements ?? []
    #expect(
      remedies.contains {
        $0["flags"]?.string == "--profile loihi2" && $0["fits"]?.bool == true
      })
    #expect(remedies.allSatisfy { ($0["price"]?.string ?? "").isEmpty == false })
  }

  @Test(
    "too few cores: more chips and narrower weights are tried, and the flags given do what is said")
  func chips() throws {
    let limits = [
      "/topology/maximumChips=1", "/topology/chipColumns=1", "/topology/tileColumns=2",
      "/topology/tileRows=1", "/topology/coresPerTile=2",
    ].flatMap { ["--set", $0] }
    let base = [DigitsFixture.model, "--profile", "loihi1"] + limits
    let run = try fit(base + ["--json"])
    #expect(run.status == 2)
    let json = try run.json()
    #expect(json.value(at: "/profiles/0/violations/0/resource")?.string == "cores")
    #expect(json.value(at: "/profiles/0/violations/0/has")?.int == 4)
    let remedies = json["remedies"]?.elements ?? []
    let names = remedies.compactMap { $0["name"]?.string }
    #expect(names.contains("3 chips") && names.contains("6-bit weights"))
    #expect(names.contains("average pooling: compose"))
    for remedy in remedies where remedy["name"]?.string != "another chip" {
      let flags = (remedy["flags"]?.string ?? "").split(separator: " ").map(String.init)
      let again = try fit(base + flags + ["--json", "--no-remedies"])
      #expect((again.status == 0) == (remedy["fits"]?.bool == true), "\(flags)")
      #expect(try again.json().value(at: "/profiles/0/cores") == remedy["cores"])
    }
    #expect(remedies.contains { $0["fits"]?.bool == true })
  }

  @Test("with samples and labels a remedy that fits is converted, compiled and run")
  func measured() throws {
    let run = try fit(
      [
        DigitsFixture.model, "--profile", "crossbar-256", "--set", "/topology/maximumChips=1",
        "--set", "/topology/chipColumns=1", "--set", "/topology/tileColumns=2", "--set",
        "/topology/tileRows=1", "--set", "/topology/coresPerTile=2", "--data", DigitsFixture.images,
        "--labels", DigitsFixture.labels, "--samples", "40", "--json",
      ] + DigitsFixture.conversion)
    #expect(run.status == 2)
    let remedies = try run.json()["remedies"]?.elements ?? []
    let more = try #require(
      remedies.first { $0["flags"]?.string?.contains("maximumChips") == true })
    #expect(more["fits"]?.bool == true, "\(more)")
    #expect(more.value(at: "/measured/samples")?.int == 40)
    let chip = try #require(more.value(at: "/measured/chipAccuracy")?.double)
    let ann = try #require(more.value(at: "/measured/annAccuracy")?.double)
    #expect(chip > 0.7 && ann > 0.9)
    #expect((more.value(at: "/measured/latencyNanoseconds")?.double ?? 0) > 0)
    let price = more["price"]?.string ?? ""
    #expect(price.contains("points against the ANN on 40 samples"), "\(price)")
  }

  @Test("a converted network is sized with what it is expected to spike")
  func spiking() throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.network(), as: "digits.snn")
      let json = try BuiltProgram.succeed(
        ["fit", "digits.snn", "--profile", "loihi1", "--json"], in: folder
      ).json()
      #expect((json.value(at: "/profiles/0/layers/0/expectedSpikes")?.double ?? 0) > 0)
      #expect((json.value(at: "/profiles/0/layers/0/expectedPackets")?.double ?? 0) > 0)
      #expect(json["macs"] == .null)
    }
  }

  @Test("bad input: exit code 1, and 64 without a profile")
  func badInput() throws {
    try withEmptyFolder { folder in
      try folder.put([1, 2, 3], as: "junk.onnx")
      #expect(
        try BuiltProgram.run(["fit", "junk.onnx", "--profile", "all"], in: folder).status == 1)
      #expect(
        try BuiltProgram.run(
          ["fit", DigitsFixture.model, "--profile", "loihi1", "--set", "/no/such=1"], in: folder
        ).status == 1)
      #expect(
        try BuiltProgram.run(
          ["fit", DigitsFixture.model, "--profile", "all", "--set", "/no/such=1"], in: folder
        ).status == 1)
      #expect(try BuiltProgram.run(["fit", DigitsFixture.model], in: folder).status == 64)
    }
  }

  private static let light = ProcessInfo.processInfo.environment["SPIKELOOM_DATA"].map {
    $0 + "/onnx_tests/light/"
  }

  @Test(
    "published topologies are sized within seconds, refused nodes beside the table",
    .enabled(if: light != nil, "set SPIKELOOM_DATA to the folder of staged data"),
    arguments: [
      ("vgg19", 14_000_000, ["n38"]), ("squeezenet", 700_000, []),
      ("bvlc_alexnet", 600_000, ["n2", "n6"]),
    ])
  func topologies(name: String, neurons: Int, refused: [String]) throws {
    let folder = try #require(Self.light)
    let start = ContinuousClock.now
    let run = try fit([folder + "light_\(name).onnx", "--profile", "loihi1", "--json"])
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(run.status == 2, "\(run.errors)")
    let json = try run.json()
    #expect((json.value(at: "/profiles/0/neurons")?.int ?? 0) > neurons)
    let nodes = (json["refused"]?.elements ?? []).compactMap { $0["anchor"]?.string }
    for node in refused { #expect(nodes.contains { $0.hasPrefix("node '\(node)'") }, "\(node)") }
    if refused.isEmpty { #expect(nodes.isEmpty) }
  }
}
