import LoomBase
import LoomReport
import Testing

@Suite("Tables, units and diagnostics")
struct PresentationTests {
  static let energies: [(Double, String)] = [
    (0.0, "0 pJ"), (0.476, "0.476 pJ"), (23.6, "23.6 pJ"), (999.94, "999.9 pJ"),
    (999.96, "1 nJ"), (5_940_000, "5.94 µJ"), (1.234567e9, "1.235 mJ"), (2e12, "2 J"),
    (5e15, "5,000 J"), (-1500, "-1.5 nJ"), (.infinity, "-"),
  ]

  @Test("energies scale to the unit that keeps them below 1000", arguments: energies)
  func energy(picojoules: Double, text: String) {
    #expect(ScaledUnits.energy(picojoules) == text)
  }

  @Test("numbers keep four digits, large ones are grouped")
  func numbers() {
    #expect(ScaledUnits.number(1_234_567.8) == "1,234,568")
    #expect(ScaledUnits.number(999.5) == "999.5")
    #expect(ScaledUnits.number(0.012345) == "0.01235" || ScaledUnits.number(0.012345) == "0.01234")
    #expect(ScaledUnits.number(-1000) == "-1,000")
    #expect(ScaledUnits.time(14_300) == "14.3 µs")
    #expect(ScaledUnits.percent(0.91714) == "91.71 %")
    #expect(ScaledUnits.ratio(12.5) == "12.5×")
  }

  @Test("columns are as wide as their widest cell, totals have a rule")
  func table() {
    var table = TextTable(["name", "count", "note"], alignments: [.left, .right, .left])
    table.add(["a", "1,000", "µ"])
    table.add(["longer"])
    table.addTotal(["all", "1"])
    #expect(
      table.render(indent: 1) == """
         name    count  note
         ------  -----  ----
         a       1,000  µ
         longer
         ------  -----  ----
         all         1
        """)
  }

  @Test("diagnostics come gravest first, with places, notes, remedies and a count")
  func diagnostics() {
    let findings = [
      Diagnostic(.warning, "SL2001", "needs more samples, has 3"),
      Diagnostic(
        .error, "SL7101", "needs a price for spikes, has none",
        at: .jsonPointer(file: "p", pointer: "/prices/neuronSpike"), notes: ["two lines need it"],
        remedy: "add it"),
      Diagnostic(.error, "SL1000", "needs a name without bells, has '\u{7}'"),
    ]
    #expect(
      DiagnosticText.render(findings) == """
        error SL7101: p#/prices/neuronSpike: needs a price for spikes, has none
          note: two lines need it
          remedy: add it
        error SL1000: needs a name without bells, has '\u{FFFD}'
        warning SL2001: needs more samples, has 3
        2 errors, 1 warning

        """)
    #expect(DiagnosticText.render([]) == "")
    #expect(DiagnosticText.render(findings, colored: true).contains("\u{1B}[1;31merror SL7101"))
    let json = DiagnosticText.jsonValue(findings)
    #expect(json.value(at: "/0/code") == .text("SL7101"))
    #expect(json.value(at: "/0/at") == .text("p#/prices/neuronSpike"))
    #expect(json.value(at: "/2/at") == nil)
  }
}
