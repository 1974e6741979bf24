import LoomBase
import LoomImage

extension AxonSources {
  /// Calls a function with the channel-last index of every source.
  @inline(__always)
  func forEachIndex(in shape: MapShape, _ body: (Int) -> Void) {
    switch self {
    case .list(let indices):
      for index in indices { body(Int(index)) }
    case .box(let box):
      for row in box.rows {
        for column in box.columns {
          let base = (row * shape.width + column) * shape.channels
          for channel in box.channels { body(base + channel) }
        }
      }
    }
  }
}
