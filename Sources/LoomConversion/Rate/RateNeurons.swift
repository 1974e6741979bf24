package import LoomBase
package import LoomNetwork

/// Parameters of one population's neurons, one value for each channel, in activation units.
package struct ChannelParameters: Sendable {
  /// θ.
  package var thresholds: [Float]
  /// v(0).
  package var initialPotentials: [Float]
  /// Added to the constant current of every step; empty: nothing.
  package var biasCorrections: [Float] = []
  /// Factors of all currents, biases included, while a spike stays worth θ; empty: none (`ResetGains`).
  package var gains: [Float] = []

  /// Thresholds with v(0) = θ/2.
  package init(thresholds: [Float]) {
    self.thresholds = thresholds
    initialPotentials = thresholds.map { $0 / 2 }
  }

  /// What was decided about a population.
  init(_ facts: CalibratedPopulation) {
    self.init(thresholds: facts.thresholds)
    if let potentials = facts.initialPotentials { initialPotentials = potentials }
    biasCorrections = facts.biasCorrections ?? []
    gains = facts.gains ?? []
  }

  /// A value for each channel in units of a neuron whose currents are not multiplied: divided by the gain.
  func perGain(_ values: [Float]) -> [Float] {
    gains.isEmpty ? values : zip(values, gains).map { $0 / $1 }
  }
}

/// Integrate-and-fire neurons (conversion.md §0): the state of one population in one sample.
///
/// v ← v + I + correction; fire where v ≥ θ; then soft reset v ← v − θ, hard reset v ← 0. All arrays are
/// channel-last and filled up to whole words of 64 neurons with neurons that never fire. With gains g, θ and v(0)
/// stand divided by g here, which fires in the same steps.
package struct RateNeurons: Sendable {
  private let isHard: Bool
  private let thresholds: [Float]
  private let corrections: [Float]
  /// v of every neuron.
  package private(set) var potentials: [Float]
  /// The spikes counted, as whole numbers.
  package private(set) var counts: [Float]

  /// Neurons at rest.
  package init(_ parameters: ChannelParameters, shape: MapShape, reset: ResetMode) {
    let order = ChannelLastOrder(shape: shape)
    isHard = reset == .hard
    thresholds = order.expanded(parameters.perGain(parameters.thresholds), fill: .infinity)
    potentials = order.expanded(parameters.perGain(parameters.initialPotentials))
    corrections =
      parameters.biasCorrections.contains { $0 != 0 }
      ? order.expanded(parameters.biasCorrections) : []
    counts = [Float](repeating: 0, count: thresholds.count)
  }

  /// One step without keeping its spikes; `counting` says whether they are counted.
  package mutating func step(_ currents: [Float], counting: Bool) {
    unsafe advance(currents, counting: counting, flags: nil)
  }

  /// One step; the spikes are written into a train.
  mutating func step(
    _ currents: [Float], counting: Bool, into train: inout SpikeTrain, step: Int
  ) {
    unsafe train.withWords(ofStep: step) { words in
      unsafe advance(currents, counting: counting, flags: words)
    }
  }

  private mutating func advance(
    _ currents: [Float], counting: Bool, flags: UnsafeMutablePointer<UInt64>?
  ) {
    let count = thresholds.count
    precondition(currents.count == count && potentials.count == count, "one current a neuron")
    let one: Float = counting ? 1 : 0
    let isCorrected = !corrections.isEmpty
    let isHard = isHard
    unsafe currents.withUnsafeBytes { currents in
      unsafe thresholds.withUnsafeBytes { thresholds in
        unsafe corrections.withUnsafeBytes { corrections in
          unsafe potentials.withUnsafeMutableBytes { potentials in
            unsafe counts.withUnsafeMutableBytes { counts in
              for first in stride(from: 0, to: count, by: 8) {
                let byte = first &* 4
                var value = unsafe potentials.loadUnaligned(
                  fromByteOffset: byte, as: SIMD8<Float>.self)
                unsafe value += currents.loadUnaligned(
                  fromByteOffset: byte, as: SIMD8<Float>.self)
                if isCorrected {
                  unsafe value += corrections.loadUnaligned(
                    fromByteOffset: byte, as: SIMD8<Float>.self)
                }
                let limit = unsafe thresholds.loadUnaligned(
                  fromByteOffset: byte, as: SIMD8<Float>.self)
                let fires = value .>= limit
                if any(fires) {
                  value.replace(with: isHard ? SIMD8<Float>() : value - limit, where: fires)
                  var number = unsafe counts.loadUnaligned(
                    fromByteOffset: byte, as: SIMD8<Float>.self)
                  number.replace(with: number + one, where: fires)
                  unsafe counts.storeBytes(
                    of: number, toByteOffset: byte, as: SIMD8<Float>.self)
                  if let flags = unsafe flags {
                    var bits: UInt64 = 0
                    for lane in 0..<8 where fires[lane] { bits |= 1 << UInt64(lane) }
                    unsafe flags[first / 64] |= bits << UInt64(first % 64)
                  }
                }
                unsafe potentials.storeBytes(
                  of: value, toByteOffset: byte, as: SIMD8<Float>.self)
              }
            }
          }
        }
      }
    }
  }
}
