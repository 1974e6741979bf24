/// Synaptic operations target by target: all spikes of a receptive field are listed, then added together.
extension ScatterKernel {
  /// Whom intakes hear, and who of them fired.
  package struct Heard {
    let spans: [IntakeSpan]
    let neurons: [ListedNeurons]
    /// A bit for each neuron that fired, counted from word `firstWord` on.
    let fired: [UInt64]
    let firstWord: Int
    /// The step in which they fired.
    let step: Int

    package init(
      _ spans: [IntakeSpan], _ neurons: [ListedNeurons], fired: [UInt64], from firstWord: Int,
      step: Int
    ) {
      self.spans = spans
      self.neurons = neurons
      self.fired = fired
      self.firstWord = firstWord
      self.step = step
    }
  }

  /// Adds the synapses of all neurons of some intakes that fired; returns the synaptic operations done.
  ///
  /// Lists of an earlier step, or of none, are written anew where an intake needs them.
  @inline(never)
  package static func add(
    _ intakes: [IntakeInfo], _ range: Range<Int>, _ heard: Heard, _ weights: [Int32],
    lists: inout SpikeLists, into accumulators: inout [Int32]
  ) -> UInt64 {
    gather(intakes, range, heard, weights, &lists, &accumulators)
  }

  /// The same with 16 bits.
  @inline(never)
  package static func add(
    _ intakes: [IntakeInfo], _ range: Range<Int>, _ heard: Heard, _ weights: [Int16],
    lists: inout SpikeLists, into accumulators: inout [Int16]
  ) -> UInt64 {
    gather(intakes, range, heard, weights, &lists, &accumulators)
  }

  /// The same with weights of 16 bits and sums of 32.
  @inline(never)
  package static func add(
    _ intakes: [IntakeInfo], _ range: Range<Int>, _ heard: Heard, _ weights: [ShortWeight],
    lists: inout SpikeLists, into accumulators: inout [Int32]
  ) -> UInt64 {
    gather(intakes, range, heard, weights, &lists, &accumulators)
  }

  /// The same with weights of 8 bits.
  @inline(never)
  package static func add(
    _ intakes: [IntakeInfo], _ range: Range<Int>, _ heard: Heard, _ weights: [Int8],
    lists: inout SpikeLists, into accumulators: inout [Int16]
  ) -> UInt64 {
    gather(intakes, range, heard, weights, &lists, &accumulators)
  }

  /// Unchecked access is safe because the machine's builder made the intakes from runs of segments, and gave every list room
  /// for all its neurons.
  @inline(__always)
  private static func gather<Weight: ScatterWeight>(
    _ intakes: [IntakeInfo], _ range: Range<Int>, _ heard: Heard, _ weights: [Weight],
    _ lists: inout SpikeLists, _ accumulators: inout [Weight.Sum]
  ) -> UInt64 {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= intakes.count && heard.firstWord >= 0
        && heard.firstWord <= heard.fired.count && lists.heads.count == heard.neurons.count,
      "intakes are the machine's")
    return unsafe intakes.withUnsafeBufferPointer { intakes in
      unsafe withLists(heard, &lists) { lists in
        guard let intakes = intakes.baseAddress else { return 0 }
        return unsafe withPlaces([], weights, &accumulators) { places in
          var sum: UInt64 = 0
          for index in range { unsafe sum &+= take(intakes + index, lists, places) }
          return sum
        }
      }
    }
  }

  /// Where lists are read and written.
  @unsafe private struct Lists {
    let spans: UnsafePointer<IntakeSpan>
    let neurons: UnsafePointer<ListedNeurons>
    let fired: UnsafePointer<UInt64>
    let heads: UnsafeMutablePointer<SpikeLists.Head>
    let entries: UnsafeMutablePointer<UInt32>
    let stamp: UInt32
  }

  @inline(__always)
  private static func withLists(
    _ heard: Heard, _ lists: inout SpikeLists, _ body: (Lists) -> UInt64
  ) -> UInt64 {
    unsafe heard.fired.withUnsafeBufferPointer { fired in
      unsafe heard.spans.withUnsafeBufferPointer { spans in
        unsafe heard.neurons.withUnsafeBufferPointer { neurons in
          unsafe lists.heads.withUnsafeMutableBufferPointer { heads in
            unsafe lists.entries.withUnsafeMutableBufferPointer { entries in
              guard let fired = fired.baseAddress, let spans = spans.baseAddress,
                let neurons = neurons.baseAddress, let heads = heads.baseAddress,
                let entries = entries.baseAddress
              else { return 0 }
              return unsafe body(
                Lists(
                  spans: spans, neurons: neurons, fired: fired + heard.firstWord, heads: heads,
                  entries: entries, stamp: UInt32(truncatingIfNeeded: heard.step &+ 1)))
            }
          }
        }
      }
    }
  }

  /// Joins the lists of an intake's neurons that fired, and adds their synapses.
  @inline(__always)
  private static func take<Weight: ScatterWeight>(
    _ intake: UnsafePointer<IntakeInfo>, _ lists: Lists, _ places: Places<Weight>
  ) -> UInt64 {
    let width = unsafe Int(intake.pointee.width)
    let sums = unsafe places.accumulators + Int(intake.pointee.target)
    var span = unsafe lists.spans + Int(intake.pointee.firstSpan)
    let last = unsafe span + Int(intake.pointee.spanCount)
    var (found, met) = (0, 0)
    while unsafe span != last {
      unsafe found &+= join(span.pointee, lists, places.bases + found)
      if found > listed {
        unsafe add(places.bases, found, places, 0, sums, width)
        met &+= found
        found = 0
      }
      unsafe span += 1
    }
    if found > 0 { unsafe add(places.bases, found, places, 0, sums, width) }
    return UInt64(truncatingIfNeeded: (met &+ found) &* width)
  }

  /// Writes where the weights of a span's neurons that fired begin; returns how many there are.
  ///
  /// Eight are written whether there are as many or not, so that nothing waits for how many there are.
  @inline(__always)
  private static func join(
    _ span: IntakeSpan, _ lists: Lists, _ bases: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let head = unsafe lists.heads + Int(span.neurons)
    let entries = unsafe lists.entries + Int(span.firstEntry)
    if unsafe head.pointee.stamp != lists.stamp {
      unsafe head.pointee = list(lists.neurons[Int(span.neurons)], lists, entries)
    }
    let count = unsafe Int(head.pointee.count)
    let first = SIMD8<UInt32>(repeating: span.weight)
    var place = 0
    repeat {
      let some = unsafe UnsafeRawPointer(entries + place).loadUnaligned(as: SIMD8<UInt32>.self)
      unsafe UnsafeMutableRawPointer(bases + place).storeBytes(
        of: some &+ first, as: SIMD8<UInt32>.self)
      place &+= SpikeLists.readTogether
    } while place < count
    return count
  }

  /// Lists neurons that fired.
  @inline(__always)
  private static func list(
    _ neurons: ListedNeurons, _ lists: Lists, _ entries: UnsafeMutablePointer<UInt32>
  ) -> SpikeLists.Head {
    let step = Int(neurons.weightStep)
    var word = unsafe lists.fired[Int(neurons.word)] & neurons.mask
    var found = 0
    repeat {
      // Four at a time, spikes or none: what is none is written over, or not counted.
      for _ in 0..<4 {
        let place = (word | 1 &<< 63).trailingZeroBitCount
        unsafe entries[found] = UInt32(truncatingIfNeeded: place &* step)
        found &+= word == 0 ? 0 : 1
        word &= word &- 1
      }
    } while word != 0
    return SpikeLists.Head(stamp: unsafe lists.stamp, count: UInt32(truncatingIfNeeded: found))
  }
}
