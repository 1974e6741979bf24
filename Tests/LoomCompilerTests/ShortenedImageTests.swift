import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("A shortened image")
struct ShortenedImageTests {
  @Test(
    "is the image compiled for the shorter window",
    arguments: [TestProfiles.loihiLike(), TestProfiles.crossbarLike()], [3, 8, 16])
  func equalsCompiled(profile: Profile, timesteps: Int) throws {
    var builder = NetworkBuilder(
      seed: 5, input: MapShape(channels: 2, height: 6, width: 6), timesteps: 64)
    builder.network.readoutStart = 20
    let first = builder.hidden("first", MapShape(channels: 4, height: 6, width: 6))
    let second = builder.hidden("second", MapShape(channels: 3, height: 3, width: 3))
    let answer = builder.readout("answer", 5)
    builder.drive(first, .convolution(.square(3, pad: 1)))
    builder.connect(first, second, .dense)
    builder.connect(second, answer, .dense)
    builder.connect(first, answer, .dense)
    let fixed = try Quantizer.quantize(builder.network, profile: profile).network
    var short = fixed
    short.timesteps = timesteps
    short.readoutStart = timesteps / 3
    let whole = try Compiler.compile(fixed, profile: profile).image
    let compiled = try Compiler.compile(short, profile: profile).image
    #expect(whole != compiled)
    #expect(whole.shortened(to: timesteps, readoutStart: timesteps / 3) == compiled)
  }
}
