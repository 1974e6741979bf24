import LoomBase
import LoomEmulator
import Testing

@Suite("Kernels of many steps at once")
struct StretchKernelTests {
  /// Random spikes: nobody's, some, or everybody's; steps stand in no order, some are before the first.
  private struct Spikes {
    var fired: [UInt64]
    var rows: [Int]
    let steps: Int
    let wordsPerStep = 5

    init(seed: UInt64, _ generator: inout SeededGenerator) {
      let many = Int.random(in: 1...StretchKernel.mostSteps, using: &generator)
      steps = seed == 0 ? StretchKernel.mostSteps : many
      let density = Int(seed % 11)
      fired = (0..<(steps * wordsPerStep)).map { _ in
        (0..<64).reduce(0) {
          $0 | (Int.random(in: 0...9, using: &generator) < density ? 1 << UInt64($1) : 0)
        }
      }
      let early = min(steps, Int(seed % 3))
      rows = [7, 7]
      rows += (0..<steps).map { $0 < early ? -1 : (steps - 1 - $0) * 5 }
    }

    var due: StretchKernel.Due {
      StretchKernel.Due(fired: fired, rows: rows, from: 2, steps: steps)
    }

    /// The places of a list's neurons that fired, by step.
    func places(_ neurons: TimedNeurons) -> [[Int]] {
      (0..<steps).map { step in
        let row = rows[2 + step]
        return row < 0
          ? []
          : (0..<64).filter { (fired[row + 3] & neurons.mask) >> UInt64($0) & 1 == 1 }
      }
    }
  }

  /// The places that a list says fired, by step.
  private static func places(_ list: Int, _ lists: StretchLists, steps: Int) -> [[Int]] {
    var found = [[Int]](repeating: [], count: steps)
    let head = lists.heads[list]
    for entry in lists.pairs[Int(head.firstPair)..<Int(head.firstPair + head.pairs)] {
      found[Int(entry >> 6) & 127] += [Int(entry & 63), Int(entry >> 16)]
    }
    for entry in lists.singles[Int(head.firstSingle)..<Int(head.firstSingle + head.singles)] {
      found[Int(entry >> 6)].append(Int(entry & 63))
    }
    return found.map { $0.sorted() }
  }

  private static func neurons(_ mask: UInt64) -> TimedNeurons {
    TimedNeurons(mask: mask, word: 3, delay: 1)
  }

  @Test("lists of half words", arguments: 0..<UInt64(44))
  func lists(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let spikes = Spikes(seed: seed, &generator)
    let some = UInt64.random(in: 1..<(1 << 32), using: &generator)
    let masks: [UInt64] = [0xffff_ffff, 0xffff_ffff << 32, some, some << 32, 1 << 63, 1]
    var lists = StretchLists(lists: masks.count)
    lists.open()
    for (list, mask) in masks.enumerated() {
      StretchKernel.list(list, Self.neurons(mask), spikes.due, &lists)
    }
    for (list, mask) in masks.enumerated() {
      let expected = spikes.places(Self.neurons(mask))
      #expect(Self.places(list, lists, steps: spikes.steps) == expected)
      let first = list * StretchKernel.mostSteps
      #expect(lists.counts[first..<(first + spikes.steps)].map { Int($0) } == expected.map(\.count))
      // At most one of a step is by itself.
      #expect(Int(lists.heads[list].singles) == expected.filter { $0.count % 2 == 1 }.count)
    }
  }

  @Test("lists written together", arguments: 0..<UInt64(22))
  func families(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let spikes = Spikes(seed: seed, &generator)
    let neurons = [0, 0b111, 0b111 << 3, 0b1 << 6, 0b1011 << 40, 0b11 << 62].map(Self.neurons)
    var lists = StretchLists(lists: neurons.count)
    lists.open()
    StretchKernel.list(ListFamily(1..<6, of: neurons), neurons, spikes.due, &lists)
    for list in 1..<6 {
      let expected = spikes.places(neurons[list])
      #expect(Self.places(list, lists, steps: spikes.steps) == expected)
      let first = list * StretchKernel.mostSteps
      #expect(lists.counts[first..<(first + spikes.steps)].map { Int($0) } == expected.map(\.count))
    }
  }

  @Test("operations by step", arguments: 0..<UInt64(8))
  func charges(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let counts = (0..<(7 * StretchKernel.mostSteps)).map { _ in
      UInt8.random(in: 24...32, using: &generator)
    }
    // More than a thousand of one kind.
    let charges = (0..<4500).map { index in
      ListCharge(
        list: UInt32.random(in: 0..<7, using: &generator), synapses: index < 3400 ? 40 : 70_000)
    }
    let steps = 101
    var totals = [UInt64](repeating: 3, count: StretchKernel.mostSteps)
    var expected = totals
    for charge in charges.dropFirst(5) {
      for step in 0..<steps {
        expected[step] +=
          UInt64(counts[Int(charge.list) * StretchKernel.mostSteps + step])
          * UInt64(charge.synapses)
      }
    }
    let sum = StretchKernel.charge(charges, 5..<4500, counts, steps: steps, into: &totals)
    #expect(totals == expected)
    #expect(sum == expected.reduce(0, +) - 3 * UInt64(StretchKernel.mostSteps))
  }

  @Test("synaptic operations of a patch", arguments: 0..<UInt64(64))
  func rows(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let spikes = Spikes(seed: seed, &generator)
    let width = Int(seed) + 1
    let masks: [UInt64] = [0xffff_ffff, 0xf0f0_ff0f << 32, 0b110 << 50, 1 << 33]
    var lists = StretchLists(lists: masks.count)
    // The last list is of an earlier stretch.
    lists.open()
    StretchKernel.list(3, Self.neurons(masks[3]), spikes.due, &lists)
    lists.open()
    for list in 0..<3 { StretchKernel.list(list, Self.neurons(masks[list]), spikes.due, &lists) }
    let weights = (0..<9000).map { _ in Int16.random(in: -120...120, using: &generator) }
    // The second list's first neuron is bit 32: the word's first bit would begin before all weights.
    let spans = [
      PatchSpan(list: 0, weight: 0, weightStep: 64),
      PatchSpan(list: 0, weight: 11, weightStep: 70),
      PatchSpan(list: 1, weight: UInt32(bitPattern: -2048), weightStep: 64),
      PatchSpan(list: 2, weight: 8000, weightStep: -65),
      PatchSpan(list: 3, weight: 5, weightStep: 1),
    ]
    let patch = PatchInfo(target: 0, width: UInt32(width), firstSpan: 1, spanCount: 4)
    var expected = [[Int16]](
      repeating: [Int16](repeating: 7, count: width), count: spikes.steps)
    for span in spans[1..<4] {
      let base = Int(Int32(bitPattern: span.weight))
      for (step, places) in spikes.places(Self.neurons(masks[Int(span.list)])).enumerated() {
        for place in places {
          for lane in 0..<width {
            expected[step][lane] &+= weights[base + place * Int(span.weightStep) + lane]
          }
        }
      }
    }
    let start = [SIMD8<Int16>](repeating: SIMD8(repeating: 7), count: 8 * StretchKernel.mostSteps)
    var (sums, fromBytes) = (start, start)
    StretchKernel.add(spans, patch, lists, weights, into: &sums)
    StretchKernel.add(spans, patch, lists, weights.map { Int8($0) }, into: &fromBytes)
    for (step, row) in expected.enumerated() {
      let found = (0..<width).map { lane -> Int16 in sums[8 * step + lane / 8][lane % 8] }
      #expect(found == row)
    }
    #expect(fromBytes == sums)
    #expect(sums.dropFirst(8 * spikes.steps) == start.dropFirst(8 * spikes.steps))
  }
}
