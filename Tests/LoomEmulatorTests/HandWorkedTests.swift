import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Three neurons worked by hand")
struct HandWorkedTests {
  let profile = TestProfiles.profile()

  @Test("spikes and potentials")
  func spikes() throws {
    // A0: 32→2 spike, 19, 36→6 spike, off. A1: 40→10, 35→5, 30→0, three spikes. B: off, 13, 6, 19.
    let trace = try Emulator(image: HandWorkedImage.make(), profile: profile).trace(
      HandWorkedImage.sample, index: 0)
    #expect(trace.spikes[0] == [1, 1, 0, 1, 1, 1, 0, 0])
    #expect(trace.spikes[1] == [0, 0, 0, 0])
    #expect(trace.finalPotentials == [[6, 0], [19]])
    #expect(trace.scores == [19])
  }

  @Test("potentials of a trace are those of the window's last step")
  func lastPotentials() throws {
    // A goes on in step 3: 6 + 17 = 23 and 0 + 25 = 25, which is after its window.
    var image = HandWorkedImage.make()
    image.populations[0].activeSteps = 0..<4
    let trace = try Emulator(image: image, profile: profile).trace(
      HandWorkedImage.sample, index: 0)
    #expect(trace.finalPotentials == [[6, 0], [19]])
    image.populations[0].role = .lowering
    let lowering = try Emulator(image: image, profile: profile).trace(
      HandWorkedImage.sample, index: 0)
    #expect(lowering.finalPotentials == [[23, 25], [19]])
  }

  @Test("counts")
  func counts() throws {
    let record = try Emulator(image: HandWorkedImage.make(), profile: profile).run(
      HandWorkedImage.sample)
    var sender = CoreCounts()
    sender.neuronUpdates = 6
    sender.spikes = 5
    sender.messagesOut = 5
    sender.hopsEastWest = 10
    sender.hopsNorthSouth = 5
    var receiver = CoreCounts()
    receiver.neuronUpdates = 3
    receiver.messagesIn = 5
    receiver.synapticOperations = 5
    #expect(record.cores == [sender, receiver])
    #expect(record.populations == [sender, receiver])
    #expect(record.loweringCores == [CoreCounts(), CoreCounts()])
    var host = HostCounts()
    host.biasWrites = 2
    host.readouts = 1
    host.frontEndMacs = 2
    host.chipResets = 1
    #expect(record.host == host)
    #expect(record.chips == 1 && record.tiles == 2 && record.scores == [19])
  }

  @Test("nanoseconds")
  func nanoseconds() throws {
    // Barrier of two tiles: 150. Step 0: core 0 2·10+2·30+2·5 = 90; step 1: core 0 20+30+5 = 55, core 1
    // 2·16+2·4+10 = 50; step 2: core 0 90; step 3: core 1 50. Core 0's messages leave at the end of its
    // work and take 2·4 + 6 = 14: 104, 69, 104.
    let record = try Emulator(image: HandWorkedImage.make(), profile: profile).run(
      HandWorkedImage.sample)
    #expect(record.stepNanoseconds == [254, 219, 254, 200])
    #expect(record.latencyNanoseconds == 927)
    let interval: Double = 927 + 500 + 14 + 9
    #expect(record.intervalNanoseconds == interval)
    #expect(record.slowestCoreSteps == [3, 1])
    #expect(record.bounds == [.core: 4, .link: 0, .route: 0])
  }

  @Test("links and routes bound steps when they are slow")
  func slowLinks() throws {
    var slow = profile
    slow.times.linkOccupancy = TestProfiles.quantity(100)
    let links = try Emulator(image: HandWorkedImage.make(), profile: slow).run(
      HandWorkedImage.sample)
    #expect(links.stepNanoseconds == [350, 250, 350, 200])
    #expect(links.bounds == [.core: 1, .link: 3, .route: 0])
    slow = profile
    slow.times.hopNorthSouth = TestProfiles.quantity(1000)
    let routes = try Emulator(image: HandWorkedImage.make(), profile: slow).run(
      HandWorkedImage.sample)
    #expect(routes.stepNanoseconds == [1248, 1213, 1248, 200])
    #expect(routes.bounds == [.core: 1, .link: 0, .route: 3])
  }

  @Test("a route between chips leaves at the edge of its row")
  func chips() throws {
    // Tile (1, 2) of chip 0 to tile (1, 0) of chip 3: x 1→5 crosses once, y 2→3 crosses once.
    var image = HandWorkedImage.make()
    image.cores[0].position = CorePosition(chip: 0, column: 1, row: 2, slot: 1)
    image.cores[1].position = CorePosition(chip: 3, column: 1, row: 0, slot: 0)
    let record = try Emulator(image: image, profile: profile).run(HandWorkedImage.sample)
    #expect(record.cores[0].hopsEastWest == 15)
    #expect(record.cores[0].hopsNorthSouth == 0)
    #expect(record.cores[0].hopsBetweenChips == 10)
    // Work 90, 55, 90, then the route 3·4 + 2·50 = 112; chip link 2·40 = 80, barrier of two chips 1000.
    #expect(record.stepNanoseconds == [1202, 1167, 1202, 1050])
    #expect(record.chips == 2 && record.host.chipResets == 2)
  }

  @Test("a fixed tick is the least length of a step")
  func fixedTick() throws {
    var ticking = profile
    ticking.synchronisation = .fixedTick
    let record = try Emulator(image: HandWorkedImage.make(), profile: ticking).run(
      HandWorkedImage.sample)
    #expect(record.latencyNanoseconds == 400_000)
    ticking.neuron.perPopulationReset = true
    let pipelined = try Emulator(image: HandWorkedImage.make(), profile: ticking).run(
      HandWorkedImage.sample)
    #expect(pipelined.intervalNanoseconds == 300_000)
  }

  @Test("a tick too short for its work lasts as long as the work, and is counted")
  func overruns() throws {
    var ticking = profile
    ticking.synchronisation = .fixedTick
    ticking.times.tick = TestProfiles.quantity(100)
    let record = try Emulator(image: HandWorkedImage.make(), profile: ticking).run(
      HandWorkedImage.sample)
    // The work of `nanoseconds`: 104, 69, 104, 50.
    #expect(record.stepNanoseconds == [104, 100, 104, 100])
    #expect(record.overruns == 2 && record.longestStepNanoseconds == 104)
    #expect(record.bounds[.core] == 2 && record.bounds[.tick] == 2)
    #expect(record.bounds[.link] == 0 && record.bounds[.route] == 0)
  }

  @Test("pipelined samples follow one another no faster than steps that fall together or the host")
  func pipelinedInterval() throws {
    var overlapping = profile
    overlapping.neuron.perPopulationReset = true
    let image = HandWorkedImage.make()
    let record = try Emulator(image: image, profile: overlapping).run(HandWorkedImage.sample)
    // T = 3: steps 0 and 3 fall together, and the longer one counts.
    let steps = record.stepNanoseconds
    #expect(record.intervalNanoseconds == max(steps[0], steps[3]) + steps[1] + steps[2])
    let biasWrites = Double(record.host.biasWrites)
    overlapping.times.biasWrite = Quantity(
      value: 5000, unit: "ns", source: "this test", method: .assumed, range: 5000...5000)
    let slowHost = try Emulator(image: image, profile: overlapping).run(HandWorkedImage.sample)
    let reading = Double(record.host.readouts) * (overlapping.times.readout?.value ?? 0)
    #expect(slowHost.hostBoundIntervals == 1 && record.hostBoundIntervals == 0)
    #expect(biasWrites > 0 && slowHost.intervalNanoseconds == biasWrites * 5000 + reading)
  }

  @Test("a second compartment costs an update a step and an operation a spike")
  func secondCompartment() throws {
    var image = HandWorkedImage.make()
    image.populations[0].reset = .softBySecondCompartment
    image.populations[0].compartments = 2
    let record = try Emulator(image: image, profile: profile).run(HandWorkedImage.sample)
    #expect(record.loweringCores[0].neuronUpdates == 6)
    #expect(record.loweringCores[0].synapticOperations == 5)
    #expect(record.cores[0].neuronUpdates == 6 && record.scores == [19])
    // Step 0: 90 + 2·10 updates + 2·4 operations, then the route of 14.
    #expect(record.stepNanoseconds[0] == 282)
  }

  @Test("crossbars count arrays read and their columns")
  func crossbar() throws {
    let crossbar = TestProfiles.profile(
      .crossbar(CrossbarFormat(rows: 1, columns: 16, arrays: 4)))
    let record = try Emulator(image: HandWorkedImage.make(), profile: crossbar).run(
      HandWorkedImage.sample)
    // One row an array: both axons in step 1, one in step 2, both in step 3; one column is used.
    #expect(record.cores[1].arrayReads == 5 && record.cores[1].columnAdds == 5)
    let wide = TestProfiles.profile(.crossbar(CrossbarFormat(rows: 2, columns: 16, arrays: 4)))
    let shared = try Emulator(image: HandWorkedImage.make(), profile: wide).run(
      HandWorkedImage.sample)
    #expect(shared.cores[1].arrayReads == 3)
  }

  @Test("saturation, hard reset and the strict comparison")
  func variants() throws {
    var image = HandWorkedImage.make()
    image.populations[0].reset = .hard
    image.populations[0].firesOnGreaterOnly = true
    image.cores[0].slices[0].thresholds = .uniform(32)
    // A0: 32 (not > 32), 49→0 spike, 17. A1: 40→0, 25, 50→0.
    let trace = try Emulator(image: image, profile: profile).trace(
      HandWorkedImage.sample, index: 0)
    #expect(trace.spikes[0] == [0, 1, 1, 0, 0, 1, 0, 0])
    image.populations[1].potentialBits = 5
    image.cores[1].slices[0].biases = .uniform(9)
    // B: −8+9 = 1; 1+20+9 = 30→15; 15−8+9 = 16→15.
    let narrow = try Emulator(image: image, profile: profile).trace(
      HandWorkedImage.sample, index: 0)
    #expect(narrow.finalPotentials[1] == [15])
  }
}
