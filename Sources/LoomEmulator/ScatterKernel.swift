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
/// same accumulators, which are then read and written once for four of them. Events are either listed in a queue or
/// bits of neurons that fired, with a segment that says what they meet.
package enum ScatterKernel {
  /// Events taken together at most; a word of bits more fits their list.
  private static let listed = 128

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

  /// Adds the synapses of the neurons of some segments that fired; returns how many fired and the synaptic
  /// operations done. The bits of `fired` count from its word `firstWord` on.
  package static func add(
    _ segments: [SegmentInfo], _ range: Range<Int>, fired: [UInt64], from firstWord: Int,
    _ patterns: [PatternInfo], _ runs: [RunInfo], _ weights: [Int32],
    into accumulators: inout [Int32]
  ) -> (events: Int, operations: UInt64) {
    scatter(segments, range, fired, firstWord, patterns, runs, weights, &accumulators)
  }

  /// The same with 16 bits.
  package static func add(
    _ segments: [SegmentInfo], _ range: Range<Int>, fired: [UInt64], from firstWord: Int,
    _ patterns: [PatternInfo], _ runs: [RunInfo], _ weights: [Int16],
    into accumulators: inout [Int16]
  ) -> (events: Int, operations: UInt64) {
    scatter(segments, range, fired, firstWord, patterns, runs, weights, &accumulators)
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
      guard let events = events.baseAddress else { return 0 }
      return unsafe withPlaces(patterns, runs, weights, &accumulators) { places in
        unsafe groups(events + first, count, places)
      }
    }
  }

  /// Unchecked access is safe for segments as it is for events: the builder joined them from the events of all axons.
  @inline(__always)
  private static func scatter<Number: AddableScalar>(
    _ segments: [SegmentInfo], _ range: Range<Int>, _ fired: [UInt64], _ firstWord: Int,
    _ patterns: [PatternInfo], _ runs: [RunInfo], _ weights: [Number],
    _ accumulators: inout [Number]
  ) -> (events: Int, operations: UInt64) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= segments.count && firstWord >= 0
        && firstWord <= fired.count, "segments are the machine's")
    var events = 0
    let operations: UInt64 = unsafe fired.withUnsafeBufferPointer { fired in
      unsafe segments.withUnsafeBufferPointer { segments in
        guard let fired = fired.baseAddress, let segments = segments.baseAddress else { return 0 }
        return unsafe withPlaces(patterns, runs, weights, &accumulators) { places in
          var sum: UInt64 = 0
          for index in range {
            unsafe sum &+= add(segments + index, fired + firstWord, places, &events)
          }
          return sum
        }
      }
    }
    return (events, operations)
  }

  /// What events are looked up in, and scratch for their weight positions and for what their targets are moved by.
  @unsafe private struct Places<Number: AddableScalar> {
    let patterns: UnsafePointer<PatternInfo>
    let runs: UnsafePointer<RunInfo>
    let weights: UnsafePointer<Number>
    let accumulators: UnsafeMutablePointer<Number>
    let bases: UnsafeMutablePointer<Int>
    let moves: UnsafeMutablePointer<Int>
  }

  @inline(__always)
  private static func withPlaces<Number: AddableScalar>(
    _ patterns: [PatternInfo], _ runs: [RunInfo], _ weights: [Number],
    _ accumulators: inout [Number], _ body: (Places<Number>) -> UInt64
  ) -> UInt64 {
    unsafe patterns.withUnsafeBufferPointer { patterns in
      unsafe runs.withUnsafeBufferPointer { runs in
        unsafe weights.withUnsafeBufferPointer { weights in
          unsafe accumulators.withUnsafeMutableBufferPointer { accumulators in
            guard let patterns = patterns.baseAddress, let runs = runs.baseAddress,
              let weights = weights.baseAddress, let accumulators = accumulators.baseAddress
            else { return 0 }
            return unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * (listed + 64)) {
              scratch in
              guard let scratch = scratch.baseAddress else { return 0 }
              return unsafe body(
                Places(
                  patterns: patterns, runs: runs, weights: weights, accumulators: accumulators,
                  bases: scratch, moves: scratch + listed + 64))
            }
          }
        }
      }
    }
  }

  /// Takes events of one pattern together.
  @inline(__always)
  private static func groups<Number: AddableScalar>(
    _ events: UnsafePointer<Event>, _ count: Int, _ places: Places<Number>
  ) -> UInt64 {
    var synapses: UInt64 = 0
    var event = 0
    while event < count {
      let number = unsafe events[event].pattern
      var found = 0
      while event < count, found < listed, unsafe events[event].pattern == number {
        unsafe places.bases[found] = Int(events[event].weightBase)
        found &+= 1
        event &+= 1
      }
      unsafe synapses &+= meet(places.patterns[Int(number)], found, places)
    }
    return synapses
  }

  /// Lists a segment's neurons that fired, and adds their synapses.
  @inline(__always)
  private static func add<Number: AddableScalar>(
    _ segment: UnsafePointer<SegmentInfo>, _ fired: UnsafePointer<UInt64>,
    _ places: Places<Number>, _ events: inout Int
  ) -> UInt64 {
    let step = unsafe Int(segment.pointee.weightStep)
    let move = unsafe Int(segment.pointee.targetStep)
    var bit = unsafe Int(segment.pointee.firstBit)
    let end = unsafe bit &+ Int(segment.pointee.count)
    var base = unsafe Int(segment.pointee.weightBase)
    var moved = 0
    var found = 0
    var synapses: UInt64 = 0
    while bit < end {
      let taken = min(64 &- bit & 63, end &- bit)
      var word = unsafe (fired[bit &>> 6] &>> UInt64(bit & 63)) & (UInt64.max &>> UInt64(64 &- taken))
      while word != 0 {
        let place = word.trailingZeroBitCount
        unsafe places.bases[found] = base &+ place &* step
        if move != 0 { unsafe places.moves[found] = moved &+ place &* move }
        found &+= 1
        word &= word &- 1
      }
      bit &+= taken
      base &+= taken &* step
      moved &+= taken &* move
      if found == 0 || (bit < end && found <= listed) { continue }
      let pattern = unsafe places.patterns[Int(segment.pointee.pattern)]
      events &+= found
      unsafe synapses &+=
        move == 0 ? meet(pattern, found, places) : meetMoved(pattern, found, places)
      found = 0
    }
    return synapses
  }

  /// Adds the synapses of the listed events, which meet the same targets.
  @inline(__always)
  private static func meet<Number: AddableScalar>(
    _ pattern: PatternInfo, _ count: Int, _ places: Places<Number>
  ) -> UInt64 {
    var run = unsafe places.runs + Int(pattern.firstRun)
    let last = unsafe run + Int(pattern.runCount)
    while unsafe run != last {
      unsafe rows(
        places.bases, count, places.weights + Int(run.pointee.weight),
        places.accumulators + Int(run.pointee.target), Int(run.pointee.count))
      unsafe run += 1
    }
    return UInt64(pattern.synapses) &* UInt64(truncatingIfNeeded: count)
  }

  /// Adds the synapses of the listed events, each of which meets targets of its own (depthwise).
  @inline(__always)
  private static func meetMoved<Number: AddableScalar>(
    _ pattern: PatternInfo, _ count: Int, _ places: Places<Number>
  ) -> UInt64 {
    var run = unsafe places.runs + Int(pattern.firstRun)
    let last = unsafe run + Int(pattern.runCount)
    while unsafe run != last {
      let weights = unsafe places.weights + Int(run.pointee.weight)
      let sums = unsafe places.accumulators + Int(run.pointee.target)
      let width = unsafe Int(run.pointee.count)
      if width == 1 {
        for event in 0..<count {
          unsafe sums[places.moves[event]] &+= weights[places.bases[event]]
        }
      } else {
        for event in 0..<count {
          unsafe one(weights + places.bases[event], sums + places.moves[event], width)
        }
      }
      unsafe run += 1
    }
    return UInt64(pattern.synapses) &* UInt64(truncatingIfNeeded: count)
  }

  /// Adds one run of each of some events, four at a time.
  @inline(__always)
  private static func rows<Number: AddableScalar>(
    _ bases: UnsafePointer<Int>, _ count: Int, _ weights: UnsafePointer<Number>,
    _ accumulators: UnsafeMutablePointer<Number>, _ width: Int
  ) {
    var event = 0
    while event &+ 4 <= count {
      let first = unsafe weights + bases[event]
      let second = unsafe weights + bases[event &+ 1]
      let third = unsafe weights + bases[event &+ 2]
      let fourth = unsafe weights + bases[event &+ 3]
      unsafe four(first, second, third, fourth, accumulators, width)
      event &+= 4
    }
    if event &+ 2 <= count {
      let first = unsafe weights + bases[event]
      let second = unsafe weights + bases[event &+ 1]
      if event &+ 2 < count {
        unsafe three(first, second, weights + bases[event &+ 2], accumulators, width)
        return
      }
      unsafe two(first, second, accumulators, width)
    } else if event < count {
      unsafe one(weights + bases[event], accumulators, width)
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
  private static func three<Number: AddableScalar>(
    _ first: UnsafePointer<Number>, _ second: UnsafePointer<Number>,
    _ third: UnsafePointer<Number>, _ sums: UnsafeMutablePointer<Number>, _ width: Int
  ) {
    var place = 0
    while place &+ 8 <= width {
      let pair = unsafe Number.sum(lanes(first, place), lanes(second, place))
      let other = unsafe Number.sum(lanes(third, place), lanes(sums, place))
      unsafe store(Number.sum(pair, other), sums, place)
      place &+= 8
    }
    while place < width {
      let pair = unsafe first[place] &+ second[place]
      unsafe sums[place] &+= pair &+ third[place]
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
