import LoomBase
import LoomEmulator
import Testing

/// The kernels against loops that take one number at a time.
@Suite("Kernels against plain loops")
struct KernelTests {
  /// Patterns of a few runs each, and events that share them in stretches of every length.
  private struct Scatter {
    var patterns: [PatternInfo] = []
    var runs: [RunInfo] = []
    var events: [Event] = []
    /// What the plain loop needs: by event its pattern and base, by pattern its runs.
    var plain: [(pattern: Int, base: Int)] = []
    var shapes: [[(target: Int, weight: Int, count: Int)]] = []
    var weights: [Int32] = []

    init(seed: UInt64, largest: Int32) {
      var generator = SeededGenerator(seed: seed)
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
      weights = (0..<4000).map { _ in Int32.random(in: -largest...largest, using: &generator) }
      for _ in 0..<12 {
        let shape = (0..<pick(0...4)).map { _ in
          (target: pick(0...400), weight: pick(0...300), count: pick(0...90))
        }
        // A twin with the same runs, whose events are counted otherwise (`CellCounts`).
        for twin in 0..<2 {
          patterns.append(
            PatternInfo(
              firstRun: UInt32(runs.count), runCount: UInt32(shape.count),
              synapses: UInt32(shape.reduce(5 * twin) { $0 + $1.count }), lowering: 0))
        }
        runs += shape.map {
          RunInfo(target: UInt32($0.target), weight: UInt32($0.weight), count: UInt32($0.count))
        }
        shapes.append(shape)
        for _ in 0..<pick(1...11) {
          plain.append((pattern: 2 * (shapes.count - 1) + pick(0...1), base: pick(0...3600)))
        }
      }
      events = plain.map {
        Event(pattern: UInt32($0.pattern), weightBase: UInt32($0.base), axon: 0)
      }
    }

    /// One weight after another.
    func expected(_ sums: [Int32]) -> (sums: [Int32], operations: UInt64) {
      var result = (sums: sums, operations: UInt64(0))
      for event in plain {
        result.operations += UInt64(event.pattern % 2 * 5)
        for run in shapes[event.pattern / 2] {
          for offset in 0..<run.count {
            result.sums[run.target + offset] += weights[event.base + run.weight + offset]
            result.operations += 1
          }
        }
      }
      return result
    }
  }

  @Test("synaptic operations in 32 bits", arguments: 0..<UInt64(20))
  func wide(seed: UInt64) {
    let scatter = Scatter(seed: seed, largest: 1 << 20)
    var sums: [Int32] = (0..<500).map { Int32($0 * 7 - 900) }
    let expected = scatter.expected(sums)
    let done = ScatterKernel.add(
      scatter.events, from: 0, count: scatter.events.count, scatter.patterns, scatter.runs,
      scatter.weights, into: &sums)
    #expect(sums == expected.sums)
    #expect(done == expected.operations)
  }

  @Test("synaptic operations in 32 bits with weights of 16", arguments: 0..<UInt64(20))
  func short(seed: UInt64) {
    let scatter = Scatter(seed: seed, largest: 1 << 15 - 1)
    var sums: [Int32] = (0..<500).map { Int32($0 * 7 - 900) }
    let expected = scatter.expected(sums)
    let done = ScatterKernel.add(
      scatter.events, from: 0, count: scatter.events.count, scatter.patterns, scatter.runs,
      scatter.weights.map { ShortWeight(truncatingIfNeeded: $0) }, into: &sums)
    #expect(sums == expected.sums)
    #expect(done == expected.operations)
  }

  @Test("synaptic operations in 16 bits", arguments: 0..<UInt64(20))
  func narrow(seed: UInt64) {
    let scatter = Scatter(seed: seed, largest: 127)
    var sums: [Int16] = (0..<500).map { Int16($0 * 7 - 900) }
    let expected = scatter.expected(sums.map { Int32($0) })
    let done = ScatterKernel.add(
      scatter.events, from: 0, count: scatter.events.count, scatter.patterns, scatter.runs,
      scatter.weights.map { Int16($0) }, into: &sums)
    #expect(sums.map { Int32($0) } == expected.sums)
    #expect(done == expected.operations)
  }

  @Test("synaptic operations with weights of 8 bits", arguments: 0..<UInt64(20))
  func bytes(seed: UInt64) {
    let scatter = Scatter(seed: seed, largest: 127)
    var sums: [Int16] = (0..<500).map { Int16($0 * 7 - 900) }
    let expected = scatter.expected(sums.map { Int32($0) })
    let done = ScatterKernel.add(
      scatter.events, from: 0, count: scatter.events.count, scatter.patterns, scatter.runs,
      scatter.weights.map { Int8($0) }, into: &sums)
    #expect(sums.map { Int32($0) } == expected.sums)
    #expect(done == expected.operations)
  }

  @Test("rows fetched ahead of time add up to the same", arguments: [31, 32, 100, 200, 5000])
  func far(width: Int) {
    var generator = SeededGenerator(seed: UInt64(width))
    let weights = (0..<6_000_000).map { _ in Int8(truncatingIfNeeded: generator.next()) }
    let plain = (0..<203).map { index in
      (
        pattern: index < 190 ? 0 : 1,
        base: Int.random(in: 0..<(weights.count - width - 11), using: &generator)
      )
    }
    let events = plain.map {
      Event(pattern: UInt32($0.pattern), weightBase: UInt32($0.base), axon: 0)
    }
    let runs = [
      RunInfo(target: 5, weight: 3, count: UInt32(width)), RunInfo(target: 0, weight: 0, count: 2),
    ]
    let patterns = [
      PatternInfo(firstRun: 0, runCount: 1, synapses: UInt32(width), lowering: 0),
      PatternInfo(firstRun: 0, runCount: 2, synapses: UInt32(width) + 2, lowering: 0),
    ]
    var expected = [Int16](repeating: 3, count: width + 16)
    for event in plain {
      for place in 0..<width { expected[5 + place] += Int16(weights[event.base + 3 + place]) }
      for place in 0..<2 where event.pattern == 1 {
        expected[place] += Int16(weights[event.base + place])
      }
    }
    var narrow = [Int16](repeating: 3, count: width + 16)
    var wide = [Int32](repeating: 3, count: width + 16)
    let operations = UInt64(203 * width + 13 * 2)
    #expect(
      ScatterKernel.add(
        events, from: 0, count: 203, patterns, runs, weights, into: &narrow) == operations)
    #expect(narrow == expected)
    #expect(
      ScatterKernel.add(
        events, from: 0, count: 203, patterns, runs, weights.map { Int32($0) }, into: &wide)
        == operations)
    #expect(wide.map { Int16($0) } == expected)
    var fromShort = [Int32](repeating: 3, count: width + 16)
    #expect(
      ScatterKernel.add(
        events, from: 0, count: 203, patterns, runs,
        weights.map { ShortWeight(truncatingIfNeeded: Int32($0)) }, into: &fromShort) == operations)
    #expect(fromShort == wide)
  }

  /// Segments of a few neurons each: what each neuron meets is written out by itself.
  private struct Segments {
    var segments: [SegmentInfo] = []
    var runs: [RunInfo] = []
    var fired: [UInt64] = []
    var weights: [Int32] = []
    var sums: [Int32] = []
    var operations: UInt64 = 0

    init(seed: UInt64, largest: Int32) {
      var generator = SeededGenerator(seed: seed)
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
      weights = (0..<9000).map { _ in Int32.random(in: -largest...largest, using: &generator) }
      sums = (0..<900).map { Int32($0 * 7 - 900) }
      let density = pick(1...9)
      fired = (0..<16).map { _ in
        (0..<64).reduce(0) { $0 | (pick(0...9) < density ? 1 << UInt64($1) : 0) }
      }
      for _ in 0..<14 {
        let (first, count) = (pick(0...600), seed % 3 == 0 ? pick(1...300) : pick(1...40))
        let isAbreast = pick(0...4) == 0
        let (step, move) =
          isAbreast ? (1, 1) : (pick(-9...9), pick(0...2) == 0 ? pick(1...2) : 0)
        // A segment's base alone may be less than its neurons go back.
        let far = seed % 2 == 0 ? 2700 : 0
        let base = far + pick(0...300)
        let shape = (0..<pick(0...4)).map { _ in
          (
            target: pick(0...200), weight: 2700 - far + pick(0...300),
            count: isAbreast || pick(0...3) == 0 ? 1 : pick(0...90)
          )
        }
        let synapses = shape.reduce(0) { $0 + $1.count }
        segments.append(
          SegmentInfo(
            firstBit: UInt32(first), count: UInt32(count), firstRun: UInt32(runs.count),
            runCount: UInt32(shape.count), synapses: UInt32(synapses), weightBase: UInt32(base),
            weightStep: Int32(step), targetStep: Int32(move), isAbreast: isAbreast))
        runs += shape.map {
          RunInfo(target: UInt32($0.target), weight: UInt32($0.weight), count: UInt32($0.count))
        }
        // Bits from the second word on.
        for neuron in 0..<count
        where fired[1 + (first + neuron) / 64] >> UInt64((first + neuron) % 64) & 1 == 1 {
          operations += UInt64(synapses)
          for run in shape {
            for offset in 0..<run.count {
              sums[run.target + neuron * move + offset] +=
                weights[base + neuron * step + run.weight + offset]
            }
          }
        }
      }
    }
  }

  @Test("synaptic operations of segments, in both widths", arguments: 0..<UInt64(40))
  func segments(seed: UInt64) {
    let oracle = Segments(seed: seed, largest: 20)
    var wide: [Int32] = (0..<900).map { Int32($0 * 7 - 900) }
    var narrow = wide.map { Int16($0) }
    let done = ScatterKernel.add(
      oracle.segments, 0..<14, fired: oracle.fired, from: 1, oracle.runs,
      oracle.weights, into: &wide)
    #expect(wide == oracle.sums)
    #expect(done == oracle.operations)
    let again = ScatterKernel.add(
      oracle.segments, 0..<14, fired: oracle.fired, from: 1, oracle.runs,
      oracle.weights.map { Int16($0) }, into: &narrow)
    #expect(narrow == oracle.sums.map { Int16(truncatingIfNeeded: $0) })
    #expect(again == done)
    var fromBytes: [Int16] = (0..<900).map { Int16($0 * 7 - 900) }
    let third = ScatterKernel.add(
      oracle.segments, 0..<14, fired: oracle.fired, from: 1, oracle.runs,
      oracle.weights.map { Int8($0) }, into: &fromBytes)
    #expect(fromBytes == narrow && third == done)
    var fromShort: [Int32] = (0..<900).map { Int32($0 * 7 - 900) }
    let fourth = ScatterKernel.add(
      oracle.segments, 0..<14, fired: oracle.fired, from: 1, oracle.runs,
      oracle.weights.map { ShortWeight(truncatingIfNeeded: $0) }, into: &fromShort)
    #expect(fromShort == wide && fourth == done)
  }

  @Test("only the events asked for are added")
  func part() {
    let scatter = Scatter(seed: 3, largest: 9)
    var some = [Int32](repeating: 0, count: 500)
    var rest = some
    var all = some
    func add(_ first: Int, _ count: Int, _ sums: inout [Int32]) {
      _ = ScatterKernel.add(
        scatter.events, from: first, count: count, scatter.patterns, scatter.runs,
        scatter.weights, into: &sums)
    }
    add(0, 7, &some)
    add(7, scatter.events.count - 7, &rest)
    add(0, scatter.events.count, &all)
    #expect(zip(some, rest).map { $0 + $1 } == all)
    #expect(some != all)
  }

  /// v⁻ = clamp(v + Σ + bias), compare, reset, one neuron after another.
  private static func updated(
    _ potential: Int64, _ sum: Int64, _ bias: Int64, _ threshold: Int64, equal: Bool, hard: Bool
  ) -> (potential: Int64, fires: Bool) {
    let before = min(max(potential + sum + bias, -5000), 4000)
    let fires = equal ? before >= threshold : before > threshold
    return (fires ? (hard ? 0 : before - threshold) : before, fires)
  }

  @Test(
    "updates, with sums of both widths", arguments: 0..<UInt64(16), [0, 1, 7, 8, 9, 64, 93])
  func update(seed: UInt64, count: Int) {
    var generator = SeededGenerator(seed: seed &* 97 &+ UInt64(count))
    func numbers(_ range: ClosedRange<Int32>) -> [Int32] {
      (0..<120).map { _ in Int32.random(in: range, using: &generator) }
    }
    let shift = Int32(seed % 4)
    let (potentials, drive, thresholds) =
      (numbers(-5000...4000), numbers(-300...300), numbers(0...1500))
    let sums = numbers(-900...900)
    let (equal, hard) = (seed % 2 == 0, seed % 3 == 0)
    let isRepeated = seed % 5 == 4
    let rule = UpdateKernel.Rule(
      neurons: 5..<(5 + count), firstAccumulator: 11, potentials: -5000...4000,
      firesOnEqual: equal, isHard: hard, thresholdMask: isRepeated ? 31 : .max,
      driveMask: isRepeated ? 63 : .max)
    for isNarrow in [false, true] {
      var (found, bits) = (potentials, [UInt64](repeating: 0xAAAA, count: 6))
      var wide = sums.map { $0 << shift }
      var narrow = sums.map { Int16($0) }
      let fired =
        isNarrow
        ? UpdateKernel.update(
          rule, shift: shift, potentials: &found, narrow: &narrow, drive: drive,
          thresholds: thresholds, fired: &bits, firstWord: 1)
        : UpdateKernel.update(
          rule, potentials: &found, accumulators: &wide, drive: drive, thresholds: thresholds,
          fired: &bits, firstWord: 1)
      var (expected, list) = (potentials, [UInt32]())
      for index in 0..<count {
        let result = KernelTests.updated(
          Int64(potentials[5 + index]), Int64(sums[11 + index]) << Int64(shift),
          Int64(drive[5 + (isRepeated ? index % 64 : index)]),
          Int64(thresholds[5 + (isRepeated ? index % 32 : index)]), equal: equal, hard: hard)
        expected[5 + index] = Int32(result.potential)
        if result.fires { list.append(UInt32(index)) }
      }
      #expect(found == expected)
      let words = (count + 63) / 64
      var firing = [UInt32](repeating: 0, count: count)
      #expect(Kernels.collect(bits, from: 1, count: count, into: &firing) == fired)
      #expect(Array(firing[..<fired]) == list)
      #expect(bits[0] == 0xAAAA && bits[1 + words] == 0xAAAA)
      for place in sums.indices {
        let isTaken = (11..<(11 + count)).contains(place)
        if isNarrow {
          #expect(narrow[place] == (isTaken ? 0 : Int16(sums[place])))
        } else {
          #expect(wide[place] == (isTaken ? 0 : sums[place] << shift))
        }
      }
    }
  }
}
