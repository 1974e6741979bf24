/// What one core takes of a population, as far as it decides which neurons may stand together.
package struct PartLimits: Sendable {
  /// Columns of neurons.
  package var size: Int
  /// Input axons of nets.
  package var axons: Int
  /// Output entries.
  package var entries: Int
  /// Words of synapse memory; nil where cores are not limited by words.
  package var memory: Int?
  /// By rule, then by the number of a net's neurons in a part: the words of its axon.
  package var words: [[Int32]]
  /// By the number of neurons in a part: the words of axons that all parts have.
  package var commonWords: [Int]

  /// Limits of neurons and axons alone.
  package init(size: Int, axons: Int, entries: Int = 1 << 40) {
    self.size = size
    self.axons = axons
    self.entries = entries
    words = [[]]
    commonWords = []
  }

  /// Whether a core holds this.
  @inline(__always)
  func holds(_ load: PartLoad) -> Bool {
    load.size <= size && load.axons <= axons && load.entries <= entries
      && load.words <= memory ?? .max
  }

  /// Whether this is near enough to what a core holds to go through on the way to something better.
  @inline(__always)
  func permits(_ load: PartLoad, largest: Int) -> Bool {
    load.size <= size + largest && load.axons <= axons + axons / 16
      && load.entries <= entries + entries / 16
      && load.words <= memory.map { $0 + $0 / 16 } ?? .max
  }
}

/// What a part takes.
package struct PartLoad: Sendable, Hashable {
  /// Neurons.
  package var vertices = 0
  /// Columns of neurons.
  package var size = 0
  /// Input axons of nets.
  package var axons = 0
  /// Output entries.
  package var entries = 0
  /// Words of synapse memory.
  package var words = 0

  /// An empty part.
  package init() {}
}
