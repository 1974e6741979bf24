import LoomBase

/// The values the spikes of one window can say: multiples of q = λ / divisions, up to top · q.
///
/// Bit-serial has 2^T divisions and tops at 2^T − 1; time to first spike has T divisions and tops at T
/// (`SpikeCode`). The code of a current z is clamp(floor((z + v(0)) / q), 0, top).
struct CodeGrid: Sendable, Equatable {
  /// λ / q.
  let divisions: Int
  /// The largest code.
  let top: Int
  /// T.
  let steps: Int
  /// Whether spikes are bits of the code, not one spike at its time.
  private let isBinary: Bool

  /// The grid of a window code; `bits` at most 24.
  init(_ code: SpikeCode, timesteps: Int) {
    steps = timesteps
    isBinary = code == .bitSerial
    if isBinary {
      precondition(timesteps <= 24, "codes are exact in 32-bit floats")
      (divisions, top) = (1 << timesteps, (1 << timesteps) - 1)
    } else {
      (divisions, top) = (timesteps, timesteps)
    }
  }

  /// q as a share of λ.
  var quantum: Float { 1 / Float(divisions) }

  /// The code of a current.
  @inline(__always)
  func code(_ current: Float, initial: Float, perQuantum inverse: Float) -> Float {
    let scaled = min(max((current + initial) * inverse, 0), Float(top))
    return Float(Int32(scaled))
  }

  /// Replaces currents by the values of their codes, channel by channel.
  func encode(
    _ values: inout [Float], shape: MapShape, scales: [Float], initials: [Float],
    corrections: [Float]
  ) {
    let positions = shape.positions
    for plane in 0..<values.count / max(1, positions) {
      let channel = plane % shape.channels
      let step = scales[channel] * quantum
      let (inverse, initial) = (1 / step, initials[channel] + corrections[channel])
      for element in plane * positions..<(plane + 1) * positions {
        values[element] = step * code(values[element], initial: initial, perQuantum: inverse)
      }
    }
  }

  /// Spikes a value of a number of quanta takes.
  func spikes(code: Int) -> Int { isBinary ? code.nonzeroBitCount : (code > 0 ? 1 : 0) }
}
