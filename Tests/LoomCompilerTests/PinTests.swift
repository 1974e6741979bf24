import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Pins")
struct PinTests {
  /// Crossbars of 64 neurons; 4 × 4 tiles of 2 cores on each of 16 chips.
  static let chip: Profile = TestProfiles.crossbarLike()

  /// The convolution "first" (4 × 7 × 6) split by columns over four cores, as an architect would.
  static let columns: [SlicePin] = [
    SlicePin(layer: "first", columns: 0..<2, core: .number(0)),
    SlicePin(layer: "first", columns: 2..<3, core: .number(9)),
    SlicePin(layer: "first", columns: 3..<4, core: .number(31)),
    SlicePin(layer: "first", columns: 4..<6, core: .tile(chip: 0, column: 3, row: 2, slot: 1)),
  ]

  private func position(_ chip: Int, _ column: Int, _ row: Int, _ slot: Int) -> CorePosition {
    CorePosition(chip: chip, column: column, row: row, slot: slot)
  }

  /// The boxes of a population by position.
  private func boxes(_ image: HardwareImage, _ population: Int) -> [CorePosition: [MapBox]] {
    var result: [CorePosition: [MapBox]] = [:]
    for core in image.cores {
      for slice in core.slices where slice.population == population {
        result[core.position, default: []].append(slice.box)
      }
    }
    return result
  }

  @Test(
    "a convolution split by columns over four cores sits exactly there, whatever the placement",
    arguments: PlacementChoice.allCases)
  func columns(placement: PlacementChoice) throws {
    let options = CompilerOptions(
      pins: Self.columns, placement: placement, placementMoves: 3000, seed: 4)
    let run = try Equivalence(EquivalenceTests.residual(seed: 1), Self.chip, options: options)
    func part(_ columns: Range<Int>) -> [MapBox] {
      [MapBox(channels: 0..<4, rows: 0..<7, columns: columns)]
    }
    // Core 9: tile 4, slot 1; tile 4 is column 0 of row 1. Core 31: tile 15, slot 1.
    let wanted = [
      position(0, 0, 0, 0): part(0..<2), position(0, 0, 1, 1): part(2..<3),
      position(0, 3, 3, 1): part(3..<4), position(0, 3, 2, 1): part(4..<6),
    ]
    #expect(boxes(run.image, 1) == wanted)
    // Nothing else is put on pinned cores.
    for core in run.image.cores where wanted[core.position] != nil {
      #expect(core.slices.count == 1)
    }
    #expect(ImageVerifier.check(run.image, profile: Self.chip).isEmpty)
    #expect(run.difference == nil)
    #expect(run.spikes > 50)
  }

  @Test(
    "a layer pinned in part: the rest is cut around it, on Loihi-like cores too, and runs bit for bit"
  )
  func partly() throws {
    let profile = TestProfiles.loihiLike(neurons: 96)
    let pins = [
      SlicePin(
        layer: "sum", rows: 2..<5, columns: 1..<4, channels: 1..<3,
        core: .tile(chip: 3, column: 1, row: 1, slot: 0)),
      SlicePin(layer: "first", rows: 0..<1, core: .tile(chip: 3, column: 1, row: 1, slot: 0)),
    ]
    let options = CompilerOptions(pins: pins, placementMoves: 2000)
    let network = EquivalenceTests.residual(seed: 2)
    let result = try Equivalence(network, profile, options: options)
    #expect(result.difference == nil)
    #expect(result.spikes > 50)
    let image = try Compiler.compile(
      try Quantizer.quantize(network, profile: profile).network, profile: profile,
      options: options
    ).image
    let core = image.cores.first { $0.position == position(3, 1, 1, 0) }
    #expect(
      core.map { Set($0.slices.map(\.box)) } == [
        MapBox(channels: 1..<3, rows: 2..<5, columns: 1..<4),
        MapBox(channels: 0..<4, rows: 0..<1, columns: 0..<6),
      ])
  }

  @Test("an ONNX node's name does for a layer's, and the naive cut goes around pins")
  func originNaive() throws {
    var network = EquivalenceTests.residual(seed: 3)
    network.populations[1].origin = ["/conv1/Conv", "/relu1/Relu"]
    let pins = [SlicePin(layer: "/conv1/Conv", channels: 1..<2, core: .number(5))]
    let options = CompilerOptions(partition: .naive, pins: pins)
    let run = try Equivalence(network, Self.chip, options: options)
    #expect(run.difference == nil)
    #expect(
      boxes(run.image, 1)[position(0, 2, 0, 1)]
        == [MapBox(channels: 1..<2, rows: 0..<7, columns: 0..<6)])
  }

  private func refusal(
    _ pins: [SlicePin], _ profile: Profile = Self.chip
  ) throws -> DiagnosticsError? {
    let fixed = try Quantizer.quantize(
      EquivalenceTests.residual(seed: 1), profile: profile
    ).network
    do {
      _ = try Compiler.compile(fixed, profile: profile, options: CompilerOptions(pins: pins))
      return nil
    } catch {
      return error
    }
  }

  @Test("what names nothing is refused, all pins at once, each by number and layer")
  func unknown() throws {
    let error = try refusal([
      SlicePin(layer: "nowhere", core: .number(0)),
      SlicePin(layer: "sum", rows: 3..<8, columns: 0..<7, core: .number(1)),
      SlicePin(layer: "half", core: .number(512)),
      SlicePin(layer: "half", core: .tile(chip: 16, column: 4, row: 0, slot: 2)),
    ])
    #expect(error?.kind == .badInput)
    let found = (error?.diagnostics ?? []).map { [$0.code, $0.message, $0.anchor.description] }
    #expect(
      found == [
        [
          "SL4040", "pin 0 needs the name of one layer, has 'nowhere', which names none",
          "layer 'nowhere'",
        ],
        ["SL4041", "pin 1 needs rows within 0..<7, has 3..<8", "layer 'sum'"],
        ["SL4041", "pin 1 needs columns within 0..<6, has 0..<7", "layer 'sum'"],
        ["SL4042", "pin 2 needs a core from 0 to 511, has 512", "layer 'half'"],
        ["SL4042", "pin 3 needs a chip from 0 to 15, has 16", "layer 'half'"],
        ["SL4042", "pin 3 needs a column from 0 to 3, has 4", "layer 'half'"],
        ["SL4042", "pin 3 needs a slot from 0 to 1, has 2", "layer 'half'"],
      ])
  }

  @Test("overlapping pins are refused, touching ones are not")
  func overlap() throws {
    let error = try refusal([
      SlicePin(layer: "first", columns: 0..<2, core: .number(0)),
      SlicePin(layer: "sum", columns: 0..<2, core: .number(1)),
      SlicePin(layer: "first", rows: 3..<4, columns: 1..<4, core: .number(2)),
    ])
    #expect(error?.diagnostics.map(\.code) == ["SL4043"])
    #expect(
      error?.diagnostics.first?.message.hasPrefix(
        "pin 2 needs neurons of its own, has some of pin 0") == true)
    let touching = try refusal([
      SlicePin(layer: "first", columns: 0..<2, core: .number(0)),
      SlicePin(layer: "first", columns: 2..<4, core: .number(1)),
    ])
    #expect(touching == nil)
  }

  @Test("pins that overlap on one core are refused like others")
  func overlapOnOneCore() throws {
    let error = try refusal([
      SlicePin(layer: "first", columns: 0..<2, core: .number(3)),
      SlicePin(layer: "first", columns: 1..<2, core: .number(3)),
    ])
    #expect(error?.diagnostics.map(\.code) == ["SL4043"])
  }

  @Test("a node that stands for two layers is no name for a pin")
  func ambiguous() throws {
    var network = EquivalenceTests.residual(seed: 1)
    network.populations[1].origin = ["/block"]
    network.populations[2].origin = ["/block"]
    let fixed = try Quantizer.quantize(network, profile: Self.chip).network
    let pins = [SlicePin(layer: "/block", rows: 0..<1, core: .number(0))]
    let error = #expect(throws: DiagnosticsError.self) {
      try Compiler.compile(fixed, profile: Self.chip, options: CompilerOptions(pins: pins))
    }
    #expect(error?.diagnostics.map(\.code) == ["SL4040"])
    #expect(error?.diagnostics.first?.message.hasSuffix("which stands for 2") == true)
  }

  @Test("a pin too large for its core is refused with every short resource")
  func tooLarge() throws {
    // 4 × 7 × 6 = 168 neurons on 64 columns; 168 sources of "stem" and 168 of "first" on 300 axons.
    let profile = TestProfiles.crossbarLike(axonsIn: 300)
    let error = try refusal([SlicePin(layer: "sum", core: .number(3))], profile)
    #expect(error?.kind == .doesNotFit)
    #expect(
      error?.diagnostics.map(\.message) == [
        "pin 0 needs 168 compartments, has 64", "pin 0 needs 168 crossbar columns, has 64",
        "pin 0 needs 336 input axons, has 300",
      ])
    #expect(error?.diagnostics.first?.anchor == .layer("sum"))
  }

  @Test("pins that fit alone but not together are refused together")
  func together() throws {
    let error = try refusal([
      SlicePin(layer: "first", columns: 0..<2, core: .number(3)),
      SlicePin(layer: "first", columns: 3..<4, core: .number(4)),
      SlicePin(layer: "sum", rows: 0..<1, core: .number(3)),
    ])
    // 56 + 24 neurons.
    #expect(
      error?.diagnostics.map(\.message) == [
        "pins 0 and 2 together need 80 compartments, has 64",
        "pins 0 and 2 together need 80 crossbar columns, has 64",
      ])
  }
}

@Suite("Pin files")
struct PinFileTests {
  private func decode(_ text: String) -> (pins: [SlicePin]?, findings: [Diagnostic]) {
    do {
      return (try PinFile.decode(Array(text.utf8), name: "pins.json"), [])
    } catch {
      return (nil, error.diagnostics)
    }
  }

  @Test("ranges, numbers and places are read; what is left out is whole")
  func reads() {
    let text = """
      {"schema": "spikeloom.pins/1", "pins": [
        {"layer": "a", "rows": [0, 8], "columns": [2, 4], "channels": [1, 16], "core": 7},
        {"layer": "b", "core": {"chip": 1, "column": 2, "row": 3, "slot": 0}}]}
      """
    #expect(
      decode(text).pins == [
        SlicePin(layer: "a", rows: 0..<8, columns: 2..<4, channels: 1..<16, core: .number(7)),
        SlicePin(layer: "b", core: .tile(chip: 1, column: 2, row: 3, slot: 0)),
      ])
  }

  @Test("every unknown key and wrong value is named by its pointer, all at once")
  func refuses() {
    let text = """
      {"schema": "spikeloom.pins/2", "extra/~": 1, "pins": [
        {"layer": 3, "rows": [4, 4], "core": -1},
        {"layer": "a", "column": [0, 1], "channels": [0.5, 2], "core": {"chip": 0, "row": 1, "slot": "x"}},
        7, {"layer": "b", "rows": [0, 1, 2]}]}
      """
    let pointers = decode(text).findings.map { finding -> String in
      guard case .jsonPointer("pins.json", let pointer) = finding.anchor else { return "?" }
      return pointer
    }
    #expect(
      pointers == [
        "/extra~1~0", "/schema", "/pins/0/layer", "/pins/0/rows", "/pins/0/core",
        "/pins/1/column", "/pins/1/channels", "/pins/1/core/column", "/pins/1/core/slot",
        "/pins/2", "/pins/3/rows", "/pins/3/core",
      ])
    #expect(decode(text).findings.allSatisfy { $0.code == "SL4046" })
  }

  @Test(
    "what is no document of pins is refused", arguments: ["", "[]", "{}", "{\"pins\": {}}", "{"])
  func noDocument(text: String) {
    let result = decode(text)
    #expect(result.pins == nil)
    #expect(!result.findings.isEmpty)
  }
}
