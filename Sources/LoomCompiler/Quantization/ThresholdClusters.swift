/// Groups the thresholds of channels where a core holds few distinct ones.
///
/// Every channel takes the largest chosen value that is not above its wish, so no weight saturates; the
/// values are chosen to lose the fewest levels. Before: wishes 100, 99, 60, 58 and two registers. After:
/// 99, 99, 58, 58.
package enum ThresholdClusters {
  /// The value each wish takes, at most `count` distinct ones (0: any number).
  package static func assign(_ wishes: [Int64], count: Int) -> [Int64] {
    let distinct = Array(Set(wishes)).sorted()
    guard count > 0, distinct.count > count else { return wishes }
    let thinned = thin(distinct, limit: 384)
    let weights = populations(of: thinned, in: wishes)
    let chosen = choose(thinned, weights: weights, count: count)
    return wishes.map { wish in largest(in: chosen, notAbove: wish) }
  }

  /// The greatest element of a sorted list that is not above a value (the first if all are).
  static func largest(in sorted: [Int64], notAbove value: Int64) -> Int64 {
    var low = 0
    var high = sorted.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if sorted[middle] <= value { low = middle } else { high = middle }
    }
    return sorted[low]
  }

  /// At most about `limit` values, evenly by rank, the smallest always kept.
  private static func thin(_ sorted: [Int64], limit: Int) -> [Int64] {
    guard sorted.count > limit else { return sorted }
    return (0..<limit).map { sorted[$0 * sorted.count / limit] }
  }

  /// How many wishes fall on each value (rounded down to it).
  private static func populations(of values: [Int64], in wishes: [Int64]) -> [Double] {
    var index: [Int64: Int] = [:]
    for (position, value) in values.enumerated() { index[value] = position }
    var result = [Double](repeating: 0, count: values.count)
    for wish in wishes { result[index[largest(in: values, notAbove: wish)] ?? 0] += 1 }
    return result
  }

  /// Dynamic programming over the sorted values: cost of a group whose register is its smallest value =
  /// share of levels its members lose, in total.
  private static func choose(_ values: [Int64], weights: [Double], count: Int) -> [Int64] {
    let total = values.count
    var weightSum = [0.0]
    var inverseSum = [0.0]
    for (value, weight) in zip(values, weights) {
      weightSum.append((weightSum.last ?? 0) + weight)
      inverseSum.append((inverseSum.last ?? 0) + weight / Double(value))
    }
    func cost(_ first: Int, _ end: Int) -> Double {
      weightSum[end] - weightSum[first]
        - Double(values[first]) * (inverseSum[end] - inverseSum[first])
    }
    var best = (0...total).map { $0 == 0 ? 0 : cost(0, $0) }
    var cuts: [[Int]] = [[Int](repeating: 0, count: total + 1)]
    for _ in 1..<count {
      var next = best
      var cut = [Int](repeating: -1, count: total + 1)
      for end in 1...total {
        for first in 0..<end {
          let candidate = best[first] + cost(first, end)
          if candidate < next[end] - 1e-12 {
            next[end] = candidate
            cut[end] = first
          }
        }
      }
      best = next
      cuts.append(cut)
    }
    return trace(cuts, values)
  }

  private static func trace(_ cuts: [[Int]], _ values: [Int64]) -> [Int64] {
    var end = values.count
    var chosen: [Int64] = []
    for cut in cuts.reversed() where end > 0 && cut[end] >= 0 {
      chosen.append(values[cut[end]])
      end = cut[end]
    }
    return chosen.reversed()
  }
}
