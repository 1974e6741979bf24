import LoomBase
import LoomReport
import Testing

@Suite("Fit report")
struct FitReportTests {
  private let axons = FitViolation(
    resource: "input axons", layer: "conv2", needs: 600, has: 512,
    diagnostic: Diagnostic(.error, "SL4010", "needs 600 input axons, has 512", at: .layer("conv2")))
  private let cores = FitViolation(
    resource: "cores", layer: nil, needs: 30, has: 10,
    diagnostic: Diagnostic(.error, "SL4012", "needs 30 cores, has 10"))

  private func chip(_ violations: [FitViolation]) -> FitChip {
    FitChip(
      profile: "toy", overrides: [], fits: violations.isEmpty, cores: 30, availableCores: 10,
      unsharedCores: 31, chips: 3, availableChips: 1, isEstimate: false, bottleneck: "cores",
      neurons: 5, compartments: 10, synapses: 20, depth: 2,
      resources: [
        FitResource(
          name: "compartments", used: 150, perCore: 10, leastCores: 15, utilisation: 0.5)
      ], violations: violations, layers: [])
  }

  @Test("the violation that is most times over is named")
  func shortBy() {
    #expect(chip([axons, cores]).shortBy == "3× cores")
    #expect(chip([axons]).shortBy == "1.172× input axons")
    #expect(chip([]).shortBy.isEmpty)
  }

  @Test("text and JSON say the same: every violation, refusal and remedy")
  func presentation() throws {
    let refused = Diagnostic(
      .error, "SL2101", "needs Relu, has LRN", at: .onnxNode(name: "n2", operation: "LRN"))
    let remedy = FitRemedy(
      name: "3 chips", flags: "--set /topology/maximumChips=3", fits: true, cores: 30, chips: 3,
      price: "not measured", measurement: nil)
    let report = FitReport(
      model: "net", method: "sized", refused: [refused], macs: 1234, remarks: ["a remark"],
      chips: [chip([axons, cores])], remedies: [remedy])
    let text = report.text
    for part in [
      "SL4010", "SL4012", "needs 600 input axons, has 512", "node 'n2' (LRN)", "50 %",
      "--set /topology/maximumChips=3", "3× cores", "1,234 MACs",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    let json = report.jsonValue
    #expect(json.value(at: "/schema")?.string == "spikeloom.fit/1")
    #expect(json.value(at: "/fits")?.bool == false)
    #expect(json.value(at: "/profiles/0/violations/0/needs")?.int == 600)
    #expect(json.value(at: "/profiles/0/violations/1/layer") == .null)
    #expect(json.value(at: "/remedies/0/flags")?.string == remedy.flags)
    #expect(json.value(at: "/remedies/0/measured") == .null)
    #expect(json.value(at: "/refused/0/code")?.string == "SL2101")
  }
}
