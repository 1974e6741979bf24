import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import LoomReport
import Testing

@Suite("Differences of runs")
struct RunDifferenceTests {
  /// A run's document with some values replaced.
  private func document(
    _ json: JSONValue, _ changes: [(String, JSONValue)] = []
  ) throws -> RunDocument {
    var copy = json
    for (pointer, value) in changes {
      let isThere = copy.replace(at: pointer, with: value)
      #expect(isThere, "\(pointer)")
    }
    return try #require(RunDocument(copy))
  }

  private let run = RunText.jsonValue(
    ComparisonReportTests.record(), populationNames: ["relu"])

  @Test("equal runs: nothing, whatever the host says")
  func same() throws {
    let report = try ComparisonReportTests.report(host: ["seconds": .number(3)]).jsonValue
    let later = try ComparisonReportTests.report(host: ["seconds": .number(4)]).jsonValue
    #expect(report != later)
    let found = RunDifference(try document(report), try document(later))
    #expect(found.isEmpty && found.text.isEmpty)
    #expect(RunDifference(try document(run), try document(run)).isEmpty)
  }

  @Test("metrics with absolute and relative change, facts by name")
  func metrics() throws {
    let report = try ComparisonReportTests.report().jsonValue
    let found = RunDifference(
      try document(report),
      try document(
        report,
        [
          ("/accuracy/chip", .number(0.9)), ("/latency/perSampleNanoseconds", .number(2000)),
          ("/profile/name", .text("other")), ("/layers/0/synapticOperations", .number(30)),
        ]))
    #expect(
      found.metrics.map(\.name) == ["accuracy.chip", "latency.perSampleNanoseconds"])
    #expect(
      found.metrics[1]
        == MetricChange(name: "latency.perSampleNanoseconds", before: 2500, after: 2000))
    #expect(found.metrics[1].change == -500 && found.metrics[1].relativeChange == -0.2)
    #expect(found.facts.map(\.text) == ["profile.name: loihi1-silicon-fit → other"])
    #expect(found.layers.map(\.name) == ["relu"])
    #expect(
      found.layers[0].metrics == [
        MetricChange(name: "synapticOperations", before: 20, after: 30)
      ])
    #expect(found.text.contains("-20.00 %") && found.text.contains("+50.00 %"))
    #expect(found.members["layers"]?.value(at: "/0/metrics/synapticOperations/change")?.int == 10)
  }

  @Test("a price and its line of the ledger")
  func energy() throws {
    let found = RunDifference(
      try document(try ComparisonReportTests.report().jsonValue),
      try document(
        try ComparisonReportTests.report(overrides: ["/prices/synapticOperation=71"]).jsonValue))
    // 20 operations a sample, 35.5 pJ before.
    let line = found.metrics.first { $0.name == "energy.lines.synapticOperation.picojoules" }
    #expect(line == MetricChange(name: line?.name ?? "", before: 710, after: 1420))
    #expect(found.metrics.contains { $0.name == "energy.totalPicojoules" && $0.change == 745.5 })
    #expect(!found.metrics.contains { $0.name.hasPrefix("accuracy") })
  }

  @Test("answers that changed class, and counts by core")
  func predictions() throws {
    let found = RunDifference(
      try document(run),
      try document(
        run, [("/predictions/1", .integer(7)), ("/cores/0/spikes", .integer(9))]))
    #expect(found.comparedPredictions == 2)
    #expect(found.predictions == [.init(sample: 1, before: 1, after: 7)])
    #expect(found.lists.map(\.name) == ["cores"] && found.lists[0].count == 1)
    #expect(found.text.contains("1 of 2 changed class") && found.text.contains("sample 1: 1 → 7"))
  }

  @Test("sums of runs of other lengths are compared as means")
  func lengths() throws {
    var record = ComparisonReportTests.record()
    let short = try document(RunText.jsonValue(record, populationNames: ["relu"]))
    record.samples *= 2
    for path in [\RunRecord.cores, \.loweringCores, \.populations, \.loweringPopulations] {
      for index in record[keyPath: path].indices {
        record[keyPath: path][index].add(record[keyPath: path][index])
      }
    }
    record.latencyNanoseconds *= 2
    record.intervalNanoseconds *= 2
    let long = try document(RunText.jsonValue(record, populationNames: ["relu"]))
    let found = RunDifference(short, long)
    #expect(found.metrics == [MetricChange(name: "samples", before: 2, after: 4)])
    #expect(found.layers.isEmpty && found.remarks.count == 1)
  }

  @Test("a comparison and a run: what both tell")
  func mixed() throws {
    let found = RunDifference(
      try document(run), try document(try ComparisonReportTests.report().jsonValue))
    #expect(found.metrics.isEmpty, "\(found.metrics)")
    #expect(found.layers.isEmpty, "\(found.layers)")
    #expect(found.remarks.count == 1 && found.comparedPredictions == nil)
  }

  @Test("no value of a document makes a comparison trap")
  func damaged() throws {
    var generator = SeededGenerator(seed: 8)
    let values: [JSONValue] = [
      .null, .boolean(true), .integer(.max), .integer(.min), .number(1e308), .text("x"),
      .array([]), .array([.null]), .object([:]), .object(["name": .null]), .number(-0.5),
    ]
    for source in [run, try ComparisonReportTests.report().jsonValue] {
      let pointers = Self.pointers(source, "")
      #expect(pointers.count > 50)
      let whole = try document(source)
      for _ in 0..<1500 {
        var copy = source
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          let pointer = pointers[Int.random(in: 0..<pointers.count, using: &generator)]
          _ = copy.replace(
            at: pointer, with: values[Int.random(in: 0..<values.count, using: &generator)])
        }
        guard let damaged = RunDocument(copy) else { continue }
        let found = RunDifference(whole, damaged)
        _ = JSONText.encode(.object(found.members)) + found.text
        _ = RunDifference(damaged, whole).isEmpty
        let image = try DifferenceImage.make()
        for scope in [ExplanationScope.core(0), .layer("A")] {
          let share = try? RunShare.json(
            damaged, image: image, digest: "", scope: scope, profile: DifferenceImage.profile())
          if let share { _ = RunShare.text(share) }
        }
      }
    }
    #expect(RunDocument(.null) == nil && RunDocument(.object(["schema": .text("x")])) == nil)
  }

  private static func pointers(_ value: JSONValue, _ place: String) -> [String] {
    switch value {
    case .object(let members):
      return [place]
        + members.keys.sorted().flatMap { key in
          members[key].map { pointers($0, "\(place)/\(key)") } ?? []
        }
    case .array(let elements):
      return [place] + elements.enumerated().flatMap { pointers($1, "\(place)/\($0)") }
    default: return [place]
    }
  }
}
