import LoomBase
import LoomHardware
import LoomReport
import Testing

@Suite("Profiles as text")
struct ProfileTextTests {
  @Test("every number of a profile is shown with unit, method and source")
  func show() throws {
    let profile = try ProfileFile.load("crossbar-256", overrides: ["/core/neurons=128"])
    let lines = ProfileText.show(profile).split(separator: "\n")
    for (pointer, quantity) in profile.quantities {
      let line = lines.first { $0.hasPrefix(pointer + " ") }
      #expect(line?.contains(quantity.unit) == true)
      #expect(line?.hasSuffix(quantity.source) == true)
    }
    #expect(lines.contains { $0.hasPrefix("/core/neurons ") && $0.contains("--set") })
    let json = ProfileText.jsonValue(profile)
    #expect(json["quantities"]?["/core/neurons"]?["value"] == .number(128))
    #expect(json["overrides"] == .array([.text("/core/neurons")]))
  }

  @Test("what a chip can do is said in words")
  func capabilities() throws {
    let paicore = ProfileText.show(try ProfileFile.load("paicore2"))
    #expect(paicore.contains("tree of 32 x 32 tiles, multicast, up to 1024 chips"))
    #expect(paicore.contains("crossbar of 1152 x 512, 8 columns a weight, 8-bit weights"))
    #expect(paicore.contains("start step, spike counts only are read, input as spikes only"))
    #expect(paicore.contains("left out   public is an all-in figure only"))
    let trueNorth = ProfileText.show(try ProfileFile.load("truenorth"))
    #expect(trueNorth.contains("4 axon types") && trueNorth.contains("a neuron reaches 1 axon,"))
    #expect(ProfileText.show(try ProfileFile.load("odin")).contains("one sign for each axon"))
    let speck = try ProfileFile.load("speck")
    #expect(
      ProfileText.show(speck).contains("cores      3 of 65536 neurons and 16384 kernel words"))
    #expect(ProfileText.jsonValue(speck)["coreClasses"]?.elements?.count == 4)
    let spinnaker = ProfileText.show(try ProfileFile.load("spinnaker1"))
    #expect(spinnaker.contains("16 cores a tile, 1024 table entries a router"))
    let silent = ProfileText.show(try ProfileFile.load("reram-spikesim"))
    #expect(silent.contains("9 x crossbar of 64 x 64, read in every step, spikes or none"))
  }

  @Test("the list says what each chip runs")
  func runs() throws {
    let text = ProfileText.list(try ["loihi2", "tianjic"].map { try ProfileFile.load($0) })
    #expect(text.contains("rate bit-serial ttfs; analog in, potentials out"))
    #expect(text.contains("rate; spikes in, counts out"))
  }

  @Test("ticks whose work is not known are remarked on, with what is missing")
  func ticks() throws {
    #expect(TickRemark.lines(try ProfileFile.load("crossbar-256")).isEmpty)
    let lines = TickRemark.lines(try ProfileFile.load("truenorth"))
    #expect(lines.count == 1)
    #expect(lines.first?.contains("neuronUpdate, neuronSpike") == true)
  }

  @Test("the list names every profile and how many of its prices are assumed")
  func list() throws {
    let profile = try ProfileFile.load("loihi1-silicon-fit", overrides: [])
    let text = ProfileText.list([profile])
    #expect(text.contains("loihi1-silicon-fit"))
    // hopBetweenChips, barrier, biasWrite, readout, hostSpike, hostMac.
    #expect(text.contains("6 of 16"))
    #expect(text.contains("128"))
  }
}
