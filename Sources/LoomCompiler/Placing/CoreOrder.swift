import LoomBase
import LoomImage

/// Cores in the order of the maps they hold.
enum CoreOrder {
  /// By layer (start, then population), row, column and channel of each core's first slice.
  static func byMap(_ image: HardwareImage) -> [Int] {
    let keys = image.cores.map { core -> [Int] in
      guard let slice = core.slices.first else { return [] }
      return [
        image.populations[slice.population].start, slice.population, slice.box.rows.lowerBound,
        slice.box.columns.lowerBound, slice.box.channels.lowerBound,
      ]
    }
    return image.cores.indices.sorted { left, right in
      keys[left] == keys[right]
        ? left < right : keys[left].lexicographicallyPrecedes(keys[right])
    }
  }
}
