import LoomBase

/// The axis along which slabs grow.
enum SlabAxis: Int, CaseIterable {
  case rows
  case columns
  case channels
}

/// How a region is laid out in strips, along which cores are filled one after another.
///
/// Before: 16 × 32 × 32, strips of 16 channels and 8 columns along the rows. After: four strips, walked to and
/// fro; each core takes as many rows as fit.
struct SlabShape: Hashable {
  var axis: SlabAxis
  /// Strips: the parts of the other two axes (one part along the slab axis itself).
  var strips: Tiling

  /// The length of a region along an axis.
  static func range(_ box: MapBox, _ axis: SlabAxis) -> Range<Int> {
    switch axis {
    case .rows: box.rows
    case .columns: box.columns
    case .channels: box.channels
    }
  }

  /// The part of a strip between two places of its slab axis.
  static func slab(_ strip: MapBox, _ axis: SlabAxis, _ range: Range<Int>) -> MapBox {
    var box = strip
    switch axis {
    case .rows: box.rows = range
    case .columns: box.columns = range
    case .channels: box.channels = range
    }
    return box
  }

  /// The largest strip near the middle of a region.
  func middleStrip(_ region: MapBox) -> MapBox { strips.largest(in: region) }

  /// A slab of a length from the middle of a strip.
  func middleSlab(_ strip: MapBox, length: Int) -> MapBox {
    let whole = Self.range(strip, axis)
    let start = whole.lowerBound + (whole.count - length) / 2
    return Self.slab(strip, axis, start..<start + length)
  }

  /// All shapes of a region whose slabs of length 1 hold at most so many neurons.
  static func candidates(_ region: MapBox, neuronsPerTile: Int) -> [SlabShape] {
    let channels = Tiling.splits(region.channels.count)
    let rows = Tiling.splits(region.rows.count)
    let columns = Tiling.splits(region.columns.count)
    var result: [SlabShape] = []
    for axis in SlabAxis.allCases {
      for channel in axis == .channels ? [1] : channels {
        for row in axis == .rows ? [1] : rows {
          for column in axis == .columns ? [1] : columns {
            let strips = Tiling(channels: channel, rows: row, columns: column)
            let largest = strips.largest(in: region)
            guard largest.count / range(largest, axis).count <= neuronsPerTile else { continue }
            result.append(SlabShape(axis: axis, strips: strips))
          }
        }
      }
    }
    return result
  }
}
