/// Synaptic operations: the weights of events' axons added to the accumulators, in 16 or in 32 bits; weights may have
/// half the bits of their sums.
///
/// Consecutive events of one pattern (the rows of a dense block, the channels at one position of a map) meet the
/// same accumulators, which are then read and written once for four of them. Events are either listed in a queue or
/// bits of neurons that fired, with a segment that says what they meet, or with an intake that says whom a target hears. Where a run ends within eight numbers, eight are read
/// and zeros added to those after it: weights and every slice's accumulators have seven places more than are theirs.
package enum ScatterKernel {
  /// Events taken together at most; a word of bits more fits their list.
  static let listed = 64

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

  /// The same with weights of 16 bits and sums of 32 (`Machine.shortWeights`).
  @inline(never)
  package static func add(
    _ events: [Event], from first: Int, count: Int, _ patterns: [PatternInfo], _ runs: [RunInfo],
    _ weights: [ShortWeight], into accumulators: inout [Int32]
  ) -> UInt64 {
    scatter(events, first, count, patterns, runs, weights, &accumulators)
  }

  /// The same with weights of 8 bits (`Machine.byteWeights`).
  @inline(never)
  package static func add(
    _ events: [Event], from first: Int, count: Int, _ patterns: [PatternInfo], _ runs: [RunInfo],
    _ weights: [Int8], into accumulators: inout [Int16]
  ) -> UInt64 {
    scatter(events, first, count, patterns, runs, weights, &accumulators)
  }

  /// Adds the synapses of the neurons of some segments that fired; returns the synaptic operations done.
  ///
  /// The bits of `fired` count from its word `firstWord` on.
  @inline(never)
  package static func add(
    _ segments: [SegmentInfo], _ range: Range<Int>, fired: [UInt64], from firstWord: Int,
    _ runs: [RunInfo], _ weights: [Int32], into accumulators: inout [Int32]
  ) -> UInt64 {
    scatter(segments, range, fired, firstWord, runs, weights, &accumulators)
  }

  /// The same with 16 bits.
  @inline(never)
  package static func add(
    _ segments: [SegmentInfo], _ range: Range<Int>, fired: [UInt64], from firstWord: Int,
    _ runs: [RunInfo], _ weights: [Int16], into accumulators: inout [Int16]
  ) -> UInt64 {
    scatter(segments, range, fired, firstWord, runs, weights, &accumulators)
  }

  /// The same with weights of 16 bits and sums of 32.
  @inline(never)
  package static func add(
    _ segments: [SegmentInfo], _ range: Range<Int>, fired: [UInt64], from firstWord: Int,
    _ runs: [RunInfo], _ weights: [ShortWeight], into accumulators: inout [Int32]
  ) -> UInt64 {
    scatter(segments, range, fired, firstWord, runs, weights, &accumulators)
  }

  /// The same with weights of 8 bits.
  @inline(never)
  package static func add(
    _ segments: [SegmentInfo], _ range: Range<Int>, fired: [UInt64], from firstWord: Int,
    _ runs: [RunInfo], _ weights: [Int8], into accumulators: inout [Int16]
  ) -> UInt64 {
    scatter(segments, range, fired, firstWord, runs, weights, &accumulators)
  }

  /// Unchecked access is safe because the machine's builder made every run from boxes within the slices'
  /// accumulators and from templates whose weight counts `ImageStructure` has checked, and every event is
  /// the builder's own for an axon of a checked route table.
  @inline(__always)
  private static func scatter<Weight: ScatterWeight>(
    _ events: [Event], _ first: Int, _ count: Int, _ patterns: [PatternInfo], _ runs: [RunInfo],
    _ weights: [Weight], _ accumulators: inout [Weight.Sum]
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
  private static func scatter<Weight: ScatterWeight>(
    _ segments: [SegmentInfo], _ range: Range<Int>, _ fired: [UInt64], _ firstWord: Int,
    _ runs: [RunInfo], _ weights: [Weight], _ accumulators: inout [Weight.Sum]
  ) -> UInt64 {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= segments.count && firstWord >= 0
        && firstWord <= fired.count, "segments are the machine's")
    return unsafe fired.withUnsafeBufferPointer { fired in
      unsafe segments.withUnsafeBufferPointer { segments in
        guard let fired = fired.baseAddress, let segments = segments.baseAddress else { return 0 }
        return unsafe withPlaces(runs, weights, &accumulators) { places in
          var sum: UInt64 = 0
          for index in range {
            let segment = unsafe segments + index
            unsafe sum &+=
              segment.pointee.isAbreast
              ? addAbreast(segment, fired + firstWord, places)
              : add(segment, fired + firstWord, places)
          }
          return sum
        }
      }
    }
  }

  /// What events are looked up in, and scratch for their weight positions and for what their targets are moved by.
  @unsafe struct Places<Weight: ScatterWeight> {
    let runs: UnsafePointer<RunInfo>
    let runCount: Int
    let weights: UnsafePointer<Weight>
    let weightCount: Int
    /// Whether rows of weights are worth fetching ahead.
    let isFar: Bool
    let accumulators: UnsafeMutablePointer<Weight.Sum>
    let bases: UnsafeMutablePointer<UInt32>
    let moves: UnsafeMutablePointer<UInt32>
    /// Eight lanes of ones, then eight of zeros.
    let lanes: UnsafeMutablePointer<Weight.Sum>

    /// All bits of the last lanes of a row, those beyond whole eights.
    @inline(__always)
    func last(_ width: Int) -> SIMD8<Weight.Sum> {
      unsafe UnsafeRawPointer(lanes + (8 &- width & 7)).loadUnaligned(as: SIMD8<Weight.Sum>.self)
    }
  }

  @inline(__always)
  static func withPlaces<Weight: ScatterWeight>(
    _ runs: [RunInfo], _ weights: [Weight], _ accumulators: inout [Weight.Sum],
    _ body: (Places<Weight>) -> UInt64
  ) -> UInt64 {
    let isFar = RowReadAhead.isFar(weights)
    return unsafe runs.withUnsafeBufferPointer { runs in
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
            return unsafe withLanes { lanes in
              unsafe body(
                Places(
                  runs: runs, runCount: runCount, weights: weights, weightCount: weightCount,
                  isFar: isFar, accumulators: accumulators, bases: scratch,
                  moves: scratch + 2 * listed, lanes: lanes))
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func withLanes<Sum: AddableScalar>(
    _ body: (UnsafeMutablePointer<Sum>) -> UInt64
  ) -> UInt64 {
    unsafe withUnsafeTemporaryAllocation(of: Sum.self, capacity: 16) { lanes in
      guard let lanes = lanes.baseAddress else { return 0 }
      for lane in 0..<16 { unsafe lanes[lane] = lane < 8 ? -1 : 0 }
      return unsafe body(lanes)
    }
  }

  /// Takes events of the same runs together.
  @inline(__always)
  private static func groups<Weight: ScatterWeight>(
    _ events: UnsafePointer<Event>, _ count: Int, _ patterns: UnsafePointer<PatternInfo>,
    _ places: Places<Weight>
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
  private static func readAhead<Weight: ScatterWeight>(
    _ events: UnsafePointer<Event>, _ count: Int, _ patterns: UnsafePointer<PatternInfo>,
    _ places: Places<Weight>
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
    var bits: Weight.Sum = 0
    for event in 0..<count {
      unsafe bits |= Weight.widened(places.weights[Int(places.bases[event])])
    }
    precondition(greatest < .max || bits != 0, "targets are numbered")
  }

  /// Lists a segment's neurons that fired, and adds their synapses.
  @inline(__always)
  private static func add<Weight: ScatterWeight>(
    _ segment: UnsafePointer<SegmentInfo>, _ fired: UnsafePointer<UInt64>,
    _ places: Places<Weight>
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
    return unsafe UInt64(segment.pointee.synapses) &* UInt64(truncatingIfNeeded: met)
  }

  /// Adds the synapses of the listed events, which meet the same targets.
  ///
  /// Positions are added in 32 bits, where a segment's base may be below 0: with that of the run it is not.
  @inline(__always)
  private static func meet<Weight: ScatterWeight>(
    _ first: Int, _ runs: Int, _ count: Int, _ places: Places<Weight>
  ) {
    var run = unsafe places.runs + first
    let last = unsafe run + runs
    while unsafe run != last {
      unsafe add(
        places.bases, count, places, run.pointee.weight,
        places.accumulators + Int(run.pointee.target), Int(run.pointee.count))
      unsafe run += 1
    }
  }

  /// Adds one run of each of some events: `width` weights from `offset` behind each base on.
  @inline(__always)
  static func add<Weight: ScatterWeight>(
    _ bases: UnsafePointer<UInt32>, _ count: Int, _ places: Places<Weight>, _ offset: UInt32,
    _ sums: UnsafeMutablePointer<Weight.Sum>, _ width: Int
  ) {
    if width == 1 {
      for event in 0..<count {
        unsafe sums[0] &+= Weight.widened(places.weights[Int(offset &+ bases[event])])
      }
    } else if unsafe places.isFar && width >= 32 {
      unsafe farRows(bases, count, places, offset, sums, width)
    } else {
      unsafe rows(bases, count, places, offset, sums, width)
    }
  }

  /// Adds the synapses of the listed events, each of which meets targets of its own (depthwise).
  @inline(__always)
  private static func meetMoved<Weight: ScatterWeight>(
    _ first: Int, _ runs: Int, _ count: Int, _ places: Places<Weight>
  ) {
    var run = unsafe places.runs + first
    let last = unsafe run + runs
    while unsafe run != last {
      let (weight, target) = unsafe (run.pointee.weight, run.pointee.target)
      let width = unsafe Int(run.pointee.count)
      if width == 1 {
        for event in 0..<count {
          unsafe places.accumulators[Int(target &+ places.moves[event])] &+=
            Weight.widened(places.weights[Int(weight &+ places.bases[event])])
        }
      } else {
        let last = unsafe places.last(width)
        for event in 0..<count {
          unsafe one(
            places.weights + Int(weight &+ places.bases[event]),
            places.accumulators + Int(target &+ places.moves[event]), width, last)
        }
      }
      unsafe run += 1
    }
  }
}
