/// Depthwise synapses: neighbouring neurons meet neighbouring targets through neighbouring weights.
extension ScatterKernel {
  /// Adds the synapses of a segment's neurons that fired, eight neurons at a time.
  ///
  /// Weights of neurons that did not fire are masked out; places without neurons, at most seven after the last, have zeros added.
  @inline(__always)
  static func addAbreast<Weight: ScatterWeight>(
    _ segment: UnsafePointer<SegmentInfo>, _ fired: UnsafePointer<UInt64>,
    _ places: Places<Weight>
  ) -> UInt64 {
    let runs = unsafe places.runs + Int(segment.pointee.firstRun)
    let last = unsafe runs + Int(segment.pointee.runCount)
    let base = unsafe segment.pointee.weightBase
    let start = unsafe Int(segment.pointee.firstBit)
    let end = unsafe start &+ Int(segment.pointee.count)
    var bit = start
    var met = 0
    while bit < end {
      let taken = min(64 &- bit & 63, end &- bit)
      var word =
        unsafe (fired[bit &>> 6] &>> UInt64(bit & 63)) & (UInt64.max &>> UInt64(64 &- taken))
      met &+= word.nonzeroBitCount
      while word != 0 {
        let first = word.trailingZeroBitCount
        let mask = Weight.Sum.lanes(of: UInt8(truncatingIfNeeded: word &>> UInt64(first)))
        word &= ~(0xff &<< UInt64(first))
        let place = bit &- start &+ first
        var run = unsafe runs
        while unsafe run != last {
          let sums = unsafe places.accumulators + Int(run.pointee.target)
          let eight = unsafe Weight.lanes(places.weights + Int(base &+ run.pointee.weight), place)
          unsafe store(
            Weight.Sum.sum(held(sums, place), Weight.Sum.both(eight, mask)), sums, place)
          unsafe run += 1
        }
      }
      bit &+= taken
    }
    return unsafe UInt64(segment.pointee.synapses) &* UInt64(truncatingIfNeeded: met)
  }
}
