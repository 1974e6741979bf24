import Foundation

/// A network written by `Examples/python/write_snn.py`.
///
/// As Base64; its script:
///
///     n = SpikingNet("fixture", (2, 3, 3), 5)
///     h = n.convolution(n.input, np.arange(8, dtype="i1").reshape(2, 1, 2, 2) - 3, groups=2, threshold=[5, 6])
///     o = n.dense(h, np.arange(16, dtype="i1").reshape(2, 8) - 8, threshold=4, bias=[[[1]], [[-1]]],
///                 reset="soft", comparison="greaterOrEqual")
///     n.connect(o, o, np.array([[0, -1], [-1, 0]], "i1"), delay=1)
///     n.write("fixture.snn", outputs=[o])
enum SpikingFixtures {
  static let fromPython = decoded(
    """
    QAYAAAAAAAB7Il9fbWV0YWRhdGFfXyI6IHsic3Bpa2Vsb29tIjogIntcInNjaGVtYVwiOiBcInNwaWtlbG9vbS5zbm
    4vMVwiLCBcIm5hbWVcIjogXCJmaXh0dXJlXCIsIFwibWV0aG9kXCI6IFwibmF0aXZlXCIsIFwiY29kaW5nXCI6IFwi
    c3Bpa2VzXCIsIFwidGltZXN0ZXBzXCI6IDUsIFwic2NoZWR1bGVcIjogXCJhbGlnbmVkXCIsIFwiaXNJbnRlZ2VyXC
    I6IHRydWUsIFwicG9wdWxhdGlvbnNcIjogW3tcIm5hbWVcIjogXCJpbnB1dCAwXCIsIFwic2hhcGVcIjogWzIsIDMs
    IDNdLCBcInJvbGVcIjogXCJpbnB1dFwiLCBcInJlc2V0XCI6IFwiaGFyZFwiLCBcImNvbXBhcmlzb25cIjogXCJncm
    VhdGVyXCJ9LCB7XCJuYW1lXCI6IFwiaGlkZGVuIDFcIiwgXCJzaGFwZVwiOiBbMiwgMiwgMl0sIFwicm9sZVwiOiBc
    ImhpZGRlblwiLCBcInJlc2V0XCI6IFwiaGFyZFwiLCBcImNvbXBhcmlzb25cIjogXCJncmVhdGVyXCJ9LCB7XCJuYW
    1lXCI6IFwiaGlkZGVuIDJcIiwgXCJzaGFwZVwiOiBbMiwgMSwgMV0sIFwicm9sZVwiOiBcImhpZGRlblwiLCBcInJl
    c2V0XCI6IFwic29mdFwiLCBcImNvbXBhcmlzb25cIjogXCJncmVhdGVyT3JFcXVhbFwifV0sIFwicHJvamVjdGlvbn
    NcIjogW3tcInRhcmdldFwiOiAxLCBcImNvbm5lY3Rpdml0eVwiOiB7XCJraW5kXCI6IFwiY29udm9sdXRpb25cIiwg
    XCJrZXJuZWxcIjogWzIsIDJdLCBcInN0cmlkZVwiOiBbMSwgMV0sIFwicGFkZGluZ1wiOiBbMCwgMF0sIFwiZ3JvdX
    BzXCI6IDJ9LCBcInNvdXJjZVwiOiAwLCBcImFsaWduZWREZWxheVwiOiAwfSwge1widGFyZ2V0XCI6IDIsIFwiY29u
    bmVjdGl2aXR5XCI6IHtcImtpbmRcIjogXCJkZW5zZVwifSwgXCJzb3VyY2VcIjogMSwgXCJhbGlnbmVkRGVsYXlcIj
    ogMH0sIHtcInRhcmdldFwiOiAyLCBcImNvbm5lY3Rpdml0eVwiOiB7XCJraW5kXCI6IFwiZGVuc2VcIn0sIFwic291
    cmNlXCI6IDIsIFwiYWxpZ25lZERlbGF5XCI6IDF9XSwgXCJmcm9udEVuZFwiOiBbXSwgXCJpbnB1dFwiOiB7XCJzaG
    FwZVwiOiBbMiwgMywgM10sIFwic2FtcGxlc0FyZUJ5dGVzXCI6IHRydWUsIFwic2NhbGVcIjogMS4wfSwgXCJvdXRw
    dXRzXCI6IFsyXX0ifSwgInBvcHVsYXRpb24uMS50aHJlc2hvbGQiOiB7ImR0eXBlIjogIkYzMiIsICJzaGFwZSI6IF
    syXSwgImRhdGFfb2Zmc2V0cyI6IFswLCA4XX0sICJwb3B1bGF0aW9uLjIudGhyZXNob2xkIjogeyJkdHlwZSI6ICJG
    MzIiLCAic2hhcGUiOiBbXSwgImRhdGFfb2Zmc2V0cyI6IFs4LCAxMl19LCAicG9wdWxhdGlvbi4yLmJpYXMiOiB7Im
    R0eXBlIjogIkYzMiIsICJzaGFwZSI6IFsyLCAxLCAxXSwgImRhdGFfb2Zmc2V0cyI6IFsxMiwgMjBdfSwgInByb2pl
    Y3Rpb24uMC53ZWlnaHRzIjogeyJkdHlwZSI6ICJJOCIsICJzaGFwZSI6IFsyLCAxLCAyLCAyXSwgImRhdGFfb2Zmc2
    V0cyI6IFsyMCwgMjhdfSwgInByb2plY3Rpb24uMS53ZWlnaHRzIjogeyJkdHlwZSI6ICJJOCIsICJzaGFwZSI6IFsy
    LCA4XSwgImRhdGFfb2Zmc2V0cyI6IFsyOCwgNDRdfSwgInByb2plY3Rpb24uMi53ZWlnaHRzIjogeyJkdHlwZSI6IC
    JJOCIsICJzaGFwZSI6IFsyLCAyXSwgImRhdGFfb2Zmc2V0cyI6IFs0NCwgNDhdfX0gICAgICAgAACgQAAAwEAAAIBA
    AACAPwAAgL/9/v8AAQIDBPj5+vv8/f7/AAECAwQFBgcA//8A
    """)

  private static func decoded(_ text: String) -> [UInt8] {
    [UInt8](Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data())
  }
}
