import LoomHardware
import Testing

@Suite("Prices and durations by JSON pointer")
struct ProfileConstantsTests {
  @Test(
    "they are all that a profile states under /prices, /times and /router",
    arguments: ProfileFile.bundledNames)
  func complete(name: String) throws {
    let profile = try ProfileFile.load(name)
    let stated = profile.quantities.filter { key, _ in
      ["/prices/", "/times/", "/router/"].contains { key.hasPrefix($0) }
    }
    let found = Dictionary(
      uniqueKeysWithValues: profile.constants.map { ($0.pointer, $0.quantity) })
    #expect(found == stated)
  }

  @Test(
    "each can be replaced, alone, and stands there afterwards", arguments: ProfileFile.bundledNames)
  func replacing(name: String) throws {
    let profile = try ProfileFile.load(name)
    for (pointer, quantity) in profile.constants {
      let value = quantity.value + 17
      let changed = try #require(profile.replacing(pointer, with: value))
      #expect(changed.constant(at: pointer)?.value == value)
      for (other, before) in profile.constants where other != pointer {
        #expect(changed.constant(at: other) == before)
      }
      #expect(changed.core == profile.core && changed.neuron == profile.neuron)
    }
  }

  @Test(
    "what is no stated price or duration is not replaced",
    arguments: [
      "", "/prices", "/prices/nothing", "/core/neurons", "/times/barrierByTiles/9/duration",
      "/times/barrierByTiles/x/duration", "/times/barrierByTiles/0/units", "/times/tick",
    ])
  func unknown(pointer: String) throws {
    let profile = try ProfileFile.load("loihi1-silicon-fit")
    #expect(profile.replacing(pointer, with: 1) == nil)
    #expect(profile.constant(at: pointer) == nil)
  }

  @Test("units are those of the keys")
  func units() {
    #expect(Profile.unit(ofConstant: "/prices/staticPowerPerChip") == "mW")
    #expect(Profile.unit(ofConstant: "/prices/management") == "pJ")
    #expect(Profile.unit(ofConstant: "/times/tick") == "ns")
    #expect(Profile.unit(ofConstant: "/times/barrierByTiles") == nil)
  }
}
