/// Synaptic operations: the weights of events' axons added to the accumulators, in 16 or in 32 bits; weights of sums in 16
/// bits may have 8.
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

  /// The same with weights of 8 bits (`Machine.byteWeights`).
  package static func add(
    _ events: [Event], from first: Int, count: Int, _ patterns: [PatternInfo], _ runs: [RunInfo],
    _ weights: [Int8], into accumulators: inout [Int16]
  ) -> UInt64 {
    scatter(events, first, count, patterns, runs, weights, &accumulators)
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
    let isFar = RowReadAhead.isFar(weights)
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
                events + first, count, patterns, runs, weights, accumulators, isFar)
            }
          }
        }
      }
    }
  }

  /// Takes events of one pattern together.
  @inline(__always)
  private static func groups<Weight: ScatterWeight>(
    _ events: UnsafePointer<Event>, _ count: Int, _ patterns: UnsafePointer<PatternInfo>,
    _ runs: UnsafePointer<RunInfo>, _ weights: UnsafePointer<Weight>,
    _ accumulators: UnsafeMutablePointer<Weight.Sum>, _ isFar: Bool
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
        let weights = unsafe weights + Int(run.pointee.weight)
        let sums = unsafe accumulators + Int(run.pointee.target)
        let width = unsafe Int(run.pointee.count)
        if isFar, width >= 32 {
          unsafe farRows(events + event, end &- event, weights, sums, width)
        } else {
          unsafe rows(events + event, end &- event, weights, sums, width)
        }
        unsafe run += 1
      }
      event = end
    }
    return synapses
  }

  /// Adds one run of each of some events, fetching those of many before the first is added.
  @inline(__always)
  private static func farRows<Weight: ScatterWeight>(
    _ events: UnsafePointer<Event>, _ count: Int, _ weights: UnsafePointer<Weight>,
    _ accumulators: UnsafeMutablePointer<Weight.Sum>, _ width: Int
  ) {
    let lines = width &* MemoryLayout<Weight>.stride &>> 6 &+ 2
    let most = max(8, RowReadAhead.mostLines / lines) & ~3
    var event = 0
    while event < count {
      let taken = min(most, count &- event)
      var touched = 0
      for place in event..<(event &+ taken) {
        unsafe touched &+= RowReadAhead.touch(weights + Int(events[place].weightBase), width)
      }
      precondition(touched >= 0, "bytes are not negative")
      unsafe rows(events + event, taken, weights, accumulators, width)
      event &+= taken
    }
  }

  /// Adds one run of each of some events, four at a time.
  @inline(__always)
  private static func rows<Weight: ScatterWeight>(
    _ events: UnsafePointer<Event>, _ count: Int, _ weights: UnsafePointer<Weight>,
    _ accumulators: UnsafeMutablePointer<Weight.Sum>, _ width: Int
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
  private static func four<Weight: ScatterWeight>(
    _ first: UnsafePointer<Weight>, _ second: UnsafePointer<Weight>,
    _ third: UnsafePointer<Weight>, _ fourth: UnsafePointer<Weight>,
    _ sums: UnsafeMutablePointer<Weight.Sum>, _ width: Int
  ) {
    var place = 0
    while place &+ 8 <= width {
      let pair = unsafe Weight.sum(Weight.lanes(first, place), Weight.lanes(second, place))
      let other = unsafe Weight.sum(Weight.lanes(third, place), Weight.lanes(fourth, place))
      let sum = unsafe Weight.sum(held(sums, place), Weight.sum(pair, other))
      unsafe store(sum, sums, place)
      place &+= 8
    }
    while place < width {
      let pair = unsafe Weight.widened(first[place]) &+ Weight.widened(second[place])
      let other = unsafe Weight.widened(third[place]) &+ Weight.widened(fourth[place])
      unsafe sums[place] &+= pair &+ other
      place &+= 1
    }
  }

  @inline(__always)
  private static func two<Weight: ScatterWeight>(
    _ first: UnsafePointer<Weight>, _ second: UnsafePointer<Weight>,
    _ sums: UnsafeMutablePointer<Weight.Sum>, _ width: Int
  ) {
    var place = 0
    while place &+ 8 <= width {
      let pair = unsafe Weight.sum(Weight.lanes(first, place), Weight.lanes(second, place))
      unsafe store(Weight.sum(held(sums, place), pair), sums, place)
      place &+= 8
    }
    while place < width {
      unsafe sums[place] &+= Weight.widened(first[place]) &+ Weight.widened(second[place])
      place &+= 1
    }
  }

  @inline(__always)
  private static func one<Weight: ScatterWeight>(
    _ weights: UnsafePointer<Weight>, _ sums: UnsafeMutablePointer<Weight.Sum>, _ width: Int
  ) {
    var place = 0
    while place &+ 8 <= width {
      unsafe store(Weight.sum(held(sums, place), Weight.lanes(weights, place)), sums, place)
      place &+= 8
    }
    while place < width {
      unsafe sums[place] &+= Weight.widened(weights[place])
      place &+= 1
    }
  }

  @inline(__always)
  private static func held<Sum: SIMDScalar>(
    _ sums: UnsafeMutablePointer<Sum>, _ place: Int
  ) -> SIMD8<Sum> {
    unsafe UnsafeRawPointer(sums + place).loadUnaligned(as: SIMD8<Sum>.self)
  }

  @inline(__always)
  private static func store<Sum: SIMDScalar>(
    _ value: SIMD8<Sum>, _ numbers: UnsafeMutablePointer<Sum>, _ place: Int
  ) {
    unsafe UnsafeMutableRawPointer(numbers + place).storeBytes(of: value, as: SIMD8<Sum>.self)
  }
}
