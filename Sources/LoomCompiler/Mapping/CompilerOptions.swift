/// What the user may choose about mapping.
public struct CompilerOptions: Sendable, Hashable {
  /// Whether names of layers go into the image.
  public var provenance: Bool
  /// The tool and version written into the provenance.
  public var tool: String
  /// Whether slices of different populations may share a core.
  public var sharesCores: Bool

  /// Creates options.
  public init(provenance: Bool = true, tool: String = "spikeloom", sharesCores: Bool = true) {
    self.provenance = provenance
    self.tool = tool
    self.sharesCores = sharesCores
  }
}
