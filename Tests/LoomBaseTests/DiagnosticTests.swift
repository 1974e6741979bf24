import LoomBase
import Testing

@Suite("Diagnostics")
struct DiagnosticTests {
  @Test("a diagnostic reads as one line, notes and remedy below")
  func text() {
    let full = Diagnostic(
      .error, "SL4001", "needs 300 axons, has 256", at: .layer("conv1"),
      notes: ["fan-in is 9", "fan-out is 32"], remedy: "choose a larger core")
    #expect(
      full.description == """
        error SL4001: layer 'conv1': needs 300 axons, has 256
          note: fan-in is 9
          note: fan-out is 32
          remedy: choose a larger core
        """)
    let bare = Diagnostic(.remark, "SL2000", "has nothing to fold")
    #expect(bare.description == "remark SL2000: has nothing to fold")
    let both = DiagnosticsError(.doesNotFit, [full, bare])
    #expect(both.description == full.description + "\n" + bare.description)
    #expect(DiagnosticsError(bare).diagnostics == [bare])
    guard case .badInput = DiagnosticsError(bare).kind else {
      Issue.record("a single finding is about bad input")
      return
    }
  }

  @Test(
    "anchors name their place",
    arguments: [
      (Anchor.none, ""), (.file("a.onnx"), "a.onnx"),
      (.onnxNode(name: "n1", operation: "Conv"), "node 'n1' (Conv)"), (.core(7), "core 7"),
      (.layer("relu"), "layer 'relu'"),
      (.jsonPointer(file: "p.json", pointer: "/core/neurons"), "p.json#/core/neurons"),
      (.byteOffset(file: "x.chip", offset: 12), "x.chip at byte 12"),
    ])
  func anchors(anchor: Anchor, text: String) {
    #expect(anchor.description == text)
  }

  @Test("severities ascend from remark to error")
  func severities() {
    let shuffled: [Severity] = [.error, .remark, .warning, .note]
    #expect(shuffled.sorted() == [.remark, .note, .warning, .error])
  }
}
