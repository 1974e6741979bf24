import LoomBase
import LoomCompiler
import LoomHardware
import LoomNetwork
import Testing

@Suite("Sizing at the limits")
struct SizerLimitsTests {
  /// A map of 32 neurons, a convolution on it and four scores, without biases.
  private func network(_ geometry: ConvolutionGeometry, _ second: MapShape) -> SpikingNetwork {
    let map = MapShape(channels: 2, height: 4, width: 4)
    var builder = NetworkBuilder(seed: 3, input: map)
    let first = builder.hidden("first", map, bias: 0)
    builder.drive(first, .convolution(.square(1)))
    let deep = builder.hidden("second", second, bias: 0)
    builder.connect(first, deep, .convolution(geometry))
    builder.connect(deep, builder.readout("scores", 4, bias: 0), .dense)
    return builder.network
  }

  private var plain: SpikingNetwork {
    network(.square(3, pad: 1), MapShape(channels: 2, height: 4, width: 4))
  }

  @Test("a network that takes exactly the cores there are fits, with one core less it does not")
  func exactly() throws {
    var profile = TestProfiles.crossbarLike()
    profile.topology.maximumChips = 1
    profile.topology.tileColumns = 1
    profile.topology.tileRows = 1
    profile.topology.coresPerTile = 2
    let two = Sizer.size(plain, profile: profile)
    #expect(two.cores == 2 && two.fits && two.chips == 1)
    profile.topology.coresPerTile = 1
    let one = Sizer.size(plain, profile: profile)
    #expect(one.violations.map(\.needs) == [2] && one.violations.map(\.has) == [1])
    profile.topology.maximumChips = 2
    #expect(Sizer.size(plain, profile: profile).chips == 2)
  }

  @Test("what binds is the resource of the largest share, not of the largest number")
  func bottleneck() throws {
    // 68 of 64 columns and compartments; 32 + 32 of 40 axons.
    let sizing = Sizer.size(plain, profile: TestProfiles.crossbarLike(axonsIn: 40))
    #expect(sizing.fits)
    #expect(sizing.bottleneck == "input axons")
  }

  @Test("output entries count twice where a refused network is spread over chips")
  func offChip() throws {
    var profile = TestProfiles.loihiLike(axonsIn: 16)
    profile.topology.tileColumns = 1
    profile.topology.tileRows = 1
    profile.topology.coresPerTile = 1
    let square = network(.square(1), MapShape(channels: 2, height: 4, width: 4))
    let sizing = Sizer.size(square, profile: profile)
    // The scores read 32 neurons on 16 axons; each of the first 32 neurons goes to one tile, on another chip.
    #expect(sizing.layers.map(\.isRefused) == [false, false, true])
    #expect(sizing.layers.first?.axonsOut == 2 * 32)
    profile.core.axonsOutOffChip = 0
    #expect(Sizer.size(square, profile: profile).layers.first?.axonsOut == 32)
  }

  @Test("an interior tile reads what its kernel meets, not what lies between")
  func interiorStride() throws {
    let geometry = ConvolutionGeometry(kernelHeight: 1, kernelWidth: 1, strideY: 3, strideX: 3)
    let sparse = network(geometry, MapShape(channels: 2, height: 2, width: 2))
    // 2 × 2 positions of 2 channels are met: 8 axons; the rectangle around them has 4 × 4 × 2.
    let estimate = Sizer.estimate(sparse, profile: TestProfiles.crossbarLike(axonsIn: 8))
    let second = try #require(estimate.layers.first { $0.name == "second" })
    #expect(second.tiles == 1 && second.axonsIn == 8)
  }

  @Test("a code that a chip does not run is a violation")
  func code() throws {
    var coded = plain
    coded.code = .bitSerial
    let profile = TestProfiles.loihiLike()
    let wanted = CodeCheck.findings(code: .bitSerial, profile: profile)
    #expect(!wanted.isEmpty)
    let found = Sizer.size(coded, profile: profile).violations.map(\.diagnostic)
    #expect(Set(wanted).isSubset(of: Set(found)))
  }
}
