import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("What chips of axon types cannot hold is said once, with what helps")
struct AxonLimitsTests {
  private func findings(_ network: SpikingNetwork, _ profile: Profile) throws -> [Diagnostic] {
    let fixed = try Quantizer.quantize(network, profile: profile).network
    do throws(DiagnosticsError) {
      _ = try Compiler.compile(fixed, profile: profile)
      return []
    } catch {
      #expect(error.kind == .doesNotFit)
      return error.diagnostics
    }
  }

  @Test("A neuron of too many axons: one finding with the axons a source takes, and fewer bits")
  func fanIn() throws {
    let network = AxonNetworks.dense([200, 20, 10], seed: 2)
    let found = try findings(network, AxonProfiles.trueNorthLike())
    #expect(found.count == 1)
    let text = found.first?.description ?? ""
    #expect(found.first?.code == "SL4014")
    #expect(text.contains("(190 sources × 2 axons each for 4-bit weights)"))
    #expect(text.contains("has 256"))
    #expect(text.contains("--set /weight/bits=2"))
    #expect(try findings(network, AxonProfiles.trueNorthLike(bits: 2)).isEmpty)
  }

  @Test("Fewer bits are not named where they do not help")
  func noBits() throws {
    let found = try findings(
      AxonNetworks.dense([300, 10], seed: 2), AxonProfiles.trueNorthLike())
    #expect(found.map(\.code) == ["SL4014"])
    #expect(found.first?.description.contains("/weight/bits") == false)
  }

  @Test("Weights of more digits than types")
  func types() throws {
    let weights: [Float] = [15, -14, 13, -11, 9, 6, 5, 3]
    let network = AxonNetworks.integers(input: 8, timesteps: 3, layers: [(4, [weights])])
    let found = try findings(network, AxonProfiles.trueNorthLike(bits: 5))
    #expect(found.map(\.code) == ["SL4013"])
    #expect(found.first?.description.contains("needs 5 axon types for its weights, has 4") == true)
  }

  @Test("A neuron with more destinations than a core has columns")
  func copies() throws {
    // One relay-like neuron onto 12 neurons with 9 sources each: cores of 6 columns and 12 axons.
    let weights: [[Float]] = (0..<12).map { (row: Int) -> [Float] in
      let numbers: [Int] = [row * 5, row * 5 + 3, row * 5 + 6]
      return numbers.map { Float($0 % 7 + 1) }
    }
    let network = AxonNetworks.integers(
      input: 1, timesteps: 3, layers: [(1, [[1], [1], [1]]), (9, weights)])
    let found = try findings(
      network, AxonProfiles.trueNorthLike(startStep: true, columns: 2, axons: 12))
    #expect(found.contains { $0.code == "SL4015" })
    #expect(found.count == 1)
  }

  @Test("The verifier finds a sixth value, a wrong sign and too many copies")
  func verifier() throws {
    let typed = AxonProfiles.trueNorthLike(startStep: true)
    let fixed = try Quantizer.quantize(WeightPlanesTests.network, profile: typed).network
    var image = try Compiler.compile(fixed, profile: typed).image
    var narrow = typed
    narrow.core.neurons = 5
    let limits = ImageVerifier.check(image, profile: narrow).map(\.description)
    #expect(limits.contains { $0.contains("needs at most 5 compartments, has 6") })
    image.templates[0].weights[0] = 3
    let several = ImageVerifier.check(image, profile: typed).map(\.description)
    #expect(several.contains { $0.contains("one weight for each neuron") })
    let signed = AxonProfiles.odinLike()
    let other = try Quantizer.quantize(WeightPlanesTests.network, profile: signed).network
    var second = try Compiler.compile(other, profile: signed).image
    second.templates[0].weights[0] = -1
    let signs = ImageVerifier.check(second, profile: signed).map(\.description)
    #expect(signs.contains { $0.contains("one sign for each axon") })
  }

  @Test("Images with planes survive the file, and a plane without a template before it is refused")
  func file() throws {
    let profile = AxonProfiles.trueNorthLike(startStep: true)
    let fixed = try Quantizer.quantize(WeightPlanesTests.network, profile: profile).network
    let image = try Compiler.compile(fixed, profile: profile).image
    #expect(try ChipFile.decode(ChipFile.encode(image), name: "test") == image)
    var broken = image
    broken.templates[0].repeats = true
    #expect(!ImageVerifier.check(broken, profile: nil).isEmpty)
  }
}
