import Foundation
import LoomBase
import Testing

@Suite("JSON text")
struct JSONTextTests {
  @Test("keys are sorted, numbers shortest, plain arrays on one line")
  func layout() {
    let value = JSONValue.object([
      "b": .array([.integer(1), .number(2.5), .null]), "a": .number(3), "Z": .object([:]),
      "nested": .array([.object(["x": .boolean(true)])]), "e": .number(1e21), "n": .number(.nan),
      "t": .text("a\"b\\\n\u{1}é"),
    ])
    #expect(
      JSONText.encode(value) == """
        {
          "Z": {},
          "a": 3,
          "b": [1, 2.5, null],
          "e": 1e+21,
          "n": null,
          "nested": [
            {
              "x": true
            }
          ],
          "t": "a\\"b\\\\\\n\\u0001é"
        }

        """)
  }

  @Test("the ends of the whole numbers are written, as integers and as floats")
  func ends() {
    let ends: [JSONValue] = [
      .integer(.min), .integer(.max), .number(-0x1p63), .number(0x1p62), .number(0x1p53 - 1),
    ]
    #expect(
      JSONText.encode(.array(ends), layout: .compact)
        == "[-9223372036854775808,9223372036854775807,-9.223372036854776e+18,4.611686018427388e+18,9007199254740991]"
    )
  }

  @Test("any number reads back the same through Foundation")
  func roundTrip() throws {
    var generator = SeededGenerator(seed: 11)
    var values: [JSONValue] = [
      .number(0.1), .number(-0.0), .number(.leastNonzeroMagnitude), .integer(.min),
    ]
    for _ in 0..<500 {
      let number = Double(bitPattern: generator.next())
      if number.isFinite { values.append(.number(number)) }
      values.append(.integer(Int(truncatingIfNeeded: generator.next())))
    }
    let text = JSONText.encode(.object(["values": .array(values)]))
    let back = try JSONDecoder().decode([String: [Double]].self, from: Data(text.utf8))
    #expect(back["values"] == values.compactMap(\.double))
    let own = try JSONText.decode(text.utf8)
    #expect(own["values"]?.elements?.compactMap(\.double) == values.compactMap(\.double))
  }
}
