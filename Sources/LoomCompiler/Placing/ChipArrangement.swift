import LoomHardware
import LoomImage

/// Which chips of the board are used, in the order of filling.
///
/// Before: 9 chips on a board of 8 × 8. After: 0...8 in order, or blocks of 1, 2, 4 or 8 columns walked to and fro,
/// so that one chip is always beside the next: 0, 1, 9, 8, 16, 17, ...
enum ChipArrangement {
  /// The chips in order of their numbers: those with pinned cores, and the first others as far as needed.
  static func inOrder(
    cores: Int, _ topology: Topology, fixed: [CorePosition?] = []
  ) -> [Int] {
    var chips = Set(fixed.compactMap { $0?.chip })
    var next = 0
    while chips.count < count(cores: cores, topology) {
      chips.insert(next)
      next += 1
    }
    return chips.sorted()
  }

  /// Blocks worth trying, narrow ones first; the order of numbers is always among them (with pinned cores: alone).
  static func blocks(
    cores: Int, _ topology: Topology, fixed: [CorePosition?] = []
  ) -> [[Int]] {
    guard !fixed.contains(where: { $0 != nil }) else {
      return [inOrder(cores: cores, topology, fixed: fixed)]
    }
    let count = count(cores: cores, topology)
    var result: [[Int]] = []
    var width = 1
    while width <= min(count, topology.chipColumns) {
      let chips = block(count, width: width, topology)
      if chips.allSatisfy({ $0 < topology.maximumChips }) { result.append(chips) }
      width *= 2
    }
    let inOrder = inOrder(cores: cores, topology)
    return result.contains(inOrder) ? result : result + [inOrder]
  }

  private static func count(cores: Int, _ topology: Topology) -> Int {
    max(1, (cores + topology.coresPerChip - 1) / topology.coresPerChip)
  }

  private static func block(_ count: Int, width: Int, _ topology: Topology) -> [Int] {
    (0..<count).map { index in
      let (row, step) = (index / width, index % width)
      let column = row % 2 == 0 ? step : width - 1 - step
      return row * topology.chipColumns + column
    }
  }
}
