import LoomBase
import LoomConversion
import LoomNetwork
import LoomReference
import Testing

@Suite("Conversion")
struct ConverterTests {
  /// A 1×1 Conv (weight 2, bias 1), BatchNormalization (γ 3, β −1, μ 0.5, σ² 3.75, ε 0.25), Relu.
  private func folded() -> Network {
    var graph = Graph([1, 2, 2])
    let start = graph.relu(
      graph.layer(
        .convolution(Window(), groups: 1), [graph.input, graph.constant([1, 1, 1, 1], [1])],
        "Conv"))
    let conv = graph.layer(
      .convolution(Window(), groups: 1),
      [start, graph.constant([1, 1, 1, 1], [2]), graph.constant([1], [1])], "Conv")
    let parameters = [[3], [-1], [0.5], [3.75]].map { graph.constant([1], $0) }
    let normal = graph.layer(
      .batchNormalization(epsilon: 0.25), [conv] + parameters, "BatchNormalization")
    return graph.finished(graph.relu(normal))
  }

  @Test("BatchNormalization folds into kernel and bias")
  func folding() throws {
    let spiking = try Converter.convert(
      folded(), calibration: randomSamples([1, 2, 2]), options: ConversionOptions(timesteps: 4))
    #expect(spiking.populations.map(\.name) == ["relu1", "relu4", "relu4:0"])
    #expect(spiking.populations.map(\.role) == [.hidden, .hidden, .readout])
    // Factor 3/√4 = 1.5: weight 2·1.5, bias (1 − 0.5)·1.5 − 1.
    #expect(spiking.projections[0].weights == [3])
    #expect(spiking.populations[1].bias == .uniform(-0.25))
    #expect(spiking.populations[1].origin == ["conv2", "batchnormalization3", "relu4"])
    let thresholds = spiking.populations[0].threshold
    #expect(spiking.populations[0].initialPotential == thresholds.map { $0 / 2 })
  }

  @Test("average pooling composes into the next kernel")
  func pooling() throws {
    var graph = Graph([1, 4, 4])
    let start = graph.relu(graph.convolution(graph.input, [1, 1, 1, 1]))
    let pooled = graph.layer(
      .averagePool(
        Window(kernel: [2, 2], strides: [2, 2]), ceilMode: false, countIncludePad: false),
      [start], "AveragePool")
    let conv = graph.layer(
      .convolution(Window(pads: [1, 1, 1, 1]), groups: 1),
      [pooled, graph.constant([1, 1, 3, 3], (1...9).map { Float($0 * 4) })], "Conv")
    let network = graph.finished(graph.relu(conv))
    var options = ConversionOptions(timesteps: 4, pooling: .compose)
    let composed = try Converter.convert(
      network, calibration: randomSamples([1, 4, 4]), options: options)
    let geometry = ConvolutionGeometry(
      kernelHeight: 6, kernelWidth: 6, strideY: 2, strideX: 2, padTop: 2, padLeft: 2)
    #expect(composed.projections[0].connectivity == .convolution(geometry))
    #expect(composed.projections[0].weights.prefix(12) == [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3])
    options.pooling = .neurons
    let separate = try Converter.convert(
      network, calibration: randomSamples([1, 4, 4]), options: options)
    #expect(separate.populations.map(\.name).prefix(2) == ["relu1", "averagepool2"])
    #expect(separate.projections[0].weights == [0.25, 0.25, 0.25, 0.25])
  }

  @Test("max pooling by pairs reads differences of neighbours")
  func pairs() throws {
    var graph = Graph([1, 2, 2])
    let start = graph.relu(graph.convolution(graph.input, [1, 1, 1, 1]))
    let pooled = graph.layer(
      .maxPool(Window(kernel: [2, 2], strides: [2, 2]), ceilMode: false, storageOrder: 0), [start],
      "MaxPool")
    let network = graph.finished(pooled)
    var options = ConversionOptions(timesteps: 4)
    let pairs = try Converter.convert(
      network, calibration: randomSamples([1, 2, 2]), options: options)
    let names = pairs.populations.map(\.name)
    #expect(names == ["relu1", "maxpool2.pair", "maxpool2.pair#2", "maxpool2:0"])
    #expect(pairs.projections[0].weights == [-1, 1])
    #expect(pairs.remarks.contains { $0.contains("by pairs") && $0.contains("%") })
    options.maxPool = .comparator
    let compared = try Converter.convert(
      network, calibration: randomSamples([1, 2, 2]), options: options)
    #expect(compared.populations.map(\.sites) == [4, 1])
    #expect(Set(compared.frontEnd.map(\.site)) == [0, 1, 2, 3])
  }

  @Test("a window wider than the chip's comparator is pooled by pairs")
  func narrowComparator() throws {
    var graph = Graph([1, 2, 2])
    let start = graph.relu(graph.convolution(graph.input, [1, 1, 1, 1]))
    let network = graph.finished(
      graph.layer(
        .maxPool(Window(kernel: [2, 2], strides: [2, 2]), ceilMode: false, storageOrder: 0),
        [start], "MaxPool"))
    let options = ConversionOptions(timesteps: 4, maxPool: .comparator, comparatorSites: 3)
    let spiking = try Converter.convert(
      network, calibration: randomSamples([1, 2, 2]), options: options)
    #expect(spiking.populations.allSatisfy { $0.sites == 1 })
    #expect(spiking.remarks.contains { $0.contains("wider than the comparator") })
  }

  @Test("an analog skip connection becomes two populations where a current cannot be delayed")
  func analogSkip() throws {
    var graph = Graph([1, 2, 2])
    let stem = graph.layer(
      .convolution(Window(), groups: 1), [graph.input, graph.constant([1, 1, 1, 1], [2])], "Conv")
    let branch = graph.layer(
      .convolution(Window(), groups: 1),
      [graph.relu(stem), graph.constant([1, 1, 1, 1], [3])], "Conv")
    let network = graph.finished(
      graph.relu(graph.layer(.binary(.add), [branch, stem], "Add")))
    var options = ConversionOptions(timesteps: 4)
    let current = try Converter.convert(
      network, calibration: randomSamples([1, 2, 2]), options: options)
    #expect(current.frontEnd.map(\.target.index) == [0, 1])
    options.analogSkip = .pairs
    let pairs = try Converter.convert(
      network, calibration: randomSamples([1, 2, 2]), options: options)
    #expect(pairs.frontEnd.map(\.weights) == [[2], [2], [-2]])
    // Only the two parts of the input and the first activation are driven by it.
    #expect(pairs.frontEnd.map(\.target.index) == [0, 1, 2])
    let sum = pairs.projections.filter { $0.target.index == 3 }
    #expect(sum.map(\.source.index) == [0, 1, 2])
    #expect(sum.map(\.weights) == [[3], [1], [-1]])
  }

  @Test(
    "the input beside spikes in one layer comes from two populations, shared, where it cannot wait")
  func inputBesideSpikes() throws {
    var graph = Graph([1, 2, 2])
    let first = graph.relu(graph.convolution(graph.input, [2, 1, 1, 1]))
    let both = graph.layer(.concat(axis: 1), [graph.input, first], "Concat")
    let hidden = graph.relu(graph.convolution(both, [2, 3, 1, 1]))
    let all = graph.layer(.concat(axis: 1), [graph.input, hidden], "Concat")
    let network = graph.finished(graph.convolution(all, [1, 3, 1, 1]))
    var options = ConversionOptions(timesteps: 4)
    let samples = randomSamples([1, 2, 2])
    let current = try Converter.convert(network, calibration: samples, options: options)
    #expect(current.frontEnd.count == 3)
    options.analogSkip = .pairs
    let pairs = try Converter.convert(network, calibration: samples, options: options)
    #expect(
      pairs.populations.map(\.name).prefix(4) == ["relu1", "image.plus", "image.minus", "relu4"])
    #expect(pairs.frontEnd.map(\.target.index) == [0, 1, 2])
    let reading = { (target: Int) in
      pairs.projections.filter { $0.target.index == target }.map(\.source.index).sorted()
    }
    #expect(reading(3) == [0, 1, 2])
    #expect(reading(4) == [1, 2, 3])
  }

  @Test("answers read the input itself, or two populations where the chip takes none")
  func analogAnswers() throws {
    var graph = Graph([4])
    let network = graph.finished(graph.gemm(graph.input, 4, 2))
    var options = ConversionOptions(timesteps: 4)
    let samples = randomSamples([4])
    let plain = try Converter.convert(network, calibration: samples, options: options)
    #expect(plain.populations.count == 1)
    options.analogAnswers = false
    let spiking = try Converter.convert(network, calibration: samples, options: options)
    #expect(spiking.populations.count == 3)
    #expect(spiking.frontEnd.map(\.target.index) == [0, 1])
  }

  @Test("average pooling becomes neurons where the fan-in behind it would be too large")
  func poolingFanIn() throws {
    var graph = Graph([1, 4, 4])
    let first = graph.relu(graph.convolution(graph.input, [3, 1, 1, 1]))
    let pooled = graph.layer(.globalAveragePool, [first], "GlobalAveragePool")
    let network = graph.finished(graph.gemm(graph.flatten(pooled), 3, 1))
    var options = ConversionOptions(timesteps: 4)
    // 3 channels × 16 positions.
    for (limit, count) in [(48, 2), (47, 3)] {
      options.maximumFanIn = limit
      let spiking = try Converter.convert(
        network, calibration: randomSamples([1, 4, 4]), options: options)
      #expect(spiking.populations.count == count)
    }
  }

  @Test("input neurons carry the sign of the input")
  func rateCoding() throws {
    let network = folded()
    let options = ConversionOptions(timesteps: 4, coding: .rate)
    let signed = try Converter.convert(
      network, calibration: randomSamples([1, 2, 2]), options: options)
    #expect(signed.populations.map(\.name).prefix(3) == ["input+", "input-", "relu1"])
    #expect(signed.frontEnd.map(\.weights) == [[1], [-1]])
    #expect(signed.projections.prefix(2).map(\.weights) == [[1], [-1]])
    #expect(signed.populations[0].threshold == .uniform(signed.input.calibratedPeak))
    // Evenly spread over −1…1: each sign fires a quarter of the time.
    #expect(signed.populations.prefix(2).allSatisfy { abs($0.expectedRate - 0.25) < 0.08 })
    let positive = try Converter.convert(
      network, calibration: randomSamples([1, 2, 2], centre: 1), options: options)
    #expect(positive.populations.map(\.name).prefix(2) == ["input+", "relu1"])
  }

  @Test("coding poisson has the thresholds of coding rate, no first charge, and the seed")
  func poissonCoding() throws {
    let network = folded()
    let samples = randomSamples([1, 2, 2])
    for method in ConversionMethod.allCases where method.code == .rate {
      var options = ConversionOptions(timesteps: 8, method: method, coding: .rate)
      let rate = try Converter.convert(network, calibration: samples, options: options)
      options.coding = .poisson
      options.seed = 33
      let drawn = try Converter.convert(network, calibration: samples, options: options)
      #expect(drawn.coding == .poisson && drawn.seed == 33)
      #expect(drawn.populations.map(\.threshold) == rate.populations.map(\.threshold))
      #expect(drawn.populations.map(\.bias) == rate.populations.map(\.bias))
      #expect(drawn.projections.map(\.weights) == rate.projections.map(\.weights))
      #expect(drawn.frontEnd.map(\.weights) == rate.frontEnd.map(\.weights))
      #expect(drawn.readoutStart == rate.readoutStart)
      #expect(drawn.populations.prefix(2).allSatisfy { $0.initialPotential == .uniform(0) })
      #expect(drawn.populations[2].initialPotential == rate.populations[2].initialPotential)
      #expect(drawn.remarks.contains { $0.contains("drawn by the host (seed 33)") })
    }
    for method in [ConversionMethod.bitSerial, .timeToFirstSpike] {
      let options = ConversionOptions(timesteps: 8, method: method, coding: .poisson)
      #expect {
        try Converter.convert(network, calibration: samples, options: options)
      } throws: { error in
        (error as? DiagnosticsError)?.diagnostics.contains {
          $0.code == "SL2205" && $0.message.contains("has 'poisson'")
        } == true
      }
    }
  }

  @Test("readout starts when the slowest path has fired once")
  func delayedReadout() throws {
    // One of 16 samples is 1: one pass makes θ = 2·E in every layer, so each first spike takes
    // (θ/2)/E = 1 step. The second neuron of each layer gets −x and stays silent.
    var graph = Graph([2])
    var value = graph.input
    for _ in 0..<3 {
      let weights = graph.constant([2, 2], [1, -1, 0, 0])
      value = graph.relu(graph.layer(.matMul, [value, weights], "MatMul"))
    }
    let network = graph.finished(value)
    let samples = Samples(
      storage: .floats([1] + [Float](repeating: 0, count: 31)), sampleShape: [2], count: 16)
    func start(_ timesteps: Int, delayed: Bool = true) throws -> Int {
      let options = ConversionOptions(
        timesteps: timesteps, iterations: 1, delayedReadout: delayed)
      return try Converter.convert(network, calibration: samples, options: options).readoutStart
    }
    // The onset is step 3, kept between T/4 and T/2.
    #expect(try start(8) == 3)
    #expect(try start(64) == 16)
    #expect(try start(4) == 2)
    #expect(try start(1) == 0)
    #expect(try start(64, delayed: false) == 0)
  }

  @Test("dense and effective multiplications of the trained network are counted")
  func costs() throws {
    var graph = Graph([2, 4, 4])
    let conv = graph.relu(
      graph.convolution(graph.input, [4, 2, 3, 3], window: Window(pads: [1, 1, 1, 1])))
    let silent = graph.layer(
      .binary(.multiply), [conv, graph.constant([4, 1, 1], [1, 0, 1, 0])], "Mul")
    let network = graph.finished(graph.gemm(graph.flatten(silent), 64, 3))
    let spiking = try Converter.convert(
      network, calibration: randomSamples([2, 4, 4]), options: ConversionOptions(timesteps: 4))
    #expect(spiking.annLayers.map(\.name) == ["conv0", "gemm4"])
    #expect(spiking.annLayers.map(\.macs) == [4 * 16 * 18, 192])
    #expect(spiking.annLayers.map(\.kernelElements) == [9, 1])
    #expect(spiking.annLayers[0].effectiveMacs == 4 * 16 * 18)
    #expect(spiking.annLayers[1].effectiveMacs > 0)
    #expect(spiking.annLayers[1].effectiveMacs <= 96)
  }

  @Test("what stands behind the scores is left to the host and said")
  func tail() throws {
    var graph = Graph([3])
    let scores = graph.gemm(graph.input, 3, 2)
    let soft = graph.layer(.softmax(axis: 1, flattened: false), [scores], "Softmax")
    let network = graph.finished(graph.layer(.identity, [soft], "Identity"))
    let spiking = try Converter.convert(
      network, calibration: randomSamples([3]), options: ConversionOptions(timesteps: 4))
    #expect(spiking.populations.map(\.role) == [.readout])
    #expect(
      spiking.remarks.contains { $0.contains("Softmax 'softmax1'") && $0.contains("arg-max") })
  }

  @Test("channels that never fire take the median threshold and are reported")
  func deadChannels() throws {
    var graph = Graph([3])
    let weights = graph.constant([3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 0])
    let bias = graph.constant([3], [0.5, 0.25, -1])
    let sum = graph.layer(
      .gemm(alpha: 1, beta: 1, transposeA: false, transposeB: false), [graph.input, weights, bias],
      "Gemm")
    let network = graph.finished(graph.relu(sum))
    let spiking = try Converter.convert(
      network, calibration: randomSamples([3]), options: ConversionOptions(timesteps: 4))
    guard case .perChannel(let thresholds) = spiking.populations[0].threshold else {
      Issue.record("thresholds are per channel")
      return
    }
    #expect(thresholds[2] == max(thresholds[0], thresholds[1]))
    #expect(spiking.remarks.contains { $0.hasPrefix("1 channels never fired") })
  }

  @Test("one and two threads give the same network")
  func determinism() throws {
    for region in [RegionCase.branches[0], RegionCase.pools[2]] {
      let network = region.build()
      let samples = randomSamples(region.sampleShape, count: 53)
      let networks = try [1, 2, 3].map {
        try Converter.convert(
          network, calibration: samples, options: ConversionOptions(timesteps: 16, threads: $0))
      }
      for other in networks.dropFirst() {
        #expect(other.populations.map(\.threshold) == networks[0].populations.map(\.threshold))
        #expect(
          other.populations.map(\.expectedRate) == networks[0].populations.map(\.expectedRate))
        #expect(other.projections.map(\.weights) == networks[0].projections.map(\.weights))
        #expect(other.readoutStart == networks[0].readoutStart)
        #expect(other.annLayers == networks[0].annLayers)
        #expect(other.remarks == networks[0].remarks)
      }
    }
  }

  @Test("spikes approach the trained network's scores", arguments: RegionCase.branches.prefix(3))
  func spikes(_ region: RegionCase) throws {
    let network = region.build()
    let samples = randomSamples(region.sampleShape, count: 40)
    var options = ConversionOptions(timesteps: 512, iterations: 5000)
    options.delayedReadout = false
    let spiking = try Converter.convert(network, calibration: samples, options: options)
    let interpreter = try FloatSpikingInterpreter(spiking)
    let rates = RateEvaluator(network: spiking)
    for index in 0..<4 {
      let scores = try interpreter.scores(samples, index: index)
      guard case .floats(let values) = samples.storage else { return }
      let size = samples.elementsPerSample
      let wanted = rates.scores(Array(values[index * size..<(index + 1) * size]))
      let error = zip(scores, wanted).map { abs($0 - $1) }.max() ?? .infinity
      #expect(error < 0.05 * max(1, spiking.populations.last?.calibratedPeak ?? 0))
    }
  }
}
