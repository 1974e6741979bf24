import LoomBase
import LoomNetwork
import LoomReference
import Testing

@Suite("Window codes of float networks")
struct FloatWindowTests {
  private static let input = MapShape(channels: 2, height: 4, width: 4)
  private static let shapes = [
    MapShape(channels: 3, height: 4, width: 4), MapShape(channels: 2, height: 2, width: 2),
    MapShape(channels: 6), MapShape(channels: 4),
  ]
  private static let padded = Connectivity.convolution(
    ConvolutionGeometry(kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1))
  private static let halving = Connectivity.convolution(
    ConvolutionGeometry(kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2))

  /// Front end → convolution of two sites → dense with a shortcut → readout; all hidden layers answer.
  private func network(seed: UInt64, code: SpikeCode, timesteps: Int) -> SpikingNetwork {
    var random = SeededGenerator(seed: seed)
    func floats(_ count: Int, around middle: Double, _ spread: Double) -> [Float] {
      (0..<count).map { _ in Float(middle + spread * (2 * random.unit() - 1)) }
    }
    func weights(_ connectivity: Connectivity, _ source: MapShape, _ target: Int) -> [Float] {
      floats(
        connectivity.weightCount(source: source, target: Self.shapes[target]), around: 0.1, 0.4)
    }
    let levels = code == .bitSerial ? Float(1 << timesteps) : Float(timesteps)
    let populations = Self.shapes.enumerated().map { index, shape in
      let thresholds = floats(shape.channels, around: 1.2, 0.6)
      return Population(
        name: "population \(index)", shape: shape, role: index == 3 ? .readout : .hidden,
        threshold: .perChannel(thresholds),
        initialPotential: .perChannel(thresholds.map { 0.5 * $0 / levels }),
        bias: .perNeuron(floats(shape.count, around: 0, 0.3)), sites: index == 1 ? 2 : 1)
    }
    let links: [(Int, Int, Connectivity, Int)] = [
      (0, 1, Self.halving, 0), (0, 1, Self.halving, 1), (1, 2, .dense, 0), (0, 2, .dense, 0),
      (2, 3, .dense, 0),
    ]
    return SpikingNetwork(
      name: "float", method: "test",
      input: InputSpecification(
        shape: Self.input, preprocessing: Preprocessing(scale: 1 / 255, mean: [0.3]),
        samplesAreBytes: true, calibratedPeak: 1),
      coding: .direct, timesteps: timesteps, code: code, populations: populations,
      projections: links.map { source, target, connectivity, site in
        Projection(
          source: PopulationID(source), target: PopulationID(target), connectivity: connectivity,
          weights: weights(connectivity, Self.shapes[source], target), site: site)
      },
      frontEnd: [
        FrontEndProjection(
          target: PopulationID(0), connectivity: Self.padded,
          weights: weights(Self.padded, Self.input, 0))
      ], outputs: (0..<4).map { PopulationID($0) })
  }

  /// Σ w·value + bias + v(0) of every neuron in Double, given the values of the populations before.
  private func sums(
    _ network: SpikingNetwork, _ population: Int, values: [[Double]], input: [Double]
  ) -> [Double] {
    let own = network.populations[population]
    return (0..<own.shape.count).map { neuron in
      var sites = [Double](repeating: 0, count: own.sites)
      for part in network.frontEnd where part.target.index == population {
        for (place, weight) in DenseOracle.meetings(
          of: neuron, part.connectivity, source: Self.input, target: own.shape)
        {
          sites[part.site] += Double(part.weights[weight]) * input[place]
        }
      }
      for part in network.projections where part.target.index == population {
        for (place, weight) in DenseOracle.meetings(
          of: neuron, part.connectivity, source: Self.shapes[part.source.index], target: own.shape)
        {
          sites[part.site] += Double(part.weights[weight]) * values[part.source.index][place]
        }
      }
      return sites.reduce(-Double.infinity, max)
        + Double(own.bias.value(neuron: neuron, in: own.shape))
        + Double(own.initialPotential.value(neuron: neuron, in: own.shape))
    }
  }

  @Test(
    "codes are the quantised clip in Double, up to ties",
    arguments: [SpikeCode.bitSerial, .timeToFirstSpike], [1, 2, 4, 6, 8])
  func quantisedClip(code: SpikeCode, timesteps: Int) throws {
    let levels = code == .bitSerial ? Double(1 << timesteps) : Double(timesteps)
    let highest = code == .bitSerial ? levels - 1 : levels
    var random = SeededGenerator(seed: 77)
    let bytes = (0..<(8 * Self.input.count)).map { _ in UInt8(random.next() % 256) }
    let samples = Samples(storage: .bytes(bytes), sampleShape: [2, 4, 4], count: 8)
    var met: Set<Int> = []
    for seed in 1...5 as ClosedRange<UInt64> {
      let network = network(seed: seed, code: code, timesteps: timesteps)
      let interpreter = try FloatSpikingInterpreter(network)
      for index in 0..<samples.count {
        let run = try interpreter.run(samples, index: index)
        let input = bytes[(index * 32)..<((index + 1) * 32)].map { Double($0) / 255 - 0.3 }
        var values: [[Double]] = []
        var scores = run.scores[...]
        for (population, own) in network.populations.enumerated() {
          let sums = sums(network, population, values: values, input: input)
          let answer = scores.prefix(own.shape.count).map { Double($0) }
          scores = scores.dropFirst(own.shape.count)
          if own.role == .readout {
            for neuron in answer.indices {
              let initial = Double(own.initialPotential.value(neuron: neuron, in: own.shape))
              #expect(abs(answer[neuron] - (sums[neuron] - initial)) < 1e-4)
            }
            continue
          }
          var spikes = 0
          values.append(
            answer.enumerated().map { neuron, share in
              let scale = Double(own.threshold.value(neuron: neuron, in: own.shape))
              let exact = sums[neuron] / scale * levels
              let found = (share * levels).rounded()
              let wanted = min(max(exact.rounded(.down), 0), highest)
              let isTie = abs(exact - exact.rounded()) < 1e-3
              #expect(abs(share * levels - found) < 1e-5)
              #expect(found == wanted || isTie && abs(found - wanted) == 1)
              met.insert(Int(found))
              spikes += code == .bitSerial ? Int(found).nonzeroBitCount : found > 0 ? 1 : 0
              return share * scale
            })
          #expect(run.spikes[population] == spikes)
        }
      }
    }
    #expect(Double(met.count) * 10 >= 9 * (highest + 1))
  }

  @Test("a network of integers gives the integer interpreter's codes and potentials")
  func agreesWithIntegers() throws {
    for code in [SpikeCode.bitSerial, .timeToFirstSpike] {
      // Integer codes enter the float network as shares of full scale: weights make up for that.
      let (fixed, samples) = WindowNetworks.network(
        seed: 5, code: code, timesteps: 4, coding: .spikes)
      let scale: Float = code == .bitSerial ? 16 : 4
      let float = SpikingNetwork(
        name: "float", method: "test", input: fixed.input, coding: .spikes, timesteps: 4,
        code: code,
        populations: fixed.populations.map { population in
          Population(
            name: population.name, shape: population.shape, role: population.role,
            threshold: population.threshold.map {
              Float($0) * (code == .bitSerial ? 1 : 4)
            },
            initialPotential: population.initialPotential.map { Float($0) },
            bias: population.bias.map { Float($0) }, sites: population.sites,
            spikeWorthThreshold: false)
        },
        projections: fixed.projections.map { projection in
          let channels = fixed.populations[projection.target.index].shape.channels
          let kernel = projection.weights.count / channels
          return Projection(
            source: projection.source, target: projection.target,
            connectivity: projection.connectivity,
            weights: projection.weights.enumerated().map { place, weight in
              Float(weight) * scale
                * Float(1 << shift(projection, place: place, kernel: kernel, fixed))
            }, site: projection.site)
        }, outputs: fixed.outputs)
      let exact = try IntegerInterpreter(fixed)
      let reals = try FloatSpikingInterpreter(float)
      for index in 0..<samples.count {
        let wanted = try exact.run(samples, index: index, recordingSpikes: false)
        let run = try reals.run(samples, index: index)
        #expect(run.spikes == wanted.spikeCounts.map { $0.reduce(0) { $0 + Int($1) } })
        #expect(run.scores.prefix(5).map { Int64($0) } == Array(wanted.scores.prefix(5)))
        #expect(run.scores.dropFirst(5).map { Int64($0 * scale) } == Array(wanted.scores[5...]))
      }
      #expect(
        try reals.predictions(samples, threads: 1) == reals.predictions(samples, threads: 3))
    }
  }

  /// The shift of a weight: of its target channel, which a sparse pattern finds by target.
  private func shift(
    _ projection: FixedProjection, place: Int, kernel: Int, _ network: FixedPointNetwork
  ) -> Int {
    guard projection.shifts.count > 1 else { return Int(projection.shifts[0]) }
    guard case .sparse(let pattern) = projection.connectivity else {
      return Int(projection.shifts[place / kernel])
    }
    let target = (pattern.targetOffsets.firstIndex { $0 > place } ?? 1) - 1
    let shape = network.populations[projection.target.index].shape
    return Int(projection.shifts[target / shape.positions])
  }

  @Test("what a window code cannot run is refused with the float network's code")
  func refused() throws {
    var network = network(seed: 1, code: .bitSerial, timesteps: 4)
    network.populations[0].threshold = .uniform(.nan)
    network.readoutStart = 1
    let error = #expect(throws: DiagnosticsError.self) { try FloatSpikingInterpreter(network) }
    #expect(error?.diagnostics.map(\.code) == ["SL2901", "SL2901"])
  }
}
