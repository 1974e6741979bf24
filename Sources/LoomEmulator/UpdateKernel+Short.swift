/// Updates of potentials in 16 bits, which stand where their sums are added: there is nothing to move, and eight fit in a vector.
extension UpdateKernel {
  /// What an update of potentials in units of 2^shift needs to know of its slice.
  package struct ShortRule {
    /// Where the slice's potentials begin among the sums, and its neurons among all.
    var firstPotential: Int
    var neurons: Range<Int>
    var isHard: Bool
    var firesOnEqual: Bool
    /// A power of two: potentials from −reach to reach − 1 stay within 16 bits whatever a step brings.
    var reach: Int16
    /// How limits and drive repeat (`Periods`).
    var limitMask: Int
    var driveMask: Int

    package init(
      firstPotential: Int, neurons: Range<Int>, isHard: Bool, firesOnEqual: Bool,
      reach: Int16, limitMask: Int = Periods.none, driveMask: Int = Periods.none
    ) {
      self.firstPotential = firstPotential
      self.neurons = neurons
      self.isHard = isHard
      self.firesOnEqual = firesOnEqual
      self.reach = reach
      self.limitMask = limitMask
      self.driveMask = driveMask
    }
  }

  /// What an update of potentials in 16 bits found.
  package struct ShortUpdate {
    /// How many neurons fired.
    package var spikes: Int
    /// Whether all potentials are still within reach.
    package var staysShort: Bool
  }

  /// v⁻ = v + drive of potentials that hold their sums already, compare, reset; sets the bits of who fired in `fired` from
  /// its word `firstWord` on, those of no neuron to 0.
  ///
  /// `limits` are the greatest potentials at which a neuron is silent. Of more than `mostShort` neurons the spikes are not
  /// counted right.
  @inline(never)
  package static func update(
    _ rule: ShortRule, potentials: inout [Int16], limits: [Int16], drive: [Int16],
    fired: inout [UInt64], firstWord: Int
  ) -> ShortUpdate {
    let count = rule.neurons.count
    precondition(
      count <= mostShort && rule.firstPotential + count <= potentials.count
        && rule.neurons.upperBound <= limits.count && rule.neurons.upperBound <= drive.count
        && firstWord + (count + 63) / 64 <= fired.count, "a slice lies within its arrays")
    return unsafe potentials.withUnsafeMutableBufferPointer { potentials in
      unsafe limits.withUnsafeBufferPointer { limits in
        unsafe drive.withUnsafeBufferPointer { drive in
          unsafe fired.withUnsafeMutableBytes { fired in
            guard let potentials = potentials.baseAddress, let limits = limits.baseAddress,
              let drive = drive.baseAddress, let fired = fired.baseAddress
            else { return ShortUpdate(spikes: 0, staysShort: true) }
            let state = unsafe ShortPointers(
              potentials: potentials + rule.firstPotential,
              limits: limits + rule.neurons.lowerBound, drive: drive + rule.neurons.lowerBound,
              fired: (fired + firstWord * 8).assumingMemoryBound(to: UInt32.self))
            // A loop for each kind of reset, in which nothing is asked again.
            return unsafe rule.isHard ? all(rule, state, true) : all(rule, state, false)
          }
        }
      }
    }
  }

  /// Neurons of one update of potentials in 16 bits: their spikes are counted in eight lanes of as many.
  package static let mostShort = 1 << 17

  /// The arrays of a slice's neurons, from its first neuron on.
  @unsafe private struct ShortPointers {
    let potentials: UnsafeMutablePointer<Int16>
    let limits: UnsafePointer<Int16>
    let drive: UnsafePointer<Int16>
    let fired: UnsafeMutablePointer<UInt32>
  }

  /// The same of 32 neurons.
  @unsafe private struct ShortBlock {
    let potentials: UnsafeMutablePointer<Int16>
    let limits: UnsafePointer<Int16>
    let drive: UnsafePointer<Int16>
  }

  /// What vectors of eight found so far.
  private struct ShortFound {
    /// −1 for each spike.
    var spikes = SIMD8<Int16>(repeating: 0)
    /// All bits of v + reach.
    var lifted = SIMD8<Int16>(repeating: 0)
  }

  @inline(__always)
  private static func all(
    _ rule: ShortRule, _ state: ShortPointers, _ isHard: Bool
  ) -> ShortUpdate {
    let count = rule.neurons.count
    let slack = SIMD8(repeating: Int16(rule.firesOnEqual ? 1 : 0))
    var found = ShortFound()
    var index = 0
    while index &+ 32 <= count {
      // Masks leave 32 places beside one another as they are.
      let block = unsafe ShortBlock(
        potentials: state.potentials + index, limits: state.limits + (index & rule.limitMask),
        drive: state.drive + (index & rule.driveMask))
      let marks = unsafe marks(
        eight(rule, block, 0, isHard, slack, &found), eight(rule, block, 8, isHard, slack, &found),
        eight(rule, block, 16, isHard, slack, &found),
        eight(rule, block, 24, isHard, slack, &found))
      unsafe state.fired[index &>> 5] = marks.littleEndian
      index &+= 32
    }
    var word = index &>> 5
    var last: UInt32 = 0
    while index < count {
      if unsafe one(rule, state, index, &found) { last |= 1 &<< UInt32(index & 31) }
      index &+= 1
    }
    while word < (count &+ 63) &>> 6 &* 2 {
      unsafe state.fired[word] = last.littleEndian
      last = 0
      word &+= 1
    }
    return ShortUpdate(
      spikes: 0 &- Int(SIMD8<Int32>(truncatingIfNeeded: found.spikes).wrappedSum()),
      staysShort: united(found.lifted) & ~(2 &* rule.reach &- 1) == 0)
  }

  /// Updates eight neurons; returns all bits of the lanes of those that fire.
  @inline(__always)
  private static func eight(
    _ rule: ShortRule, _ state: ShortBlock, _ index: Int, _ isHard: Bool,
    _ slack: SIMD8<Int16>, _ found: inout ShortFound
  ) -> SIMD8<Int16> {
    let before =
      unsafe shorts(UnsafePointer(state.potentials) + index)
      &+ shorts(state.drive + index)
    let limit = unsafe shorts(state.limits + index)
    let fires = unsafe unsafeBitCast(before .> limit, to: SIMD8<Int16>.self)
    let after = isHard ? before & ~fires : before &- ((limit &+ slack) & fires)
    unsafe UnsafeMutableRawPointer(state.potentials + index).storeBytes(
      of: after, as: SIMD8<Int16>.self)
    found.lifted |= after &+ SIMD8(repeating: rule.reach)
    found.spikes &+= fires
    return fires
  }

  /// Updates one neuron; returns whether it fires.
  @inline(__always)
  private static func one(
    _ rule: ShortRule, _ state: ShortPointers, _ index: Int, _ found: inout ShortFound
  ) -> Bool {
    let before = unsafe state.potentials[index] &+ state.drive[index & rule.driveMask]
    let limit = unsafe state.limits[index & rule.limitMask]
    let fires = before > limit
    let threshold = limit &+ (rule.firesOnEqual ? 1 : 0)
    let after = !fires ? before : rule.isHard ? 0 : before &- threshold
    unsafe state.potentials[index] = after
    found.lifted |= SIMD8(repeating: after &+ rule.reach)
    found.spikes &-= SIMD8(fires ? 1 : 0, 0, 0, 0, 0, 0, 0, 0)
    return fires
  }

  @inline(__always)
  private static func shorts(_ numbers: UnsafePointer<Int16>) -> SIMD8<Int16> {
    unsafe UnsafeRawPointer(numbers).loadUnaligned(as: SIMD8<Int16>.self)
  }

  /// All lanes' bits in one number.
  @inline(__always)
  private static func united(_ lanes: SIMD8<Int16>) -> Int16 {
    let half = unsafe unsafeBitCast(lanes, to: SIMD2<UInt64>.self)
    let quarter = half[0] | half[1]
    let eighth = quarter | quarter >> 32
    return Int16(truncatingIfNeeded: eighth | eighth >> 16)
  }

  /// A bit for each of 32 lanes of which all bits are set.
  @inline(__always)
  static func marks(
    _ first: SIMD8<Int16>, _ second: SIMD8<Int16>, _ third: SIMD8<Int16>, _ fourth: SIMD8<Int16>
  ) -> UInt32 {
    let low = SIMD8<Int16>(1, 2, 4, 8, 16, 32, 64, 128)
    let high = SIMD8<Int16>(1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, .min)
    let half = unsafe unsafeBitCast((first & low) | (second & high), to: SIMD4<UInt32>.self)
    let other = unsafe unsafeBitCast((third & low) | (fourth & high), to: SIMD4<UInt32>.self)
    let sixteen = SIMD4<UInt32>(repeating: 16)
    let bits =
      ((half | half &>> sixteen) & SIMD4(repeating: 0xFFFF))
      | ((other &<< sixteen) | (other & SIMD4(repeating: 0xFFFF_0000)))
    let pair = unsafe unsafeBitCast(bits, to: SIMD2<UInt64>.self)
    let both = pair[0] | pair[1]
    return UInt32(truncatingIfNeeded: both | both &>> 32)
  }
}
