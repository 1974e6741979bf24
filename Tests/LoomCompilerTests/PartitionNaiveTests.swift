import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

/// Boxes of one population on one core.
struct PlacedBox: Hashable {
  var core: Int
  var population: Int
  var box: MapBox

  /// All of an image, in order of cores and slices.
  static func all(_ image: HardwareImage) -> [PlacedBox] {
    image.cores.enumerated().flatMap { core, content in
      content.slices.map { PlacedBox(core: core, population: $0.population, box: $0.box) }
    }
  }
}

@Suite("The naive cut")
struct PartitionNaiveTests {
  /// Two maps of 2 × 4 × 4 and twelve answers.
  static func small() -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: 5, input: MapShape(channels: 1, height: 4, width: 4), timesteps: 6)
    let map = MapShape(channels: 2, height: 4, width: 4)
    let stem = builder.hidden("stem", map)
    builder.drive(stem, .convolution(.square(3, pad: 1)))
    let next = builder.hidden("next", map)
    builder.connect(stem, next, .convolution(.square(3, pad: 1)))
    builder.connect(next, builder.readout("logits", 12), .dense)
    return builder.network
  }

  static func compiled(
    _ partition: PartitionChoice, _ profile: Profile
  ) throws -> (image: HardwareImage, report: MappingReport) {
    let fixed = try Quantizer.quantize(small(), profile: profile).network
    return try Compiler.compile(
      fixed, profile: profile, options: CompilerOptions(partition: partition))
  }

  private func box(_ channel: Int, _ rows: Range<Int>) -> MapBox {
    MapBox(channels: channel..<channel + 1, rows: rows, columns: 0..<4)
  }

  @Test("one channel after another, row by row, twelve neurons to a core, worked by hand")
  func handWorked() throws {
    let profile = TestProfiles.crossbarLike(neurons: 12, columns: 12)
    let (image, report) = try Self.compiled(.naive, profile)
    #expect(ImageVerifier.check(image, profile: profile).isEmpty)
    // Layers are cut from the last to the first and cores numbered from the first layer on: what the last core of
    // 'next' has room for goes to 'stem'.
    let wanted: [[[(Int, MapBox)]]] = [
      [[(0, box(1, 3..<4))], [(0, box(1, 0..<3))], [(0, box(0, 1..<4))]],
      [[(0, box(0, 0..<1)), (1, box(1, 2..<4))]],
      [[(1, box(1, 0..<2)), (1, box(0, 3..<4))], [(1, box(0, 0..<3))]],
      [[(2, MapBox(MapShape(channels: 12)))]],
    ]
    let boxes = wanted.flatMap { $0 }.enumerated().flatMap { core, slices in
      slices.map { PlacedBox(core: core, population: $0.0, box: $0.1) }
    }
    #expect(PlacedBox.all(image) == boxes)
    // 'next': rows 0..<3 read 4 rows of 2 channels (32); row 3 reads 2 rows and rows 0..<2 of the other channel
    // read 3 (16 + 24, 32 together); rows 2..<4 read 3 (24). 'logits' reads 32.
    #expect(report.inputAxons == 32 + 40 + 24 + 32)
    #expect(report.sharedAxons == 32 + 32 + 24 + 32)
    #expect(report.sourceNeurons == 64)
    #expect(report.duplicatedAxons == 128 - 64)
    #expect(report.cores == 7)
  }

  @Test("the default cut takes no more cores and fewer axons than the naive one")
  func fewer() throws {
    for profile in [
      TestProfiles.crossbarLike(neurons: 12, columns: 12), TestProfiles.loihiLike(neurons: 24),
    ] {
      let naive = try Self.compiled(.naive, profile).report
      let shared = try Self.compiled(.shared, profile).report
      #expect(shared.cores <= naive.cores)
      #expect(shared.inputAxons < naive.inputAxons)
    }
  }

  @Test("a residual network needs at most six tenths of the naive cut's axons")
  func residual() throws {
    let profile = try ProfileFile.load("crossbar-256")
    let network = ResidualNetwork.make(blocks: 1, timesteps: 4)
    let fixed = try Quantizer.quantize(network, profile: profile).network
    let reports = try PartitionChoice.allCases.map {
      try Compiler.compile(
        fixed, profile: profile, options: CompilerOptions(partition: $0, placement: .hilbert)
      ).report
    }
    #expect(Double(reports[0].inputAxons) <= 0.6 * Double(reports[1].sharedAxons))
    #expect(reports[0].ratio <= 1.25)
  }
}
