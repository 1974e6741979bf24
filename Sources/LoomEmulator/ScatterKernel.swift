/// A number type whose vectors are added by one instruction, said for each type by itself: in a generic context
/// vectors are added number by number.
protocol AddableScalar: SIMDScalar, FixedWidthInteger, Codable {
  static func sum(_ left: SIMD8<Self>, _ right: SIMD8<Self>) -> SIMD8<Self>
}

extension Int16: AddableScalar {
  @inline(__always)
  static func sum(_ left: SIMD8<Int16>, _ right: SIMD8<Int16>) -> SIMD8<Int16> { left &+ right }
}

extension Int32: AddableScalar {
  @inline(__always)
  static func sum(_ left: SIMD8<Int32>, _ right: SIMD8<Int32>) -> SIMD8<Int32> { left &+ right }
}

/// Synaptic operations: the weights of events' axons added to the accumulators, in 16 or in 32 bits.
///
/// Consecutive events of one pattern (the rows of a dense block, the channels at one position of a map) meet the
/// same accumulators, which are then read and written once for four of them.
package enum ScatterKernel {
  /// Adds the synapses of every event's axon to the accumulators; returns the synaptic operations done.
  package static func add(
    _ events: [Event], from first: Int, count: Int, _ patterns: [PatternInfo], _ runs: [RunInfo],
    _ weights: [Int32], into accumulators: inout [Int32]
  ) -> UInt64 {
    scatter(events, first, count, patterns, runs, weights, &accumulators)
  }

  /// The same with 16 bits, for populations of which `MachineBuilder` has proved that sums fit (`SliceInfo.isNarrow`).
  package static func add(
    _ events: [Event], from first: Int, count: Int, _ patterns: [PatternInfo], _ runs: [RunInfo],
    _ weights: [Int16], into accumulators: inout [Int16]
  ) -> UInt64 {
    scatter(events, first, count, patterns, runs, weights, &accumulators)
  }

  /// Unchecked access is safe because the machine's builder made every run from boxes within the slices'
  /// accumulators and from templates whose weight counts `ImageStructure` has checked, and every event is
  /// the builder's own for an axon of a checked route table.
  @inline(__always)
  private static func scatter<Number: AddableScalar>(
    _ events: [Event], _ first: Int, _ count: Int, _ patterns: [PatternInfo], _ runs: [RunInfo],
    _ weights: [Number], _ accumulators: inout [Number]
  ) -> UInt64 {
    precondition(first >= 0 && count >= 0 && first + count <= events.count, "events are queued")
    return unsafe events.withUnsafeBufferPointer { events in
      unsafe patterns.withUnsafeBufferPointer { patterns in
        unsafe runs.withUnsafeBufferPointer { runs in
          unsafe weights.withUnsafeBufferPointer { weights in
            unsafe accumulators.withUnsafeMutableBufferPointer { accumulators in
              guard let events = events.baseAddress, let patterns = patterns.baseAddress,
                let runs = runs.baseAddress, let weights = weights.baseAddress,
                let accumulators = accumulators.baseAddress
              else { return 0 }
              return unsafe groups(
                events + first, count, patterns, runs, weights, accumulators)
            }
          }
        }
      }
    }
  }

  /// Takes events of one pattern together.
  @inline(__always)
  private static func groups<Number: AddableScalar>(
    _ events: UnsafePointer<Event>, _ count: Int, _ patterns: UnsafePointer<PatternInfo>,
    _ runs: UnsafePointer<RunInfo>, _ weights: UnsafePointer<Number>,
    _ accumulators: UnsafeMutablePointer<Number>
  ) -> UInt64 {
    var synapses: UInt64 = 0
    var event = 0
    while event < count {
      let number = unsafe events[event].pattern
      var end = event &+ 1
      while end < count, unsafe events[end].pattern == number { end &+= 1 }
      let pattern = unsafe patterns[Int(number)]
      synapses &+= UInt64(pattern.synapses) &* UInt64(truncatingIfNeeded: end &- event)
      var run = unsafe runs + Int(pattern.firstRun)
      let last = unsafe run + Int(pattern.runCount)
      while unsafe run != last {
        unsafe rows(
          events + event, end &- event, weights + Int(run.pointee.weight),
          accumulators + Int(run.pointee.target), Int(run.pointee.count))
        unsafe run += 1
      }
      event = end
    }
    return synapses
  }

  /// Adds one run of each of some events, four at a time.
  @inline(__always)
  private static func rows<Number: AddableScalar>(
    _ events: UnsafePointer<Event>, _ count: Int, _ weights: UnsafePointer<Number>,
    _ accumulators: UnsafeMutablePointer<Number>, _ width: Int
  ) {
    var event = 0
    while event &+ 4 <= count {
      let first = unsafe weights + Int(events[event].weightBase)
      let second = unsafe weights + Int(events[event &+ 1].weightBase)
      let third = unsafe weights + Int(events[event &+ 2].weightBase)
      let fourth = unsafe weights + Int(events[event &+ 3].weightBase)
      unsafe four(first, second, third, fourth, accumulators, width)
      event &+= 4
    }
    if event &+ 2 <= count {
      let first = unsafe weights + Int(events[event].weightBase)
      let second = unsafe weights + Int(events[event &+ 1].weightBase)
      unsafe two(first, second, accumulators, width)
      event &+= 2
    }
    if event < count {
      unsafe one(weights + Int(events[event].weightBase), accumulators, width)
    }
  }

  @inline(__always)
  private static func four<Number: AddableScalar>(
    _ first: UnsafePointer<Number>, _ second: UnsafePointer<Number>,
    _ third: UnsafePointer<Number>, _ fourth: UnsafePointer<Number>,
    _ sums: UnsafeMutablePointer<Number>, _ width: Int
  ) {
    var place = 0
    while place &+ 8 <= width {
      let pair = unsafe Number.sum(lanes(first, place), lanes(second, place))
      let other = unsafe Number.sum(lanes(third, place), lanes(fourth, place))
      let sum = unsafe Number.sum(lanes(sums, place), Number.sum(pair, other))
      unsafe store(sum, sums, place)
      place &+= 8
    }
    while place < width {
      let pair = unsafe first[place] &+ second[place]
      let other = unsafe third[place] &+ fourth[place]
      unsafe sums[place] &+= pair &+ other
      place &+= 1
    }
  }

  @inline(__always)
  private static func two<Number: AddableScalar>(
    _ first: UnsafePointer<Number>, _ second: UnsafePointer<Number>,
    _ sums: UnsafeMutablePointer<Number>, _ width: Int
  ) {
    var place = 0
    while place &+ 8 <= width {
      let pair = unsafe Number.sum(lanes(first, place), lanes(second, place))
      unsafe store(Number.sum(lanes(sums, place), pair), sums, place)
      place &+= 8
    }
    while place < width {
      unsafe sums[place] &+= first[place] &+ second[place]
      place &+= 1
    }
  }

  @inline(__always)
  private static func one<Number: AddableScalar>(
    _ weights: UnsafePointer<Number>, _ sums: UnsafeMutablePointer<Number>, _ width: Int
  ) {
    var place = 0
    while place &+ 8 <= width {
      unsafe store(Number.sum(lanes(sums, place), lanes(weights, place)), sums, place)
      place &+= 8
    }
    while place < width {
      unsafe sums[place] &+= weights[place]
      place &+= 1
    }
  }

  @inline(__always)
  private static func lanes<Number: AddableScalar>(
    _ numbers: UnsafePointer<Number>, _ place: Int
  ) -> SIMD8<Number> {
    unsafe UnsafeRawPointer(numbers + place).loadUnaligned(as: SIMD8<Number>.self)
  }

  @inline(__always)
  private static func store<Number: AddableScalar>(
    _ value: SIMD8<Number>, _ numbers: UnsafeMutablePointer<Number>, _ place: Int
  ) {
    unsafe UnsafeMutableRawPointer(numbers + place).storeBytes(of: value, as: SIMD8<Number>.self)
  }
}
