import LoomBase
import LoomReport
import Testing

@Suite("Accuracy waterfall")
struct AccuracyWaterfallTests {
  @Test("points lost are differences of neighbours, in the order of the road")
  func steps() {
    let waterfall = AccuracyWaterfall(
      samples: 200, accuracy: [.chip: 0.89, .ann: 0.915, .clipped: 0.905, .spiking: 0.91])
    let steps = waterfall.steps
    #expect(steps.map(\.stage) == [.ann, .clipped, .spiking, .chip])
    #expect(steps[0].pointsLost == nil)
    let lost = steps.dropFirst().map { (($0.pointsLost ?? .nan) * 1000).rounded() / 1000 }
    #expect(lost == [1, -0.5, 2])
  }

  @Test("text and JSON of a comparison hold the stages and the discordant pairs")
  func report() throws {
    var report = try ComparisonReportTests.report()
    report.facts.waterfall = AccuracyWaterfall(
      samples: 200, accuracy: [.ann: 0.915, .integerWeights: 0.905])
    report.facts.discordant = DiscordantPairs(onlyANN: 7, onlyChip: 3)
    report.facts.sameAnswers = report.samples - 1
    #expect(report.text.contains("integer weights"))
    #expect(report.text.contains("ANN right, chip wrong: 7; ANN wrong, chip right: 3"))
    let stages = report.jsonValue["waterfall"]?["stages"]?.elements ?? []
    #expect(stages.map { $0["stage"]?.string } == ["ann", "integerWeights"])
    #expect(report.jsonValue["waterfall"]?["samples"] == .integer(200))
    let (same, all) = (report.samples - 1, report.samples)
    #expect(report.text.contains("the ANN's answer on the chip: \(same) of \(all) samples"))
    #expect(report.jsonValue["agreement"]?.double == Double(same) / Double(all))
    #expect(report.jsonValue["discordant"]?["annRightChipWrong"] == .integer(7))
    #expect(report.jsonValue["discordant"]?["annWrongChipRight"] == .integer(3))
  }
}
