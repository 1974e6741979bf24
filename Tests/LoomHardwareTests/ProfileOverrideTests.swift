import LoomBase
import LoomHardware
import Testing

@Suite("Overrides with --set")
struct ProfileOverrideTests {
  @Test("a number is replaced, marked assumed, and recorded")
  func setsNumber() throws {
    let plain = try decode(ProfileFixture.text())
    let profile = try decode(
      ProfileFixture.text(),
      overrides: ["/core/neurons=2048", "/prices/synapticOperation=7.5"])
    #expect(profile.core.neurons == 2048)
    #expect(profile.quantities["/core/neurons"]?.method == .assumed)
    #expect(profile.quantities["/core/neurons"]?.source == "--set")
    #expect(profile.prices.synapticOperation?.value == 7.5)
    #expect(profile.prices.synapticOperation?.range == nil)
    #expect(profile.overrides == ["/core/neurons", "/prices/synapticOperation"])
    #expect(profile.digest != plain.digest)
    #expect(profile.structureDigest != plain.structureDigest)
  }

  @Test("a flag, a word, a barrier point and an open price can be set")
  func setsOthers() throws {
    let profile = try decode(
      ProfileFixture.text(),
      overrides: [
        "/neuron/startStep=false", "/neuron/softReset=none", "/prices/hostMac/value=3",
        "/times/barrierByTiles/0/duration=11", "/synchronisation=asynchronous",
      ])
    #expect(!profile.neuron.startStep)
    #expect(profile.neuron.softReset == .none)
    #expect(profile.prices.hostMac?.value == 3)
    #expect(profile.prices.hostMac?.unit == "pJ")
    #expect(profile.times.barrierByTiles[0].duration.value == 11)
    #expect(profile.synchronisation == .asynchronous)
    #expect(profile.overrides.contains("/prices/hostMac"))
  }

  @Test("words and flags of topology, routing and synapse storage can be set")
  func setsStructure() throws {
    let profile = try ProfileFile.load(
      "odin",
      overrides: [
        "/routing/ownRow=false", "/routing/multicast=true", "/core/synapses/signPerAxon=false",
      ])
    #expect(profile.routing.multicast && profile.routing.fanOut == 1)
    #expect(!profile.routing.ownRow && !profile.bias.hasRegister)
    #expect(try ProfileFile.load("odin").routing.ownRow)
    // A spike that meets its own row goes nowhere else.
    #expect(throws: DiagnosticsError.self) {
      try ProfileFile.load("odin", overrides: ["/routing/multicast=true"])
    }
    guard case .crossbar(let format) = profile.core.synapses else { return }
    #expect(!format.signPerAxon)
    let mesh = try ProfileFile.load("paicore2", overrides: ["/topology/kind=mesh"])
    #expect(mesh.topology.kind == .mesh)
    #expect(throws: DiagnosticsError.self) {
      try ProfileFile.load("odin", overrides: ["/core/synapses/kind=packedEntries"])
    }
  }

  @Test(
    "what names nothing, or not in its form, is an error",
    arguments: [
      "/core/neuronz=1", "/prices/wishes=1", "core/neurons=1", "/core/neurons", "/core/neurons=",
      "/core/neurons=many", "/name=loihi", "/core/neurons/source=me", "/neuron/startStep=1", "/=1",
      "/neuron/softReset=true", "/core=1", "/core/neurons/range/0=1", "=", "",
    ])
  func refuses(text: String) {
    let found = problems(ProfileFixture.text(), overrides: [text])
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("SL7009") == true)
  }

  @Test("an impossible value is refused like one in the file")
  func refusesImpossible() {
    let found = problems(
      ProfileFixture.text(), overrides: ["/core/neurons=0.5", "/neuron/softReset=maybe"])
    #expect(found == ["SL7006 /core/neurons/value", "SL7013 /neuron/softReset"])
  }
}
