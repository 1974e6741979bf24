import LoomBase
import LoomNetwork

/// Checks a connectivity against the maps it joins and the number of weights beside it.
enum ConnectivityCheck {
  /// The largest number of (source position, kernel position) pairs that is unrolled.
  private static let mostPairs = 1 << 28
  private static let geometryLimit = 1 << 20

  /// What is wrong, in the grammar of diagnostics; nil if nothing is.
  static func problem(
    _ connectivity: Connectivity, weightCount: Int, source: MapShape, target: MapShape
  ) -> String? {
    switch connectivity {
    case .dense:
      let (needed, overflow) = source.count.multipliedReportingOverflow(by: target.count)
      return overflow || needed != weightCount
        ? "needs \(needed) weights (\(target) × \(source)), has \(weightCount)" : nil
    case .convolution(let geometry):
      return problem(geometry, weightCount: weightCount, source: source, target: target)
    case .sparse(let pattern):
      return problem(pattern, weightCount: weightCount, source: source, target: target)
    }
  }

  private static func problem(
    _ geometry: ConvolutionGeometry, weightCount: Int, source: MapShape, target: MapShape
  ) -> String? {
    let positive = [
      geometry.kernelHeight, geometry.kernelWidth, geometry.strideY, geometry.strideX,
      geometry.dilationY, geometry.dilationX, geometry.groups,
    ]
    guard positive.allSatisfy({ (1...geometryLimit).contains($0) }),
      [geometry.padTop, geometry.padLeft].allSatisfy({ abs($0.clamped) < geometryLimit })
    else { return "needs kernel, stride, dilation and groups from 1 to 2^20, has other values" }
    let groups = geometry.groups
    guard source.channels % groups == 0, target.channels % groups == 0 else {
      return "needs channels divisible by \(groups) groups, has \(source) and \(target)"
    }
    let kernel = geometry.kernelHeight * geometry.kernelWidth
    let (pairs, first) = kernel.multipliedReportingOverflow(by: source.positions)
    guard !first, pairs <= mostPairs else {
      return "needs at most 2^28 pairs of position and kernel position, has more"
    }
    let (maps, second) = target.channels.multipliedReportingOverflow(by: source.channels / groups)
    let (needed, third) = maps.multipliedReportingOverflow(by: kernel)
    return second || third || needed != weightCount || needed > Int(Int32.max)
      ? "needs \(needed) weights (at most 2^31 − 1) for its kernel, has \(weightCount)" : nil
  }

  private static func problem(
    _ pattern: SparsePattern, weightCount: Int, source: MapShape, target: MapShape
  ) -> String? {
    let offsets = pattern.targetOffsets
    guard offsets.count == target.count + 1, offsets.first == 0,
      offsets.last == pattern.sources.count, pattern.sources.count == weightCount
    else { return "needs offsets for \(target.count) targets and a weight an entry, has others" }
    for (start, end) in zip(offsets, offsets.dropFirst()) where start > end {
      return "needs ascending target offsets, has \(start) before \(end)"
    }
    for entry in pattern.sources where !(0..<source.count).contains(Int(entry)) {
      return "needs sources below \(source.count), has \(entry)"
    }
    return nil
  }
}

extension Int {
  /// The value brought near enough to zero that its magnitude exists.
  fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}
