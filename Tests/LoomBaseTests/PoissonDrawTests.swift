import Foundation
import LoomBase
import Testing

@Suite("Numbers of Poisson rate coding")
struct PoissonDrawTests {
  @Test("the numbers of a stream are the upper halves of SplitMix64's published output")
  func published() {
    let numbers = (0..<5).map { PoissonDraw.number(ofStream: 1_234_567, step: $0) }
    let output: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect(numbers == output.map { UInt32($0 >> 32) })
    // Of seed 0 the first output is e220a8397b1dcdaf.
    #expect(PoissonDraw.number(ofStream: 0, step: 0) == 0xe220_a839)
  }

  @Test("streams start where a program in Python, written from the definition, says")
  func streams() {
    #expect(
      PoissonDraw(seed: 1).stream(sample: 2, neuron: 3) == 15_020_427_595_393_229_491)
    #expect(PoissonDraw(seed: 0).stream(sample: 0, neuron: 0) == 2_558_736_989_570_252_433)
    #expect(
      PoissonDraw(seed: .max).stream(sample: 12345, neuron: 67) == 10_564_502_727_436_216_553)
  }

  @Test("a neuron fires where c · 2^32 > θ · u, compared without rounding")
  func firing() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<20_000 {
      let bits = Int(generator.next() % 31) + 1
      let threshold = Int32(truncatingIfNeeded: generator.next() % (1 << bits))
      let current = Int64(generator.next() % (1 << bits)) - Int64(generator.next() % 3)
      var number = UInt32(truncatingIfNeeded: generator.next())
      if threshold > 0, current > 0, current < Int64(threshold) {
        // Around the edge.
        let edge = (current << 32) / Int64(threshold)
        number = UInt32(clamping: edge + Int64(generator.next() % 3) - 1)
      }
      let left = current.multipliedFullWidth(by: 1 << 32)
      let right = Int64(threshold).multipliedFullWidth(by: Int64(number))
      #expect(
        PoissonDraw.fires(current: current, threshold: threshold, number: number)
          == ((left.high, left.low) > (right.high, right.low)))
    }
    // Half of the numbers for half of the threshold; none for nothing, all for everything.
    #expect(PoissonDraw.fires(current: 1, threshold: 2, number: 1 << 31 - 1))
    #expect(!PoissonDraw.fires(current: 1, threshold: 2, number: 1 << 31))
    #expect(!PoissonDraw.fires(current: 0, threshold: .max, number: 0))
    #expect(!PoissonDraw.fires(current: -1, threshold: .max, number: 0))
    #expect(!PoissonDraw.fires(current: .min, threshold: .max, number: 0))
    for number in [UInt32.min, .max] {
      #expect(PoissonDraw.fires(current: 7, threshold: 7, number: number))
      #expect(PoissonDraw.fires(current: .max, threshold: .max, number: number))
    }
  }

  /// Shares of numbers below a half: of pairs that differ in one thing alone, how many agree.
  private func agreement(_ pairs: [(UInt32, UInt32)]) -> Double {
    Double(pairs.count { ($0.0 < 1 << 31) == ($0.1 < 1 << 31) }) / Double(pairs.count)
  }

  @Test("steps, neurons, samples and seeds have numbers that say nothing of one another")
  func independence() {
    func number(_ seed: UInt64, _ sample: Int, _ neuron: Int, _ step: Int) -> UInt32 {
      PoissonDraw.number(
        ofStream: PoissonDraw(seed: seed).stream(sample: sample, neuron: neuron), step: step)
    }
    let count = 20_000
    // Of a fair coin the share of 20,000 has the deviation 0.0035; five of them.
    let bound = 0.0177
    for lag in [1, 2, 7, 64] {
      #expect(
        abs(agreement((0..<count).map { (number(9, 3, 5, $0), number(9, 3, 5, $0 + lag)) }) - 0.5)
          < bound)
      #expect(
        abs(agreement((0..<count).map { (number(9, 3, $0, 4), number(9, 3, $0 + lag, 4)) }) - 0.5)
          < bound)
      #expect(
        abs(agreement((0..<count).map { (number(9, $0, 5, 4), number(9, $0 + lag, 5, 4)) }) - 0.5)
          < bound)
      #expect(
        abs(
          agreement(
            (0..<count).map { (number(UInt64($0), 3, 5, 4), number(UInt64($0 + lag), 3, 5, 4)) })
            - 0.5) < bound)
    }
    // A neuron's step is not its neighbour's next one, nor is a sample a neuron.
    #expect(
      abs(agreement((0..<count).map { (number(9, 3, $0, 5), number(9, 3, $0 + 1, 4)) }) - 0.5)
        < bound)
    #expect(
      abs(agreement((1...count).map { (number(9, $0, 0, 4), number(9, 0, $0, 4)) }) - 0.5) < bound)
  }

  @Test("numbers are spread evenly", arguments: [UInt64(0), 1, 77])
  func uniformity(seed: UInt64) {
    var bins = [Double](repeating: 0, count: 256)
    let draw = PoissonDraw(seed: seed)
    for neuron in 0..<256 {
      let stream = draw.stream(sample: 1, neuron: neuron)
      for step in 0..<256 {
        bins[Int(PoissonDraw.number(ofStream: stream, step: step) >> 24)] += 1
      }
    }
    // χ² of 255 degrees of freedom: mean 255, deviation 22.6; five of them.
    let square = bins.reduce(0) { $0 + ($1 - 256) * ($1 - 256) / 256 }
    #expect(abs(square - 255) < 113)
  }
}
