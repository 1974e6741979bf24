/// Synaptic operations: the weights of events' axons added to the accumulators, in 16 or in 32 bits.
///
/// Consecutive events of one pattern (the rows of a dense block, the channels at one position of a map) meet the
/// same accumulators, which are then read and written once for four of them. Events are either listed in a queue or
/// bits of neurons that fired, with a segment that says what they meet. Where a run ends within eight numbers, eight are read
/// and zeros added to those after it: weights and every slice's accumulators have seven places more than are theirs.
package enum ScatterKernel {
  /// Events taken together at most; a word of bits more fits their list.
  private static let listed = 64

  /// Adds the synapses of every event's axon to the accumulators; returns the synaptic operations done.
  @inline(never)
  package static func add(
    _ events: [Event], from first: Int, count: Int, _ patterns: [PatternInfo], _ runs: [RunInfo],
    _ weights: [Int32], into accumulators: inout [Int32]
  ) -> UInt64 {
    scatter(events, first, count, patterns, runs, weights, &accumulators)
  }

  /// The same with 16 bits, for populations of which `MachineBuilder` has proved that sums fit (`SliceInfo.isNarrow`).
  @inline(never)
  package static func add(
    _ events: [Event], from first: Int, count: Int, _ patterns: [PatternInfo], _ runs: [RunInfo],
    _ weights: [Int16], into accumulators: inout [Int16]
  ) -> UInt64 {
    scatter(events, first, count, patterns, runs, weights, &accumulators)
  }

  /// Adds the synapses of the neurons of some segments that fired; returns how many fired and the synaptic operations done.
  ///
  /// The bits of `fired` count from its word `firstWord` on.
  @inline(never)
  package static func add(
    _ segments: [SegmentInfo], _ range: Range<Int>, fired: [UInt64], from firstWord: Int,
    _ runs: [RunInfo], _ weights: [Int32], into accumulators: inout [Int32]
  ) -> (events: Int, operations: UInt64) {
    scatter(segments, range, fired, firstWord, runs, weights, &accumulators)
  }

  /// The same with 16 bits.
  @inline(never)
  package static func add(
    _ segments: [SegmentInfo], _ range: Range<Int>, fired: [UInt64], from firstWord: Int,
    _ runs: [RunInfo], _ weights: [Int16], into accumulators: inout [Int16]
  ) -> (events: Int, operations: UInt64) {
    scatter(segments, range, fired, firstWord, runs, weights, &accumulators)
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
      return unsafe patterns.withUnsafeBufferPointer { patterns in
        guard let patterns = patterns.baseAddress else { return 0 }
        return unsafe withPlaces(runs, weights, &accumulators) { places in
          unsafe groups(events + first, count, patterns, places)
        }
      }
    }
  }

  /// Unchecked access is safe for segments as it is for events: the builder joined them from the events of all axons.
  @inline(__always)
  private static func scatter<Number: AddableScalar>(
    _ segments: [SegmentInfo], _ range: Range<Int>, _ fired: [UInt64], _ firstWord: Int,
    _ runs: [RunInfo], _ weights: [Number], _ accumulators: inout [Number]
  ) -> (events: Int, operations: UInt64) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= segments.count && firstWord >= 0
        && firstWord <= fired.count, "segments are the machine's")
    var events = 0
    let operations: UInt64 = unsafe fired.withUnsafeBufferPointer { fired in
      unsafe segments.withUnsafeBufferPointer { segments in
        guard let fired = fired.baseAddress, let segments = segments.baseAddress else { return 0 }
        return unsafe withPlaces(runs, weights, &accumulators) { places in
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
    let runs: UnsafePointer<RunInfo>
    let runCount: Int
    let weights: UnsafePointer<Number>
    let weightCount: Int
    let accumulators: UnsafeMutablePointer<Number>
    let bases: UnsafeMutablePointer<UInt32>
    let moves: UnsafeMutablePointer<UInt32>
  }

  @inline(__always)
  private static func withPlaces<Number: AddableScalar>(
    _ runs: [RunInfo], _ weights: [Number], _ accumulators: inout [Number],
    _ body: (Places<Number>) -> UInt64
  ) -> UInt64 {
    unsafe runs.withUnsafeBufferPointer { runs in
      unsafe weights.withUnsafeBufferPointer { weights in
        unsafe accumulators.withUnsafeMutableBufferPointer { accumulators in
          let (runCount, weightCount) = (runs.count, weights.count)
          guard let runs = runs.baseAddress, let weights = weights.baseAddress,
            let accumulators = accumulators.baseAddress
          else { return 0 }
          // 1 KiB: more would be taken from the heap.
          return unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * listed) {
            scratch in
            guard let scratch = scratch.baseAddress else { return 0 }
            return unsafe body(
              Places(
                runs: runs, runCount: runCount, weights: weights, weightCount: weightCount,
                accumulators: accumulators, bases: scratch, moves: scratch + 2 * listed))
          }
        }
      }
    }
  }

  /// Takes events of the same runs together.
  @inline(__always)
  private static func groups<Number: AddableScalar>(
    _ events: UnsafePointer<Event>, _ count: Int, _ patterns: UnsafePointer<PatternInfo>,
    _ places: Places<Number>
  ) -> UInt64 {
    var synapses: UInt64 = 0
    var event = 0
    var ready = 0
    while event < count {
      if event == ready {
        ready = min(count, event &+ listed)
        unsafe readAhead(events + event, ready &- event, patterns, places)
      }
      let pattern = unsafe patterns[Int(events[event].pattern)]
      var found = 0
      repeat {
        let next = unsafe patterns[Int(events[event].pattern)]
        guard next.firstRun == pattern.firstRun, next.runCount == pattern.runCount else { break }
        synapses &+= UInt64(next.synapses)
        unsafe places.bases[found] = events[event].weightBase
        found &+= 1
        event &+= 1
      } while event < ready
      unsafe meet(Int(pattern.firstRun), Int(pattern.runCount), found, places)
    }
    return synapses
  }

  /// Reads once what the next events lead to, so that the memory fetches for many of them at a time.
  @inline(__always)
  private static func readAhead<Number: AddableScalar>(
    _ events: UnsafePointer<Event>, _ count: Int, _ patterns: UnsafePointer<PatternInfo>,
    _ places: Places<Number>
  ) {
    let (runs, weights) = unsafe (places.runCount, places.weightCount)
    guard count > 1, runs > 0, weights > 0,
      unsafe events[0].pattern != events[count &- 1].pattern
    else { return }
    // A pattern without runs reads its neighbour's; the last one's are there.
    for event in 0..<count {
      let run = unsafe patterns[Int(events[event].pattern)].firstRun
      unsafe places.moves[event] = min(run, UInt32(truncatingIfNeeded: runs &- 1))
    }
    var greatest: UInt32 = 0
    for event in 0..<count {
      let run = unsafe places.runs + Int(places.moves[event])
      unsafe places.bases[event] = min(
        events[event].weightBase &+ run.pointee.weight, UInt32(truncatingIfNeeded: weights &- 1))
      greatest = unsafe max(greatest, run.pointee.target)
    }
    var bits: Number = 0
    for event in 0..<count { unsafe bits |= places.weights[Int(places.bases[event])] }
    precondition(greatest < .max || bits != 0, "targets are numbered")
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
    var met = 0
    while bit < end {
      let taken = min(64 &- bit & 63, end &- bit)
      var word =
        unsafe (fired[bit &>> 6] &>> UInt64(bit & 63)) & (UInt64.max &>> UInt64(64 &- taken))
      while word != 0 {
        let place = word.trailingZeroBitCount
        unsafe places.bases[found] = UInt32(truncatingIfNeeded: base &+ place &* step)
        if move != 0 {
          unsafe places.moves[found] = UInt32(truncatingIfNeeded: moved &+ place &* move)
        }
        found &+= 1
        word &= word &- 1
      }
      bit &+= taken
      base &+= taken &* step
      moved &+= taken &* move
      if found == 0 || (bit < end && found <= listed) { continue }
      let (first, runs) = unsafe (
        Int(segment.pointee.firstRun), Int(segment.pointee.runCount)
      )
      if move == 0 {
        unsafe meet(first, runs, found, places)
      } else {
        unsafe meetMoved(first, runs, found, places)
      }
      met &+= found
      found = 0
    }
    events &+= met
    return unsafe UInt64(segment.pointee.synapses) &* UInt64(truncatingIfNeeded: met)
  }

  /// Adds the synapses of the listed events, which meet the same targets.
  ///
  /// Positions are added in 32 bits, where a segment's base may be below 0: with that of the run it is not.
  @inline(__always)
  private static func meet<Number: AddableScalar>(
    _ first: Int, _ runs: Int, _ count: Int, _ places: Places<Number>
  ) {
    var run = unsafe places.runs + first
    let last = unsafe run + runs
    while unsafe run != last {
      let weight = unsafe run.pointee.weight
      let sums = unsafe places.accumulators + Int(run.pointee.target)
      let width = unsafe Int(run.pointee.count)
      if width == 1 {
        for event in 0..<count {
          unsafe sums[0] &+= places.weights[Int(weight &+ places.bases[event])]
        }
      } else {
        unsafe rows(places.bases, count, places.weights, weight, sums, width)
      }
      unsafe run += 1
    }
  }

  /// Adds the synapses of the listed events, each of which meets targets of its own (depthwise).
  @inline(__always)
  private static func meetMoved<Number: AddableScalar>(
    _ first: Int, _ runs: Int, _ count: Int, _ places: Places<Number>
  ) {
    var run = unsafe places.runs + first
    let last = unsafe run + runs
    while unsafe run != last {
      let (weight, target) = unsafe (run.pointee.weight, run.pointee.target)
      let width = unsafe Int(run.pointee.count)
      if width == 1 {
        for event in 0..<count {
          unsafe places.accumulators[Int(target &+ places.moves[event])] &+=
            places.weights[Int(weight &+ places.bases[event])]
        }
      } else {
        let last = Number.first(width & 7)
        for event in 0..<count {
          unsafe one(
            places.weights + Int(weight &+ places.bases[event]),
            places.accumulators + Int(target &+ places.moves[event]), width, last)
        }
      }
      unsafe run += 1
    }
  }

  /// Adds one run of each of some events, four at a time.
  @inline(__always)
  private static func rows<Number: AddableScalar>(
    _ bases: UnsafePointer<UInt32>, _ count: Int, _ weights: UnsafePointer<Number>,
    _ offset: UInt32, _ accumulators: UnsafeMutablePointer<Number>, _ width: Int
  ) {
    let last = Number.first(width & 7)
    var event = 0
    while event &+ 4 <= count {
      let first = unsafe weights + Int(offset &+ bases[event])
      let second = unsafe weights + Int(offset &+ bases[event &+ 1])
      let third = unsafe weights + Int(offset &+ bases[event &+ 2])
      let fourth = unsafe weights + Int(offset &+ bases[event &+ 3])
      unsafe four(first, second, third, fourth, accumulators, width, last)
      event &+= 4
    }
    if event &+ 2 <= count {
      let first = unsafe weights + Int(offset &+ bases[event])
      let second = unsafe weights + Int(offset &+ bases[event &+ 1])
      if event &+ 2 < count {
        unsafe three(
          first, second, weights + Int(offset &+ bases[event &+ 2]), accumulators, width, last)
        return
      }
      unsafe two(first, second, accumulators, width, last)
    } else if event < count {
      unsafe one(weights + Int(offset &+ bases[event]), accumulators, width, last)
    }
  }

  @inline(__always)
  private static func four<Number: AddableScalar>(
    _ first: UnsafePointer<Number>, _ second: UnsafePointer<Number>,
    _ third: UnsafePointer<Number>, _ fourth: UnsafePointer<Number>,
    _ sums: UnsafeMutablePointer<Number>, _ width: Int, _ last: SIMD8<Number>
  ) {
    var place = 0
    while place &+ 8 <= width {
      let pair = unsafe Number.sum(lanes(first, place), lanes(second, place))
      let other = unsafe Number.sum(lanes(third, place), lanes(fourth, place))
      let sum = unsafe Number.sum(lanes(sums, place), Number.sum(pair, other))
      unsafe store(sum, sums, place)
      place &+= 8
    }
    guard place < width else { return }
    let pair = unsafe Number.sum(lanes(first, place), lanes(second, place))
    let other = unsafe Number.sum(lanes(third, place), lanes(fourth, place))
    unsafe add(Number.sum(pair, other), last, sums, place)
  }

  @inline(__always)
  private static func three<Number: AddableScalar>(
    _ first: UnsafePointer<Number>, _ second: UnsafePointer<Number>,
    _ third: UnsafePointer<Number>, _ sums: UnsafeMutablePointer<Number>, _ width: Int,
    _ last: SIMD8<Number>
  ) {
    var place = 0
    while place &+ 8 <= width {
      let pair = unsafe Number.sum(lanes(first, place), lanes(second, place))
      let other = unsafe Number.sum(lanes(third, place), lanes(sums, place))
      unsafe store(Number.sum(pair, other), sums, place)
      place &+= 8
    }
    guard place < width else { return }
    let pair = unsafe Number.sum(lanes(first, place), lanes(second, place))
    unsafe add(Number.sum(pair, lanes(third, place)), last, sums, place)
  }

  @inline(__always)
  private static func two<Number: AddableScalar>(
    _ first: UnsafePointer<Number>, _ second: UnsafePointer<Number>,
    _ sums: UnsafeMutablePointer<Number>, _ width: Int, _ last: SIMD8<Number>
  ) {
    var place = 0
    while place &+ 8 <= width {
      let pair = unsafe Number.sum(lanes(first, place), lanes(second, place))
      unsafe store(Number.sum(lanes(sums, place), pair), sums, place)
      place &+= 8
    }
    guard place < width else { return }
    unsafe add(Number.sum(lanes(first, place), lanes(second, place)), last, sums, place)
  }

  @inline(__always)
  private static func one<Number: AddableScalar>(
    _ weights: UnsafePointer<Number>, _ sums: UnsafeMutablePointer<Number>, _ width: Int,
    _ last: SIMD8<Number>
  ) {
    var place = 0
    while place &+ 8 <= width {
      unsafe store(Number.sum(lanes(sums, place), lanes(weights, place)), sums, place)
      place &+= 8
    }
    guard place < width else { return }
    unsafe add(lanes(weights, place), last, sums, place)
  }

  /// Adds the lanes of `last`; the others are written back as they were.
  @inline(__always)
  private static func add<Number: AddableScalar>(
    _ weights: SIMD8<Number>, _ last: SIMD8<Number>, _ sums: UnsafeMutablePointer<Number>,
    _ place: Int
  ) {
    unsafe store(Number.sum(lanes(sums, place), Number.both(weights, last)), sums, place)
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
