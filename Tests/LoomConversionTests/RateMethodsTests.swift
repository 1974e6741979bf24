import LoomBase
import LoomConversion
import LoomExecution
import LoomNetwork
import LoomReference
import Testing

@Suite("Methods for rate codes")
struct RateMethodsTests {
  /// conv → relu → conv + shortcut → relu → average pool → dense, random weights.
  private func network() -> Network {
    var graph = Graph([2, 6, 6])
    let first = graph.relu(
      graph.convolution(graph.input, [6, 2, 3, 3], window: Window(pads: [1, 1, 1, 1])))
    let second = graph.convolution(first, [6, 6, 3, 3], window: Window(pads: [1, 1, 1, 1]))
    let sum = graph.relu(graph.layer(.binary(.add), [second, first], "Add"))
    let pooled = graph.layer(
      .averagePool(
        Window(kernel: [2, 2], strides: [2, 2]), ceilMode: false, countIncludePad: false), [sum],
      "AveragePool")
    return graph.finished(graph.gemm(graph.flatten(pooled), 54, 5))
  }

  private let samples = randomSamples([2, 6, 6], count: 64)

  private func options(_ method: ConversionMethod, _ timesteps: Int = 8) -> ConversionOptions {
    ConversionOptions(timesteps: timesteps, method: method, pooling: .neurons)
  }

  private func predictions(_ spiking: SpikingNetwork, _ range: Range<Int>) throws -> [Int] {
    try FloatSpikingInterpreter(spiking).predictions(samples.selecting(range), threads: 2)
  }

  private func ann(_ network: Network, _ range: Range<Int>) throws -> [Int] {
    let input = try SamplePreparation.tensor(
      samples, range: range, network: network, preprocessing: Preprocessing(scale: 1))
    let scores = try FloatExecutor(network).runSamples(input, threads: 1)[0].floats
    return (0..<range.count).map { sample in
      let row = Array(scores[sample * 5..<sample * 5 + 5])
      return row.firstIndex(of: row.max() ?? 0) ?? 0
    }
  }

  @Test(
    "the simulation that methods choose by counts the spikes of the reference interpreter",
    arguments: [ConversionMethod.percentile, .calibrated, .tuned], [Coding.direct, .rate])
  func simulation(method: ConversionMethod, coding: Coding) throws {
    var options = options(method)
    options.coding = coding
    let conversion = try Converter.conversion(
      network(), calibration: samples, options: options)
    let spiking = conversion.network
    let errors = try conversion.errors(samples: 16)
    let spikes = try interpreterSpikes(spiking, samples, 48..<64)
    var checked = 0
    for (place, population) in spiking.populations.enumerated() {
      guard let error = errors.first(where: { $0.name == population.name }),
        case .perChannel(let thresholds) = population.threshold,
        Set(thresholds).count == 1 || method == .percentile
      else { continue }
      let output = error.meanOutput * Double(error.neurons * 16 * spiking.timesteps)
      #expect(abs(output / Double(thresholds[0]) - Double(spikes[place])) < 0.01)
      #expect(spikes[place] > 0)
      checked += 1
    }
    #expect(method != .percentile || checked == 3)
  }

  @Test("one neuron's error on a constant current is quantisation alone, worked by hand")
  func split() throws {
    var graph = Graph([1, 1, 1])
    let weight = graph.constant([1, 1, 1, 1], [1])
    let relu = graph.relu(
      graph.layer(.convolution(Window(), groups: 1), [graph.input, weight], "Conv"))
    let network = graph.finished(relu)
    // θ = 1, the maximum; T = 4: ⌊1.2 + 0.5⌋ = 1 spike for 0.3, 4 for 1.
    let values = (0..<20).map { Float($0 % 2 == 0 ? 0.3 : 1) }
    let samples = Samples(storage: .floats(values), sampleShape: [1, 1, 1], count: 20)
    var options = ConversionOptions(timesteps: 4, method: .percentile)
    options.percentile = 100
    let conversion = try Converter.conversion(network, calibration: samples, options: options)
    let error = try #require(try conversion.errors(samples: 20).first)
    let parts = try #require(error.split)
    #expect(conversion.network.populations[0].threshold == .perChannel([1]))
    #expect(abs(parts.quantization - 0.025) < 1e-6)
    #expect(parts.clipping == 0 && parts.deviation < 1e-9 && parts.inherited < 1e-7)
    #expect(abs(error.meanActivation - 0.65) < 1e-6)
    #expect(abs(error.meanOutput - 0.625) < 1e-6)
    #expect(abs(error.rootMeanSquare - (0.0025 / 2).squareRoot()) < 1e-6)
    #expect(abs((error.correlation ?? 0) - 1) < 1e-6)
    #expect((error.currentVariance ?? 1) < 1e-9)
  }

  @Test("auto agrees with the trained network as often as the best single method")
  func automatic() throws {
    let network = network()
    // Half of 64 samples is fitted to, the other half judges.
    let held = 32..<64
    let wanted = try ann(network, held)
    var agreement: [ConversionMethod: Int] = [:]
    for method in [
      ConversionMethod.thresholdBalancing, .calibrated, .tuned, .percentile, .automatic,
    ] {
      let spiking = try Converter.convert(
        network, calibration: samples, options: options(method, 4))
      let found = try predictions(spiking, held)
      agreement[method] = zip(found, wanted).count { $0 == $1 }
    }
    let best = agreement.filter { $0.key != .automatic }.values.max() ?? 0
    #expect((agreement[.automatic] ?? 0) >= best)
    #expect(Set(agreement.values).count > 1, "\(agreement)")
  }

  @Test("calibration on spikes leaves less error than a percentile")
  func errors() throws {
    func total(_ method: ConversionMethod) throws -> (squared: Double, deviation: Double) {
      let conversion = try Converter.conversion(
        network(), calibration: samples, options: options(method, 4))
      let errors = try conversion.errors(samples: 32)
      return (
        errors.reduce(0) { $0 + $1.relative }, errors.reduce(0) { $0 + ($1.split?.deviation ?? 0) }
      )
    }
    let (plain, calibrated) = (try total(.percentile), try total(.calibrated))
    #expect(calibrated.squared < plain.squared)
    #expect(try total(.tuned).deviation < plain.deviation)
  }

  @Test("the number of threads changes nothing", arguments: [ConversionMethod.automatic, .tuned])
  func threads(method: ConversionMethod) throws {
    var options = options(method)
    var networks: [SpikingNetwork] = []
    for threads in [1, 2, 3] {
      options.threads = threads
      networks.append(try Converter.convert(network(), calibration: samples, options: options))
    }
    for other in networks.dropFirst() {
      #expect(other.readoutStart == networks[0].readoutStart)
      for (one, two) in zip(networks[0].populations, other.populations) {
        #expect(one.threshold == two.threshold && one.bias == two.bias)
        #expect(one.initialPotential == two.initialPotential)
      }
    }
  }

  @Test("Deng and Gu's shift starts at zero and adds half a threshold over the window")
  func shift() throws {
    var graph = Graph([1, 4, 4])
    let network = graph.finished(
      graph.relu(graph.convolution(graph.input, [3, 1, 3, 3], bias: false)))
    var options = options(.calibrated, 8)
    options.correction = .shift
    let samples = randomSamples([1, 4, 4], count: 40)
    let spiking = try Converter.convert(network, calibration: samples, options: options)
    let population = spiking.populations[0]
    for channel in 0..<3 {
      let neuron = channel * population.shape.positions
      let threshold = population.threshold.value(neuron: neuron, in: population.shape)
      #expect(population.initialPotential.value(neuron: neuron, in: population.shape) == 0)
      #expect(population.bias.value(neuron: neuron, in: population.shape) == threshold / 16)
    }
  }

  @Test("K of threshold balancing is chosen for T unless it is given, and is said")
  func passes() throws {
    func remarks(_ options: ConversionOptions) throws -> String {
      try Converter.convert(network(), calibration: samples, options: options)
        .remarks.joined(separator: "\n")
    }
    var options = options(.thresholdBalancing, 2)
    #expect(options.dependsOnT)
    #expect(try remarks(options).contains("chosen for T = 2"))
    options.iterations = 77
    #expect(!options.dependsOnT)
    #expect(try remarks(options).contains("K = 77"))
  }
}
