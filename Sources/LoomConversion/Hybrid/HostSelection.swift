public import LoomBase

/// The layers a user keeps on the host: names of nodes, output tensors or modules, each perhaps with its end.
public struct HostSelection: Sendable, Hashable {
  /// Which end of the network a name belongs to.
  public enum End: String, Sendable, Hashable {
    /// The end to which fewer further layers must come along.
    case nearest
    /// Everything up to and including the layer.
    case head
    /// Everything from the layer on.
    case tail
  }

  /// One name.
  public struct Entry: Sendable, Hashable {
    /// The name of a node, of a node's output, or of a module (`conv1` for `/conv1/Conv`).
    public var name: String
    /// The end it belongs to.
    public var end: End

    /// Creates an entry.
    public init(_ name: String, end: End = .nearest) {
      self.name = name
      self.end = end
    }
  }

  /// The names, in the user's order.
  public var entries: [Entry]

  /// Creates a selection.
  public init(_ entries: [Entry]) { self.entries = entries }

  /// Reads names separated by commas, each perhaps behind `head:` or `tail:`.
  ///
  /// - Throws: SL2031 for an empty name.
  public init(parsing text: String) throws(DiagnosticsError) {
    var entries: [Entry] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      var entry = Entry(Self.trimmed(part))
      for end in [End.head, .tail] where entry.name.hasPrefix(end.rawValue + ":") {
        entry = Entry(Self.trimmed(entry.name.dropFirst(end.rawValue.count + 1)), end: end)
        break
      }
      guard !entry.name.isEmpty else {
        throw DiagnosticsError(
          Diagnostic(
            .error, "SL2031", "needs names of nodes separated by commas, has '\(text)'",
            remedy: "spikeloom import MODEL lists the nodes"))
      }
      entries.append(entry)
    }
    self.entries = entries
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    var rest = text[...]
    while rest.first == " " { rest = rest.dropFirst() }
    while rest.last == " " { rest = rest.dropLast() }
    return String(rest)
  }
}
