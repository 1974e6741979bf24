import LoomBase
import LoomEmulator
import Testing

@Suite("Spikes met target by target")
struct IntakeTests {
  /// Neurons of a word, and where their lists begin.
  private struct Listed {
    var mask: UInt64
    var word: Int
    var step: Int
    var firstEntry: Int
  }

  /// Intakes of random neurons: what each neuron meets is written out by itself.
  private struct Intakes {
    var intakes: [IntakeInfo] = []
    var spans: [IntakeSpan] = []
    var listed: [Listed] = []
    var fired: [UInt64] = []
    var weights: [Int32] = []
    var sums: [Int32] = []
    var operations: UInt64 = 0

    init(seed: UInt64, largest: Int32) {
      var generator = SeededGenerator(seed: seed)
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
      weights = (0..<9000).map { _ in Int32.random(in: -largest...largest, using: &generator) }
      sums = (0..<300).map { Int32($0 * 7 - 900) }
      // From no spike at all to neurons that all fire.
      let density = Int(seed % 11)
      fired = (0..<9).map { _ in
        (0..<64).reduce(0) { $0 | (pick(0...9) < density ? 1 << UInt64($1) : 0) }
      }
      for _ in 0..<6 {
        let targets = IntakeTests.targets(pick(0...180), pick(0...4) == 0 ? 1 : pick(2...99))
        let first = spans.count
        for _ in 0..<pick(1...9) {
          // Neurons that others hear, too, or new ones.
          let isNew = listed.isEmpty || pick(0...1) == 0
          if isNew { list(pick(0...6), pick(0...2) == 0 ? 60 : pick(-60...60), &generator) }
          let heard = isNew ? listed.count - 1 : pick(0...(listed.count - 1))
          // The first bit's weights may begin before all weights: that bit is then none of the neurons.
          let isBefore = listed[heard].step == 60 && listed[heard].mask & 1 == 0
          hear(heard, weight: isBefore ? pick(-60...(-1)) : pick(3800...5000), targets)
        }
        intakes.append(
          IntakeInfo(
            target: UInt32(targets.lowerBound), width: UInt32(targets.count),
            firstSpan: UInt32(first), spanCount: UInt32(spans.count - first)))
      }
    }

    private mutating func list(_ word: Int, _ step: Int, _ generator: inout SeededGenerator) {
      let mask = UInt64.random(in: 1...UInt64.max, using: &generator)
      let kept = step == 60 && mask != 1 ? mask & ~1 : mask
      let firstEntry = listed.last.map { last in
        last.firstEntry + (last.mask.nonzeroBitCount + 3) / 4 * 4
      }
      listed.append(Listed(mask: kept, word: word, step: step, firstEntry: firstEntry ?? 0))
    }

    private mutating func hear(_ heard: Int, weight: Int, _ targets: Range<Int>) {
      let neurons = listed[heard]
      spans.append(
        IntakeSpan(
          neurons: UInt32(heard), firstEntry: UInt32(neurons.firstEntry),
          weight: UInt32(truncatingIfNeeded: weight)))
      for bit in 0..<64 where neurons.mask & fired[2 + neurons.word] & 1 << UInt64(bit) != 0 {
        operations += UInt64(targets.count)
        for (offset, target) in targets.enumerated() {
          sums[target] += weights[weight + bit * neurons.step + offset]
        }
      }
    }

    var neurons: [ListedNeurons] {
      listed.map {
        ListedNeurons(mask: $0.mask, word: UInt32($0.word), weightStep: Int32($0.step))
      }
    }
  }

  private static func targets(_ first: Int, _ count: Int) -> Range<Int> { first..<(first + count) }

  @Test("synaptic operations, in both widths and from bytes", arguments: 0..<UInt64(66))
  func intakes(seed: UInt64) {
    let oracle = Intakes(seed: seed, largest: 15)
    let start: [Int32] = (0..<300).map { Int32($0 * 7 - 900) }
    var wide = start
    var narrow = start.map { Int16($0) }
    var fromBytes = narrow
    var fromShort = start
    let neurons = oracle.neurons
    var lists = SpikeLists(neurons)
    // Lists of the step before, in which others fired, must be written anew.
    var others = start
    let all = oracle.intakes.indices
    _ = ScatterKernel.add(
      oracle.intakes, all,
      ScatterKernel.Heard(
        oracle.spans, neurons, fired: oracle.fired.map { ~$0 }, from: 2, step: 4),
      oracle.weights, lists: &lists, into: &others)
    // Not the first word, nor the first intake.
    let heard = ScatterKernel.Heard(
      oracle.spans, neurons, fired: oracle.fired, from: 2, step: 5)
    func add(_ range: Range<Int>) -> [UInt64] {
      [
        ScatterKernel.add(
          oracle.intakes, range, heard, oracle.weights, lists: &lists, into: &wide),
        ScatterKernel.add(
          oracle.intakes, range, heard, oracle.weights.map { Int16($0) }, lists: &lists,
          into: &narrow),
        ScatterKernel.add(
          oracle.intakes, range, heard, oracle.weights.map { Int8($0) }, lists: &lists,
          into: &fromBytes),
        ScatterKernel.add(
          oracle.intakes, range, heard,
          oracle.weights.map { ShortWeight(truncatingIfNeeded: $0) }, lists: &lists,
          into: &fromShort),
      ]
    }
    let parts = zip(add(0..<1), add(1..<all.upperBound)).map { $0 + $1 }
    #expect(parts == Array(repeating: oracle.operations, count: 4))
    #expect(wide == oracle.sums)
    #expect(narrow == oracle.sums.map { Int16($0) })
    #expect(fromBytes == narrow && fromShort == wide)
  }
}
