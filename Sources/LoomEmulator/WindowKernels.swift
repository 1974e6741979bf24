import LoomBase

/// The state words and the inner loops of window codes, line by line as `SpikeCode` states them.
///
/// Every line is summed in 64 bits and clamped once to the potential's width, so that nothing wraps for
/// any width up to 32 bits. On a chip that overlaps samples a neuron needs all words at once (bit-serial A
/// and u, time to first spike A, V and u); samples here run one after another, and so does the code.
enum WindowKernels {
  /// What populations of window codes keep besides their potentials.
  struct State: Sendable {
    /// A, by accumulator; empty where no population has a window code.
    var received: [Int32] = []
    /// V, by accumulator; empty unless a population tells time to first spike.
    var ramped: [Int32] = []
    /// By slice: whether A and V are all 0, so that a step without events changes nothing.
    var isSilent: [Bool] = []
  }

  /// One slice as these loops need it.
  struct Words {
    var neurons: Range<Int>
    var firstAccumulator: Int
    var sites: Int
    var lowest: Int64
    var highest: Int64

    init(_ slice: SliceInfo) {
      neurons = slice.firstNeuron..<(slice.firstNeuron + slice.count)
      firstAccumulator = slice.firstAccumulator
      sites = slice.sites
      lowest = slice.lowest
      highest = slice.highest
    }

    /// The accumulators of all sites.
    var places: Range<Int> { firstAccumulator..<(firstAccumulator + neurons.count * sites) }

    @inline(__always)
    func clamped(_ value: Int64) -> Int32 {
      Int32(truncatingIfNeeded: max(lowest, min(highest, value)))
    }
  }

  /// Bit-serial listening: A ← 2·A + x; clears x.
  static func doubleAndAdd(
    _ words: Words, accumulators: inout [Int32], received: inout [Int32]
  ) {
    let places = words.places
    precondition(
      places.upperBound <= accumulators.count && places.upperBound <= received.count,
      "a slice lies within its arrays")
    unsafe accumulators.withUnsafeMutableBufferPointer { accumulators in
      unsafe received.withUnsafeMutableBufferPointer { received in
        for place in places {
          let sum = unsafe 2 &* Int64(received[place]) &+ Int64(accumulators[place])
          unsafe received[place] = words.clamped(sum)
          unsafe accumulators[place] = 0
        }
      }
    }
  }

  /// Listening for first spikes: A ← A + x, V ← V + A; clears x.
  static func ramp(
    _ words: Words, accumulators: inout [Int32], received: inout [Int32], ramped: inout [Int32]
  ) {
    let places = words.places
    precondition(
      places.upperBound <= accumulators.count && places.upperBound <= received.count
        && places.upperBound <= ramped.count, "a slice lies within its arrays")
    unsafe accumulators.withUnsafeMutableBufferPointer { accumulators in
      unsafe received.withUnsafeMutableBufferPointer { received in
        unsafe ramped.withUnsafeMutableBufferPointer { ramped in
          for place in places {
            let slope = unsafe words.clamped(Int64(received[place]) &+ Int64(accumulators[place]))
            unsafe received[place] = slope
            unsafe ramped[place] = words.clamped(Int64(ramped[place]) &+ Int64(slope))
            unsafe accumulators[place] = 0
          }
        }
      }
    }
  }

  /// The start: u ← (the greatest site's A or V, with its front-end current) + v(0) + bias.
  ///
  /// `potentials` holds v(0) until then. Injected here and nowhere else, bias and current act once.
  static func form(
    _ words: Words, sums: [Int32], biases: [Int32], currents: [Int64],
    potentials: inout [Int32]
  ) {
    let count = words.neurons.count
    for index in 0..<count {
      var greatest = Int64.min
      for site in 0..<words.sites {
        let place = words.firstAccumulator + site * count + index
        let current = currents.isEmpty ? 0 : currents[place]
        greatest = max(greatest, Int64(sums[place]) &+ current)
      }
      let neuron = words.neurons.lowerBound + index
      potentials[neuron] = words.clamped(
        greatest &+ Int64(potentials[neuron]) &+ Int64(biases[neuron]))
    }
  }

  /// Bit-serial emission: y = 2·u; s = y ≥ θ; u ← s ? y − θ : y; marks who fired.
  ///
  /// Only u is clamped: a clamped y would take the ones out of a code that is all ones.
  static func emitBit(
    _ words: Words, thresholds: [Int32], potentials: inout [Int32], fired: inout [UInt8]
  ) {
    let (count, first) = (words.neurons.count, words.neurons.lowerBound)
    precondition(
      words.neurons.upperBound <= potentials.count
        && words.neurons.upperBound <= thresholds.count && count <= fired.count,
      "a slice lies within its arrays")
    unsafe potentials.withUnsafeMutableBufferPointer { potentials in
      unsafe thresholds.withUnsafeBufferPointer { thresholds in
        unsafe fired.withUnsafeMutableBufferPointer { fired in
          for index in 0..<count {
            let doubled = unsafe 2 &* Int64(potentials[first &+ index])
            let threshold = unsafe Int64(thresholds[first &+ index])
            let spikes = doubled >= threshold
            unsafe potentials[first &+ index] = words.clamped(
              spikes ? doubled &- threshold : doubled)
            unsafe fired[index] = spikes ? 1 : 0
          }
        }
      }
    }
  }

  /// Emission of the first spike, `remaining` = T − j: s = u ≥ δ·(T − j); after its spike u is the lowest
  /// potential; marks who fired.
  static func emitFirst(
    _ words: Words, remaining: Int, thresholds: [Int32], potentials: inout [Int32],
    fired: inout [UInt8]
  ) {
    let (count, first) = (words.neurons.count, words.neurons.lowerBound)
    precondition(
      words.neurons.upperBound <= potentials.count
        && words.neurons.upperBound <= thresholds.count && count <= fired.count,
      "a slice lies within its arrays")
    let lowest = Int32(truncatingIfNeeded: words.lowest)
    unsafe potentials.withUnsafeMutableBufferPointer { potentials in
      unsafe thresholds.withUnsafeBufferPointer { thresholds in
        unsafe fired.withUnsafeMutableBufferPointer { fired in
          for index in 0..<count {
            let level = unsafe Int64(thresholds[first &+ index]) &* Int64(remaining)
            let potential = unsafe potentials[first &+ index]
            let spikes = Int64(potential) >= level
            unsafe potentials[first &+ index] = spikes ? lowest : potential
            unsafe fired[index] = spikes ? 1 : 0
          }
        }
      }
    }
  }
}
