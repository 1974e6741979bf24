import LoomBase
import LoomCompiler
import LoomHardware
import LoomNetwork
import Testing

@Suite("Residual networks of CIFAR size on Loihi 1")
struct ResidualNetworkTests {
  @Test(
    "The bars of cores hold without kernel sharing",
    arguments: [(blocks: 3, bar: 700), (blocks: 7, bar: 1650)])
  func cores(blocks: Int, bar: Int) throws {
    let profile = try ProfileFile.load("loihi1")
    let clock = ContinuousClock()
    let start = clock.now
    let fixed = try Quantizer.quantize(ResidualNetwork.make(blocks: blocks), profile: profile)
    let middle = clock.now
    let result = try Compiler.compile(fixed.network, profile: profile)
    print("blocks \(blocks): quantize \(middle - start), compile \(clock.now - middle)")
    print(result.report.text)
    print(fixed.report.text)
    #expect(result.report.cores <= bar)
    #expect(result.report.cores >= result.report.lowerBound)
  }
}
