/// The shape of one sample's feature map or population: channels × height × width.
///
/// A vector of n elements is n × 1 × 1. The canonical order of elements on the network side is
/// channel-first: index = (channel · height + row) · width + column, as ONNX flattens it.
public struct MapShape: Hashable, Codable, Sendable, CustomStringConvertible {
  /// Number of channels.
  public var channels: Int
  /// Number of rows.
  public var height: Int
  /// Number of columns.
  public var width: Int

  /// Creates a shape.
  public init(channels: Int, height: Int = 1, width: Int = 1) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// The number of elements.
  public var count: Int { channels * height * width }

  /// The number of positions, height × width.
  public var positions: Int { height * width }

  /// The channel-first index of an element.
  @inlinable
  public func index(channel: Int, row: Int, column: Int) -> Int {
    (channel * height + row) * width + column
  }

  /// The shape as `C×H×W`.
  public var description: String { "\(channels)×\(height)×\(width)" }
}

/// A box of elements in a map: ranges of channels, rows and columns.
public struct MapBox: Hashable, Codable, Sendable, CustomStringConvertible {
  /// The channels.
  public var channels: Range<Int>
  /// The rows.
  public var rows: Range<Int>
  /// The columns.
  public var columns: Range<Int>

  /// Creates a box.
  public init(channels: Range<Int>, rows: Range<Int>, columns: Range<Int>) {
    self.channels = channels
    self.rows = rows
    self.columns = columns
  }

  /// The whole of a map.
  public init(_ shape: MapShape) {
    self.init(channels: 0..<shape.channels, rows: 0..<shape.height, columns: 0..<shape.width)
  }

  /// The number of elements.
  public var count: Int { channels.count * rows.count * columns.count }

  /// The box as `c0..<c1 × y0..<y1 × x0..<x1`.
  public var description: String { "c\(channels) y\(rows) x\(columns)" }
}
