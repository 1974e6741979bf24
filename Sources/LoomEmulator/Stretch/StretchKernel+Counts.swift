extension StretchKernel {
  /// Adds to `totals`, step by step, what lists count, each spike so many operations; returns the sum of all steps.
  @inline(never)
  package static func charge(
    _ charges: [ListCharge], _ range: Range<Int>, _ counts: [UInt8], steps: Int,
    into totals: inout [UInt64]
  ) -> UInt64 {
    precondition(
      range.upperBound <= charges.count && steps <= totals.count && steps <= mostSteps,
      "charges are the machine's")
    var all: UInt64 = 0
    unsafe withUnsafeTemporaryAllocation(of: UInt16.self, capacity: mostSteps) { sums in
      var index = range.lowerBound
      while index < range.upperBound {
        let synapses = charges[index].synapses
        for step in 0..<steps { unsafe sums[step] = 0 }
        // 1,000 times 32 neurons stay below 2^16.
        let end = min(range.upperBound, index + 1000)
        while index < end, charges[index].synapses == synapses {
          unsafe add(counts, from: Int(charges[index].list) * mostSteps, steps: steps, sums)
          index += 1
        }
        for step in 0..<steps {
          let done = unsafe UInt64(sums[step]) * UInt64(synapses)
          totals[step] &+= done
          all &+= done
        }
      }
    }
    return all
  }

  @inline(__always)
  private static func add(
    _ counts: [UInt8], from first: Int, steps: Int, _ sums: UnsafeMutableBufferPointer<UInt16>
  ) {
    precondition(first + steps <= counts.count, "lists are the machine's")
    unsafe counts.withUnsafeBufferPointer { counts in
      for step in 0..<steps { unsafe sums[step] &+= UInt16(counts[first &+ step]) }
    }
  }

  /// Counts the spikes of a slice step by step, and those of its fields; returns how many there are.
  @inline(never)
  static func count(
    _ slice: SliceInfo, _ places: Range<Int>, _ words: [UInt64], _ fields: [FieldInfo],
    _ masks: [UInt64], into counts: inout [Int], _ state: inout StretchState
  ) -> Int {
    let wordCount = (slice.count + 63) / 64
    var sum = 0
    for place in places {
      let first = state.firedWords[place]
      let spikes = BitCount.all(
        words, (first + slice.firstWord)..<(first + slice.firstWord + wordCount))
      state.spikes[place] = spikes
      sum += spikes
      guard spikes > 0 else { continue }
      for field in slice.fields {
        let info = fields[field]
        counts[state.firedFields[place] + field] =
          info.count == slice.count
          ? spikes : BitCount.masked(words, from: first + info.firstWord, masks, info.masks)
      }
    }
    return sum
  }

  /// Counts the spikes due in a block from one source, step by step; returns how many there are.
  @inline(never)
  static func meet(
    field: Int, delay: Int, steps: Int, _ counts: [Int], _ state: inout StretchState
  ) -> Int {
    var sum = 0
    for place in 0..<steps {
      let due = state.dueFields[delay * mostSteps + place]
      guard due >= 0 else { continue }
      let met = counts[due + field]
      state.events[place] += met
      sum += met
    }
    return sum
  }

  /// Counts a flow's messages on their way, step by step; returns how many there are.
  ///
  /// - Parameters:
  ///   - counts: Spikes by step and field.
  ///   - loads: Messages by step and link.
  @inline(never)
  static func travel(
    _ flow: FlowInfo, _ places: Range<Int>, _ counts: [Int], _ links: [Int32],
    _ loads: inout [Int32], _ state: inout StretchState
  ) -> UInt64 {
    var sum = 0
    for place in places {
      let count = counts[state.firedFields[place] + flow.field]
      guard count > 0 else { continue }
      sum += count
      state.sent[place] += count
      state.routes[place] = max(state.routes[place], flow.path.nanoseconds)
      let first = state.links[place]
      for link in flow.path.links {
        loads[first + Int(links[link])] &+= Int32(truncatingIfNeeded: count)
      }
    }
    return UInt64(sum)
  }
}
