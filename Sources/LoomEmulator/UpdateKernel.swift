/// Neuron updates in 32 bits, eight at a time.
enum UpdateKernel {
  /// What one update call needs to know of its slice.
  struct Rule {
    var neurons: Range<Int>
    var firstAccumulator: Int
    var lowest: Int32
    var highest: Int32
    var firesOnEqual: Bool
    var isHard: Bool

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
  static func update(
    _ rule: Rule, potentials: inout [Int32], accumulators: inout [Int32], drive: [Int32],
    thresholds: [Int32], firing: inout [UInt32]
  ) -> Int {
    let count = rule.neurons.count
    precondition(
      rule.neurons.upperBound <= potentials.count && rule.neurons.upperBound <= drive.count
        && rule.neurons.upperBound <= thresholds.count && count <= firing.count
        && rule.firstAccumulator + count <= accumulators.count, "a slice lies within its arrays")
    let first = rule.neurons.lowerBound
    return unsafe potentials.withUnsafeMutableBufferPointer { potentials in
      unsafe accumulators.withUnsafeMutableBufferPointer { accumulators in
        unsafe drive.withUnsafeBufferPointer { drive in
          unsafe thresholds.withUnsafeBufferPointer { thresholds in
            unsafe firing.withUnsafeMutableBufferPointer { firing in
              guard let potentials = potentials.baseAddress, let drive = drive.baseAddress,
                let accumulators = accumulators.baseAddress, let firing = firing.baseAddress,
                let thresholds = thresholds.baseAddress
              else { return 0 }
              return unsafe update(
                rule, count, potentials + first, accumulators + rule.firstAccumulator,
                drive + first, thresholds + first, firing)
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func update(
    _ rule: Rule, _ count: Int, _ potentials: UnsafeMutablePointer<Int32>,
    _ accumulators: UnsafeMutablePointer<Int32>, _ drive: UnsafePointer<Int32>,
    _ thresholds: UnsafePointer<Int32>, _ firing: UnsafeMutablePointer<UInt32>
  ) -> Int {
    // θ ≥ 0, so θ − slack does not wrap: v ≥ θ ⇔ v > θ − 1.
    let slack: Int32 = rule.firesOnEqual ? 1 : 0
    let keep: Int32 = rule.isHard ? 0 : -1
    var found = 0
    var index = 0
    while index &+ 8 <= count {
      let raw =
        unsafe lanes(potentials + index) &+ lanes(accumulators + index) &+ lanes(drive + index)
      let atMost = raw.clamped(below: SIMD8(repeating: rule.highest))
      let before = atMost.clamped(above: SIMD8(repeating: rule.lowest))
      let threshold = unsafe lanes(thresholds + index)
      let fires = unsafe unsafeBitCast(
        before .> (threshold &- SIMD8(repeating: slack)), to: SIMD8<Int32>.self)
      let after = (before &- threshold) & SIMD8(repeating: keep)
      unsafe store((after & fires) | (before & ~fires), potentials + index)
      unsafe store(SIMD8(repeating: 0), accumulators + index)
      var marks = bits(fires)
      while marks != 0 {
        unsafe firing[found] = UInt32(
          truncatingIfNeeded: index &+ marks.trailingZeroBitCount)
        found &+= 1
        marks &= marks &- 1
      }
      index &+= 8
    }
    while index < count {
      let raw = unsafe potentials[index] &+ accumulators[index] &+ drive[index]
      let before = max(rule.lowest, min(rule.highest, raw))
      let threshold = unsafe thresholds[index]
      unsafe accumulators[index] = 0
      if before > threshold &- slack {
        unsafe potentials[index] = (before &- threshold) & keep
        unsafe firing[found] = UInt32(truncatingIfNeeded: index)
        found &+= 1
      } else {
        unsafe potentials[index] = before
      }
      index &+= 1
    }
    return found
  }

  /// One bit for each lane that is −1; lanes are 0 or −1.
  @inline(__always)
  private static func bits(_ lanes: SIMD8<Int32>) -> UInt32 {
    let marked = lanes & SIMD8(1, 2, 4, 8, 16, 32, 64, 128)
    let half = unsafe unsafeBitCast(marked.lowHalf | marked.highHalf, to: SIMD2<UInt64>.self)
    let quarter = half[0] | half[1]
    return UInt32(truncatingIfNeeded: quarter | quarter >> 32)
  }

  @inline(__always)
  private static func lanes(_ numbers: UnsafePointer<Int32>) -> SIMD8<Int32> {
    unsafe UnsafeRawPointer(numbers).loadUnaligned(as: SIMD8<Int32>.self)
  }

  @inline(__always)
  private static func store(_ value: SIMD8<Int32>, _ numbers: UnsafeMutablePointer<Int32>) {
    unsafe UnsafeMutableRawPointer(numbers).storeBytes(of: value, as: SIMD8<Int32>.self)
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

extension SIMD8<Int32> {
  /// No lane above the limit's.
  @inline(__always)
  fileprivate func clamped(below limit: Self) -> Self {
    let isAbove = unsafe unsafeBitCast(self .> limit, to: Self.self)
    return (limit & isAbove) | (self & ~isAbove)
  }

  /// No lane below the limit's.
  @inline(__always)
  fileprivate func clamped(above limit: Self) -> Self {
    let isBelow = unsafe unsafeBitCast(limit .> self, to: Self.self)
    return (limit & isBelow) | (self & ~isBelow)
  }
}
