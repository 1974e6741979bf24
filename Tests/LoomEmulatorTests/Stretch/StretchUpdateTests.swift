import LoomBase
import LoomEmulator
import Testing

@Suite("Updates of a line of neurons in many steps")
struct StretchUpdateTests {
  private static let steps = 3..<20
  private static let words = (0..<20).map { 200 - 10 * $0 }

  private static func line(
    width: Int, firstBit: Int = 40, isHard: Bool, firesOnEqual: Bool, reach: Int16 = 4096
  ) -> StretchKernel.Line {
    StretchKernel.Line(
      line: 1, firstPotential: 9, firstNeuron: 5, width: width, firstBit: firstBit,
      isHard: isHard, firesOnEqual: firesOnEqual, reach: reach, steps: steps)
  }

  @Test("neuron by neuron, step by step", arguments: 1...32)
  func update(width: Int) {
    var generator = SeededGenerator(seed: UInt64(width))
    func pick(_ range: ClosedRange<Int16>) -> Int16 { Int16.random(in: range, using: &generator) }
    let (isHard, firesOnEqual) = (width % 2 == 0, width % 3 == 0)
    var potentials = (0..<60).map { _ in pick(-300...300) }
    let limits = (0..<60).map { _ in pick(0...200) }
    let drive = (0..<60).map { _ in pick(-20...20) }
    // What other lanes and lines hold is anything; lanes beyond the last neuron leave every reach.
    var sums = (0..<(8 * StretchKernel.mostSteps)).map { _ in
      SIMD8<Int16>((0..<8).map { _ in pick(-30_000...30_000) })
    }
    for step in Self.steps {
      for lane in 0..<width { sums[8 * step + 4 + lane / 8][lane % 8] = pick(-100...100) }
    }
    var expected = potentials
    var bits = [UInt64](repeating: 0, count: 203)
    for step in Self.steps {
      for lane in 0..<width {
        let before = expected[9 + lane] + sums[8 * step + 4 + lane / 8][lane % 8]
        let limit = limits[5 + lane]
        let threshold = firesOnEqual ? limit + 1 : limit
        expected[9 + lane] = before <= limit ? before : isHard ? 0 : before - threshold
        guard before > limit else { continue }
        let bit = 40 + lane
        bits[Self.words[step] + bit / 64] |= 1 << UInt64(bit % 64)
      }
    }
    let line = Self.line(width: width, isHard: isHard, firesOnEqual: firesOnEqual)
    let lanes = line.lanes(drive)
    let before = sums
    var fired = [UInt64](repeating: 0, count: 203)
    let staysShort = StretchKernel.update(
      line, potentials: &potentials, limits: limits, lanes, &sums, fired: &fired,
      words: Self.words)
    #expect(potentials == expected)
    #expect(fired == bits)
    #expect(staysShort)
    // The sums of its lanes are the drive again, those of other steps and lines are as they were.
    for index in sums.indices {
      let (step, vector) = (index / 8, index % 8 - 4)
      guard Self.steps.contains(step), vector >= 0, vector < (width + 7) / 8 else {
        #expect(sums[index] == before[index])
        continue
      }
      for lane in 0..<8 {
        let place = 8 * vector + lane
        #expect(sums[index][lane] == (place < width ? drive[5 + place] : 0))
      }
    }
  }

  @Test(
    "out of reach above, below, and not",
    arguments: [(-4097, false), (-4096, true), (4095, true), (4096, false)], [0, 7, 8, 21, 29])
  func reach(_ sum: (value: Int16, stays: Bool), lane: Int) {
    var potentials = [Int16](repeating: 0, count: 60)
    var sums = [SIMD8<Int16>](
      repeating: SIMD8(repeating: 0), count: 8 * StretchKernel.mostSteps)
    // And back again.
    sums[8 * 10 + 4 + lane / 8][lane % 8] = sum.value
    sums[8 * 11 + 4 + lane / 8][lane % 8] = 0 &- sum.value
    let line = Self.line(width: 30, isHard: false, firesOnEqual: true)
    var fired = [UInt64](repeating: 0, count: 203)
    let staysShort = StretchKernel.update(
      line, potentials: &potentials, limits: [Int16](repeating: 9000, count: 60),
      line.lanes([Int16](repeating: 0, count: 60)), &sums, fired: &fired, words: Self.words)
    #expect(staysShort == sum.stays)
    #expect(potentials == [Int16](repeating: 0, count: 60))
  }

  @Test("what lines begin with")
  func drives() {
    let line = Self.line(width: 13, isHard: true, firesOnEqual: true)
    let lanes = line.lanes((0..<60).map { Int16($0) })
    var sums = [SIMD8<Int16>](
      repeating: SIMD8(repeating: -1), count: 8 * StretchKernel.mostSteps)
    StretchKernel.open(1, 2..<4, lanes, &sums)
    for (index, vector) in sums.enumerated() {
      let first = 8 * (index % 8 - 4)
      let isWritten = (2..<4).contains(index / 8) && first >= 0
      for lane in 0..<8 {
        let expected = !isWritten ? -1 : first + lane < 13 ? Int16(5 + first + lane) : 0
        #expect(vector[lane] == expected)
      }
    }
  }
}
