import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Residual networks of CIFAR size on Loihi 1")
struct ResidualNetworkTests {
  @Test(
    "The bars of cores hold without kernel sharing",
    arguments: [(blocks: 3, bar: 700), (blocks: 7, bar: 1650)])
  func cores(blocks: Int, bar: Int) throws {
    let profile = try ProfileFile.load("loihi1")
    let fixed = try Quantizer.quantize(ResidualNetwork.make(blocks: blocks), profile: profile)
    let result = try Compiler.compile(fixed.network, profile: profile)
    #expect(result.report.cores <= bar)
    #expect(result.report.cores >= result.report.lowerBound)
    #expect(result.report.text.contains("cores on \(result.report.chips) chips"))
    #expect(result.report.json["cores"]?.int == result.report.cores)
    #expect(ImageVerifier.check(result.image, profile: profile).isEmpty)
  }

  @Test("They fit crossbars of 256 neurons too")
  func crossbars() throws {
    let profile = try ProfileFile.load("crossbar-256")
    let fixed = try Quantizer.quantize(ResidualNetwork.make(blocks: 3), profile: profile)
    let result = try Compiler.compile(fixed.network, profile: profile)
    #expect(Double(result.report.cores) <= 1.5 * Double(result.report.lowerBound))
    #expect(ImageVerifier.check(result.image, profile: profile).isEmpty)
  }
}
