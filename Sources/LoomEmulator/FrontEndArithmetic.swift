import LoomBase
import LoomImage

/// The integer first layer (see `ImageFrontEnd`), in 64 bits.
enum FrontEndArithmetic {
  /// The currents of all targets, channel-first.
  static func currents(
    _ frontEnd: ImageFrontEnd, _ values: [Int64], source: MapShape, target: MapShape
  ) -> [Int64] {
    var sums = [Int64](repeating: 0, count: target.count)
    switch frontEnd.kind {
    case .convolution(let geometry):
      convolve(geometry, frontEnd.weights, values, source, target, &sums)
    case .dense:
      for index in sums.indices {
        var sum: Int64 = 0
        let base = index * values.count
        for position in values.indices {
          sum &+= Int64(frontEnd.weights[base + position]) &* values[position]
        }
        sums[index] = sum
      }
    case .sparse(let offsets, let sources):
      for index in sums.indices {
        for entry in Int(offsets[index])..<Int(offsets[index + 1]) {
          sums[index] &+= Int64(frontEnd.weights[entry]) &* values[Int(sources[entry])]
        }
      }
    }
    finish(frontEnd, target, &sums)
    return sums
  }

  /// Adds offsets, shifts right, rounds to what a bias register holds.
  private static func finish(_ frontEnd: ImageFrontEnd, _ target: MapShape, _ sums: inout [Int64]) {
    let offsets = frontEnd.offsets
    for index in sums.indices {
      let offset =
        offsets.count == 1
        ? offsets[0]
        : offsets.count == target.count
          ? offsets[index] : offsets[index / target.positions]
      var current = FixedPoint.roundingShiftRight(
        sums[index] &+ offset, by: frontEnd.rightShift)
      if frontEnd.biasMantissaBits > 0 {
        current = FixedPoint.roundToMantissa(
          current, mantissaBits: frontEnd.biasMantissaBits,
          maximumExponent: frontEnd.biasMaximumExponent)
      }
      sums[index] = current
    }
  }

  private static func convolve(
    _ geometry: TemplateGeometry, _ weights: [Int32], _ values: [Int64], _ source: MapShape,
    _ target: MapShape, _ sums: inout [Int64]
  ) {
    let sourcesPerGroup = source.channels / geometry.groups
    let targetsPerGroup = target.channels / geometry.groups
    var weight = 0
    for channel in 0..<target.channels {
      let firstSource = channel / targetsPerGroup * sourcesPerGroup
      for input in firstSource..<(firstSource + sourcesPerGroup) {
        for kernelRow in 0..<geometry.kernelHeight {
          for kernelColumn in 0..<geometry.kernelWidth {
            let value = Int64(weights[weight])
            weight += 1
            let columns = reach(
              kernelColumn * geometry.dilationX - geometry.padLeft, geometry.strideX,
              source.width, target.width)
            if value == 0 || columns.isEmpty { continue }
            let shift = kernelRow * geometry.dilationY - geometry.padTop
            for row in reach(shift, geometry.strideY, source.height, target.height) {
              let from =
                (input * source.height + row * geometry.strideY + shift) * source.width
                + kernelColumn * geometry.dilationX - geometry.padLeft
              let to = (channel * target.height + row) * target.width
              for column in columns {
                sums[to + column] &+= value &* values[from + column * geometry.strideX]
              }
            }
          }
        }
      }
    }
  }

  /// The target coordinates whose tap at `offset` lies inside the source.
  private static func reach(
    _ offset: Int, _ stride: Int, _ source: Int, _ target: Int
  ) -> Range<Int> {
    let first = offset >= 0 ? 0 : (-offset + stride - 1) / stride
    let last = source - 1 - offset
    guard last >= 0 else { return 0..<0 }
    let end = min(last / stride + 1, target)
    return first < end ? first..<end : 0..<0
  }

  /// Taps inside the source, summed over targets: the multiply-accumulates of one sample.
  static func macs(_ frontEnd: ImageFrontEnd, source: MapShape, target: MapShape) -> UInt64 {
    switch frontEnd.kind {
    case .dense: return UInt64(source.count) &* UInt64(target.count)
    case .sparse(_, let sources): return UInt64(sources.count)
    case .convolution(let geometry):
      var rows = 0
      for tap in 0..<geometry.kernelHeight {
        rows +=
          reach(
            tap * geometry.dilationY - geometry.padTop, geometry.strideY, source.height,
            target.height
          ).count
      }
      var columns = 0
      for tap in 0..<geometry.kernelWidth {
        columns +=
          reach(
            tap * geometry.dilationX - geometry.padLeft, geometry.strideX, source.width,
            target.width
          ).count
      }
      return UInt64(rows) &* UInt64(columns)
        &* UInt64(target.channels * (source.channels / geometry.groups))
    }
  }
}
