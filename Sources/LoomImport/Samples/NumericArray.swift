public import LoomBase

/// An array of numbers as a file of samples or labels holds it, in C order.
public struct NumericArray: Sendable, Equatable {
  /// The numbers, in the narrowest of four kinds that holds the file's type exactly.
  public enum Elements: Sendable, Equatable {
    /// uint8 and bool.
    case bytes([UInt8])
    /// Every other integer type; uint64 above 2^63 − 1 is clamped to it.
    case integers([Int64])
    /// float16 and float32.
    case floats([Float])
    /// float64.
    case doubles([Double])
  }

  /// The lengths of the axes, outermost first.
  public var shape: [Int]
  /// The numbers, as many as the product of the shape.
  public var elements: Elements

  /// Creates an array; the elements must be as many as the shape says.
  public init(shape: [Int], elements: Elements) {
    let count =
      switch elements {
      case .bytes(let values): values.count
      case .integers(let values): values.count
      case .floats(let values): values.count
      case .doubles(let values): values.count
      }
    precondition(count == shape.reduce(1, *), "an array holds as many numbers as its shape says")
    self.shape = shape
    self.elements = elements
  }

  /// The array as a batch of samples along its first axis; bytes stay bytes, all else becomes floats.
  ///
  /// - Throws: SL1202 if the array has no axes.
  public func samples(name: String) throws(DiagnosticsError) -> Samples {
    guard let count = shape.first else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1202", "needs an array of samples, has a single number", at: .file(name))
      )
    }
    return Samples(
      storage: elements.stored, sampleShape: Array(shape.dropFirst()), count: count)
  }

  /// The array as class numbers: integers of one axis (others of length one are ignored).
  ///
  /// - Throws: SL1202 for another shape, for numbers that are not whole or are outside 0..<2^31.
  public func labels(name: String) throws(DiagnosticsError) -> [Int] {
    func error(_ message: String) -> DiagnosticsError {
      DiagnosticsError(Diagnostic(.error, "SL1202", message, at: .file(name)))
    }
    guard shape.filter({ $0 != 1 }).count <= 1 else {
      throw error("needs one label for each sample, has an array of shape \(shape)")
    }
    let range: ClosedRange<Double> = 0...2_147_483_647
    func whole(_ value: Double) -> Int? { range.contains(value) ? Int(exactly: value) : nil }
    let labels: [Int?] =
      switch elements {
      case .bytes(let values): values.map { Int($0) }
      case .integers(let values): values.map { whole(Double($0)) }
      case .floats(let values): values.map { whole(Double($0)) }
      case .doubles(let values): values.map { whole($0) }
      }
    let good = labels.compactMap(\.self)
    guard good.count == labels.count else {
      throw error("needs whole labels from 0 to 2^31 − 1, has others")
    }
    return good
  }
}

extension NumericArray.Elements {
  /// The numbers of samples: bytes stay bytes, all else becomes floats.
  var stored: Samples.Storage {
    switch self {
    case .bytes(let values): .bytes(values)
    case .integers(let values): .floats(values.map { Float($0) })
    case .floats(let values): .floats(values)
    case .doubles(let values): .floats(values.map { Float($0) })
    }
  }
}
