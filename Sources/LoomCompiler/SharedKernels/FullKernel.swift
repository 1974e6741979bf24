import LoomNetwork

/// Writes a convolution with groups or dilation as a plain one, whose further weights are zero.
///
/// Cores with shared kernels store every kernel position of every pair of channels. Before: 16 channels in
/// 16 groups, kernel 2×2. After: 16 × 16 channels, of which 240 pairs have zeros only. Before: 3×3, dilation 2.
/// After: 5×5 with 16 zeros. Exact: adding zero to a potential below θ changes nothing and fires nobody.
enum FullKernel {
  /// The projection without groups and dilation; the same one if it has neither.
  ///
  /// nil if the plain kernel would not fit `mostWeights`.
  static func expand(
    _ projection: FixedProjection, sources: Int, targets: Int
  ) -> FixedProjection? {
    guard case .convolution(let old) = projection.connectivity,
      old.groups > 1 || old.dilationY > 1 || old.dilationX > 1
    else { return projection }
    let geometry = plain(old)
    let taps = geometry.kernelHeight.multipliedReportingOverflow(by: geometry.kernelWidth)
    let pairs = sources.multipliedReportingOverflow(by: targets)
    let count = taps.partialValue.multipliedReportingOverflow(by: pairs.partialValue)
    guard !taps.overflow, !pairs.overflow, !count.overflow, count.partialValue <= mostWeights
    else { return nil }
    var result = projection
    result.connectivity = .convolution(geometry)
    result.weights = [Int16](repeating: 0, count: count.partialValue)
    let perGroup = (sources: sources / old.groups, targets: targets / old.groups)
    var index = 0
    for target in 0..<targets {
      let firstSource = target / perGroup.targets * perGroup.sources
      for source in 0..<perGroup.sources {
        let plane = (target * sources + firstSource + source) * taps.partialValue
        for row in 0..<old.kernelHeight {
          for column in 0..<old.kernelWidth {
            let place = row * old.dilationY * geometry.kernelWidth + column * old.dilationX
            result.weights[plane + place] = projection.weights[index]
            index += 1
          }
        }
      }
    }
    return result
  }

  /// The geometry without groups and dilation.
  static func plain(_ old: ConvolutionGeometry) -> ConvolutionGeometry {
    var geometry = old
    geometry.groups = 1
    geometry.kernelHeight = (old.kernelHeight - 1) * old.dilationY + 1
    geometry.kernelWidth = (old.kernelWidth - 1) * old.dilationX + 1
    (geometry.dilationY, geometry.dilationX) = (1, 1)
    return geometry
  }

  /// More than any kernel memory holds.
  static let mostWeights = 1 << 26
}
