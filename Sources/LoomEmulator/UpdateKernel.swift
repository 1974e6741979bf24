/// A number type that sums of a step are kept in: said for each type by itself, so that vectors stay vectors.
private protocol StepSum: AddableScalar {
  /// Eight sums in units of 2^shift, as 32 bits; clears them.
  static func takeEight(_ sums: UnsafeMutablePointer<Self>, _ shift: Int32) -> SIMD8<Int32>
}

extension StepSum {
  /// Whether 32 sums are 0.
  @inline(__always)
  fileprivate static func areZero(_ sums: UnsafeMutablePointer<Self>) -> Bool {
    var together = SIMD2<UInt64>(repeating: 0)
    for place in stride(from: 0, to: 32 * MemoryLayout<Self>.stride, by: 16) {
      unsafe together |= UnsafeRawPointer(sums).loadUnaligned(
        fromByteOffset: place, as: SIMD2<UInt64>.self)
    }
    return together[0] | together[1] == 0
  }
}

extension Int16: StepSum {
  @inline(__always)
  static func takeEight(_ sums: UnsafeMutablePointer<Int16>, _ shift: Int32) -> SIMD8<Int32> {
    let place = UnsafeMutableRawPointer(sums)
    let eight = unsafe place.loadUnaligned(as: SIMD8<Int16>.self)
    unsafe place.storeBytes(of: SIMD8(repeating: 0), as: SIMD8<Int16>.self)
    return SIMD8<Int32>(truncatingIfNeeded: eight) &<< SIMD8(repeating: shift)
  }
}

extension Int32: StepSum {
  @inline(__always)
  static func takeEight(_ sums: UnsafeMutablePointer<Int32>, _ shift: Int32) -> SIMD8<Int32> {
    let place = UnsafeMutableRawPointer(sums)
    let eight = unsafe place.loadUnaligned(as: SIMD8<Int32>.self)
    unsafe place.storeBytes(of: SIMD8(repeating: 0), as: SIMD8<Int32>.self)
    return eight
  }
}

/// Neuron updates in 32 bits, eight at a time; who fired is told by bits.
package enum UpdateKernel {
  /// What one update call needs to know of its slice.
  package struct Rule {
    var neurons: Range<Int>
    var firstAccumulator: Int
    var lowest: Int32
    var highest: Int32
    var firesOnEqual: Bool
    var isHard: Bool
    /// How thresholds and drive repeat, as masks of positions (`Periods`).
    var thresholdMask = Periods.none
    var driveMask = Periods.none
    /// v + `offset` has none of the bits `beyond` where v is a potential.
    private(set) var offset: Int32
    private(set) var beyond: Int32

    /// A slice whose sums stand from `firstAccumulator` on; `thresholdMask` and `driveMask` are one less than the
    /// multiple of 32 places after which its thresholds and drives repeat.
    package init(
      neurons: Range<Int>, firstAccumulator: Int, potentials: ClosedRange<Int32>,
      firesOnEqual: Bool, isHard: Bool, thresholdMask: Int = .max, driveMask: Int = .max
    ) {
      self.neurons = neurons
      self.firstAccumulator = firstAccumulator
      (lowest, highest) = (potentials.lowerBound, potentials.upperBound)
      self.firesOnEqual = firesOnEqual
      self.isHard = isHard
      self.thresholdMask = thresholdMask
      self.driveMask = driveMask
      (offset, beyond) = Rule.range(potentials)
    }

    init(_ slice: SliceInfo, driveMask: Int = Periods.none) {
      self.init(
        neurons: slice.firstNeuron..<(slice.firstNeuron + slice.count),
        firstAccumulator: slice.firstAccumulator,
        potentials: Int32(
          truncatingIfNeeded: slice.lowest)...Int32(
            truncatingIfNeeded: slice.highest), firesOnEqual: slice.firesOnEqual,
        isHard: slice.isHard, thresholdMask: slice.periods.thresholds, driveMask: driveMask)
    }

    /// What potentials of b bits need to be told from others by their high bits; of other ranges none can be told.
    private static func range(_ potentials: ClosedRange<Int32>) -> (offset: Int32, beyond: Int32) {
      let width = Int64(potentials.upperBound) - Int64(potentials.lowerBound) + 1
      guard width & (width - 1) == 0, Int64(potentials.lowerBound) == -(width / 2) else {
        return (0, -1)
      }
      return (0 &- potentials.lowerBound, ~Int32(truncatingIfNeeded: width - 1))
    }
  }

  /// Which blocks of 32 neurons nothing drives are left as they are where their sums are 0.
  package enum Rest {
    /// None: something drives them, or nobody knows whether they are below their thresholds.
    case never
    /// Those of which no neuron fired in the step before; its bits begin at a word of `fired`.
    case unlessFired(firstWord: Int)
    /// All: none fired in the step before.
    case always
  }

  /// v⁻ = clamp(v + Σ + drive), compare, reset; clears the accumulators; sets the bits of who fired in `fired` from its
  /// word `firstWord` on, those of no neuron to 0, and returns how many fired.
  ///
  /// Exact where |v| + Σ + drive and θ − v stay below 2^31, which the caller has made sure of.
  @inline(never)
  package static func update(
    _ rule: Rule, rest: Rest = .never, potentials: inout [Int32], accumulators: inout [Int32],
    drive: [Int32], thresholds: [Int32], fired: inout [UInt64], firstWord: Int
  ) -> Int {
    run(rule, 0, rest, &potentials, &accumulators, drive, thresholds, &fired, firstWord)
  }

  /// The same with sums of 16 bits in units of 2^shift.
  @inline(never)
  package static func update(
    _ rule: Rule, rest: Rest = .never, shift: Int32, potentials: inout [Int32],
    narrow: inout [Int16], drive: [Int32], thresholds: [Int32], fired: inout [UInt64],
    firstWord: Int
  ) -> Int {
    run(rule, shift, rest, &potentials, &narrow, drive, thresholds, &fired, firstWord)
  }

  /// The arrays of a slice's neurons, from its first neuron on.
  @unsafe private struct Pointers {
    let potentials: UnsafeMutablePointer<Int32>
    let drive: UnsafePointer<Int32>
    let thresholds: UnsafePointer<Int32>
    let fired: UnsafeMutablePointer<UInt32>
    /// Who fired in the step before; nil: none.
    let last: UnsafePointer<UInt32>?
    let canRest: Bool

    /// Whether a block of neurons stays as it is without input.
    @inline(__always)
    func rests(_ block: Int) -> Bool {
      unsafe canRest && (last.map { unsafe $0[block] == 0 } ?? true)
    }
  }

  @inline(__always)
  private static func run<Number: StepSum>(
    _ rule: Rule, _ shift: Int32, _ rest: Rest, _ potentials: inout [Int32],
    _ sums: inout [Number], _ drive: [Int32], _ thresholds: [Int32], _ fired: inout [UInt64],
    _ firstWord: Int
  ) -> Int {
    let (first, end) = (rule.neurons.lowerBound, rule.neurons.upperBound)
    let words = (rule.neurons.count + 63) / 64
    let canRest = if case .never = rest { false } else { true }
    let lastWord: Int? = if case .unlessFired(let word) = rest { word } else { nil }
    precondition(
      end <= potentials.count && end <= drive.count && end <= thresholds.count
        && rule.firstAccumulator + rule.neurons.count <= sums.count
        && firstWord + words <= fired.count
        && (lastWord.map { $0 >= 0 && $0 + words <= fired.count } ?? true),
      "a slice lies within its arrays")
    return unsafe potentials.withUnsafeMutableBufferPointer { potentials in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        unsafe drive.withUnsafeBufferPointer { drive in
          unsafe thresholds.withUnsafeBufferPointer { thresholds in
            unsafe fired.withUnsafeMutableBytes { fired in
              guard let potentials = potentials.baseAddress, let sums = sums.baseAddress,
                let drive = drive.baseAddress, let thresholds = thresholds.baseAddress,
                let fired = fired.baseAddress
              else { return 0 }
              return unsafe all(
                rule, shift, sums + rule.firstAccumulator,
                Pointers(
                  potentials: potentials + first, drive: drive + first,
                  thresholds: thresholds + first,
                  fired: (fired + firstWord * 8).assumingMemoryBound(to: UInt32.self),
                  last: lastWord.map {
                    unsafe UnsafePointer((fired + $0 * 8).assumingMemoryBound(to: UInt32.self))
                  },
                  canRest: canRest))
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func all<Number: StepSum>(
    _ rule: Rule, _ shift: Int32, _ sums: UnsafeMutablePointer<Number>, _ state: Pointers
  ) -> Int {
    let count = rule.neurons.count
    var found = SIMD8<Int32>(repeating: 0)
    var index = 0
    while index &+ 32 <= count {
      if unsafe state.rests(index &>> 5) && Number.areZero(sums + index) {
        unsafe state.fired[index &>> 5] = 0
      } else {
        let marks = unsafe fire(
          rule, state, index,
          Number.takeEight(sums + index, shift) &+ driven(rule, state, index),
          Number.takeEight(sums + index + 8, shift) &+ driven(rule, state, index &+ 8),
          Number.takeEight(sums + index + 16, shift) &+ driven(rule, state, index &+ 16),
          Number.takeEight(sums + index + 24, shift) &+ driven(rule, state, index &+ 24), &found)
        unsafe state.fired[index &>> 5] = marks.littleEndian
      }
      index &+= 32
    }
    var word = index &>> 5
    var marks = SIMD8<Int32>(repeating: 0)
    while index &+ 8 <= count {
      let before = unsafe clamped(
        Number.takeEight(sums + index, shift) &+ driven(rule, state, index), rule)
      unsafe fireEight(
        rule, state, index, before, Int32(truncatingIfNeeded: index & 31), &marks, &found)
      index &+= 8
    }
    var last = united(marks)
    var rest = 0
    while index < count {
      let sum = unsafe Int32(truncatingIfNeeded: sums[index]) &<< shift
      unsafe sums[index] = 0
      if unsafe updateOne(rule, sum, state, index) {
        last |= 1 &<< UInt32(index & 31)
        rest &+= 1
      }
      index &+= 1
    }
    while word < (count &+ 63) &>> 6 &* 2 {
      unsafe state.fired[word] = last.littleEndian
      last = 0
      word &+= 1
    }
    return rest &- Int(found.wrappedSum())
  }

  /// v + drive of eight neurons.
  @inline(__always)
  private static func driven(_ rule: Rule, _ state: Pointers, _ index: Int) -> SIMD8<Int32> {
    unsafe lanes(UnsafePointer(state.potentials) + index)
      &+ lanes(state.drive + (index & rule.driveMask))
  }

  /// Clamps, compares and resets 32 neurons; returns the bits of those that fire.
  @inline(__always)
  private static func fire(
    _ rule: Rule, _ state: Pointers, _ index: Int, _ first: SIMD8<Int32>,
    _ second: SIMD8<Int32>, _ third: SIMD8<Int32>, _ fourth: SIMD8<Int32>,
    _ found: inout SIMD8<Int32>
  ) -> UInt32 {
    var (first, second, third, fourth) = (first, second, third, fourth)
    let offset = SIMD8<Int32>(repeating: rule.offset)
    let together =
      (first &+ offset) | (second &+ offset) | (third &+ offset) | (fourth &+ offset)
    // Clamping all lanes costs more than finding that none needs it.
    if Int32(bitPattern: united(together)) & rule.beyond != 0 {
      first = clamped(first, rule)
      second = clamped(second, rule)
      third = clamped(third, rule)
      fourth = clamped(fourth, rule)
    }
    var marks = SIMD8<Int32>(repeating: 0)
    unsafe fireEight(rule, state, index, first, 0, &marks, &found)
    unsafe fireEight(rule, state, index &+ 8, second, 8, &marks, &found)
    unsafe fireEight(rule, state, index &+ 16, third, 16, &marks, &found)
    unsafe fireEight(rule, state, index &+ 24, fourth, 24, &marks, &found)
    return united(marks)
  }

  @inline(__always)
  private static func clamped(_ values: SIMD8<Int32>, _ rule: Rule) -> SIMD8<Int32> {
    let (highest, lowest) = (
      SIMD8<Int32>(repeating: rule.highest), SIMD8<Int32>(repeating: rule.lowest)
    )
    let below = values.replacing(with: highest, where: values .> highest)
    return below.replacing(with: lowest, where: below .< lowest)
  }

  /// Compares and resets eight neurons; adds the bits of those that fire, from `bit` on, and −1 for each to `found`.
  @inline(__always)
  private static func fireEight(
    _ rule: Rule, _ state: Pointers, _ index: Int, _ before: SIMD8<Int32>, _ bit: Int32,
    _ marks: inout SIMD8<Int32>, _ found: inout SIMD8<Int32>
  ) {
    let threshold = unsafe lanes(state.thresholds + (index & rule.thresholdMask))
    // v ≥ θ ⇔ θ − 1 − v < 0. A mask as it comes, and masks applied bit by bit: neither is done lane by lane.
    let slack = SIMD8<Int32>(repeating: rule.firesOnEqual ? 1 : 0)
    let fires = (threshold &- slack &- before) &>> SIMD8(repeating: 31)
    let after = rule.isHard ? before & ~fires : before &- (threshold & fires)
    unsafe UnsafeMutableRawPointer(state.potentials + index).storeBytes(
      of: after, as: SIMD8<Int32>.self)
    marks |= fires & (SIMD8<Int32>(1, 2, 4, 8, 16, 32, 64, 128) &<< SIMD8(repeating: bit))
    found &+= fires
  }

  @inline(__always)
  private static func updateOne(
    _ rule: Rule, _ sum: Int32, _ state: Pointers, _ index: Int
  ) -> Bool {
    let slack: Int32 = rule.firesOnEqual ? 1 : 0
    let raw = unsafe state.potentials[index] &+ sum &+ state.drive[index & rule.driveMask]
    let before = max(rule.lowest, min(rule.highest, raw))
    let threshold = unsafe state.thresholds[index & rule.thresholdMask]
    guard before > threshold &- slack else {
      unsafe state.potentials[index] = before
      return false
    }
    unsafe state.potentials[index] = rule.isHard ? 0 : before &- threshold
    return true
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
