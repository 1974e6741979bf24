import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// How activation units of one population become potential units.
struct PopulationScale {
  /// Potential units per activation unit, by channel.
  var scales: [Double]
  /// The projection with most synapses, whose channels share one shift.
  var main: Int?
  /// That shift.
  var shift: Int
  /// Window codes: bits of weight each channel lost so that nothing can saturate.
  var lostBits: [Double] = []
  /// Window codes: the fewest potential units of one code step.
  var quantum: Double?

  init(scales: [Double], main: Int?, shift: Int) {
    self.scales = scales
    self.main = main
    self.shift = shift
  }

  /// Chooses the scale of a population (conversion.md §0, "Fixed-point folding").
  ///
  /// Hidden: one shift for the main projection, and a threshold per channel so that the largest weight of
  /// each channel takes the largest mantissa. Before: θ = 1, largest |weight| 0.25, 8 bits, shift 8. After:
  /// θ = 127·2^8 / 0.25 moved down to the grid, scale = that θ / 1.
  /// Window codes: `WindowScale`; `room` is the share of the potential that its sums may take.
  static func choose(
    _ population: Int, of input: QuantizationInput, room: Double = 1
  ) -> PopulationScale {
    let inputs = ChannelInputs(population, of: input)
    let role = input.network.populations[population].role
    if role == .input {
      let channels = input.network.populations[population].shape.channels
      return PopulationScale(
        scales: [Double](repeating: 1, count: channels), main: nil, shift: 0)
    }
    if role == .readout { return ReadoutScale.choose(inputs, input, room: room) }
    guard let window = input.network.window else { return HiddenScale.choose(inputs, input) }
    return WindowScale.hidden(inputs, input, window, room: room)
  }
}

/// What the channels of one population receive, in activation units.
struct ChannelInputs {
  let population: Population
  let index: Int
  /// The projection with most synapses per channel.
  let main: Int?
  /// The |weight| of the main projection that takes the largest mantissa, by channel: the largest one, or less
  /// where mantissas are narrow (`NarrowWeights`).
  let largestMain: [Double]
  /// The largest |weight| of the other projections, by channel.
  let largestOther: [Double]
  /// The largest sum of currents of one sign in one step, by channel, bias included.
  let step: [Double]
  /// The largest |bias| of a channel.
  let bias: [Double]
  /// θ of a channel (the largest of its neurons).
  let threshold: [Double]
  /// The largest |constant current| the front end can give a channel.
  let constant: [Double]
  /// The largest |sum| of a window of codes, with all that is injected once (window codes; else empty).
  let reach: [Double]

  init(_ index: Int, of input: QuantizationInput) {
    let population = input.network.populations[index]
    let channels = population.shape.channels
    let incoming = input.incoming[index]
    self.population = population
    self.index = index
    bias = Self.perChannel(population.bias, population.shape) { abs(Double($0)) }
    threshold = Self.perChannel(population.threshold, population.shape) { Double($0) }
    constant = FrontEndReach.channels(index, input)
    let zero = [Double](repeating: 0, count: channels)
    let main = incoming.max { left, right in
      (Self.fanIn(left, input), right) < (Self.fanIn(right, input), left)
    }
    self.main = main
    func largest(_ projections: [Int]) -> [Double] {
      projections.reduce(zero) { zip($0, NarrowWeights.largest($1, input)).map(max) }
    }
    // Where axons have types all projections share the shift, so that they share the types.
    let sharesShift = input.profile.core.synapses.hasBinaryCells
    largestMain = largest(incoming.filter { sharesShift || $0 == main })
    largestOther = incoming.filter { !sharesShift && $0 != main }.reduce(zero) {
      zip($0, input.currents[$1].largest).map(max)
    }
    var step = zero
    var weighted = zero
    for site in 0..<population.sites {
      let parts = incoming.filter { input.network.projections[$0].site == site }
      let plus = parts.reduce(zero) { zip($0, input.currents[$1].positive).map(+) }
      let minus = parts.reduce(zero) { zip($0, input.currents[$1].negative).map(+) }
      for channel in 0..<channels {
        step[channel] = max(
          step[channel], plus[channel] + bias[channel], minus[channel] + bias[channel])
        weighted[channel] = max(weighted[channel], plus[channel], minus[channel])
      }
    }
    self.step = step
    if let window = input.network.window {
      reach = Self.reach(population, weighted, bias, constant, window)
    } else {
      reach = []
    }
  }

  private static func reach(
    _ population: Population, _ weighted: [Double], _ bias: [Double], _ constant: [Double],
    _ window: WindowCode
  ) -> [Double] {
    let start = perChannel(population.initialPotential, population.shape) { abs(Double($0)) }
    return weighted.indices.map { channel in
      weighted[channel] * Double(window.largestCode) + start[channel]
        + max(bias[channel], constant[channel])
    }
  }

  private static func fanIn(_ projection: Int, _ input: QuantizationInput) -> Int {
    let rows = input.rows[projection]
    return rows.count == 0 ? 0 : input.weights[projection].count / rows.count
  }

  /// The largest transformed value of each channel.
  static func perChannel(
    _ values: ChannelOrNeuron<Float>, _ shape: MapShape, _ transform: (Float) -> Double
  ) -> [Double] {
    switch values {
    case .uniform(let value): return [Double](repeating: transform(value), count: shape.channels)
    case .perChannel(let list): return list.map(transform)
    case .perNeuron(let list):
      return (0..<shape.channels).map { channel in
        list[(channel * shape.positions)..<((channel + 1) * shape.positions)]
          .reduce(-Double.infinity) { max($0, transform($1)) }
      }
    }
  }
}

/// The scales of a population that fires.
enum HiddenScale {
  /// Thresholds a potential must be able to hold, and steps of the largest current.
  static let thresholdHeadRoom = 8.0
  /// See `thresholdHeadRoom`.
  static let currentHeadRoom = 4.0
  /// Fractional bits of the potential below the weight's step: as many as these if they fit.
  static let finestShift = 8

  static func choose(_ inputs: ChannelInputs, _ input: QuantizationInput) -> PopulationScale {
    let grid = ThresholdGrid(input.profile, reset: inputs.population.reset)
    let caps = caps(inputs, input)
    let shift = inputs.main == nil ? 0 : mainShift(inputs, input, caps: caps)
    let legal = wishes(inputs, input, caps: caps, shift: shift).map { grid.floor($0) }
    let thresholds = ThresholdClusters.assign(
      legal, count: input.profile.neuron.distinctThresholds)
    return PopulationScale(
      scales: zip(thresholds, inputs.threshold).map { Double($0) / $1 }, main: inputs.main,
      shift: shift)
  }

  /// The θ each channel would take if registers were as many and as fine as anybody likes.
  static func wishes(_ inputs: ChannelInputs, _ input: QuantizationInput) -> [Double] {
    let caps = caps(inputs, input)
    let shift = inputs.main == nil ? 0 : mainShift(inputs, input, caps: caps)
    return wishes(inputs, input, caps: caps, shift: shift)
  }

  /// The largest θ of each channel, in potential units, that leaves head-room and lets the other
  /// projections and the bias be represented.
  private static func caps(_ inputs: ChannelInputs, _ input: QuantizationInput) -> [Double] {
    let limit = input.potentialLimit
    let weight = input.profile.weight
    let largest = Double(weight.mantissaLimit) * powerOfTwo(weight.maximumShift)
    let bias = input.biasLimit(inputs.index)
    // What a precharged bias takes off v(0) must be held as well (`Precharge`).
    let waiting =
      input.biasPath(inputs.index) == .precharged ? Double(input.starts[inputs.index]) : 0
    return inputs.threshold.indices.map { channel in
      let threshold = inputs.threshold[channel]
      var cap = limit / thresholdHeadRoom
      if waiting > 0 {
        cap = min(cap, ratio(limit * threshold, waiting * inputs.bias[channel] + threshold))
      }
      cap = min(cap, ratio(limit * threshold, currentHeadRoom * inputs.step[channel]))
      cap = min(cap, ratio(largest * threshold, inputs.largestOther[channel]))
      if inputs.constant[channel] > 0 { cap = min(cap, drivenCap(inputs, input, channel)) }
      return min(cap, ratio(bias * threshold, inputs.bias[channel]))
    }
  }

  /// The θ at which the largest main weight of a channel takes the largest mantissa.
  private static func full(
    _ inputs: ChannelInputs, _ input: QuantizationInput, _ channel: Int, shift: Int
  ) -> Double {
    ratio(
      Double(input.profile.weight.mantissaLimit) * powerOfTwo(shift) * inputs.threshold[channel],
      inputs.largestMain[channel])
  }

  /// The finest shift at which caps cost few levels: the finer, the fewer may be lost.
  private static func mainShift(
    _ inputs: ChannelInputs, _ input: QuantizationInput, caps: [Double]
  ) -> Int {
    let weight = input.profile.weight
    let live = caps.indices.filter { inputs.largestMain[$0] > 0 }
    var shift = max(weight.minimumShift, min(finestShift, weight.maximumShift))
    while shift > weight.minimumShift, !live.isEmpty {
      let kept = live.reduce(0.0) { sum, channel in
        sum + min(1, caps[channel] / full(inputs, input, channel, shift: shift))
      }
      if kept / Double(live.count) >= keptLevels(shift: shift) { break }
      shift -= 1
    }
    return shift
  }

  /// The mean share of levels that must be left for a shift to be chosen.
  private static func keptLevels(shift: Int) -> Double {
    switch shift {
    case 7...: 0.99
    case 5...: 0.96
    case 3...: 0.9
    default: 0.7
    }
  }

  private static func wishes(
    _ inputs: ChannelInputs, _ input: QuantizationInput, caps: [Double], shift: Int
  ) -> [Double] {
    guard inputs.main != nil else { return drivenOnly(inputs, input, caps: caps) }
    var wishes = caps.indices.map { min(full(inputs, input, $0, shift: shift), caps[$0]) }
    let live = wishes.indices.filter { inputs.largestMain[$0] > 0 }.map { wishes[$0] }.sorted()
    let usual = live.isEmpty ? powerOfTwo(16) : live[live.count / 2]
    for channel in wishes.indices where inputs.largestMain[channel] == 0 {
      wishes[channel] = min(usual, caps[channel])
    }
    return wishes
  }

  /// The largest θ at which constant currents are held: up to twice θ exactly (beyond θ a neuron fires in
  /// every step, whatever the rest), and in 30 bits whatever the sample.
  private static func drivenCap(
    _ inputs: ChannelInputs, _ input: QuantizationInput, _ channel: Int
  ) -> Double {
    let bias = input.biasLimit(inputs.index)
    let threshold = inputs.threshold[channel]
    return min(
      input.potentialLimit / 64, bias / 2,
      ratio(powerOfTwo(30) * threshold, inputs.constant[channel]))
  }

  /// Without synapses only the constant current asks for a scale.
  private static func drivenOnly(
    _ inputs: ChannelInputs, _ input: QuantizationInput, caps: [Double]
  ) -> [Double] {
    caps.indices.map { channel in
      let cap =
        inputs.constant[channel] > 0 ? drivenCap(inputs, input, channel) : caps[channel]
      return min(cap, powerOfTwo(16))
    }
  }

  private static func ratio(_ numerator: Double, _ denominator: Double) -> Double {
    denominator > 0 ? numerator / denominator : .infinity
  }
}

/// The scale of a readout: one for all channels, so that raw potentials compare.
enum ReadoutScale {
  /// How many times the largest calibrated answer a potential must hold.
  static let safety = 4.0
  /// The same where mantissas are narrow and `safety` would leave few of their levels: rare answers saturate.
  static let narrowSafety = 1.25

  static func choose(
    _ inputs: ChannelInputs, _ input: QuantizationInput, room: Double = 1
  ) -> PopulationScale {
    let weight = input.profile.weight
    let mantissa = Double(weight.mantissaLimit)
    let largest = inputs.largestMain.max() ?? 0
    let other = inputs.largestOther.max() ?? 0
    let full = mantissa * powerOfTwo(weight.minimumShift) / max(largest, .leastNormalMagnitude)
    var cap = bound(inputs, input, safety: safety) * room
    if NarrowWeights.clips(input), largest > 0, cap < full {
      cap = min(full, bound(inputs, input, safety: narrowSafety) * room)
    }
    if other > 0 { cap = min(cap, mantissa * powerOfTwo(weight.maximumShift) / other) }
    let bias = max(inputs.bias.max() ?? 0, inputs.constant.max() ?? 0)
    if bias > 0 { cap = min(cap, input.biasLimit(inputs.index) / bias, powerOfTwo(30) / bias) }
    var shift = max(weight.minimumShift, min(HiddenScale.finestShift, weight.maximumShift))
    var scale = min(cap, powerOfTwo(16))
    if largest > 0 {
      while shift > weight.minimumShift, mantissa * powerOfTwo(shift) / largest > cap { shift -= 1 }
      scale = min(cap, mantissa * powerOfTwo(shift) / largest)
    }
    var result = PopulationScale(
      scales: [Double](repeating: scale, count: inputs.threshold.count), main: inputs.main,
      shift: shift)
    if input.network.window != nil, largest > 0 {
      let full = mantissa * powerOfTwo(weight.minimumShift) / largest
      result.lostBits = result.scales.map { WindowScale.lost(full, $0) }
    }
    return result
  }

  /// Gives all readouts that answer the smallest of their scales: a prediction compares raw potentials
  /// across them.
  ///
  /// Before: scales 512 and 128, shifts 6 and 6. After: 128 and 128, shifts 4 and 6.
  static func unify(_ scales: inout [PopulationScale], of input: QuantizationInput) {
    let network = input.network
    let readouts = network.outputs.map(\.index).filter {
      network.populations[$0].role == .readout
    }
    let common = readouts.compactMap { scales[$0].scales.first }.min()
    guard let common, readouts.count > 1 else { return }
    let weight = input.profile.weight
    for index in readouts where (scales[index].scales.first ?? common) > common {
      scales[index].scales = scales[index].scales.map { _ in common }
      let inputs = ChannelInputs(index, of: input)
      let largest = (inputs.largestMain.max() ?? 0) * common
      while scales[index].shift > weight.minimumShift,
        largest <= Double(weight.mantissaLimit) * powerOfTwo(scales[index].shift - 1)
      {
        scales[index].shift -= 1
      }
    }
  }

  /// The largest scale at which potentials hold what the window brings.
  private static func bound(
    _ inputs: ChannelInputs, _ input: QuantizationInput, safety: Double
  ) -> Double {
    input.potentialLimit / max(reach(inputs, input, safety: safety), .leastNormalMagnitude)
  }

  /// The largest |potential| over the whole window to make room for, in activation units.
  private static func reach(
    _ inputs: ChannelInputs, _ input: QuantizationInput, safety: Double
  ) -> Double {
    if input.network.window != nil { return inputs.reach.max() ?? 0 }
    let steps = Double(input.network.timesteps)
    let start =
      ChannelInputs.perChannel(
        inputs.population.initialPotential, inputs.population.shape
      ) { abs(Double($0)) }.max() ?? 0
    let peak = Double(abs(inputs.population.calibratedPeak))
    let step = inputs.step.max() ?? 0
    let answer = peak > 0 ? safety * peak * steps : step * steps
    let waiting = Double(input.starts[inputs.index]) * (inputs.bias.max() ?? 0)
    return max(answer, currentRoom * step) + start + waiting
  }

  private static let currentRoom = 2.0
}
