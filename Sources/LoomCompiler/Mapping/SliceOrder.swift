import LoomBase
import LoomImage
import LoomNetwork

/// Cuts a population's values to a box, in slice order (channel-last within the box).
enum SliceOrder {
  /// The values of a box; equal ones collapse.
  static func values(
    _ values: ChannelOrNeuron<Int32>, _ box: MapBox, _ shape: MapShape
  ) -> SliceValues {
    switch values {
    case .uniform(let value): return .uniform(value)
    case .perChannel(let list): return collapse(Array(list[box.channels])) { .perChannel($0) }
    case .perNeuron(let list):
      var result: [Int32] = []
      result.reserveCapacity(box.count)
      for row in box.rows {
        for column in box.columns {
          for channel in box.channels {
            result.append(list[shape.index(channel: channel, row: row, column: column)])
          }
        }
      }
      return collapse(result) { .perNeuron($0) }
    }
  }

  private static func collapse(
    _ list: [Int32], _ make: ([Int32]) -> SliceValues
  ) -> SliceValues {
    guard let first = list.first, list.allSatisfy({ $0 == first }) else { return make(list) }
    return .uniform(first)
  }
}

extension SliceValues {
  /// The different values that occur, as stored.
  var listed: [Int32] {
    switch self {
    case .uniform(let value): [value]
    case .perChannel(let list), .perNeuron(let list): list
    }
  }
}
