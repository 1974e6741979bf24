import LoomEmulator
import Testing

@Suite("Early exit")
struct ExitRuleTests {
  /// Two scores; the first column is `first`, the second all zero: the margin is |gain of the first|.
  private static func rows(_ first: [Int32]) -> [Int32] { first.flatMap { [$0, 0] } }

  private static func readings(_ samples: [[Int32]]) -> ScoreReadings {
    ScoreReadings(
      samples: samples.count, timesteps: samples[0].count - 1, countsSpikes: [false, false],
      values: samples.flatMap(rows))
  }

  private static func rule(
    _ interval: Int, threshold: Int64 = .max, end: Int = 6, start: Int = 0
  ) -> ExitRule {
    ExitRule(
      length: RunLength(timesteps: end, readoutStart: start), interval: interval,
      threshold: threshold
    ) { $0 / 2 }
  }

  @Test("readings come every k-th step, each compared with an earlier one")
  func checks() {
    let rule = Self.rule(2, end: 9, start: 3)
    #expect(rule.checks.map(\.step) == [2, 4, 6, 8])
    // t0(t) = t/2 = 1, 2, 3, 4, down to the reading before: 0, 2, 2, 4.
    #expect(rule.checks.map(\.base) == [0, 2, 2, 4])
    #expect(rule.end.step == 9 && rule.end.base == 3)
  }

  @Test("a hand-made margin series stops where it should")
  func handMade() {
    // After 0...6 steps; bases of checks 1...5: 0, 1, 1, 2, 2; gains: 3, 2, 5, 2, 8.
    let rows = Self.rows([0, 3, 5, 8, 7, 13, 20])[...]
    func decide(_ threshold: Int64) -> ExitRule.Decision {
      Self.rule(1, threshold: threshold).decision(rows, countsSpikes: [false, false])
    }
    #expect(decide(3) == .init(steps: 1, prediction: 0, readings: 1))
    #expect(decide(4) == .init(steps: 3, prediction: 0, readings: 3))
    #expect(decide(6) == .init(steps: 5, prediction: 0, readings: 5))
    #expect(decide(9) == .init(steps: 6, prediction: 0, readings: 6))
  }

  @Test("the reading for t0(T) is counted where no other falls on it")
  func extraReading() {
    let flat = Self.rows([0, 0, 0, 0, 0, 0, 5])[...]
    let none = [false, false]
    #expect(Self.rule(2, start: 3).decision(flat, countsSpikes: none).readings == 4)
    #expect(Self.rule(2, start: 2).decision(flat, countsSpikes: none).readings == 3)
    #expect(Self.rule(2, start: 0).decision(flat, countsSpikes: none).readings == 3)
    let early = Self.rows([0, 9, 9, 9, 9, 9, 9])[...]
    let stopped = Self.rule(2, threshold: 5, start: 3).decision(early, countsSpikes: none)
    #expect(stopped == .init(steps: 2, prediction: 0, readings: 1))
  }

  @Test("negative margins of the first class are wins of the second")
  func secondClass() {
    let rows = Self.rows([0, -7, -9, -9, -9, -9, -9])[...]
    let decision = Self.rule(1, threshold: 7).decision(rows, countsSpikes: [false, false])
    #expect(decision == .init(steps: 1, prediction: 1, readings: 1))
  }

  @Test("the threshold is the smallest that keeps the agreement")
  func calibration() {
    // Margins at steps 1, 2 with base 0, 1: sample A 4 (class 1, wrong in the end), B 5, C 9, D 2.
    let readings = Self.readings([[0, -4, -4, 30], [0, 5, 5, 30], [0, 9, 9, 30], [0, 2, 2, 30]])
    var rule = Self.rule(1, end: 3)
    let all = rule.calibrate(readings, agreement: 1)
    #expect(rule.threshold == 5)
    #expect(all.agreement == 1)
    // A and D run 3 steps, B and C one.
    #expect(all.meanSteps == 2)
    let most = rule.calibrate(readings, agreement: 0.75)
    #expect(rule.threshold == 2)
    #expect(most.agreement == 0.75)
    #expect(most.meanSteps == 1)
  }

  @Test("where no margin is safe no sample stops")
  func neverSafe() {
    var rule = Self.rule(1, end: 2)
    let found = rule.calibrate(Self.readings([[0, -9, 9], [0, -9, 9]]), agreement: 0.99)
    #expect(rule.threshold == .max)
    #expect(found.agreement == 1 && found.meanSteps == 2)
  }

  @Test("a later stop may be right where an earlier one is wrong")
  func recovers() {
    // Gains: 3 for class 1, then (base 1) 12 for class 0: thresholds 4...12 stop at step 2, rightly.
    let readings = Self.readings([[0, -3, 9, 9]])
    var rule = Self.rule(1, end: 3)
    let found = rule.calibrate(readings, agreement: 1)
    #expect(rule.threshold == 12)
    #expect(found.meanSteps == 2)
  }

  @Test("one score alone has no margin")
  func singleScore() {
    let rows: [Int32] = [0, 50, 90]
    let decision = Self.rule(1, threshold: 1, end: 2)
      .decision(rows[...], countsSpikes: [false])
    #expect(decision == .init(steps: 2, prediction: 0, readings: 2))
  }
}
