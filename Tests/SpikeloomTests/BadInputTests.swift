import Foundation
import LoomBase
import LoomImport
import Testing

@Suite("Bad input")
struct BadInputTests {
  /// Runs a command that must be refused: its exit code, its words, and nothing written or changed.
  private func expectRefusal(
    _ arguments: [String], status: Int32 = 1, saying words: [String],
    files: [String: [UInt8]] = [:], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try withEmptyFolder { folder in
      for (name, bytes) in files { try folder.put(bytes, as: name) }
      let run = try BuiltProgram.run(arguments, in: folder)
      #expect(run.status == status, "\(run.errors)", sourceLocation: sourceLocation)
      #expect(run.output.isEmpty, "standard output", sourceLocation: sourceLocation)
      for word in words {
        #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: sourceLocation)
      }
      #expect(try folder.names() == files.keys.sorted(), sourceLocation: sourceLocation)
      for (name, bytes) in files {
        #expect(try folder.bytes(of: name) == bytes, sourceLocation: sourceLocation)
      }
    }
  }

  private static let compare = [
    "--data", DigitsFixture.images, "--labels", DigitsFixture.labels, "--samples", "10", "--json",
    "--save-image", "out.chip", "--predictions", "p.npy",
  ]

  @Test("a truncated model", arguments: [0, 1, 100, 30_000, 65_000])
  func truncatedModel(length: Int) throws {
    let whole = try DigitsFixture.folder.bytes(of: "digits_cnn.onnx")
    #expect(whole.count > length)
    let cut = ["cut.onnx": Array(whole[..<length])]
    try expectRefusal(
      ["convert", "cut.onnx", "-o", "out.snn"] + DigitsFixture.conversion,
      saying: ["error SL", "cut"], files: cut)
    try expectRefusal(["import", "cut.onnx"], saying: ["error SL", "cut"], files: cut)
  }

  @Test("a truncated spiking network leaves the old image as it was", arguments: [0, 7, 2_000])
  func truncatedNetwork(length: Int) throws {
    let whole = try DigitsFixture.network()
    try expectRefusal(
      ["compile", "cut.snn", "--profile", "crossbar-256", "-o", "old.chip"],
      saying: ["error SL", "cut.snn"],
      files: ["cut.snn": Array(whole[..<length]), "old.chip": [1, 2, 3]])
  }

  @Test("an image with one flipped byte, wherever it is")
  func flippedByte() throws {
    let whole = try DigitsFixture.chip("crossbar-256")
    let places = [0, 9, 21, 40, 90] + (1...5).map { whole.count * $0 / 6 } + [whole.count - 1]
    for place in places {
      var damaged = whole
      damaged[place] ^= 0x10
      try expectRefusal(
        [
          "emulate", "damaged.chip", "--data", DigitsFixture.images, "--samples", "2",
          "--predictions", "p.npy",
        ], saying: ["error SL", "damaged.chip"], files: ["damaged.chip": damaged])
    }
  }

  /// A bundled profile's document, changed.
  private func profile(_ change: (inout JSONValue) throws -> Void) throws -> [UInt8] {
    let folder = CheckOut.root.appendingPathComponent("HardwareProfiles")
    var document = try JSONText.decode(try folder.bytes(of: "crossbar-256.json"))
    try change(&document)
    return Array(JSONText.encode(document).utf8)
  }

  private static func replacing(
    _ document: JSONValue, _ pointer: String, _ value: JSONValue
  ) -> JSONValue? {
    var copy = document
    return copy.replace(at: pointer, with: value) ? copy : nil
  }

  @Test("a profile with a missing price", arguments: ["synapticOperation", "neuronUpdate"])
  func missingPrice(name: String) throws {
    let poor = try profile { document in
      var prices = try #require(document["prices"]?.members)
      let removed = prices.removeValue(forKey: name)
      #expect(removed != nil)
      document = try #require(Self.replacing(document, "/prices", .object(prices)))
    }
    try expectRefusal(
      ["compare", DigitsFixture.model, "--profile", "poor.json"] + Self.compare
        + DigitsFixture.conversion, saying: ["error SL7", "/prices/\(name)"],
      files: ["poor.json": poor])
    try expectRefusal(
      [
        "emulate", "digits.chip", "--profile", "poor.json", "--data", DigitsFixture.images,
        "--samples", "2", "--predictions", "p.npy",
      ], saying: ["error SL7", "/prices/\(name)"],
      files: ["poor.json": poor, "digits.chip": try DigitsFixture.chip("crossbar-256")])
  }

  @Test("a profile with an unknown key, in the file or in --set")
  func unknownKey() throws {
    let odd = try profile { document in
      var core = try #require(document["core"]?.members)
      core["neuronz"] = core["neurons"]
      document = try #require(Self.replacing(document, "/core", .object(core)))
    }
    let files = ["digits.snn": try DigitsFixture.network(), "odd.json": odd]
    try expectRefusal(
      ["compile", "digits.snn", "--profile", "odd.json", "-o", "out.chip"],
      saying: ["error SL7", "odd.json#/core/neuronz"], files: files)
    try expectRefusal(
      [
        "compile", "digits.snn", "--profile", "crossbar-256", "--set", "/core/neuronz=3", "-o",
        "out.chip",
      ], saying: ["error SL7", "/core/neuronz"], files: files)
    try expectRefusal(
      ["compile", "digits.snn", "--profile", "loihi9", "-o", "out.chip"],
      saying: ["error SL7", "'loihi9'", "crossbar-256"], files: files)
  }

  @Test("labels of the wrong length")
  func wrongLabels() throws {
    let few = NumpyFile.encode(shape: [499], int32: [Int32](repeating: 1, count: 499))
    let words = ["error SL", "few.npy", "needs 500 labels", "has 499"]
    var compare = Self.compare
    compare[3] = "few.npy"
    try expectRefusal(
      ["compare", DigitsFixture.model, "--profile", "crossbar-256"] + compare
        + DigitsFixture.conversion, saying: words, files: ["few.npy": few])
    try expectRefusal(
      [
        "emulate", "digits.chip", "--data", DigitsFixture.images, "--labels", "few.npy",
        "--predictions", "p.npy",
      ], saying: words,
      files: ["few.npy": few, "digits.chip": try DigitsFixture.chip("crossbar-256")])
  }

  @Test("unsupported nodes are named, all at once")
  func unsupportedNodes() throws {
    var text = try DigitsFixture.folder.bytes(of: "digits_cnn.onnx")
    var nodes = 0
    for place in 0..<(text.count - 4) where text[place..<(place + 4)].elementsEqual("Relu".utf8) {
      text.replaceSubrange(place..<(place + 4), with: Array("Zelu".utf8))
      nodes += 1
    }
    #expect(nodes > 3)
    try expectRefusal(
      ["convert", "odd.onnx", "-o", "out.snn"] + DigitsFixture.conversion,
      saying: ["error SL", "'/1/Zelu' (Zelu)", "'/3/Zelu' (Zelu)", "'/6/Zelu' (Zelu)"],
      files: ["odd.onnx": text])
  }

  @Test("images of the wrong shape, for every command that reads some")
  func wrongShape() throws {
    let odd = NumpyFile.encode(shape: [500, 9, 8], bytes: [UInt8](repeating: 7, count: 500 * 72))
    let files = [
      "odd.npy": odd, "digits.snn": try DigitsFixture.network(),
      "digits.chip": try DigitsFixture.chip("crossbar-256"),
    ]
    let words = ["error SL", "needs", "has", "9"]
    try expectRefusal(
      ["convert", DigitsFixture.model, "--calibration", "odd.npy", "-T", "8", "-o", "out.snn"],
      saying: words, files: files)
    try expectRefusal(
      ["emulate", "digits.chip", "--data", "odd.npy", "--predictions", "p.npy"], saying: words,
      files: files)
    try expectRefusal(
      ["verify", "digits.chip", "digits.snn", "--data", "odd.npy"], saying: words, files: files)
    var compare = Self.compare
    compare[1] = "odd.npy"
    try expectRefusal(
      ["compare", DigitsFixture.model, "--profile", "crossbar-256"] + compare
        + DigitsFixture.conversion, saying: words, files: files)
  }

  @Test("files and folders that are not there")
  func missingFiles() throws {
    let files = [
      "digits.snn": try DigitsFixture.network(),
      "digits.chip": try DigitsFixture.chip("crossbar-256"),
    ]
    try expectRefusal(
      ["convert", "no.onnx", "-o", "out.snn"] + DigitsFixture.conversion,
      saying: ["error SL", "no.onnx"])
    try expectRefusal(["explain", "no.chip"], saying: ["error SL", "no.chip"])
    try expectRefusal(
      ["emulate", "digits.chip", "--data", "no.npy", "--predictions", "p.npy"],
      saying: ["error SL", "no.npy"], files: files)
    try expectRefusal(
      ["compile", "digits.snn", "--profile", "no.json", "-o", "out.chip"],
      saying: ["error SL", "no.json"], files: files)
    try expectRefusal(
      [
        "compile", "digits.snn", "--profile", "crossbar-256", "-o", "no/out.chip", "--save-fixed",
        "out.fixed.snn",
      ], saying: ["error SL1204", "no/out.chip"], files: files)
    try expectRefusal(
      [
        "emulate", "digits.chip", "--data", DigitsFixture.images, "--samples", "2",
        "--predictions", "no/p.npy",
      ], saying: ["error SL1204", "no/p.npy"], files: files)
    try expectRefusal(
      ["convert", DigitsFixture.model, "-o", "no/out.snn"] + DigitsFixture.conversion,
      saying: ["error SL1204", "no/out.snn"])
  }

  @Test("another T than that of a network that is converted already")
  func otherSteps() throws {
    let files = ["digits.snn": try DigitsFixture.network()]
    for command in [["compile", "digits.snn", "-o", "out.chip"], ["fit", "digits.snn"]] {
      try expectRefusal(
        command + ["--profile", "crossbar-256", "-T", "9"], status: 64,
        saying: ["'-T 9' goes with a MODEL", "digits.snn is converted for T = 8"], files: files)
    }
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.network(), as: "digits.snn")
      let run = try BuiltProgram.succeed(
        [
          "compile", "digits.snn", "--profile", "crossbar-256", "-T", "8", "--calibration", "x.npy",
          "-o", "out.chip",
        ], in: folder)
      #expect(run.errors.contains("'--calibration' is not needed"))
      #expect(
        try folder.bytes(of: "out.chip") == DigitsFixture.chip("crossbar-256"))
    }
  }

  @Test(
    "a command line that cannot be understood",
    arguments: [
      (["compil"], "did you mean 'compile'"),
      (["compile", "x.snn", "--profil", "crossbar-256"], "did you mean '--profile'"),
      (["compile", "--profile", "crossbar-256"], "missing"),
      (["compile", "x.snn", "y.snn", "--profile", "crossbar-256"], "unexpected argument 'y.snn'"),
      (["compile", "x.snn", "--profile"], "needs a value"),
      (["demo", "--samples", "-3"], "needs a whole number"),
      (["demo", "--threads", "0"], "needs a whole number"),
      (["demo", "-T", "8", "-T", "9"], "given twice"),
      (["demo", "--coding", "morse"], "direct, rate"),
      (["explain", "x.chip", "tile", "3"], "core N"),
      (
        ["demo", "--percentile", "90"],
        "'--percentile' needs --method percentile or auto, has threshold-balancing"
      ),
      (
        ["demo", "--method", "ttrbr", "--correction", "shift"], "needs --method calibrated or auto"
      ),
      (
        ["demo", "--method", "calibrated", "--iterations", "9"],
        "'--iterations' needs --method threshold-balancing or ttrbr or auto, has calibrated"
      ),
      (
        ["convert", "x.onnx", "-T", "8", "--calibration", "y.npy", "--data", "z.npy"],
        "goes with '--save-boundary'"
      ),
      (
        ["compile", "x.fixed.snn", "--tune", "3", "--profile", "crossbar-256"],
        "'--tune' goes with a MODEL"
      ),
      (
        ["fit", "x.snn", "--method", "auto", "--profile", "crossbar-256"],
        "'--method' goes with a MODEL"
      ),
    ])
  func usage(arguments: [String], words: String) throws {
    try expectRefusal(arguments, status: 64, saying: ["error: ", words])
  }
}
