extension StretchKernel {
  /// What the update of a line of a patch needs to know.
  package struct Line {
    /// Which line of the patch it is.
    var line: Int
    /// Its first potential among the sums, and its first neuron.
    var firstPotential: Int
    var firstNeuron: Int
    var width: Int
    /// Its first neuron's bit from where the bits of a step begin.
    var firstBit: Int
    var isHard: Bool
    var firesOnEqual: Bool
    /// Potentials from −reach to reach − 1 stay within 16 bits whatever a step brings.
    var reach: Int16
    /// The steps in which its neurons are active.
    var steps: Range<Int>

    package init(
      line: Int, firstPotential: Int, firstNeuron: Int, width: Int, firstBit: Int, isHard: Bool,
      firesOnEqual: Bool, reach: Int16, steps: Range<Int>
    ) {
      self.line = line
      self.firstPotential = firstPotential
      self.firstNeuron = firstNeuron
      self.width = width
      self.firstBit = firstBit
      self.isHard = isHard
      self.firesOnEqual = firesOnEqual
      self.reach = reach
      self.steps = steps
    }

    /// The numbers of its neurons, and 0 beyond them.
    package func lanes(_ numbers: [Int16]) -> Lanes {
      gathered(numbers, firstNeuron, width, beyond: 0)
    }
  }

  /// The vectors of a line.
  package struct Lanes: Equatable, Sendable {
    var first = SIMD8<Int16>(repeating: 0)
    var second = SIMD8<Int16>(repeating: 0)
    var third = SIMD8<Int16>(repeating: 0)
    var fourth = SIMD8<Int16>(repeating: 0)
  }

  /// Writes the drive of a line's neurons as what some steps begin with.
  @inline(never)
  package static func open(
    _ line: Int, _ steps: Range<Int>, _ drive: Lanes, _ sums: inout [SIMD8<Int16>]
  ) {
    precondition(steps.upperBound * vectors <= sums.count, "sums have room for a stretch")
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      for step in steps {
        let sum = unsafe sums + (step &* vectors &+ line &* lineVectors)
        unsafe sum[0] = drive.first
        unsafe sum[1] = drive.second
        unsafe sum[2] = drive.third
        unsafe sum[3] = drive.fourth
      }
    }
  }

  /// v⁻ = v + sum, compare, reset, step after step.
  ///
  /// Notes who fired, and writes the drive where the sums were, which begin with it. Returns whether all potentials stayed
  /// within reach. `limits` are the greatest potentials at which a neuron is silent.
  @inline(never)
  package static func update(
    _ rule: Line, potentials: inout [Int16], limits: [Int16], _ drive: Lanes,
    _ sums: inout [SIMD8<Int16>], fired: inout [UInt64], words: [Int]
  ) -> Bool {
    precondition(
      rule.steps.upperBound * vectors <= sums.count && rule.steps.upperBound <= words.count
        && rule.firstPotential + rule.width <= potentials.count
        && rule.firstNeuron + rule.width <= limits.count, "a patch lies within its arrays")
    let limit = gathered(limits, rule.firstNeuron, rule.width, beyond: .max)
    var held = gathered(potentials, rule.firstPotential, rule.width, beyond: 0)
    let staysShort = unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe fired.withUnsafeMutableBufferPointer { fired in
        unsafe words.withUnsafeBufferPointer { words in
          guard let sums = sums.baseAddress, let fired = fired.baseAddress,
            let words = words.baseAddress
          else { return true }
          let line = unsafe AllSteps(
            rule: rule, limit: limit, drive: drive, sums: sums + rule.line * lineVectors,
            fired: fired, words: words)
          switch (rule.isHard, (rule.width + 7) / 8) {
          case (true, 4): return unsafe line.run(&held, true, 4)
          case (true, 3): return unsafe line.run(&held, true, 3)
          case (true, 2): return unsafe line.run(&held, true, 2)
          case (true, _): return unsafe line.run(&held, true, 1)
          case (false, 4): return unsafe line.run(&held, false, 4)
          case (false, 3): return unsafe line.run(&held, false, 3)
          case (false, 2): return unsafe line.run(&held, false, 2)
          case (false, _): return unsafe line.run(&held, false, 1)
          }
        }
      }
    }
    store(held, &potentials, rule.firstPotential, rule.width)
    return staysShort
  }

  /// A line of neurons in all steps.
  @unsafe private struct AllSteps {
    let rule: Line
    let limit: Lanes
    let drive: Lanes
    let sums: UnsafeMutablePointer<SIMD8<Int16>>
    let fired: UnsafeMutablePointer<UInt64>
    let words: UnsafePointer<Int>

    @inline(__always)
    func run(_ held: inout Lanes, _ isHard: Bool, _ count: Int) -> Bool {
      let slack = unsafe SIMD8(repeating: Int16(rule.firesOnEqual ? 1 : 0))
      let (word, shift) = unsafe (rule.firstBit &>> 6, UInt64(rule.firstBit & 63))
      let spills = unsafe Int(shift) &+ rule.width > 64
      let none = SIMD8<Int16>(repeating: 0)
      let (limit, drive) = unsafe (limit, drive)
      // Lanes beyond the last neuron take what is beside its weights.
      let kept = unsafe Int16.lanes(
        of: UInt8(truncatingIfNeeded: 0xff &>> (8 &* count &- rule.width)))
      var v = held
      var range = Span()
      for step in unsafe rule.steps {
        let sum = unsafe sums + step &* vectors
        var (second, third, fourth) = (none, none, none)
        let first = unsafe eight(
          &v.first, sum, drive.first, limit.first, slack, isHard, count == 1 ? kept : nil, &range)
        if count > 1 {
          second = unsafe eight(
            &v.second, sum + 1, drive.second, limit.second, slack, isHard,
            count == 2 ? kept : nil, &range)
        }
        if count > 2 {
          third = unsafe eight(
            &v.third, sum + 2, drive.third, limit.third, slack, isHard, count == 3 ? kept : nil,
            &range)
        }
        if count > 3 {
          fourth = unsafe eight(
            &v.fourth, sum + 3, drive.fourth, limit.fourth, slack, isHard, kept, &range)
        }
        let marks = UpdateKernel.marks(first, second, third, fourth)
        let place = unsafe words[step] &+ word
        unsafe fired[place] |= UInt64(marks) &<< shift
        if spills { unsafe fired[place &+ 1] |= UInt64(marks) &>> (64 &- shift) }
      }
      held = v
      return unsafe range.lowest.min() >= -rule.reach && range.highest.max() < rule.reach
    }
  }

  /// How far potentials went, lane by lane.
  private struct Span {
    var lowest = SIMD8<Int16>(repeating: 0)
    var highest = SIMD8<Int16>(repeating: 0)
  }

  @inline(__always)
  private static func eight(
    _ v: inout SIMD8<Int16>, _ sum: UnsafeMutablePointer<SIMD8<Int16>>, _ drive: SIMD8<Int16>,
    _ limit: SIMD8<Int16>, _ slack: SIMD8<Int16>, _ isHard: Bool, _ kept: SIMD8<Int16>?,
    _ range: inout Span
  ) -> SIMD8<Int16> {
    let before = v &+ (unsafe sum.pointee)
    unsafe sum.pointee = drive
    let fires = unsafe unsafeBitCast(before .> limit, to: SIMD8<Int16>.self)
    v = isHard ? before & ~fires : before &- ((limit &+ slack) & fires)
    let seen = kept.map { v & $0 } ?? v
    range.lowest.replace(with: seen, where: seen .< range.lowest)
    range.highest.replace(with: seen, where: seen .> range.highest)
    return fires
  }

  /// Some numbers of an array, and others beyond them.
  @inline(__always)
  private static func gathered(
    _ numbers: [Int16], _ first: Int, _ width: Int, beyond: Int16
  ) -> Lanes {
    var result = Lanes()
    unsafe withUnsafeMutableBytes(of: &result) { lanes in
      let lanes = unsafe lanes.bindMemory(to: Int16.self)
      if width == lineLanes {
        unsafe numbers.withUnsafeBytes {
          unsafe UnsafeMutableRawBufferPointer(lanes).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: $0[(2 * first)..<(2 * (first + width))]))
        }
        return
      }
      for lane in 0..<lineLanes {
        unsafe lanes[lane] = lane < width ? numbers[first &+ lane] : beyond
      }
    }
    return result
  }

  @inline(__always)
  private static func store(
    _ values: Lanes, _ numbers: inout [Int16], _ first: Int, _ width: Int
  ) {
    unsafe withUnsafeBytes(of: values) { lanes in
      let lanes = unsafe lanes.bindMemory(to: Int16.self)
      if width == lineLanes {
        unsafe numbers.withUnsafeMutableBytes {
          unsafe UnsafeMutableRawBufferPointer(rebasing: $0[(2 * first)..<(2 * (first + width))])
            .copyMemory(from: UnsafeRawBufferPointer(lanes))
        }
        return
      }
      for lane in 0..<width { unsafe numbers[first &+ lane] = lanes[lane] }
    }
  }
}

extension StretchKernel.Lanes {
  /// All bits of the lanes whose bit is set.
  init(_ bits: UInt32) {
    first = Int16.lanes(of: UInt8(truncatingIfNeeded: bits))
    second = Int16.lanes(of: UInt8(truncatingIfNeeded: bits >> 8))
    third = Int16.lanes(of: UInt8(truncatingIfNeeded: bits >> 16))
    fourth = Int16.lanes(of: UInt8(truncatingIfNeeded: bits >> 24))
  }
}
