public import LoomBase
public import LoomNetwork

/// A network made by rule and seed, of any size: what large machines are measured with.
///
/// Integer neurons without leak and bias. Weights are uniform with a small positive mean, and the threshold is that mean
/// times the inputs of a neuron, so that every layer spikes about as often as the one before; v(0) is uniform below the
/// threshold, so that it does so from the first step on.
///
/// Before: kind `random`, 1,000,000 neurons, 1,000,000,000 synapses. After: ten layers of 200 blocks of 500 neurons, each
/// block onto two of the next layer, the first fed by 1000 inputs.
public struct GeneratedNetwork: Sendable {
  /// How the synapses lie.
  public let kind: GeneratedKind
  /// Neurons asked for; `rows` follow from the synapses alone.
  public let neurons: Int
  /// Synapses asked for.
  public let synapses: Int
  /// T.
  public let steps: Int
  /// The share of inputs that spike in a step.
  public let rate: Double
  /// Of every random choice.
  public let seed: UInt64

  /// The most neurons and synapses, and numbers of a raster.
  public static let mostNeurons = 1 << 24
  /// The most synapses.
  public static let mostSynapses = 4_000_000_000
  /// The most synapses that are listed one by one.
  public static let mostListed = 200_000_000
  /// The most bytes of input.
  public static let mostInput = 1 << 31

  /// Describes a network.
  ///
  /// - Throws: SL1209 where there is no such network: no synapse for each neuron, or too many of something.
  public init(
    _ kind: GeneratedKind, neurons: Int, synapses: Int, steps: Int = 100, rate: Double = 0.02,
    seed: UInt64 = 0
  ) throws(DiagnosticsError) {
    self.kind = kind
    self.neurons = neurons
    self.synapses = synapses
    self.steps = steps
    self.rate = rate
    self.seed = seed
    guard (1...Self.mostNeurons).contains(neurons) else {
      throw Self.fault("needs 1 to \(Self.mostNeurons) neurons, has \(neurons)")
    }
    let most = kind == .sparse ? Self.mostListed : Self.mostSynapses
    guard (1...most).contains(synapses), kind == .rows || synapses >= neurons else {
      throw Self.fault(
        "needs at least a synapse for each of \(neurons) neurons and at most \(most), has \(synapses)"
      )
    }
    guard (1...(1 << 20)).contains(steps), rate >= 0, rate <= 1 else {
      throw Self.fault("needs 1 to 1048576 steps and a rate from 0 to 1, has \(steps) and \(rate)")
    }
    let layout = self.layout
    guard layout.shapes.allSatisfy({ $0.count <= Self.mostNeurons }),
      steps <= Self.mostInput / layout.shapes[0].count
    else {
      throw Self.fault("needs maps and inputs of moderate size, has \(layout.shapes[0])")
    }
  }

  private static func fault(_ message: String) -> DiagnosticsError {
    DiagnosticsError(Diagnostic(.error, "SL1209", message, at: .layer("generated network")))
  }

  private var layout: GeneratedLayout {
    var generator = SeededGenerator(seed: seed)
    return GeneratedLayout(kind, neurons: neurons, synapses: synapses, &generator)
  }

  /// Bernoulli spikes of the input, one sample of steps × rows × columns × channels.
  public var samples: Samples {
    let shape = layout.shapes[0]
    var generator = SeededGenerator(seed: seed ^ 0x5eed_5a3b_1e00_0000)
    let limit = UInt64(rate * 0x1p32)
    var raster = [UInt8](repeating: 0, count: steps * shape.count)
    for index in raster.indices where generator.next() >> 32 < limit { raster[index] = 1 }
    return Samples(
      storage: .bytes(raster), sampleShape: [steps, shape.height, shape.width, shape.channels],
      count: 1)
  }

  /// The network in the integers of a chip.
  public func network(_ formats: GeneratedFormats) -> FixedPointNetwork {
    let layout = self.layout
    var generator = SeededGenerator(seed: ~seed)
    var projections: [FixedProjection] = []
    projections.reserveCapacity(layout.links.count)
    let weights = GeneratedWeights(formats)
    var fanIn = [Int](repeating: 0, count: layout.shapes.count)
    for link in layout.links {
      let source = layout.shapes[link.source]
      let connectivity = self.connectivity(
        link.link, source, layout.shapes[link.target], &generator)
      let count = connectivity.weightCount(source: source, target: layout.shapes[link.target])
      fanIn[link.target] += inputs(link.link, source)
      projections.append(
        FixedProjection(
          source: PopulationID(link.source), target: PopulationID(link.target),
          connectivity: connectivity, weights: weights.draw(count, &generator), shifts: [0],
          site: 0,
          alignedDelay: 0, origin: []))
    }
    let populations = layout.shapes.indices.map { index in
      population(index, layout.shapes[index], fanIn[index], weights, formats, &generator)
    }
    return FixedPointNetwork(
      name: "\(kind.rawValue)-\(layout.neurons)", method: "generated",
      profileName: formats.profileName,
      input: InputSpecification(
        shape: layout.shapes[0], preprocessing: Preprocessing(scale: 1), samplesAreBytes: true,
        calibratedPeak: 1),
      inputQuantization: .bytes, coding: .spikes, timesteps: steps, readoutStart: 0,
      schedule: .aligned, populations: populations, projections: projections, frontEnd: [],
      outputs: (layout.firstOutput..<layout.shapes.count).map { PopulationID($0) })
  }

  private func inputs(_ link: GeneratedLayout.Link, _ source: MapShape) -> Int {
    switch link {
    case .convolution: 9 * source.channels
    case .dense: source.count
    case .lists(let count): count
    }
  }

  private func connectivity(
    _ link: GeneratedLayout.Link, _ source: MapShape, _ target: MapShape,
    _ generator: inout SeededGenerator
  ) -> Connectivity {
    switch link {
    case .convolution:
      .convolution(
        ConvolutionGeometry(kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1))
    case .dense: .dense
    case .lists(let count):
      .sparse(Self.lists(count, sources: source.count, targets: target.count, &generator))
    }
  }

  /// For every target as many different sources, ascending.
  private static func lists(
    _ count: Int, sources: Int, targets: Int, _ generator: inout SeededGenerator
  ) -> SparsePattern {
    var drawn = [Int32](repeating: -1, count: sources)
    var result: [Int32] = []
    result.reserveCapacity(count * targets)
    for target in 0..<targets {
      var own: [Int32] = []
      // Of more than half of the sources those left out are drawn.
      let wanted = min(count, sources - count)
      while own.count < wanted {
        let source = Int(generator.next() % UInt64(sources))
        guard drawn[source] != Int32(target) else { continue }
        drawn[source] = Int32(target)
        own.append(Int32(source))
      }
      if wanted == count {
        result += own.sorted()
      } else {
        for source in 0..<sources where drawn[source] != Int32(target) {
          result.append(Int32(source))
        }
      }
    }
    return SparsePattern(targetOffsets: (0...targets).map { $0 * count }, sources: result)
  }

  private func population(
    _ index: Int, _ shape: MapShape, _ fanIn: Int, _ weights: GeneratedWeights,
    _ formats: GeneratedFormats, _ generator: inout SeededGenerator
  ) -> FixedPopulation {
    let threshold = index == 0 ? 1 : weights.threshold(fanIn: fanIn, formats)
    let start: ChannelOrNeuron<Int32> =
      index == 0
      ? .uniform(0)
      : .perNeuron(
        (0..<shape.count).map { _ in
          Int32(truncatingIfNeeded: ((generator.next() >> 32) &* UInt64(threshold)) >> 32)
        })
    return FixedPopulation(
      name: index == 0 ? "input" : "block\(index)", shape: shape,
      role: index == 0 ? .input : .hidden, threshold: .uniform(Int32(clamping: threshold)),
      initialPotential: start, bias: .uniform(0), reset: formats.reset,
      comparison: formats.comparison, sites: 1, potentialBits: formats.potentialBits, scale: [1],
      origin: [])
  }
}

/// The weights of a generated network: uniform, with a mean above zero.
struct GeneratedWeights {
  /// The least weight.
  let lowest: Int
  /// The greatest weight.
  let highest: Int
  /// Twice the mean of all between.
  var doubledMean: Int { lowest + highest }

  init(_ formats: GeneratedFormats) {
    highest = max(1, min(127, formats.largestWeight))
    lowest = -highest + 2 * max(1, highest / 16)
  }

  /// The mean current of a neuron of which all inputs spike, as a threshold of the chip.
  func threshold(fanIn: Int, _ formats: GeneratedFormats) -> Int {
    let step = max(1, formats.thresholdStep)
    let wish = max(1, fanIn * doubledMean / 2)
    return max(step, min((wish + step - 1) / step, formats.largestThreshold / step) * step)
  }

  /// So many weights, eight for each random word.
  func draw(_ count: Int, _ generator: inout SeededGenerator) -> [Int16] {
    let span = UInt64(highest - lowest + 1)
    let base = Int16(lowest)
    return unsafe [Int16](unsafeUninitializedCapacity: count) { buffer, initialized in
      var word: UInt64 = 0
      for index in 0..<count {
        if index & 7 == 0 { word = generator.next() }
        let byte = word & 0xff
        word >>= 8
        unsafe buffer.initializeElement(
          at: index, to: base &+ Int16(truncatingIfNeeded: (byte &* span) >> 8))
      }
      initialized = count
    }
  }
}
