import LoomBase
import LoomConversion
import LoomEmulator
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import Testing

@Suite("Window codes on the chip are the integer quantised network")
struct WindowExactnessTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var method: ConversionMethod
    var timesteps: Int
    var profile: String
    var testDescription: String { "\(method.rawValue), T = \(timesteps), \(profile)" }
  }

  static let cases = [
    Case(method: .bitSerial, timesteps: 1, profile: "crossbar-256"),
    Case(method: .bitSerial, timesteps: 4, profile: "crossbar-256"),
    Case(method: .bitSerial, timesteps: 6, profile: "loihi2"),
    Case(method: .timeToFirstSpike, timesteps: 5, profile: "loihi2"),
    Case(method: .timeToFirstSpike, timesteps: 16, profile: "crossbar-256"),
  ]

  /// Spikes of every hidden layer against dense sums, floors and clips of the same integers.
  @Test("digits CNN: spikes decode to the activations, every layer and neuron", arguments: cases)
  func digits(_ item: Case) throws {
    let road = try DigitsRoad.shared.get()
    let options = ConversionOptions(
      timesteps: item.timesteps, method: item.method, preprocessing: DigitsRoad.preprocessing,
      samplesAreBytes: true)
    let calibration = try SampleFile.read(path: ExampleFiles.path("digits/train_images.npy"))
    let spiking = try Converter.convert(
      road.trained, calibration: calibration.selecting(0..<200), options: options)
    try expectExact(spiking, profile: item.profile, samples: road.samples(4))
  }

  private func expectExact(
    _ spiking: SpikingNetwork, profile name: String, samples: Samples
  ) throws {
    let profile = try ProfileFile.load(name)
    let (network, image) = try DigitsRoad.compile(spiking, profile)
    #expect(network.code.isWindowed)
    let emulator = try Emulator(image: image, profile: profile)
    var silent = 0
    var saturated = 0
    for index in 0..<samples.count {
      let trace = try emulator.trace(samples, index: index)
      var codes: [[Int]] = []
      for (population, own) in network.populations.enumerated() {
        let sums = DenseOracle.sums(
          network, population: population, codes: codes, input: bytes(samples, index))
        if own.role == .readout {
          codes.append([])
          #expect(trace.scores == sums.map { Int64($0) })
          continue
        }
        let wanted = DenseOracle.codes(network, population: population, sums: sums)
        let decoded = decoded(trace, image, population, network)
        #expect(decoded == wanted, "population \(own.name), sample \(index)")
        silent += wanted.count { $0 == 0 }
        saturated += wanted.count { $0 == wanted.max() }
        codes.append(wanted)
      }
    }
    #expect(silent > 100 && saturated > 0)
  }

  /// One channel: stored bytes are the map.
  private func bytes(_ samples: Samples, _ index: Int) -> [Int] {
    guard case .bytes(let values) = samples.storage else { return [] }
    let count = samples.elementsPerSample
    return values[index * count..<(index + 1) * count].map { Int($0) }
  }

  /// The raster of a population in its own window, channel-first, decoded.
  private func decoded(
    _ trace: EmulatorTrace, _ image: HardwareImage, _ population: Int,
    _ network: FixedPointNetwork
  ) -> [Int] {
    let shape = network.populations[population].shape
    let start = image.populations[population].start
    var raster = [UInt8](repeating: 0, count: network.timesteps * shape.count)
    for step in 0..<network.timesteps {
      for neuron in 0..<shape.count {
        let channel = neuron / shape.positions
        let last = neuron % shape.positions * shape.channels + channel
        let fired = trace.didSpike(population: population, step: start + step, neuron: last)
        raster[step * shape.count + neuron] = fired ? 1 : 0
      }
    }
    return DenseOracle.decoded(raster, neurons: shape.count, code: network.code)
  }
}
