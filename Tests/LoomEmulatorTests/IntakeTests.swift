import LoomBase
import LoomEmulator
import Testing

@Suite("Spikes met target by target")
struct IntakeTests {
  /// Intakes of random neurons: what each neuron meets is written out by itself.
  private struct Intakes {
    var intakes: [IntakeInfo] = []
    var spans: [IntakeSpan] = []
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
        let (target, width) = (pick(0...180), pick(0...4) == 0 ? 1 : pick(2...99))
        let first = spans.count
        for _ in 0..<pick(1...9) {
          let (word, step) = (pick(0...6), pick(-60...60))
          let mask = UInt64.random(in: 0...UInt64.max, using: &generator)
          // The first bit's weights may begin before all weights: that bit is then none of the span's.
          let weight = pick(0...2) == 0 ? pick(-60...(-1)) : pick(3800...5000)
          let kept = weight < 0 ? mask & ~1 : mask
          let span = IntakeSpan(
            mask: kept, word: UInt32(word), weight: UInt32(truncatingIfNeeded: weight),
            weightStep: weight < 0 ? 60 : Int32(step))
          spans.append(span)
          for bit in 0..<64 where kept & fired[2 + word] & 1 << UInt64(bit) != 0 {
            operations += UInt64(width)
            for offset in 0..<width {
              sums[target + offset] += weights[weight + bit * (weight < 0 ? 60 : step) + offset]
            }
          }
        }
        intakes.append(
          IntakeInfo(
            target: UInt32(target), width: UInt32(width), firstSpan: UInt32(first),
            spanCount: UInt32(spans.count - first)))
      }
    }
  }

  @Test("synaptic operations, in both widths and from bytes", arguments: 0..<UInt64(66))
  func intakes(seed: UInt64) {
    let oracle = Intakes(seed: seed, largest: 15)
    let start: [Int32] = (0..<300).map { Int32($0 * 7 - 900) }
    var wide = start
    var narrow = start.map { Int16($0) }
    var fromBytes = narrow
    // Not the first word, nor the first intake.
    let (all, one) = (oracle.intakes.indices, 0..<1)
    func add(_ range: Range<Int>) -> [UInt64] {
      [
        ScatterKernel.add(
          oracle.intakes, range, oracle.spans, fired: oracle.fired, from: 2, oracle.weights,
          into: &wide),
        ScatterKernel.add(
          oracle.intakes, range, oracle.spans, fired: oracle.fired, from: 2,
          oracle.weights.map { Int16($0) }, into: &narrow),
        ScatterKernel.add(
          oracle.intakes, range, oracle.spans, fired: oracle.fired, from: 2,
          oracle.weights.map { Int8($0) }, into: &fromBytes),
      ]
    }
    let parts = zip(add(one), add(1..<all.upperBound)).map { $0 + $1 }
    #expect(parts == Array(repeating: oracle.operations, count: 3))
    #expect(wide == oracle.sums)
    #expect(narrow == oracle.sums.map { Int16($0) })
    #expect(fromBytes == narrow)
  }
}
