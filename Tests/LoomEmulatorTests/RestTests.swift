import LoomBase
import LoomEmulator
import Testing

@Suite("Blocks of neurons that nothing reaches")
struct RestTests {
  /// 150 neurons from the third on, four blocks of 32 and a rest: some blocks without sums, some that fired before.
  private struct Neurons {
    var potentials: [Int32]
    var sums: [Int32]
    var thresholds: [Int32]
    /// The bits of the step before, from word 4 on.
    var bits = [UInt64](repeating: 0, count: 8)
    let count = 150

    init(seed: UInt64, isHard: Bool) {
      var generator = SeededGenerator(seed: seed)
      func pick(_ range: ClosedRange<Int32>) -> Int32 { Int32.random(in: range, using: &generator) }
      thresholds = (0..<170).map { _ in pick(1...400) }
      potentials = thresholds.map { pick(-5000...($0 - 1)) }
      sums = (0..<170).map { _ in pick(-900...900) }
      for block in 0..<5 {
        let neurons = (block * 32)..<min(150, block * 32 + 32)
        if pick(0...1) == 0 { for neuron in neurons { sums[neuron] = 0 } }
        guard !isHard, pick(0...1) == 0 else { continue }
        // A soft reset leaves some above their thresholds.
        for neuron in neurons where pick(0...3) == 0 {
          bits[4 + neuron / 64] |= 1 << UInt64(neuron % 64)
          potentials[3 + neuron] = thresholds[3 + neuron] + pick(0...900)
        }
      }
    }
  }

  @Test("stay as they are, and those that fired or are reached do not", arguments: 0..<UInt64(60))
  func rest(seed: UInt64) {
    let isHard = seed % 2 == 0
    let given = Neurons(seed: seed, isHard: isHard)
    let rule = UpdateKernel.Rule(
      neurons: 3..<(3 + given.count), firstAccumulator: 0, potentials: -8192...8191,
      firesOnEqual: true, isHard: isHard)
    var expected = given.potentials
    var fired: [Int] = []
    for neuron in 0..<given.count {
      let before = min(max(expected[3 + neuron] + given.sums[neuron], -8192), 8191)
      let threshold = given.thresholds[3 + neuron]
      if before >= threshold { fired.append(neuron) }
      expected[3 + neuron] = before < threshold ? before : isHard ? 0 : before - threshold
    }
    let drive = [Int32](repeating: 0, count: 170)
    for isNarrow in [false, true] {
      var (found, bits, wide) = (given.potentials, given.bits, given.sums)
      var narrow = given.sums.map { Int16($0) }
      let rest: UpdateKernel.Rest = isHard ? .always : .unlessFired(firstWord: 4)
      let count =
        isNarrow
        ? UpdateKernel.update(
          rule, rest: rest, shift: 0, potentials: &found, narrow: &narrow, drive: drive,
          thresholds: given.thresholds, fired: &bits, firstWord: 1)
        : UpdateKernel.update(
          rule, rest: rest, potentials: &found, accumulators: &wide, drive: drive,
          thresholds: given.thresholds, fired: &bits, firstWord: 1)
      #expect(found == expected && count == fired.count)
      #expect((0..<given.count).filter { bits[1 + $0 / 64] >> UInt64($0 % 64) & 1 == 1 } == fired)
      #expect(bits[4...] == given.bits[4...])
      let sums = isNarrow ? narrow.map { Int32($0) } : wide
      #expect(sums[..<given.count].allSatisfy { $0 == 0 })
      #expect(sums[given.count...] == given.sums[given.count...])
    }
  }

  @Test("a block that rests is not looked at")
  func skipped() {
    // Above its threshold, which cannot be where `always` is said: only a block that is left out stays so.
    let rule = UpdateKernel.Rule(
      neurons: 0..<64, firstAccumulator: 0, potentials: -8192...8191, firesOnEqual: true,
      isHard: true)
    var potentials = [Int32](repeating: 50, count: 64)
    var (sums, bits) = ([Int32](repeating: 0, count: 64), [UInt64](repeating: .max, count: 1))
    sums[40] = 1
    let fired = UpdateKernel.update(
      rule, rest: .always, potentials: &potentials, accumulators: &sums,
      drive: [Int32](repeating: 0, count: 64), thresholds: [Int32](repeating: 7, count: 64),
      fired: &bits, firstWord: 0)
    #expect(fired == 32 && bits[0] == 0xffff_ffff_0000_0000)
    #expect(potentials == [Int32](repeating: 50, count: 32) + [Int32](repeating: 0, count: 32))
  }
}
