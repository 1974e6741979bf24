import LoomBase
import LoomCompiler
import LoomEmulator
import LoomEnergy
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import LoomReference
import Testing

/// Every number here is from the sum on paper in Examples/handworked/README.md.
@Suite("Three neurons on two cores, worked out by hand")
struct HandworkedTests {
  let profile: Profile
  let network: SpikingNetwork
  let sample: Samples

  init() throws {
    profile = try ProfileFile.load(ExampleFiles.path("handworked/profile.json"))
    network = try SpikingNetworkFile.decode(
      AtomicFile.read(path: ExampleFiles.path("handworked/network.snn")), name: "network.snn")
    sample = try SampleFile.read(path: ExampleFiles.path("handworked/sample.npy"))
  }

  /// The network in integers and its image, with another number of time-steps where one is given.
  private func compiled(
    timesteps: Int = 3
  ) throws -> (fixed: FixedPointNetwork, image: HardwareImage) {
    var network = network
    network.timesteps = timesteps
    let fixed = try Quantizer.quantize(network, profile: profile).network
    return (fixed, try Compiler.compile(fixed, profile: profile).image)
  }

  private func record() throws -> RunRecord {
    try Emulator(image: compiled().image, profile: profile).run(sample)
  }

  @Test("two cores side by side, four chip steps, the second population one step later")
  func placement() throws {
    let image = try compiled().image
    #expect(ImageVerifier.check(image, profile: profile).isEmpty)
    #expect(image.cores.map(\.position.column) == [0, 1])
    #expect(image.cores.map(\.position.row) == [0, 0])
    #expect(image.cores.map { $0.slices.map(\.population) } == [[0], [1]])
    #expect(image.populations.map(\.shape.count) == [2, 1])
    #expect(image.populations.map(\.activeSteps) == [0..<3, 1..<4])
    #expect(image.schedule.steps == 4)
  }

  @Test("spikes of every step")
  func spikes() throws {
    let (fixed, image) = try compiled()
    let trace = try Emulator(image: image, profile: profile).trace(sample, index: 0)
    #expect(trace.spikes[0] == [0, 1, 1, 1, 0, 0, 0, 0])
    #expect(trace.spikes[1] == [0, 0, 1, 1])
    #expect(trace.scores == [2])
    let reference = try IntegerInterpreter(fixed).run(sample, index: 0, recordingSpikes: true)
    #expect(reference.rasters == [[0, 1, 1, 1, 0, 0], [0, 1, 1]])
    #expect(reference.scores == [2])
  }

  @Test(
    "potentials after every step",
    arguments: [(1, [15, 4], [6]), (2, [6, 0], [6]), (3, [13, 12], [0])])
  func potentials(timesteps: Int, first: [Int32], second: [Int32]) throws {
    let (fixed, image) = try compiled(timesteps: timesteps)
    let trace = try Emulator(image: image, profile: profile).trace(sample, index: 0)
    #expect(trace.finalPotentials == [first, second])
    let interpreter = try IntegerInterpreter(fixed)
    #expect(try interpreter.frontEndCurrents(sample, index: 0) == [[7, 12]])
    let reference = try interpreter.run(sample, index: 0, recordingSpikes: false)
    #expect(reference.finalPotentials == [first, second])
  }

  @Test("a bias before its window would fire B too early")
  func windows() throws {
    var image = try compiled().image
    image.populations[1].activeSteps = 0..<4
    let trace = try Emulator(image: image, profile: profile).trace(sample, index: 0)
    #expect(trace.spikes[1][1] == 1)
  }

  @Test("counts")
  func counts() throws {
    let record = try record()
    var sender = CoreCounts()
    sender.neuronUpdates = 6
    sender.spikes = 3
    sender.messagesOut = 3
    sender.hopsEastWest = 3
    var receiver = CoreCounts()
    receiver.neuronUpdates = 3
    receiver.spikes = 2
    receiver.synapticOperations = 3
    receiver.messagesIn = 3
    receiver.arrayReads = 2
    receiver.columnAdds = 2
    #expect(record.cores == [sender, receiver])
    #expect(record.loweringCores == [CoreCounts(), CoreCounts()])
    #expect(record.populations == [sender, receiver])
    #expect(record.loweringPopulations == [CoreCounts(), CoreCounts()])
    var host = HostCounts()
    host.biasWrites = 2
    host.readouts = 1
    host.frontEndMacs = 4
    host.chipResets = 1
    #expect(record.host == host)
    #expect(record.chips == 1 && record.tiles == 2 && record.stepsPerSample == 4)
    #expect(record.scores == [2] && record.predictions == [0])
  }

  @Test("nanoseconds, and what bounded each step")
  func nanoseconds() throws {
    let record = try record()
    #expect(record.stepNanoseconds == [32, 40, 26, 14])
    #expect(record.latencyNanoseconds == 112)
    #expect(record.intervalNanoseconds == 140)
    #expect(record.bounds == [.core: 3, .link: 0, .route: 1])
    #expect(record.slowestCoreSteps == [2, 2])
  }

  @Test("nanoseconds of the cores, where the mesh is fast")
  func fastMesh() throws {
    let fast = try ProfileFile.load(
      ExampleFiles.path("handworked/profile.json"),
      overrides: ["/times/hopEastWest=1", "/times/linkOccupancy=1"])
    let record = try Emulator(image: compiled().image, profile: fast).run(sample)
    #expect(record.stepNanoseconds == [21, 29, 26, 14])
    #expect(record.latencyNanoseconds == 90)
    #expect(record.bounds == [.core: 4, .link: 0, .route: 0])
  }

  @Test("picojoules, line by line")
  func picojoules() throws {
    let image = try compiled().image
    let ledger = try Ledger.ledger(record: record(), image: image, profile: profile)
    let expected: [(id: String, count: Double, picojoules: Double)] = [
      ("synapticOperation", 3, 6), ("neuronUpdate", 9, 9), ("neuronSpike", 5, 15),
      ("axonIn", 3, 12), ("axonOut", 3, 15), ("hopEastWest", 3, 18), ("arrayRead", 2, 16),
      ("columnAdd", 2, 1), ("frontEnd", 4, 1), ("biasWrite", 2, 40), ("readout", 1, 30),
      ("chipReset", 1, 100), ("barrier", 4, 40), ("static", 140, 70),
    ]
    #expect(ledger.lines.map(\.id) == expected.map(\.id))
    #expect(ledger.lines.map(\.count) == expected.map(\.count))
    #expect(ledger.lines.map(\.picojoules) == expected.map(\.picojoules))
    #expect(ledger.totalPicojoules == 373)
    #expect(ledger.dynamicPicojoules == 303 && ledger.staticPicojoules == 70)
    #expect(ledger.staticWindowNanoseconds == 140)
    #expect(ledger.corePicojoules == [48, 44])
    #expect(ledger.lowPicojoules == 186.5 && ledger.highPicojoules == 746)
    #expect(ledger.loweringPicojoules == 0)
  }
}
