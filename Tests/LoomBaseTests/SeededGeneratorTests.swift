import LoomBase
import Testing

@Suite("Seeded random numbers")
struct SeededGeneratorTests {
  @Test("seed 1234567 gives the published numbers of SplitMix64")
  func publishedVector() {
    var generator = SeededGenerator(seed: 1_234_567)
    let numbers = (0..<5).map { _ in generator.next() }
    #expect(
      numbers == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test("unit numbers are the upper 53 bits, from zero to below one")
  func units() {
    var generator = SeededGenerator(seed: 1_234_567)
    // 6457827717110365317 / 2^64, by hand.
    #expect(abs(generator.unit() - 0.350_079_1) < 1e-6)
    var (least, most) = (1.0, 0.0)
    for _ in 0..<10_000 {
      let number = generator.unit()
      least = min(least, number)
      most = max(most, number)
    }
    #expect(0 <= least && least < 0.01 && 0.99 < most && most < 1)
  }
}
