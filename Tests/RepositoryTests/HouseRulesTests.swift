import Foundation
import Testing

@Suite("House rules")
struct HouseRulesTests {
  static let sources =
    Repository.swiftFiles(below: "Sources") + Repository.swiftFiles(below: "Tests")

  @Test("files stay under 400 lines, generated ones excepted")
  func filesAreShort() throws {
    for file in Self.sources where !file.hasSuffix("+Generated.swift") {
      let lines = try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count <= 401, "\(file) has \(lines.count) lines")
    }
  }

  @Test("nine functions in ten are under 35 lines")
  func functionsAreShort() throws {
    var lengths: [Int] = []
    for file in Repository.swiftFiles(below: "Sources") where !file.hasSuffix("+Generated.swift") {
      lengths += functionLengths(in: try Repository.text(file))
    }
    lengths.sort()
    #expect(lengths.count > 100)
    #expect(lengths[lengths.count * 9 / 10] < 35)
  }

  @Test("no source marks unfinished work or forces a value")
  func noUnfinishedWork() throws {
    let marks = [
      "TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "fatal" + "Error(", "try" + "! ",
    ]
    for file in Repository.swiftFiles(below: "Sources") where !file.hasSuffix("+Generated.swift") {
      let text = try Repository.text(file)
      for mark in marks {
        #expect(!text.contains(mark), "\(file) contains \(mark)")
      }
    }
  }

  @Test("every module with sources has tests of its own")
  func everyModuleIsTested() {
    for module in ImportGraphTests.allowed.keys {
      #expect(
        Repository.swiftFiles(below: "Tests/\(module)Tests").contains {
          (try? Repository.text($0).contains("@Test")) == true
        }, "\(module)")
    }
  }

  /// Lines from `func`, `init` or `subscript` to the closing brace at the same indentation.
  private func functionLengths(in text: String) -> [Int] {
    var result: [Int] = []
    var open: (indent: Int, line: Int)?
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let indent = line.prefix { $0 == " " }.count
      if let begun = open {
        if indent == begun.indent, line.dropFirst(indent).hasPrefix("}") {
          result.append(number - begun.line + 1)
          open = nil
        }
      } else if startsFunction(line.dropFirst(indent)), !line.hasSuffix("}") {
        open = (indent, number)
      }
    }
    return result
  }

  private func startsFunction(_ line: Substring) -> Bool {
    let words = line.split(separator: " ").prefix(6)
    return words.contains("func") || words.contains { $0.hasPrefix("init(") }
  }
}
