/// The version of the tool, as printed and as stored in the files it writes.
public enum Version {
  /// The version number (semantic versioning).
  public static let number: String = "0.1.0"
  /// Name and version in one word.
  public static let tool: String = "spikeloom/\(number)"
}
