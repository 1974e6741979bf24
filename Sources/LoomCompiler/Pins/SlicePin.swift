/// A part of a layer fixed to a core of the chip.
public struct SlicePin: Sendable, Hashable {
  /// The layer: a population's name as the mapping report shows it, or the name of an ONNX node it came from.
  public var layer: String
  /// Rows of its map, half-open; nil: all.
  public var rows: Range<Int>?
  /// Columns, half-open; nil: all.
  public var columns: Range<Int>?
  /// Channels, half-open; nil: all.
  public var channels: Range<Int>?
  /// The core.
  public var core: PinnedPlace

  /// Creates a pin.
  public init(
    layer: String, rows: Range<Int>? = nil, columns: Range<Int>? = nil,
    channels: Range<Int>? = nil, core: PinnedPlace
  ) {
    self.layer = layer
    self.rows = rows
    self.columns = columns
    self.channels = channels
    self.core = core
  }
}

/// A core of the board.
public enum PinnedPlace: Sendable, Hashable {
  /// By number: chips in order, on a chip the rows of tiles from the top, in a row the tiles from the left, in a
  /// tile the cores: ((chip · tileRows + row) · tileColumns + column) · coresPerTile + slot.
  case number(Int)
  /// By chip, column and row of the tile on its chip, and place in the tile.
  case tile(chip: Int, column: Int, row: Int, slot: Int)
}
