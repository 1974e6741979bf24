/// Neuron updates in 32 bits, eight at a time.
package enum UpdateKernel {
  /// What one update call needs to know of its slice.
  package struct Rule {
    var neurons: Range<Int>
    var firstAccumulator: Int
    var lowest: Int32
    var highest: Int32
    var firesOnEqual: Bool
    var isHard: Bool

    /// A slice whose sums stand from `firstAccumulator` on.
    package init(
      neurons: Range<Int>, firstAccumulator: Int, potentials: ClosedRange<Int32>,
      firesOnEqual: Bool, isHard: Bool
    ) {
      self.neurons = neurons
      self.firstAccumulator = firstAccumulator
      (lowest, highest) = (potentials.lowerBound, potentials.upperBound)
      self.firesOnEqual = firesOnEqual
      self.isHard = isHard
    }

    init(_ slice: SliceInfo) {
      neurons = slice.firstNeuron..<(slice.firstNeuron + slice.count)
      firstAccumulator = slice.firstAccumulator
      lowest = Int32(truncatingIfNeeded: slice.lowest)
      highest = Int32(truncatingIfNeeded: slice.highest)
      firesOnEqual = slice.firesOnEqual
      isHard = slice.isHard
    }
  }

  /// v⁻ = clamp(v + Σ + bias), compare, reset; clears the accumulators; lists who fired in `firing`, ascending, and
  /// returns how many.
  ///
  /// Exact where |v| + Σ + bias stays below 2^31, which the caller has made sure of.
  package static func update(
    _ rule: Rule, potentials: inout [Int32], accumulators: inout [Int32], drive: [Int32],
    thresholds: [Int32], firing: inout [UInt32]
  ) -> Int {
    precondition(
      rule.firstAccumulator + rule.neurons.count <= accumulators.count, "sums lie in their array")
    return unsafe accumulators.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return 0 }
      let first = unsafe sums + rule.firstAccumulator
      return unsafe withPointers(rule, &potentials, drive, thresholds, &firing) { state in
        var found = 0
        var index = 0
        while index &+ 8 <= rule.neurons.count {
          let place = unsafe UnsafeMutableRawPointer(first + index)
          let sum = unsafe place.loadUnaligned(as: SIMD8<Int32>.self)
          unsafe place.storeBytes(of: SIMD8(repeating: 0), as: SIMD8<Int32>.self)
          unsafe updateEight(rule, state, index, sum, &found)
          index &+= 8
        }
        while index < rule.neurons.count {
          unsafe updateOne(rule, state, index, first[index], &found)
          unsafe first[index] = 0
          index &+= 1
        }
        return found
      }
    }
  }

  /// The same with sums of 16 bits in units of 2^shift.
  package static func update(
    _ rule: Rule, shift: Int32, potentials: inout [Int32], narrow: inout [Int16], drive: [Int32],
    thresholds: [Int32], firing: inout [UInt32]
  ) -> Int {
    precondition(
      rule.firstAccumulator + rule.neurons.count <= narrow.count, "sums lie in their array")
    return unsafe narrow.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return 0 }
      let first = unsafe sums + rule.firstAccumulator
      return unsafe withPointers(rule, &potentials, drive, thresholds, &firing) { state in
        var found = 0
        var index = 0
        while index &+ 8 <= rule.neurons.count {
          let place = unsafe UnsafeMutableRawPointer(first + index)
          let sum = unsafe SIMD8<Int32>(
            truncatingIfNeeded: place.loadUnaligned(as: SIMD8<Int16>.self))
          unsafe place.storeBytes(of: SIMD8(repeating: 0), as: SIMD8<Int16>.self)
          unsafe updateEight(rule, state, index, sum &<< SIMD8(repeating: shift), &found)
          index &+= 8
        }
        while index < rule.neurons.count {
          unsafe updateOne(rule, state, index, Int32(first[index]) &<< shift, &found)
          unsafe first[index] = 0
          index &+= 1
        }
        return found
      }
    }
  }

  /// The arrays of a slice's neurons, from its first neuron on.
  @unsafe private struct Pointers {
    let potentials: UnsafeMutablePointer<Int32>
    let drive: UnsafePointer<Int32>
    let thresholds: UnsafePointer<Int32>
    let firing: UnsafeMutablePointer<UInt32>
  }

  @inline(__always)
  private static func withPointers(
    _ rule: Rule, _ potentials: inout [Int32], _ drive: [Int32], _ thresholds: [Int32],
    _ firing: inout [UInt32], _ body: (Pointers) -> Int
  ) -> Int {
    let (first, end) = (rule.neurons.lowerBound, rule.neurons.upperBound)
    precondition(
      end <= potentials.count && end <= drive.count && end <= thresholds.count
        && rule.neurons.count <= firing.count, "a slice lies within its arrays")
    return unsafe potentials.withUnsafeMutableBufferPointer { potentials in
      unsafe drive.withUnsafeBufferPointer { drive in
        unsafe thresholds.withUnsafeBufferPointer { thresholds in
          unsafe firing.withUnsafeMutableBufferPointer { firing in
            guard let potentials = potentials.baseAddress, let drive = drive.baseAddress,
              let thresholds = thresholds.baseAddress, let firing = firing.baseAddress
            else { return 0 }
            return unsafe body(
              Pointers(
                potentials: potentials + first, drive: drive + first,
                thresholds: thresholds + first, firing: firing))
          }
        }
      }
    }
  }

  @inline(__always)
  private static func updateEight(
    _ rule: Rule, _ state: Pointers, _ index: Int, _ sum: SIMD8<Int32>, _ found: inout Int
  ) {
    // θ ≥ 0, so θ − slack does not wrap: v ≥ θ ⇔ v > θ − 1.
    let slack = SIMD8<Int32>(repeating: rule.firesOnEqual ? 1 : 0)
    let keep = SIMD8<Int32>(repeating: rule.isHard ? 0 : -1)
    let raw =
      unsafe lanes(UnsafePointer(state.potentials) + index) &+ sum &+ lanes(state.drive + index)
    let before = pointwiseMax(
      pointwiseMin(raw, SIMD8(repeating: rule.highest)), SIMD8(repeating: rule.lowest))
    let threshold = unsafe lanes(state.thresholds + index)
    let fires = before .> (threshold &- slack)
    let after = (before &- threshold) & keep
    unsafe UnsafeMutableRawPointer(state.potentials + index).storeBytes(
      of: before.replacing(with: after, where: fires), as: SIMD8<Int32>.self)
    let places = SIMD8<Int32>(1, 2, 4, 8, 16, 32, 64, 128)
    var marks = united(SIMD8(repeating: 0).replacing(with: places, where: fires))
    while marks != 0 {
      unsafe state.firing[found] = UInt32(
        truncatingIfNeeded: index &+ marks.trailingZeroBitCount)
      found &+= 1
      marks &= marks &- 1
    }
  }

  @inline(__always)
  private static func updateOne(
    _ rule: Rule, _ state: Pointers, _ index: Int, _ sum: Int32, _ found: inout Int
  ) {
    let slack: Int32 = rule.firesOnEqual ? 1 : 0
    let raw = unsafe state.potentials[index] &+ sum &+ state.drive[index]
    let before = max(rule.lowest, min(rule.highest, raw))
    let threshold = unsafe state.thresholds[index]
    guard before > threshold &- slack else {
      unsafe state.potentials[index] = before
      return
    }
    unsafe state.potentials[index] = rule.isHard ? 0 : before &- threshold
    unsafe state.firing[found] = UInt32(truncatingIfNeeded: index)
    found &+= 1
  }

  /// All lanes' bits in one number.
  @inline(__always)
  private static func united(_ lanes: SIMD8<Int32>) -> UInt32 {
    let half = unsafe unsafeBitCast(lanes.lowHalf | lanes.highHalf, to: SIMD2<UInt64>.self)
    let quarter = half[0] | half[1]
    return UInt32(truncatingIfNeeded: quarter | quarter >> 32)
  }

  @inline(__always)
  private static func lanes(_ numbers: UnsafePointer<Int32>) -> SIMD8<Int32> {
    unsafe UnsafeRawPointer(numbers).loadUnaligned(as: SIMD8<Int32>.self)
  }

  /// The update of accumulators that never fire.
  static func integrate(
    _ rule: Rule, potentials: inout [Int32], accumulators: inout [Int32], drive: [Int32]
  ) {
    let (lowest, highest, first) = (rule.lowest, rule.highest, rule.neurons.lowerBound)
    for index in 0..<rule.neurons.count {
      let raw =
        potentials[first + index] &+ accumulators[rule.firstAccumulator + index]
        &+ drive[first + index]
      potentials[first + index] = max(lowest, min(highest, raw))
      accumulators[rule.firstAccumulator + index] = 0
    }
  }

  /// Moves the sums of 16 bits, in units of 2^shift, to the accumulators of 32 bits, and clears them.
  static func widen(
    _ rule: Rule, shift: Int32, _ narrow: inout [Int16], into accumulators: inout [Int32]
  ) {
    let (first, count) = (rule.firstAccumulator, rule.neurons.count)
    precondition(
      first + count <= narrow.count && first + count <= accumulators.count,
      "a slice lies within its arrays")
    unsafe narrow.withUnsafeMutableBufferPointer { narrow in
      unsafe accumulators.withUnsafeMutableBufferPointer { accumulators in
        for place in first..<(first &+ count) {
          unsafe accumulators[place] = Int32(narrow[place]) &<< shift
          unsafe narrow[place] = 0
        }
      }
    }
  }
}
