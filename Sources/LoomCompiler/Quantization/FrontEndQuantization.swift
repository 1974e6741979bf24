import LoomBase
import LoomHardware
import LoomNetwork

/// The integer first layer: preprocessing, scale and bias folded into weights and offsets.
///
/// Before: c = W·((x·scale − mean)/std) + b, in activation units. After: c = (Σ w·x + offset) >> R, in
/// potential units, with w = W·scale/std·s·2^R and offset = −Σ w·mean/scale + b·s·2^R over the taps that
/// lie inside the map: padding is the normalised zero and contributes nothing.
struct FrontEndQuantization {
  let input: QuantizationInput
  let quantization: InputQuantization

  init(_ input: QuantizationInput) {
    self.input = input
    quantization = Self.inputQuantization(input.network)
  }

  /// The integer that stands for a stored 1.
  private var factor: Double {
    switch quantization {
    case .bytes: 1
    case .floats(let factor): factor
    }
  }

  /// Bytes as they are; floats by a power of two that leaves one bit above the calibrated peak.
  static func inputQuantization(_ network: SpikingNetwork) -> InputQuantization {
    if network.input.samplesAreBytes { return .bytes }
    if network.isInteger || network.frontEnd.isEmpty { return .floats(factor: 1) }
    let preprocessing = network.input.preprocessing
    let peak = Double(max(network.input.calibratedPeak, 0))
    let deviation = preprocessing.deviation.map { abs($0) }.max() ?? 1
    let mean = preprocessing.mean.map { abs($0) }.max() ?? 0
    let stored = ((peak > 0 ? peak : 4) * deviation + mean) / abs(preprocessing.scale)
    guard stored.isFinite, stored > 0 else { return .floats(factor: 1) }
    let exponent = (16384 / stored).exponent
    return .floats(factor: powerOfTwo(min(max(Int(exponent), -40), 40)))
  }

  /// Findings about the preprocessing.
  static func findings(_ network: SpikingNetwork) -> [Diagnostic] {
    guard !network.frontEnd.isEmpty else { return [] }
    let preprocessing = network.input.preprocessing
    let channels = network.input.shape.channels
    let counts = [preprocessing.mean.count, preprocessing.deviation.count]
    let legal =
      preprocessing.scale != 0 && preprocessing.scale.isFinite
      && preprocessing.mean.allSatisfy(\.isFinite)
      && preprocessing.deviation.allSatisfy { $0.isFinite && $0 != 0 }
      && counts.allSatisfy { $0 <= 1 || $0 == channels }
    guard !legal else { return [] }
    return [
      Diagnostic(
        .error, "SL3009",
        "needs a scale, deviations other than zero and 0, 1 or \(channels) means, has "
          + "scale \(preprocessing.scale), \(counts[0]) means, \(counts[1]) deviations",
        at: .layer("input"))
    ]
  }

  /// One front-end projection; `bias` is folded in where it is not nil.
  func quantize(
    _ projection: FrontEndProjection, scales: [Double], bias: ChannelOrNeuron<Float>?
  ) -> FixedFrontEnd {
    let target = input.network.populations[projection.target.index].shape
    let rows = WeightRows(
      projection.connectivity, source: input.network.input.shape, target: target)
    let folded = fold(projection, rows, scales)
    let shift = rightShift(folded, bias: bias, scales: scales, target)
    let weights = folded.map { Int32(clamping: rounded($0 * powerOfTwo(shift))) }
    let offset = FrontEndOffsets(
      preprocessing: input.network.input.preprocessing, factor: factor,
      source: input.network.input.shape, target: target
    ).offsets(weights, projection.connectivity, rows) { neuron in
      guard let bias else { return 0 }
      let value = Double(bias.value(neuron: neuron, in: target))
      return value * scales[neuron / target.positions] * powerOfTwo(shift)
    }
    return FixedFrontEnd(
      target: projection.target, connectivity: projection.connectivity, weights: weights,
      offset: offset, rightShift: shift, biasMantissaBits: input.profile.bias.mantissaBits,
      biasMaximumExponent: input.profile.bias.maximumExponent, site: projection.site)
  }

  private func rounded(_ value: Double) -> Int64 { PotentialQuantization.rounded(value) }

  /// Weights per stored integer in potential units, before the common shift.
  private func fold(
    _ projection: FrontEndProjection, _ rows: WeightRows, _ scales: [Double]
  ) -> [Double] {
    let preprocessing = input.network.input.preprocessing
    let source = input.network.input.shape
    let gains = (0..<source.channels).map {
      preprocessing.scale / preprocessing.deviation(ofChannel: $0) / factor
    }
    var result = [Double](repeating: 0, count: projection.weights.count)
    let channels = SourceChannels(projection.connectivity, source: source)
    for row in 0..<rows.count {
      let scale = scales[rows.channels[row]]
      let range = rows.range(row)
      for index in range {
        let channel = channels.channel(
          of: index, rowStart: range.lowerBound, targetChannel: rows.channels[row],
          targets: scales.count)
        result[index] = Double(projection.weights[index]) * gains[channel] * scale
      }
    }
    return result
  }

  /// As many bits below the potential unit as the largest weight has room for: channels share the shift, so
  /// the room is for those whose scale is far below the largest.
  private func rightShift(
    _ folded: [Double], bias: ChannelOrNeuron<Float>?, scales: [Double], _ target: MapShape
  ) -> Int {
    guard !input.network.isInteger else { return 0 }
    let largest = folded.reduce(0) { max($0, abs($1)) }
    guard largest > 0, largest.isFinite else { return 0 }
    let sum = folded.reduce(0) { $0 + abs($1) }
    // An image's sums must stay below 2^60 for any sample: 2^15 times all weights.
    let room = min(powerOfTwo(22) / largest, powerOfTwo(43) / sum)
    return min(max(Int(room.exponent), 0), 30)
  }
}

/// The source channel of each weight of a row.
struct SourceChannels {
  private let connectivity: Connectivity
  private let source: MapShape

  init(_ connectivity: Connectivity, source: MapShape) {
    self.connectivity = connectivity
    self.source = source
  }

  /// The source channel a weight belongs to, given where its row starts.
  func channel(of index: Int, rowStart: Int, targetChannel: Int, targets: Int) -> Int {
    switch connectivity {
    case .convolution(let geometry):
      let perGroup = source.channels / geometry.groups
      let group = targetChannel / (targets / geometry.groups)
      return group * perGroup
        + (index - rowStart) / (geometry.kernelHeight * geometry.kernelWidth)
    case .dense: return (index - rowStart) / source.positions
    case .sparse(let pattern): return Int(pattern.sources[index]) / source.positions
    }
  }
}
