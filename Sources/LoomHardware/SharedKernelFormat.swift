/// The memories of a core that keeps one convolution as shared kernels (Speck).
///
/// A kernel takes inputs × 2^(⌈log2(height · width)⌉ + ⌈log2 outputs⌉) words: addresses are padded.
public struct SharedKernelFormat: Sendable, Hashable, Codable {
  /// The largest input map, in rows and in columns.
  public var maximumInput: Int
  /// The largest output map, in rows and in columns.
  public var maximumOutput: Int
  /// The most channels of either.
  public var maximumChannels: Int
  /// The largest kernel, in rows and in columns.
  public var maximumKernel: Int
  /// Layers (cores) that one core may send to.
  public var destinations: Int

  /// Creates a format.
  public init(
    maximumInput: Int, maximumOutput: Int, maximumChannels: Int, maximumKernel: Int,
    destinations: Int
  ) {
    self.maximumInput = maximumInput
    self.maximumOutput = maximumOutput
    self.maximumChannels = maximumChannels
    self.maximumKernel = maximumKernel
    self.destinations = destinations
  }
}

/// Cores of one chip that are alike, where not all are.
public struct CoreClass: Sendable, Hashable, Codable {
  /// Its name, for people.
  public var name: String
  /// How many of them a chip has; classes follow one another in the order of core places.
  public var cores: Int
  /// Neurons of one.
  public var neurons: Int
  /// Words of kernel memory of one; 0: as the core's storage says.
  public var kernelWords: Int

  /// Creates a class.
  public init(name: String, cores: Int, neurons: Int, kernelWords: Int) {
    self.name = name
    self.cores = cores
    self.neurons = neurons
    self.kernelWords = kernelWords
  }
}
