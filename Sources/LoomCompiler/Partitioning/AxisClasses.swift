/// Source coordinates along one axis that a convolution's targets read, sorted into classes.
///
/// All coordinates of a class meet the targets of a box in the same pattern, so that one of them stands for all.
/// Before: targets 4..<8 read by a kernel of 3. After: coordinate 3 meets one target, 4 two, 5 and 6 three, ...
struct AxisClasses {
  /// One coordinate of a class and how many there are.
  struct Member {
    var representative: Int
    var count: Int
  }

  private(set) var members: [Member] = []

  /// The window of a kernel along one axis.
  struct Window {
    var kernel: Int
    var stride: Int
    var dilation: Int
    var pad: Int
    var extent: Int
  }

  /// What a coordinate meets: targets relative to the first, and whether these touch the ends of the box, where
  /// runs of one row may join those of the next.
  private struct Pattern: Equatable {
    var steps: [Int]
    var touchesStart: Bool
    var touchesEnd: Bool
  }

  init(_ targets: Range<Int>, _ window: Window) {
    guard !targets.isEmpty else { return }
    let low = max(0, targets.lowerBound * window.stride - window.pad)
    let reach = (window.kernel - 1) * window.dilation
    let high = min(
      window.extent - 1, (targets.upperBound - 1) * window.stride + reach - window.pad)
    guard low <= high else { return }
    var met = [[Int]](repeating: [], count: high - low + 1)
    for target in targets {
      for tap in 0..<window.kernel {
        let coordinate = target * window.stride + tap * window.dilation - window.pad
        if coordinate >= low, coordinate <= high { met[coordinate - low].append(target) }
      }
    }
    var patterns: [Pattern] = []
    for (offset, list) in met.enumerated() {
      guard let first = list.first, let last = list.last else { continue }
      let pattern = Pattern(
        steps: list.map { $0 - first }, touchesStart: first == targets.lowerBound,
        touchesEnd: last == targets.upperBound - 1)
      if let known = patterns.firstIndex(of: pattern) {
        members[known].count += 1
      } else {
        patterns.append(pattern)
        members.append(Member(representative: low + offset, count: 1))
      }
    }
  }
}
