/// A batch of raw samples as a file holds them, before any preprocessing.
public struct Samples: Sendable {
  /// The stored numbers.
  public enum Storage: Sendable {
    /// Unsigned bytes, as images come.
    case bytes([UInt8])
    /// Floats, taken as they are.
    case floats([Float])
  }

  /// Where the numbers are; of those in a file some samples may be picked.
  private enum Home: Sendable {
    case memory(Storage)
    case file(StoredSamples, picks: [Int]?)
  }

  private var home: Home
  /// The shape of one sample as stored, without the batch axis.
  public private(set) var sampleShape: [Int]
  /// The number of samples.
  public private(set) var count: Int
  /// By sample its number in the file it was read from; nil: they stand as they were read.
  public var numbers: [Int]?

  /// Creates a batch; the storage must hold `count` × the product of `sampleShape` numbers.
  public init(storage: Storage, sampleShape: [Int], count: Int) {
    let stored =
      switch storage {
      case .bytes(let values): values.count
      case .floats(let values): values.count
      }
    precondition(
      stored == count * sampleShape.reduce(1, *), "a batch holds count × sample size numbers")
    home = .memory(storage)
    self.sampleShape = sampleShape
    self.count = count
  }

  /// Creates a batch of samples that stay in their file; it must hold `count` × the product of `sampleShape` numbers.
  public init(stored: StoredSamples, sampleShape: [Int], count: Int) {
    precondition(
      stored.elementCount == count * sampleShape.reduce(1, *),
      "a batch holds count × sample size numbers")
    home = .file(stored, picks: nil)
    self.sampleShape = sampleShape
    self.count = count
  }

  /// The number of stored numbers of one sample.
  public var elementsPerSample: Int { sampleShape.reduce(1, *) }

  /// Whether the stored numbers are bytes.
  public var isBytes: Bool {
    switch home {
    case .memory(.bytes): true
    case .memory(.floats): false
    case .file(let stored, _): stored.isBytes
    }
  }

  /// The stored numbers of all samples, sample after sample; those in a file are read.
  public var storage: Storage { stored(0..<count).storage }

  /// Numbers that hold those of some samples, and where the first of these begins: samples in a file are read, those in memory
  /// stay where they are.
  public func stored(_ range: Range<Int>) -> (storage: Storage, first: Int) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "samples are there")
    let size = elementsPerSample
    switch home {
    case .memory(let storage): return (storage, range.lowerBound * size)
    case .file(let stored, nil):
      return (stored.read((range.lowerBound * size)..<(range.upperBound * size)), 0)
    case .file(let stored, let picks?): return (stored.numbers(of: picks[range], each: size), 0)
    }
  }

  /// Throws if the file that samples are read from is another than when it was opened.
  ///
  /// - Throws: SL1210.
  public func requireUnchanged() throws(DiagnosticsError) {
    guard case .file(let stored, _) = home, !stored.isUnchanged() else { return }
    throw DiagnosticsError(
      Diagnostic(
        .error, "SL1210", "needs a file of samples that stays as it is, has one that changed",
        at: .file("samples"), remedy: "run it again when nobody writes to the file"))
  }

  /// The samples at the given indices, in that order.
  public func selecting(_ indices: some Sequence<Int>) -> Samples {
    let size = elementsPerSample
    let chosen = Array(indices)
    var selected = self
    selected.count = chosen.count
    selected.numbers = chosen.map { number(of: $0) }
    selected.home =
      switch home {
      case .memory(.bytes(let values)):
        .memory(.bytes(chosen.flatMap { values[($0 * size)..<(($0 + 1) * size)] }))
      case .memory(.floats(let values)):
        .memory(.floats(chosen.flatMap { values[($0 * size)..<(($0 + 1) * size)] }))
      case .file(let stored, let picks):
        .file(stored, picks: chosen.map { picks?[$0] ?? $0 })
      }
    return selected
  }

  /// The same numbers, cut into other samples; none may have been picked.
  public func recut(sampleShape: [Int], count: Int) -> Samples {
    switch home {
    case .memory(let storage):
      return Samples(storage: storage, sampleShape: sampleShape, count: count)
    case .file(let stored, let picks):
      precondition(picks == nil, "all samples of the file are there")
      return Samples(stored: stored, sampleShape: sampleShape, count: count)
    }
  }

  /// The number of a sample in the file it was read from: what is drawn for it does not depend on which others are taken.
  public func number(of index: Int) -> Int {
    guard let numbers, numbers.indices.contains(index) else { return index }
    return numbers[index]
  }
}

/// How the elements of a stored sample are ordered against a channels × height × width map.
public enum SampleLayout: String, Codable, Sendable {
  /// channels × height × width (or the same number of elements in that order).
  case channelFirst
  /// height × width × channels.
  case channelLast

  /// The layout in which a stored sample shape matches a map, or nil if it does not match.
  ///
  /// Axes of length one are ignored. Where both fit, bytes are read channel-last (images) and floats
  /// channel-first (tensors).
  public static func matching(
    stored: [Int], map: MapShape, isBytes: Bool
  ) -> SampleLayout? {
    let squeezed = stored.filter { $0 != 1 }
    let first = [map.channels, map.height, map.width].filter { $0 != 1 } == squeezed
    let last = [map.height, map.width, map.channels].filter { $0 != 1 } == squeezed
    switch (first, last) {
    case (true, true): return isBytes ? .channelLast : .channelFirst
    case (true, false): return .channelFirst
    case (false, true): return .channelLast
    case (false, false):
      return stored.reduce(1, *) == map.count && squeezed.count <= 1 ? .channelFirst : nil
    }
  }

  /// The stored index of the element at a channel-first position.
  @inlinable
  public func storedIndex(channel: Int, row: Int, column: Int, in map: MapShape) -> Int {
    switch self {
    case .channelFirst: map.index(channel: channel, row: row, column: column)
    case .channelLast: (row * map.width + column) * map.channels + channel
    }
  }
}

/// How stored numbers become the network's input: value = (stored · scale − mean) / deviation.
public struct Preprocessing: Hashable, Codable, Sendable {
  /// The factor applied to the stored number (1/255 for bytes unless told otherwise).
  public var scale: Double
  /// The mean of each channel, one number for all, or empty for zero.
  public var mean: [Double]
  /// The deviation of each channel, one number for all, or empty for one.
  public var deviation: [Double]

  /// Creates a preprocessing.
  public init(scale: Double, mean: [Double] = [], deviation: [Double] = []) {
    self.scale = scale
    self.mean = mean
    self.deviation = deviation
  }

  /// The mean of a channel.
  public func mean(ofChannel channel: Int) -> Double {
    mean.isEmpty ? 0 : mean[mean.count == 1 ? 0 : channel]
  }

  /// The deviation of a channel.
  public func deviation(ofChannel channel: Int) -> Double {
    deviation.isEmpty ? 1 : deviation[deviation.count == 1 ? 0 : channel]
  }
}
