/// Names and facts for people, never read by the emulator.
public struct ImageProvenance: Sendable, Hashable {
  /// The network's name.
  public var network: String
  /// The conversion method.
  public var method: String
  /// The tool and version that wrote the image.
  public var tool: String
  /// For each population its name and the ONNX nodes it stands for.
  public var populations: [PopulationProvenance]
  /// For each template the ONNX nodes it stands for.
  public var templates: [[String]]
  /// For each population, potential units per activation unit by channel (to read potentials as logits).
  public var scales: [[Double]]
  /// Remarks of conversion and compiler.
  public var remarks: [String]

  /// Creates a provenance.
  public init(
    network: String, method: String, tool: String, populations: [PopulationProvenance],
    templates: [[String]], scales: [[Double]], remarks: [String]
  ) {
    self.network = network
    self.method = method
    self.tool = tool
    self.populations = populations
    self.templates = templates
    self.scales = scales
    self.remarks = remarks
  }
}

/// The names of one population.
public struct PopulationProvenance: Sendable, Hashable, Codable {
  /// Its name.
  public var name: String
  /// The ONNX nodes it stands for.
  public var origin: [String]

  /// Creates a provenance.
  public init(name: String, origin: [String]) {
    self.name = name
    self.origin = origin
  }
}
