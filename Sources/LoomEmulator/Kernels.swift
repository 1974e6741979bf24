/// The inner loops: synaptic operations and neuron updates.
enum Kernels {
  /// Adds the synapses of every event's axon to the accumulators; returns the synaptic operations done.
  ///
  /// Unchecked access is safe because the machine's builder made every run from boxes within the slices'
  /// accumulators and from templates whose weight counts `ImageStructure` has checked, and every event is
  /// the builder's own for an axon of a checked route table.
  static func scatter(
    events: [Event], from first: Int, count: Int, patterns: [PatternInfo], runs: [RunInfo],
    weights: [Int32], into accumulators: inout [Int32]
  ) -> UInt64 {
    precondition(first >= 0 && count >= 0 && first + count <= events.count, "events are queued")
    return unsafe events.withUnsafeBufferPointer { events in
      unsafe patterns.withUnsafeBufferPointer { patterns in
        unsafe runs.withUnsafeBufferPointer { runs in
          unsafe weights.withUnsafeBytes { weights in
            unsafe accumulators.withUnsafeMutableBytes { accumulators in
              guard let events = events.baseAddress, let patterns = patterns.baseAddress,
                let runs = runs.baseAddress, let weights = weights.baseAddress,
                let accumulators = accumulators.baseAddress
              else { return 0 }
              return unsafe scatter(
                events + first, count, patterns, runs, weights, accumulators)
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func scatter(
    _ events: UnsafePointer<Event>, _ count: Int, _ patterns: UnsafePointer<PatternInfo>,
    _ runs: UnsafePointer<RunInfo>, _ weights: UnsafeRawPointer,
    _ accumulators: UnsafeMutableRawPointer
  ) -> UInt64 {
    var synapses: UInt64 = 0
    for event in 0..<count {
      let spike = unsafe events[event]
      let pattern = unsafe patterns[Int(spike.pattern)]
      synapses &+= UInt64(pattern.synapses)
      let base = unsafe weights + Int(spike.weightBase) &* 4
      var run = unsafe runs + Int(pattern.firstRun)
      let end = unsafe run + Int(pattern.runCount)
      while unsafe run != end {
        unsafe addRun(
          base + Int(run.pointee.weight) &* 4, accumulators + Int(run.pointee.target) &* 4,
          Int(run.pointee.count))
        unsafe run += 1
      }
    }
    return synapses
  }

  /// Adds `count` weights to as many accumulators, eight at a time.
  @inline(__always)
  private static func addRun(
    _ weights: UnsafeRawPointer, _ accumulators: UnsafeMutableRawPointer, _ count: Int
  ) {
    var offset = 0
    let wide = count & ~7
    while offset < wide {
      let weight = unsafe weights.loadUnaligned(
        fromByteOffset: offset &* 4, as: SIMD8<Int32>.self)
      let sum = unsafe accumulators.loadUnaligned(
        fromByteOffset: offset &* 4, as: SIMD8<Int32>.self)
      unsafe accumulators.storeBytes(
        of: sum &+ weight, toByteOffset: offset &* 4, as: SIMD8<Int32>.self)
      offset &+= 8
    }
    while offset < count {
      let weight = unsafe weights.load(fromByteOffset: offset &* 4, as: Int32.self)
      let sum = unsafe accumulators.load(fromByteOffset: offset &* 4, as: Int32.self)
      unsafe accumulators.storeBytes(
        of: sum &+ weight, toByteOffset: offset &* 4, as: Int32.self)
      offset &+= 1
    }
  }

  /// What one update call needs to know of its slice.
  struct Rule {
    var neurons: Range<Int>
    var firstAccumulator: Int
    var lowest: Int32
    var highest: Int32
    var firesOnEqual: Bool
    var isHard: Bool
  }

  /// v⁻ = clamp(v + Σ + bias), compare, reset; clears the accumulators; marks who fired in `fired` (from
  /// its start on).
  ///
  /// Exact where |v| + Σ + bias stays below 2^31, which the caller has made sure of.
  static func update(
    _ rule: Rule, potentials: inout [Int32], accumulators: inout [Int32], drive: [Int32],
    thresholds: [Int32], fired: inout [UInt8]
  ) {
    let count = rule.neurons.count
    precondition(
      rule.neurons.upperBound <= potentials.count && rule.neurons.upperBound <= drive.count
        && rule.neurons.upperBound <= thresholds.count && count <= fired.count
        && rule.firstAccumulator + count <= accumulators.count, "a slice lies within its arrays")
    let (lowest, highest, first) = (rule.lowest, rule.highest, rule.neurons.lowerBound)
    let slack: Int32 = rule.firesOnEqual ? 1 : 0
    let keep: Int32 = rule.isHard ? 0 : -1
    unsafe potentials.withUnsafeMutableBufferPointer { potentials in
      unsafe accumulators.withUnsafeMutableBufferPointer { accumulators in
        unsafe drive.withUnsafeBufferPointer { drive in
          unsafe thresholds.withUnsafeBufferPointer { thresholds in
            unsafe fired.withUnsafeMutableBufferPointer { fired in
              for index in 0..<count {
                let neuron = first &+ index
                let place = rule.firstAccumulator &+ index
                let raw = unsafe potentials[neuron] &+ accumulators[place] &+ drive[neuron]
                let before = max(lowest, min(highest, raw))
                unsafe accumulators[place] = 0
                let threshold = unsafe thresholds[neuron]
                // θ ≥ 0, so θ − slack does not wrap: v ≥ θ ⇔ v > θ − 1.
                let spikes = before > threshold &- slack
                let after = (before &- threshold) & keep
                unsafe potentials[neuron] = spikes ? after : before
                unsafe fired[index] = spikes ? 1 : 0
              }
            }
          }
        }
      }
    }
  }

  /// The update of accumulators that never fire.
  static func integrate(
    _ rule: Rule, potentials: inout [Int32], accumulators: inout [Int32], drive: [Int32]
  ) {
    let (lowest, highest, first) = (rule.lowest, rule.highest, rule.neurons.lowerBound)
    for index in 0..<rule.neurons.count {
      let raw =
        potentials[first + index] &+ accumulators[rule.firstAccumulator + index]
        &+ drive[first + index]
      potentials[first + index] = max(lowest, min(highest, raw))
      accumulators[rule.firstAccumulator + index] = 0
    }
  }

  /// Appends the positions of marks to `list`; returns how many there are.
  static func collect(_ fired: [UInt8], count: Int, into list: inout [UInt32]) -> Int {
    precondition(count <= fired.count && count <= list.count, "marks fit the list")
    var found = 0
    unsafe fired.withUnsafeBytes { fired in
      unsafe list.withUnsafeMutableBufferPointer { list in
        var index = 0
        while index &+ 8 <= count {
          // Every byte is 0 or 1, so that clearing the lowest bit goes to the next mark.
          var word = UInt64(
            littleEndian: unsafe fired.loadUnaligned(fromByteOffset: index, as: UInt64.self))
          while word != 0 {
            unsafe list[found] = UInt32(
              truncatingIfNeeded: index &+ (word.trailingZeroBitCount &>> 3))
            found &+= 1
            word &= word &- 1
          }
          index &+= 8
        }
        while index < count {
          if unsafe fired[index] != 0 {
            unsafe list[found] = UInt32(truncatingIfNeeded: index)
            found &+= 1
          }
          index &+= 1
        }
      }
    }
    return found
  }
}
