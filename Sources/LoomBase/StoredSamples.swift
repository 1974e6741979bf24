/// Samples left in their file, whose numbers are read as they are asked for.
public struct StoredSamples: Sendable {
  /// Whether the numbers come as bytes, else as floats.
  public let isBytes: Bool
  /// How many numbers there are.
  public let elementCount: Int
  /// The numbers of a range.
  let read: @Sendable (Range<Int>) -> Samples.Storage
  /// Whether the file is the one that was opened.
  let isUnchanged: @Sendable () -> Bool

  /// Takes what reads numbers of a range, of one kind always, and what says whether the file is as it was.
  public init(
    isBytes: Bool, elementCount: Int, read: @escaping @Sendable (Range<Int>) -> Samples.Storage,
    isUnchanged: @escaping @Sendable () -> Bool
  ) {
    self.isBytes = isBytes
    self.elementCount = elementCount
    self.read = read
    self.isUnchanged = isUnchanged
  }

  /// The numbers of picked samples of so many numbers each, one sample after the other.
  func numbers(of samples: ArraySlice<Int>, each size: Int) -> Samples.Storage {
    var (bytes, floats): ([UInt8], [Float]) = ([], [])
    for sample in samples {
      switch read((sample * size)..<((sample + 1) * size)) {
      case .bytes(let values): bytes += values
      case .floats(let values): floats += values
      }
    }
    return isBytes ? .bytes(bytes) : .floats(floats)
  }
}
