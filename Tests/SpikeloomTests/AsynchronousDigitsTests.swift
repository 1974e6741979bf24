import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import LoomReference
import Testing

/// The digits CNN, trained and converted like for any chip, on nine asynchronous cores of Speck's sizes.
///
/// The chip here also takes analog input and lets potentials be read, which Speck does not: what is tested is
/// the order of spikes.
@Suite("The digits CNN on an asynchronous chip")
struct AsynchronousDigitsTests {
  private static func profile() throws -> Profile {
    var profile = try ProfileFile.load("crossbar-256")
    profile.name = "asynchronous"
    profile.synchronisation = .asynchronous
    profile.topology = Topology(
      tileColumns: 1, tileRows: 1, coresPerTile: 9, maximumChips: 1, chipColumns: 1)
    let sizes = [(64, 16, 3), (32, 32, 2), (16, 64, 2), (16, 16, 2)]
    profile.core = CoreLimits(
      neurons: 65536, axonsIn: 1, axonsOut: 1, axonsOutOffChip: 0,
      synapses: .sharedKernels(
        SharedKernelFormat(
          maximumInput: 128, maximumOutput: 64, maximumChannels: 1024, maximumKernel: 16,
          destinations: 2)),
      classes: sizes.map {
        CoreClass(name: "class", cores: $0.2, neurons: $0.0 * 1024, kernelWords: $0.1 * 1024)
      })
    profile.neuron.potentialBits = 16
    profile.neuron.thresholdMantissaBits = 15
    profile.neuron.distinctThresholds = 1
    profile.neuron.startStep = false
    profile.neuron.codes = [.rate]
    profile.weight = WeightFormat(
      bits: 8, minimumShift: 0, maximumShift: 0, shiftPerChannel: false)
    profile.delay = DelayFormat(maximum: 1)
    profile.times.reset = profile.times.axonIn
    profile.times.biasWrite = profile.times.axonIn
    return profile
  }

  @Test("spikes and potentials equal the reference's, and the digits are read")
  func digits() throws {
    let road = try DigitsRoad.shared.get()
    let profile = try Self.profile()
    let (fixed, image) = try DigitsRoad.compile(road.spiking, profile)
    #expect(fixed.schedule == .asynchronous && image.cores.count == 7)
    let emulator = try Emulator(image: image, profile: profile)
    let interpreter = try IntegerInterpreter(fixed)
    let samples = road.samples(100)
    for index in 0..<2 {
      let expected = try interpreter.run(samples, index: index, recordingSpikes: true)
      let trace = try emulator.trace(samples, index: index)
      #expect(trace.scores == expected.scores)
      for (population, shape) in fixed.populations.map(\.shape).enumerated() {
        let sent = trace.emissions[population].map { bin in
          bin.map { Int32(Int($0) % shape.channels * shape.positions + Int($0) / shape.channels) }
        }
        #expect(sent == expected.emissions[population])
        let potentials = (0..<shape.count).map { neuron in
          trace.finalPotentials[population][
            neuron % shape.positions * shape.channels + neuron / shape.positions]
        }
        #expect(potentials == expected.finalPotentials[population])
      }
    }
    let record = try emulator.run(samples, threads: 2)
    let labels = try SampleFile.readLabels(path: ExampleFiles.path("digits/test_labels.npy"))
    let right = zip(record.predictions, labels).filter { Int($0) == Int($1) }.count
    #expect(right >= 95)
    #expect(record.cores.dropLast().allSatisfy { $0.spikes > 0 } && record.latencyNanoseconds > 0)
  }
}
