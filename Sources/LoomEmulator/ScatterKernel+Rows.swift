/// Rows of weights added to sums: one, two, three or four at a time, eight numbers of each in a vector.
///
/// A row's last numbers, fewer than eight, are eight all the same, of which a mask leaves the row's.
extension ScatterKernel {
  /// Adds one run of each of some events, fetching those of many before the first is added.
  @inline(__always)
  static func farRows<Weight: ScatterWeight>(
    _ bases: UnsafePointer<UInt32>, _ count: Int, _ places: Places<Weight>, _ offset: UInt32,
    _ accumulators: UnsafeMutablePointer<Weight.Sum>, _ width: Int
  ) {
    let lines = width &* MemoryLayout<Weight>.stride &>> 6 &+ 2
    let most = max(8, RowReadAhead.mostLines / lines) & ~3
    var event = 0
    while event < count {
      let taken = min(most, count &- event)
      var touched = 0
      for place in event..<(event &+ taken) {
        unsafe touched &+= RowReadAhead.touch(places.weights + Int(offset &+ bases[place]), width)
      }
      precondition(touched >= 0, "bytes are not negative")
      unsafe rows(bases + event, taken, places, offset, accumulators, width)
      event &+= taken
    }
  }

  /// Adds one run of each of some events, four at a time.
  @inline(__always)
  static func rows<Weight: ScatterWeight>(
    _ bases: UnsafePointer<UInt32>, _ count: Int, _ places: Places<Weight>, _ offset: UInt32,
    _ accumulators: UnsafeMutablePointer<Weight.Sum>, _ width: Int
  ) {
    let (weights, last) = unsafe (places.weights, places.last(width))
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
  static func four<Weight: ScatterWeight>(
    _ first: UnsafePointer<Weight>, _ second: UnsafePointer<Weight>,
    _ third: UnsafePointer<Weight>, _ fourth: UnsafePointer<Weight>,
    _ sums: UnsafeMutablePointer<Weight.Sum>, _ width: Int, _ last: SIMD8<Weight.Sum>
  ) {
    var place = 0
    while place &+ 8 <= width {
      let pair = unsafe Weight.Sum.sum(Weight.lanes(first, place), Weight.lanes(second, place))
      let other = unsafe Weight.Sum.sum(Weight.lanes(third, place), Weight.lanes(fourth, place))
      let sum = unsafe Weight.Sum.sum(held(sums, place), Weight.Sum.sum(pair, other))
      unsafe store(sum, sums, place)
      place &+= 8
    }
    guard place < width else { return }
    let pair = unsafe Weight.Sum.sum(Weight.lanes(first, place), Weight.lanes(second, place))
    let other = unsafe Weight.Sum.sum(Weight.lanes(third, place), Weight.lanes(fourth, place))
    unsafe add(Weight.Sum.sum(pair, other), last, sums, place)
  }

  @inline(__always)
  static func three<Weight: ScatterWeight>(
    _ first: UnsafePointer<Weight>, _ second: UnsafePointer<Weight>,
    _ third: UnsafePointer<Weight>, _ sums: UnsafeMutablePointer<Weight.Sum>, _ width: Int,
    _ last: SIMD8<Weight.Sum>
  ) {
    var place = 0
    while place &+ 8 <= width {
      let pair = unsafe Weight.Sum.sum(Weight.lanes(first, place), Weight.lanes(second, place))
      let other = unsafe Weight.Sum.sum(Weight.lanes(third, place), held(sums, place))
      unsafe store(Weight.Sum.sum(pair, other), sums, place)
      place &+= 8
    }
    guard place < width else { return }
    let pair = unsafe Weight.Sum.sum(Weight.lanes(first, place), Weight.lanes(second, place))
    unsafe add(Weight.Sum.sum(pair, Weight.lanes(third, place)), last, sums, place)
  }

  @inline(__always)
  static func two<Weight: ScatterWeight>(
    _ first: UnsafePointer<Weight>, _ second: UnsafePointer<Weight>,
    _ sums: UnsafeMutablePointer<Weight.Sum>, _ width: Int, _ last: SIMD8<Weight.Sum>
  ) {
    var place = 0
    while place &+ 8 <= width {
      let pair = unsafe Weight.Sum.sum(Weight.lanes(first, place), Weight.lanes(second, place))
      unsafe store(Weight.Sum.sum(held(sums, place), pair), sums, place)
      place &+= 8
    }
    guard place < width else { return }
    unsafe add(
      Weight.Sum.sum(Weight.lanes(first, place), Weight.lanes(second, place)), last, sums, place)
  }

  @inline(__always)
  static func one<Weight: ScatterWeight>(
    _ weights: UnsafePointer<Weight>, _ sums: UnsafeMutablePointer<Weight.Sum>, _ width: Int,
    _ last: SIMD8<Weight.Sum>
  ) {
    var place = 0
    while place &+ 8 <= width {
      unsafe store(Weight.Sum.sum(held(sums, place), Weight.lanes(weights, place)), sums, place)
      place &+= 8
    }
    guard place < width else { return }
    unsafe add(Weight.lanes(weights, place), last, sums, place)
  }

  /// Adds the lanes of `last`; the others are written back as they were.
  @inline(__always)
  static func add<Sum: AddableScalar>(
    _ weights: SIMD8<Sum>, _ last: SIMD8<Sum>, _ sums: UnsafeMutablePointer<Sum>, _ place: Int
  ) {
    unsafe store(Sum.sum(held(sums, place), Sum.both(weights, last)), sums, place)
  }

  @inline(__always)
  static func held<Sum: SIMDScalar>(
    _ sums: UnsafeMutablePointer<Sum>, _ place: Int
  ) -> SIMD8<Sum> {
    unsafe UnsafeRawPointer(sums + place).loadUnaligned(as: SIMD8<Sum>.self)
  }

  @inline(__always)
  static func store<Sum: SIMDScalar>(
    _ value: SIMD8<Sum>, _ sums: UnsafeMutablePointer<Sum>, _ place: Int
  ) {
    unsafe UnsafeMutableRawPointer(sums + place).storeBytes(of: value, as: SIMD8<Sum>.self)
  }
}
