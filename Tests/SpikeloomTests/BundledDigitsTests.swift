import Foundation
import Testing

@Suite("Bundled digits")
struct BundledDigitsTests {
  /// Name and bytes of every file in the generated source, read as text.
  private func bundled() throws -> [(name: String, bytes: Data)] {
    let source = try String(
      contentsOf: CheckOut.root.appendingPathComponent(
        "Sources/spikeloom/BundledDigits+Generated.swift"), encoding: .utf8)
    let parts = source.components(separatedBy: "\"\"\"")
    return try stride(from: 0, to: parts.count - 1, by: 2).map { index in
      let name = try #require(parts[index].split(separator: "\"").dropLast().last)
      let data = try #require(
        Data(base64Encoded: parts[index + 1], options: .ignoreUnknownCharacters))
      return (String(name), data)
    }
  }

  @Test("every bundled file equals its original in Examples/digits")
  func equalToOriginals() throws {
    let files = try bundled()
    #expect(
      files.map(\.name) == [
        "digits_cnn.onnx", "digits_cnn.json", "train_images.npy", "test_images.npy",
        "test_labels.npy",
      ])
    for file in files {
      let original = try Data(
        contentsOf: DigitsFixture.folder.appendingPathComponent(file.name))
      #expect(!original.isEmpty)
      #expect(file.bytes == original, "\(file.name): run Scripts/generate-bundled.sh")
    }
  }
}
