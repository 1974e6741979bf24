import LoomBase
import LoomCompiler
import LoomConversion
import LoomEmulator
import LoomExecution
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import LoomReference
import Testing

@Suite("The whole road on the digits CNN")
struct RoadTests {
  let road: DigitsRoad

  init() throws { road = try DigitsRoad.shared.get() }

  @Test("the imported network gives onnxruntime's logits")
  func logits() throws {
    let reference = try SampleFile.read(
      path: ExampleFiles.path("digits/reference_logits_cnn.npy"))
    guard case .floats(let expected) = reference.storage else {
      Issue.record("the reference logits are floats")
      return
    }
    let batch = try SamplePreparation.tensor(
      road.test, range: 0..<reference.count, network: road.trained,
      preprocessing: DigitsRoad.preprocessing)
    let outputs = try FloatExecutor(road.trained).runSamples(batch, threads: 1)
    let logits = outputs[0].floats
    #expect(logits.count == 320 && expected.count == 320)
    #expect(zip(logits, expected).allSatisfy { abs($0 - $1) <= 1e-4 })
  }

  @Test("spikes, potentials and scores on chip are the reference's", arguments: DigitsRoad.profiles)
  func exactness(profileName: String) throws {
    let profile = try ProfileFile.load(profileName)
    let (fixed, image) = try DigitsRoad.compile(road.spiking, profile)
    #expect(ImageVerifier.check(image, profile: profile).isEmpty)
    let emulator = try Emulator(image: image, profile: profile)
    let reference = try IntegerInterpreter(fixed)
    let samples = road.samples(4)
    var spikes = 0
    for index in 0..<samples.count {
      let expected = try reference.run(samples, index: index, recordingSpikes: true)
      let trace = try emulator.trace(samples, index: index)
      #expect(trace.scores == expected.scores)
      for population in fixed.populations.indices {
        #expect(
          Self.rasters(trace, image, population) == expected.rasters[population],
          "\(fixed.populations[population].name), sample \(index)")
        #expect(
          Self.channelFirst(
            trace.finalPotentials[population], image.populations[population].shape)
            == expected.finalPotentials[population],
          "\(fixed.populations[population].name), sample \(index)")
        spikes += expected.rasters[population].count { $0 != 0 }
      }
    }
    #expect(spikes > 10_000)
  }

  /// A population's spikes within its window, [aligned step][channel-first neuron].
  static func rasters(
    _ trace: EmulatorTrace, _ image: HardwareImage, _ population: Int
  ) -> [UInt8] {
    let shape = image.populations[population].shape
    let start = image.populations[population].start
    return (0..<image.schedule.timesteps).flatMap { step in
      let first = (start + step) * shape.count
      return channelFirst(
        Array(trace.spikes[population][first..<(first + shape.count)]), shape)
    }
  }

  /// Channel-last values in the order of the reference.
  static func channelFirst<Value>(_ values: [Value], _ shape: MapShape) -> [Value] {
    (0..<shape.count).map {
      values[$0 % shape.positions * shape.channels + $0 / shape.positions]
    }
  }

  @Test("most of forty digits are right on chip", arguments: DigitsRoad.profiles)
  func accuracy(profileName: String) throws {
    let profile = try ProfileFile.load(profileName)
    let image = try DigitsRoad.compile(road.spiking, profile).image
    let record = try Emulator(image: image, profile: profile).run(road.samples(40))
    let labels = try SampleFile.readLabels(path: ExampleFiles.path("digits/test_labels.npy"))
    #expect(zip(record.predictions, labels).count { Int($0) == $1 } >= 38)
  }

  @Test(
    "an image read back is the same; names and threads change nothing",
    arguments: DigitsRoad.profiles)
  func imageAlone(profileName: String) throws {
    let profile = try ProfileFile.load(profileName)
    let image = try DigitsRoad.compile(road.spiking, profile).image
    #expect(image.provenance != nil)
    #expect(try ChipFile.decode(ChipFile.encode(image), name: "digits.chip") == image)
    let samples = road.samples(12)
    let record = try Emulator(image: image, profile: profile).run(samples, threads: 1)
    #expect(Set(record.predictions).count > 3)
    let twoThreads = try Emulator(image: image, profile: profile).run(samples, threads: 2)
    #expect(record == twoThreads)
    var stripped = image
    stripped.provenance = nil
    let bare = try ChipFile.decode(ChipFile.encode(stripped), name: "bare.chip")
    #expect(try Emulator(image: bare, profile: profile).run(samples) == record)
  }

  @Test(
    "compiling twice, and from the file of the spiking network, gives the same bytes",
    arguments: DigitsRoad.profiles)
  func repeatable(profileName: String) throws {
    let profile = try ProfileFile.load(profileName)
    let first = try DigitsRoad.compile(road.spiking, profile).image
    let second = try DigitsRoad.compile(road.spiking, profile).image
    #expect(ChipFile.encode(first) == ChipFile.encode(second))
    let decoded = try SpikingNetworkFile.decode(
      SpikingNetworkFile.encode(road.spiking), name: "digits.snn")
    let third = try DigitsRoad.compile(decoded, profile).image
    #expect(third == first)
    #expect(ChipFile.encode(third) == ChipFile.encode(first))
  }
}
