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
        patterns.append(
          PatternInfo(
            firstRun: UInt32(runs.count), runCount: UInt32(shape.count),
            synapses: UInt32(shape.reduce(0) { $0 + $1.count }), lowering: 0))
        runs += shape.map {
          RunInfo(target: UInt32($0.target), weight: UInt32($0.weight), count: UInt32($0.count))
        }
        shapes.append(shape)
        for _ in 0..<pick(1...11) {
          plain.append((pattern: shapes.count - 1, base: pick(0...3600)))
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
        for run in shapes[event.pattern] {
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
        base: Int.random(in: 0..<(weights.count - width - 3), using: &generator)
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
    var expected = [Int16](repeating: 3, count: width + 9)
    for event in plain {
      for place in 0..<width { expected[5 + place] += Int16(weights[event.base + 3 + place]) }
      for place in 0..<2 where event.pattern == 1 {
        expected[place] += Int16(weights[event.base + place])
      }
    }
    var narrow = [Int16](repeating: 3, count: width + 9)
    var wide = [Int32](repeating: 3, count: width + 9)
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
    let rule = UpdateKernel.Rule(
      neurons: 5..<(5 + count), firstAccumulator: 11, potentials: -5000...4000,
      firesOnEqual: equal, isHard: hard)
    for isNarrow in [false, true] {
      var (found, firing) = (potentials, [UInt32](repeating: 0, count: 100))
      var wide = sums.map { $0 << shift }
      var narrow = sums.map { Int16($0) }
      let fired =
        isNarrow
        ? UpdateKernel.update(
          rule, shift: shift, potentials: &found, narrow: &narrow, drive: drive,
          thresholds: thresholds, firing: &firing)
        : UpdateKernel.update(
          rule, potentials: &found, accumulators: &wide, drive: drive, thresholds: thresholds,
          firing: &firing)
      var (expected, list) = (potentials, [UInt32]())
      for index in 0..<count {
        let result = KernelTests.updated(
          Int64(potentials[5 + index]), Int64(sums[11 + index]) << Int64(shift),
          Int64(drive[5 + index]), Int64(thresholds[5 + index]), equal: equal, hard: hard)
        expected[5 + index] = Int32(result.potential)
        if result.fires { list.append(UInt32(index)) }
      }
      #expect(found == expected)
      #expect(Array(firing[..<fired]) == list)
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
