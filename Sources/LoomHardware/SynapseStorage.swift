/// How synapses are stored in a core.
public enum SynapseStorage: Sendable, Hashable {
  /// Lists of packed entries in words of one memory (Loihi).
  case packedEntries(PackedEntryFormat)
  /// Crossbars of cells: every axon meets every column (crossbar-256).
  case crossbar(CrossbarFormat)
  /// One convolution a core, kernels shared by all its neurons (Speck).
  case sharedKernels(SharedKernelFormat)
}

/// The packed synapse entries of a Loihi-like core.
///
/// An axon's list is a sequence of entries, each rounded up to whole words. A dense entry (a run of
/// consecutive targets with one format) takes prefixBits + indexBits + n·(weight + delay + tag) bits; a
/// sparse one prefixBits + n·(weight + delay + tag + indexBits).
public struct PackedEntryFormat: Sendable, Hashable, Codable {
  /// Bits of synapse memory of one core.
  public var memoryBits: Int
  /// Bits of a memory word.
  public var wordBits: Int
  /// Bits before the synapses of an entry (format index and count).
  public var prefixBits: Int
  /// Bits of a target index.
  public var indexBits: Int
  /// Tag bits of each synapse.
  public var tagBits: Int
  /// The most synapses in one entry.
  public var maximumSynapsesPerEntry: Int
  /// The most words in one axon's list.
  public var maximumWordsPerAxon: Int
  /// Distinct synapse formats (shift, delay width, dense or sparse) of one core.
  public var maximumFormats: Int

  /// Creates a format.
  public init(
    memoryBits: Int, wordBits: Int, prefixBits: Int, indexBits: Int, tagBits: Int,
    maximumSynapsesPerEntry: Int, maximumWordsPerAxon: Int, maximumFormats: Int
  ) {
    self.memoryBits = memoryBits
    self.wordBits = wordBits
    self.prefixBits = prefixBits
    self.indexBits = indexBits
    self.tagBits = tagBits
    self.maximumSynapsesPerEntry = maximumSynapsesPerEntry
    self.maximumWordsPerAxon = maximumWordsPerAxon
    self.maximumFormats = maximumFormats
  }
}
