/// Synaptic operations target by target: all spikes of a receptive field are listed, then added together.
extension ScatterKernel {
  /// Adds the synapses of all neurons of some intakes that fired; returns the synaptic operations done.
  ///
  /// The bits of `fired` count from its word `firstWord` on.
  @inline(never)
  package static func add(
    _ intakes: [IntakeInfo], _ range: Range<Int>, _ spans: [IntakeSpan], fired: [UInt64],
    from firstWord: Int, _ weights: [Int32], into accumulators: inout [Int32]
  ) -> UInt64 {
    gather(intakes, range, spans, fired, firstWord, weights, &accumulators)
  }

  /// The same with 16 bits.
  @inline(never)
  package static func add(
    _ intakes: [IntakeInfo], _ range: Range<Int>, _ spans: [IntakeSpan], fired: [UInt64],
    from firstWord: Int, _ weights: [Int16], into accumulators: inout [Int16]
  ) -> UInt64 {
    gather(intakes, range, spans, fired, firstWord, weights, &accumulators)
  }

  /// The same with weights of 8 bits.
  @inline(never)
  package static func add(
    _ intakes: [IntakeInfo], _ range: Range<Int>, _ spans: [IntakeSpan], fired: [UInt64],
    from firstWord: Int, _ weights: [Int8], into accumulators: inout [Int16]
  ) -> UInt64 {
    gather(intakes, range, spans, fired, firstWord, weights, &accumulators)
  }

  /// Unchecked access is safe because the machine's builder made the intakes from runs of segments.
  @inline(__always)
  private static func gather<Weight: ScatterWeight>(
    _ intakes: [IntakeInfo], _ range: Range<Int>, _ spans: [IntakeSpan], _ fired: [UInt64],
    _ firstWord: Int, _ weights: [Weight], _ accumulators: inout [Weight.Sum]
  ) -> UInt64 {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= intakes.count && firstWord >= 0
        && firstWord <= fired.count, "intakes are the machine's")
    return unsafe fired.withUnsafeBufferPointer { fired in
      unsafe intakes.withUnsafeBufferPointer { intakes in
        unsafe spans.withUnsafeBufferPointer { spans in
          guard let fired = fired.baseAddress, let intakes = intakes.baseAddress,
            let spans = spans.baseAddress
          else { return 0 }
          return unsafe withPlaces([], weights, &accumulators) { places in
            var sum: UInt64 = 0
            for index in range {
              unsafe sum &+= take(intakes + index, spans, fired + firstWord, places)
            }
            return sum
          }
        }
      }
    }
  }

  /// Lists an intake's neurons that fired, and adds their synapses.
  @inline(__always)
  private static func take<Weight: ScatterWeight>(
    _ intake: UnsafePointer<IntakeInfo>, _ spans: UnsafePointer<IntakeSpan>,
    _ fired: UnsafePointer<UInt64>, _ places: Places<Weight>
  ) -> UInt64 {
    let width = unsafe Int(intake.pointee.width)
    let sums = unsafe places.accumulators + Int(intake.pointee.target)
    var span = unsafe spans + Int(intake.pointee.firstSpan)
    let last = unsafe span + Int(intake.pointee.spanCount)
    var (found, met) = (0, 0)
    while unsafe span != last {
      var word = unsafe fired[Int(span.pointee.word)] & span.pointee.mask
      if word != 0 {
        let (weight, step) = unsafe (Int(span.pointee.weight), Int(span.pointee.weightStep))
        repeat {
          // Four at a time, spikes or none: what is none is written over, and nothing waits for how many there are.
          for _ in 0..<4 {
            let place = (word | 1 &<< 63).trailingZeroBitCount
            unsafe places.bases[found] = UInt32(truncatingIfNeeded: weight &+ place &* step)
            found &+= word == 0 ? 0 : 1
            word &= word &- 1
          }
        } while word != 0
        if found > listed {
          unsafe add(places.bases, found, places, 0, sums, width)
          met &+= found
          found = 0
        }
      }
      unsafe span += 1
    }
    if found > 0 { unsafe add(places.bases, found, places, 0, sums, width) }
    return UInt64(truncatingIfNeeded: (met &+ found) &* width)
  }
}
