import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("What an emulator refuses")
struct EmulatorErrorTests {
  private func findings(_ image: HardwareImage, _ profile: Profile) -> [Diagnostic] {
    do {
      _ = try Emulator(image: image, profile: profile)
      return []
    } catch {
      return error.diagnostics
    }
  }

  @Test("a missing duration is named by its JSON pointer")
  func missingTime() {
    var profile = TestProfiles.profile()
    profile.times.axonIn = nil
    profile.times.linkOccupancy = nil
    let found = findings(HandWorkedImage.make(), profile)
    #expect(
      found.map(\.anchor) == [
        .jsonPointer(file: "test", pointer: "/times/axonIn"),
        .jsonPointer(file: "test", pointer: "/times/linkOccupancy"),
      ])
  }

  @Test("a duration that is not needed may be missing")
  func unneededTime() {
    var profile = TestProfiles.profile()
    profile.times.hopBetweenChips = nil
    profile.times.tick = nil
    #expect(findings(HandWorkedImage.make(), profile).isEmpty)
  }

  @Test("another structure, an asynchronous chip, a core off the mesh")
  func mismatches() {
    var profile = TestProfiles.profile()
    profile.structureDigest = Digest(of: [1])
    #expect(findings(HandWorkedImage.make(), profile).map(\.code) == ["SL6001"])
    profile = TestProfiles.profile()
    profile.synchronisation = .asynchronous
    #expect(findings(HandWorkedImage.make(), profile).map(\.code) == ["SL6006"])
    var image = HandWorkedImage.make()
    image.cores[1].position.column = 4_000_000
    #expect(findings(image, TestProfiles.profile()).map(\.code) == ["SL5106"])
  }

  @Test("currents that could overflow an accumulator")
  func overflow() {
    var image = HandWorkedImage.make()
    image.templates[0].weights = [2000, -2000]
    image.templates[0].shifts = [20]
    #expect(findings(image, TestProfiles.profile()).map(\.code) == ["SL6003"])
    // 2^32: nothing is left of it in 32 bits.
    image.templates[0].weights = [4096, -4096]
    #expect(findings(image, TestProfiles.profile()).map(\.code) == ["SL6003"])
  }

  @Test("a gate that could overflow what drives its neurons", arguments: 0..<UInt64(12))
  func overflowingGate(seed: UInt64) throws {
    for spikes in [false, true] {
      var image = RandomImage.make(seed: seed, options: .init(spikes: spikes))
      let gate = try #require(image.templates.indices.last)
      let count = image.templates[gate].weights.count
      // 2^31 and 2^32, and what fits; shifts of all weights, and of each.
      for (weight, isRefused) in [(Int16(2048), true), (4096, true), (2, false)] {
        for shifts in [1, count] {
          image.templates[gate].weights = Array(repeating: weight, count: count)
          image.templates[gate].shifts = Array(repeating: 20, count: shifts)
          let codes = Set(findings(image, TestProfiles.profile()).map(\.code))
          #expect(codes == (isRefused ? ["SL6003"] : []), "\(weight), \(shifts) shifts")
        }
      }
    }
  }

  @Test("wrong routes, unless allowed; then they are followed as written")
  func routes() throws {
    var image = HandWorkedImage.make()
    image.cores[0].routes.axons = [1, 1]
    #expect(findings(image, TestProfiles.profile()).allSatisfy { $0.code == "SL5102" })
    #expect(!findings(image, TestProfiles.profile()).isEmpty)
    let emulator = try Emulator(
      image: image, profile: TestProfiles.profile(), allowInconsistentRoutes: true)
    // Every spike now brings −8: B = 2·(−8)+1, −8+1, 2·(−8)+1.
    #expect(try emulator.trace(HandWorkedImage.sample, index: 0).scores == [-37])
  }

  @Test("samples of another shape or type")
  func samples() throws {
    let emulator = try Emulator(
      image: HandWorkedImage.make(), profile: TestProfiles.profile())
    let wide = Samples(storage: .bytes([1, 2]), sampleShape: [2], count: 1)
    let floats = Samples(storage: .floats([1]), sampleShape: [1], count: 1)
    #expect(throws: DiagnosticsError.self) { try emulator.run(wide) }
    #expect(throws: DiagnosticsError.self) { try emulator.run(floats) }
  }
}
