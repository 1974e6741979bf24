package import LoomBase

/// How a map is cut into boxes: the number of parts along each axis, as even as possible.
///
/// Before: 16 channels × 8 × 8 in 1 × 2 × 3 parts. After: 6 boxes, rows 0..<4 and 4..<8, columns 0..<2,
/// 2..<5 and 5..<8.
package struct Tiling: Hashable {
  package var channels: Int
  package var rows: Int
  package var columns: Int

  /// The number of boxes.
  package var count: Int { channels * rows * columns }

  /// The range of one part of an axis.
  static func part(_ index: Int, of parts: Int, length: Int) -> Range<Int> {
    (index * length / parts)..<((index + 1) * length / parts)
  }

  /// Every box, channels innermost, so that boxes of one place follow one another.
  package func boxes(_ shape: MapShape) -> [MapBox] { boxes(in: MapBox(shape)) }

  /// Every box of a region, in the same order.
  func boxes(in region: MapBox) -> [MapBox] {
    var boxes: [MapBox] = []
    boxes.reserveCapacity(count)
    for row in 0..<rows {
      for column in 0..<columns {
        for channel in 0..<channels {
          boxes.append(box(channel, row, column, region))
        }
      }
    }
    return boxes
  }

  /// The largest box near the middle of the map, where receptive fields are not cut off.
  func largest(_ shape: MapShape) -> MapBox { largest(in: MapBox(shape)) }

  /// The largest box near the middle of a region.
  func largest(in region: MapBox) -> MapBox {
    box(
      Self.middle(channels, region.channels.count), Self.middle(rows, region.rows.count),
      Self.middle(columns, region.columns.count), region)
  }

  private func box(_ channel: Int, _ row: Int, _ column: Int, _ region: MapBox) -> MapBox {
    MapBox(
      channels: Self.part(channel, of: channels, region.channels),
      rows: Self.part(row, of: rows, region.rows),
      columns: Self.part(column, of: columns, region.columns))
  }

  private static func part(_ index: Int, of parts: Int, _ range: Range<Int>) -> Range<Int> {
    let part = part(index, of: parts, length: range.count)
    return (range.lowerBound + part.lowerBound)..<(range.lowerBound + part.upperBound)
  }

  private static func middle(_ parts: Int, _ length: Int) -> Int {
    let longest = (length + parts - 1) / parts
    var best = 0
    for index in 0..<parts where part(index, of: parts, length: length).count == longest {
      if abs(2 * index - parts + 1) < abs(2 * best - parts + 1)
        || part(best, of: parts, length: length).count != longest
      {
        best = index
      }
    }
    return best
  }

  /// All tilings of a map that differ in their largest box, fewest boxes first.
  package static func candidates(_ shape: MapShape, neuronsPerTile: Int) -> [Tiling] {
    let channels = splits(shape.channels)
    let rows = splits(shape.height)
    let columns = splits(shape.width)
    var result: [Tiling] = []
    for channel in channels {
      for row in rows {
        for column in columns {
          let largest =
            ceil(shape.channels, channel) * ceil(shape.height, row) * ceil(shape.width, column)
          if largest <= neuronsPerTile {
            result.append(Tiling(channels: channel, rows: row, columns: column))
          }
        }
      }
    }
    return result
  }

  private static func ceil(_ length: Int, _ parts: Int) -> Int { (length + parts - 1) / parts }

  /// Numbers of parts with different largest parts, fewest first.
  static func splits(_ length: Int) -> [Int] {
    var result: [Int] = []
    var size = length
    while size >= 1 {
      let parts = ceil(length, size)
      result.append(parts)
      // The next smaller size that changes the number of parts.
      size = min(size - 1, (length - 1) / parts)
    }
    return result
  }
}
