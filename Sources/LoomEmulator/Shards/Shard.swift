/// One of n parts of a run's samples, for as many machines.
///
/// Parts begin and end between chunks (`SampleBatch`), so that sums of durations are added in the same order, and
/// give the same bits, as in a run of all samples.
public struct Shard: Sendable, Hashable, Codable {
  /// The most parts of one run; chunks are not more.
  public static let limit = 1024

  /// All samples.
  public static let whole = Shard(part: 1, of: 1)

  /// k, from 1.
  public var part: Int
  /// n.
  public var count: Int

  /// Creates the k-th of n parts, 1 ≤ k ≤ n ≤ 1024.
  public init(part: Int, of count: Int) {
    precondition(Shard.isPossible(part: part, of: count), "a part from 1 to n")
    self.part = part
    self.count = count
  }

  /// Whether there is such a part.
  public static func isPossible(part: Int, of count: Int) -> Bool {
    (1...limit).contains(count) && (1...count).contains(part)
  }

  /// The part's samples, of all samples of a run; empty where there are more parts than chunks.
  public func samples(of total: Int) -> Range<Int> {
    let chunks = chunks(ofSamples: total)
    let size = SampleBatch.chunkSize(of: total)
    return min(chunks.lowerBound * size, total)..<min(chunks.upperBound * size, total)
  }

  /// The part's chunks, of those of a run.
  func chunks(ofSamples total: Int) -> Range<Int> {
    let chunks = SampleBatch.chunkCount(of: total)
    return (part - 1) * chunks / count..<part * chunks / count
  }
}
