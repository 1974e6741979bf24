import LoomBase

/// An activation trained with levels: s · clip(floor(x / s + offset), 0, levels), with a step s per channel.
struct QuantizedClip: Sendable, Equatable {
  /// s of each channel, in the activation's units.
  var steps: [Float]
  /// Q, the number of steps between the Q + 1 levels.
  var levels: Int
  /// What is added before rounding down: 0 for floor, ½ for rounding to nearest.
  var offset: Float

  /// The largest value of each channel: λ = Q · s.
  var bounds: [Float] { steps.map { $0 * Float(levels) } }

  /// v(0) of rate-coding neurons with θ = λ: the offset's share of a threshold; nil for the usual half.
  var initialPotentials: [Float]? {
    offset == 0.5 ? nil : bounds.map { $0 * offset }
  }

  /// Replaces currents by activations.
  func apply(_ values: inout [Float], shape: MapShape) {
    let positions = shape.positions
    for plane in 0..<values.count / max(1, positions) {
      let step = steps[plane % shape.channels]
      for element in plane * positions..<(plane + 1) * positions {
        let level = min(max(values[element] / step + offset, 0), Float(levels))
        values[element] = step * level.rounded(.down)
      }
    }
  }

  /// The part of some channels.
  func channels(_ range: Range<Int>) -> QuantizedClip {
    QuantizedClip(steps: Array(steps[range]), levels: levels, offset: offset)
  }
}
