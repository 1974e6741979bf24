import LoomBase
import LoomNetwork

/// Random integer networks of a window code, with thresholds near the sums they meet.
///
/// Front ends → convolution; a comparator of three sites over both, a comparator of the front end alone; sparse
/// and dense layers, shortcuts over one and more layers, readout.
struct WindowNetworks {
  static let input = MapShape(channels: 2, height: 5, width: 4)
  static let hidden = Array(1...6)
  static let readout = 7

  private var random: SeededGenerator
  private let shapes: [MapShape]

  /// A network and its samples: bytes, or rasters if the input is spikes.
  static func network(
    seed: UInt64, code: SpikeCode, timesteps: Int, coding: Coding
  ) -> (FixedPointNetwork, Samples) {
    var maker = WindowNetworks(seed: seed)
    let samples = maker.samples(coding: coding, timesteps: timesteps)
    var network = Small.network(
      input: input, steps: timesteps, coding: coding, populations: maker.populations(coding),
      projections: maker.projections(coding), frontEnd: coding == .direct ? maker.frontEnd() : [],
      outputs: [readout, 5])
    network.code = code
    maker.chooseThresholds(of: &network, samples)
    return (network, samples)
  }

  private init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    let map = MapShape(channels: 3, height: 5, width: 4)
    let small = MapShape(channels: 4, height: 2, width: 2)
    shapes = [
      WindowNetworks.input, map, MapShape(channels: 4, height: 5, width: 4), small, small,
      MapShape(channels: 7), MapShape(channels: 9), MapShape(channels: 5),
    ]
  }

  /// The input of sample 0 as integers: bytes, or the codes of a raster.
  static func integers(_ samples: Samples, index: Int, code: SpikeCode, coding: Coding) -> [Int] {
    guard case .bytes(let bytes) = samples.storage else { return [] }
    let size = samples.elementsPerSample
    let sample = Array(bytes[(index * size)..<((index + 1) * size)])
    return coding == .direct
      ? sample.map { Int($0) } : DenseOracle.decoded(sample, neurons: input.count, code: code)
  }

  private mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(random.next() % UInt64(range.count))
  }

  private mutating func samples(coding: Coding, timesteps: Int) -> Samples {
    let steps = coding == .direct ? 1 : timesteps
    let largest = coding == .direct ? 255 : 1
    let values = (0..<(3 * steps * Self.input.count)).map { _ in UInt8(integer(0...largest)) }
    let shape = [2, 5, 4]
    return Samples(
      storage: .bytes(values), sampleShape: coding == .direct ? shape : [timesteps] + shape,
      count: 3)
  }

  /// With direct coding population 0 is driven by a front end of its own.
  private mutating func populations(_ coding: Coding) -> [FixedPopulation] {
    let sites = [1, 1, 1, 3, 2, 1, 1, 1]
    return shapes.indices.map { index in
      let role: PopulationRole =
        index == 0 && coding == .spikes ? .input : index == Self.readout ? .readout : .hidden
      let biases = (0..<shapes[index].channels).map { _ in Int32(integer(-20...20)) }
      return Small.population(
        "population \(index)", shapes[index], role: role, initial: .uniform(Int32(integer(-5...9))),
        bias: .perChannel(biases), sites: sites[index], bits: 32)
    }
  }

  private mutating func projection(
    _ source: Int, _ target: Int, _ connectivity: Connectivity = .dense, site: Int = 0
  ) -> FixedProjection {
    let count = connectivity.weightCount(source: shapes[source], target: shapes[target])
    let channels = shapes[target].channels
    return Small.projection(
      source, target, connectivity, weights: (0..<count).map { _ in Int16(integer(-9...11)) },
      shifts: (0..<(integer(0...1) == 0 ? 1 : channels)).map { _ in UInt8(integer(0...2)) },
      site: site)
  }

  private mutating func projections(_ coding: Coding) -> [FixedProjection] {
    let same = Connectivity.convolution(
      ConvolutionGeometry(kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1))
    let halving = Connectivity.convolution(
      ConvolutionGeometry(kernelHeight: 3, kernelWidth: 2, strideY: 2, strideX: 2, groups: 2))
    let dilated = Connectivity.convolution(
      ConvolutionGeometry(
        kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2, padTop: 1, dilationY: 3,
        dilationX: 1))
    var projections = [
      projection(0, 1, same), projection(1, 2, same), projection(0, 2, same),
      projection(2, 3, halving, site: 0), projection(2, 3, halving, site: 1),
      projection(1, 3, dilated, site: 2), projection(3, 5), projection(1, 5),
      projection(4, 5), projection(5, 6, sparse()), projection(6, 7), projection(3, 7),
    ]
    if coding == .spikes {
      projections += [projection(0, 4, site: 0), projection(0, 4, site: 1)]
    }
    return projections
  }

  /// Nine targets with 0 to 4 of seven sources each.
  private mutating func sparse() -> Connectivity {
    var pattern = SparsePattern(targetOffsets: [0], sources: [])
    for target in 0..<9 {
      for source in stride(from: integer(0...6), to: 7, by: 1 + target % 3) {
        pattern.sources.append(Int32(source))
      }
      pattern.targetOffsets.append(pattern.sources.count)
    }
    return .sparse(pattern)
  }

  private mutating func frontEnd() -> [FixedFrontEnd] {
    [(0, 0), (4, 0), (4, 1)].map { target, site in
      let weights = (0..<(Self.input.count * shapes[target].count)).map { _ in
        Int32(integer(-90...110))
      }
      return FixedFrontEnd(
        target: PopulationID(target), connectivity: .dense, weights: weights,
        offset: .uniform(Int64(integer(-3000...3000))), rightShift: 5, biasMantissaBits: 0,
        biasMaximumExponent: 0, site: site)
    }
  }

  /// Thresholds of which the largest sums of sample 0 are 0.7 to 3 times the full scale.
  private mutating func chooseThresholds(of network: inout FixedPointNetwork, _ samples: Samples) {
    let input = Self.integers(samples, index: 0, code: network.code, coding: network.coding)
    var codes: [[Int]] = []
    for population in network.populations.indices {
      if network.populations[population].role == .input {
        codes.append(input)
        continue
      }
      let sums = DenseOracle.sums(network, population: population, codes: codes, input: input)
      let largest = max(4, sums.max() ?? 0)
      let levels = network.code == .bitSerial ? 1 : network.timesteps
      network.populations[population].threshold = .perChannel(
        (0..<shapes[population].channels).map { _ in
          Int32(max(1, largest * integer(33...140) / (100 * levels)))
        })
      codes.append(DenseOracle.codes(network, population: population, sums: sums))
    }
  }
}
