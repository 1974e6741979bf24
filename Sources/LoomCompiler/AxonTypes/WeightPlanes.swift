import LoomBase
import LoomImage
import LoomNetwork

/// Splits the weights of a template into planes that sum to them, each of which one kind of axon can carry.
///
/// A source takes one axon for each plane in which it has a weight.
enum WeightPlanes {
  /// One plane for each digit: powers of two for `bits` − 1 bits, and −(2^(bits−1) − 1) for negative weights.
  ///
  /// Mantissas are symmetric, so that the last value reaches the lowest of them with every other digit clear.
  /// Before, 4 bits: 5, −7, −2. After: 1 0 1 (5 = 1 + 4, −2 = 1 + 4 − 7), 0 0 0, 4 0 4, 0 −7 −7.
  static func digits(_ weights: [Int16], bits: Int) -> [[Int16]] {
    let top = Int(1) << (bits - 1) - 1
    let values = (0..<(bits - 1)).map { Int16(clamping: 1 << $0) }
    var planes = values.map { value in
      weights.map { weight in
        let rest = Int(weight) < 0 ? Int(weight) + top : Int(weight)
        return rest & Int(value) != 0 ? value : 0
      }
    }
    planes.append(weights.map { $0 < 0 ? Int16(clamping: -top) : 0 })
    return planes.filter { $0.contains { $0 != 0 } }
  }

  /// One plane for each different weight of a channel, smallest first.
  ///
  /// Before, two channels: 3, 3, −2 and 5, 0, 5. After: planes 0 0 −2, 5 0 5 and 3 3 0, 0 0 0.
  static func values(_ weights: [Int16], channels: (Int) -> Int, count: Int) -> [[Int16]] {
    var lists = [[Int16]](repeating: [], count: count)
    for (index, weight) in weights.enumerated() where weight != 0 {
      let channel = channels(index)
      if !lists[channel].contains(weight) { lists[channel].append(weight) }
    }
    for channel in lists.indices { lists[channel].sort() }
    return (0..<(lists.map(\.count).max() ?? 0)).map { plane in
      weights.enumerated().map { index, weight in
        let list = lists[channels(index)]
        return plane < list.count && list[plane] == weight ? weight : 0
      }
    }
  }

  /// The positive and the negative weights.
  static func signs(_ weights: [Int16]) -> [[Int16]] {
    [weights.map { max($0, 0) }, weights.map { min($0, 0) }].filter { $0.contains { $0 != 0 } }
  }

  /// The bits of the signed digits that hold all weights.
  static func bits(_ weights: [Int16]) -> Int {
    let largest = weights.reduce(0) { max($0, Int($1.magnitude)) }
    return Int.bitWidth - largest.leadingZeroBitCount + 1
  }

  /// The target channel of a template's weight.
  static func channel(_ template: SynapseTemplate, target: MapShape) -> (Int) -> Int {
    switch template.kind {
    case .convolution(let geometry):
      let perGroup = target.channels / geometry.groups
      let perChannel = geometry.kernelHeight * geometry.kernelWidth * perGroup
      let inputs = max(1, template.weights.count / max(1, perChannel * geometry.groups))
      return { $0 / perChannel / inputs * perGroup + $0 % perGroup }
    case .sparse(_, let targets): return { Int(targets[$0]) % target.channels }
    case .dense, .broadcast, .sums: return { $0 % target.channels }
    }
  }
}
