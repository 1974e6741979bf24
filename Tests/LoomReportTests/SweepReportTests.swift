import LoomBase
import LoomEmulator
import LoomHardware
import LoomReport
import Testing

@Suite("Sweep report")
struct SweepReportTests {
  private static func profile() throws -> Profile { try ProfileFile.load("loihi1-silicon-fit") }

  private static func point(_ timesteps: Int, _ accuracy: Double?) throws -> SweepPoint {
    try SweepPoint(
      length: RunLength(timesteps: timesteps, readoutStart: timesteps / 4),
      record: ComparisonReportTests.record(), accuracy: accuracy, cores: 1, imageSHA256: "ab",
      profile: try profile())
  }

  private static func report(
    _ accuracies: [Double?], ann: Double? = 0.95, loss: Double = 1, exit: SweepExit? = nil
  ) throws -> SweepReport {
    SweepReport(
      facts: SweepFacts(
        tool: "spikeloom test", network: "toy", method: "ltb",
        conversion: .once(timesteps: 8 * accuracies.count), samples: 2, annAccuracy: ann,
        calibration: "train.npy", timing: .firstSamples(1)),
      profile: try profile(),
      points: try accuracies.enumerated().reversed().map {
        try point(8 * ($0.offset + 1), $0.element)
      },
      lossPoints: loss, exit: exit)
  }

  @Test("the smallest T within the loss is the first, and a later fall is said")
  func smallest() throws {
    let steady = try Self.report([0.5, 0.94, 0.95])
    #expect(steady.points.map(\.timesteps) == [8, 16, 24])
    #expect(steady.smallest?.timesteps == 16)
    #expect(steady.holdsBeyond)
    let falling = try Self.report([0.5, 0.94, 0.93])
    #expect(falling.smallest?.timesteps == 16)
    #expect(!falling.holdsBeyond)
    #expect(falling.text.contains("T = 16 (some larger T is not)"))
    #expect(try Self.report([0.5, 0.94, 0.95], loss: 0).smallest?.timesteps == 24)
    #expect(try Self.report([0.5, 0.6]).smallest == nil)
    #expect(try Self.report([0.5, 0.6]).text.contains("No T of these is within 1 points"))
    #expect(try Self.report([nil, nil], ann: nil).smallest == nil)
  }

  @Test("the JSON has the keys that others rely on")
  func keys() throws {
    let json = try Self.report([0.5, 0.94]).jsonValue
    #expect(
      json.members?.keys.sorted() == [
        "accuracy", "calibration", "conversion", "earlyExit", "estimate", "host", "method",
        "network", "points", "profile", "remarks", "samples", "schema", "smallest", "timing",
        "tool",
      ])
    #expect(json["schema"]?.string == "spikeloom.sweep/1")
    #expect(json["conversion"]?["mode"]?.string == "once")
    #expect(json["conversion"]?["label"]?.string == "converted for T = 16, every T from one run")
    #expect(json["smallest"]?["timesteps"]?.int == 16)
    #expect(json["timing"]?["samples"]?.int == 1)
    #expect(json["timing"]?["mode"]?.string == "analytic")
    let point = try #require(json["points"]?.elements?.first)
    #expect(
      point.members?.keys.sorted() == [
        "accuracy", "chips", "cores", "energy", "hybrid", "image", "latency", "lossPoints",
        "operations", "readoutStart", "timesteps",
      ])
    // 40 operations and 5000 ns over two samples.
    #expect(point["operations"]?["synapticOperations"]?.double == 20)
    #expect(point["latency"]?["perSampleNanoseconds"]?.double == 2500)
    let energy = try #require(point["energy"])
    let parts =
      (energy["dynamicPicojoules"]?.double ?? 0) + (energy["staticPicojoules"]?.double ?? 0)
    #expect(abs(parts - (energy["totalPicojoules"]?.double ?? 0)) < 1e-6)
    #expect(parts > 0)
  }

  /// Two samples that ran half of the chip steps and met half of the synapses, read more often.
  private static func exit(readouts: UInt64, latency: Double) throws -> SweepExit {
    var record = ComparisonReportTests.record()
    record.cores[0].synapticOperations = 20
    record.host.readouts = readouts
    record.latencyNanoseconds = latency
    record.intervalNanoseconds = latency
    record.predictions = [0, 0]
    let rule = ExitRule(
      length: RunLength(timesteps: 16, readoutStart: 4), interval: 4, threshold: 9
    ) { $0 / 4 }
    let decisions = [
      ExitRule.Decision(steps: 4, prediction: 0, readings: 1),
      ExitRule.Decision(steps: 8, prediction: 0, readings: 2),
    ]
    return try SweepExit(
      exit: ExitRecord(rule: rule, decisions: decisions, chipSteps: 4, record: record),
      calibration: ExitRule.Calibration(samples: 5, target: 0.99, agreement: 1, meanSteps: 6),
      whole: ComparisonReportTests.record(), wholePoint: try point(16, 0.94), accuracy: 0.9,
      profile: try profile())
  }

  @Test("early exit is charged for its readings and for the steps it ran, no others")
  func exitCharges() throws {
    let exit = try Self.exit(readouts: 40, latency: 1000)
    let profile = try Self.profile()
    #expect(exit.meanSteps == 6)
    #expect(exit.agreement == 0.5)
    #expect(exit.savedOperations == 0.5)
    #expect(exit.earlyReadouts == 20 && exit.wholeReadouts == 2)
    #expect(exit.readoutPicojoules == 20 * (profile.prices.readout?.value ?? -1))
    let prices = profile.prices
    let barrier = try #require(prices.barrier?.value)
    let readout = try #require(prices.readout?.value)
    let operation = try #require(prices.synapticOperation?.value)
    // Per sample: 10 operations and 2 barriers fewer, 18 numbers read more.
    let (whole, early) = (try #require(exit.whole.energy), try #require(exit.early.energy))
    let wanted = whole.dynamicPicojoules - 10 * operation - 2 * barrier + 18 * readout
    #expect(abs(early.dynamicPicojoules - wanted) < 1e-6 * wanted)
  }

  @Test("whether early exit pays is said both ways")
  func pays() throws {
    let cheap = try Self.exit(readouts: 6, latency: 1000)
    #expect(try #require(cheap.savedEnergy) > 0 && cheap.savedLatency > 0)
    #expect(cheap.verdict.contains("pays against the whole window: less energy"))
    let dear = try Self.exit(readouts: 4_000_000_000, latency: 9000)
    #expect(try #require(dear.savedEnergy) < 0 && dear.savedLatency < 0)
    #expect(dear.verdict.contains("does not pay"))
    let json = try Self.report([0.5, 0.94], exit: cheap).jsonValue["earlyExit"]
    #expect(json?["pays"]?["energy"]?.bool == true)
    #expect(
      json?.members?.keys.sorted() == [
        "agreement", "agreementTarget", "calibration", "early", "every", "marginThreshold",
        "meanSteps", "pays", "readoutPicojoules", "readouts", "rival", "saved", "whole",
      ])
    // Early exit answers 0.9 right: T = 16 is the smallest that does as well.
    #expect(json?["rival"]?["timesteps"]?.int == 16)
    let text = try Self.report([0.5, 0.94], exit: cheap).text
    #expect(text.contains("smallest fixed T here that is as accurate by these labels, T = 16"))
    #expect(text.contains("of energy and 80.00 % of latency saved"))
    #expect(try Self.report([0.5, 0.6], exit: cheap).exitRival == nil)
    var refused = try Self.report([0.5, 0.94], exit: cheap)
    for index in refused.points.indices { refused.points[index].energy = nil }
    #expect(refused.text.contains("T = 16: 80.00 % of latency saved"))
  }
}
