import Foundation

/// Files of the repository's `Examples` folder.
enum ExampleFiles {
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Examples").appendingPathComponent(name).path
  }
}
