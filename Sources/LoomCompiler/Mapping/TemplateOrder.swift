import LoomBase
import LoomImage
import LoomNetwork

/// Turns weights and values from network order (channel-first) into image order (channel-last).
///
/// Before: dense [target][source] with index (channel · height + row) · width + column.
/// After: [source][target] with index (row · width + column) · channels + channel.
enum TemplateOrder {
  /// The channel-last index of every channel-first index.
  static func channelLast(_ shape: MapShape) -> [Int] {
    var result = [Int](repeating: 0, count: shape.count)
    var index = 0
    for channel in 0..<shape.channels {
      for position in 0..<shape.positions {
        result[index] = position * shape.channels + channel
        index += 1
      }
    }
    return result
  }

  /// A projection's kind and weights in image order; without weights (sizing) the kind alone.
  static func template(
    _ projection: FixedProjection, source: MapShape, target: MapShape
  ) -> (kind: TemplateKind, weights: [Int16]) {
    let weights = projection.weights
    switch projection.connectivity {
    case .convolution(let geometry):
      return (
        .convolution(TemplateGeometry(geometry)),
        weights.isEmpty ? [] : convolution(weights, geometry, source, target)
      )
    case .dense:
      return (.dense, weights.isEmpty ? [] : dense(weights, source, target))
    case .sparse(let pattern):
      return sparse(pattern, projection.weights, source, target)
    }
  }

  private static func convolution(
    _ weights: [Int16], _ geometry: ConvolutionGeometry, _ source: MapShape, _ target: MapShape
  ) -> [Int16] {
    let taps = geometry.kernelHeight * geometry.kernelWidth
    let perGroup = source.channels / geometry.groups
    let targetsPerGroup = target.channels / geometry.groups
    var result = [Int16](repeating: 0, count: weights.count)
    var index = 0
    for channel in 0..<target.channels {
      let firstSource = channel / targetsPerGroup * perGroup
      let place = channel % targetsPerGroup
      for input in 0..<perGroup {
        for tap in 0..<taps {
          result[((firstSource + input) * taps + tap) * targetsPerGroup + place] = weights[index]
          index += 1
        }
      }
    }
    return result
  }

  private static func dense(_ weights: [Int16], _ source: MapShape, _ target: MapShape) -> [Int16] {
    let sources = channelLast(source)
    let targets = channelLast(target)
    var result = [Int16](repeating: 0, count: weights.count)
    var index = 0
    for row in targets {
      for column in sources {
        result[column * targets.count + row] = weights[index]
        index += 1
      }
    }
    return result
  }

  private static func sparse(
    _ pattern: SparsePattern, _ weights: [Int16], _ source: MapShape, _ target: MapShape
  ) -> (kind: TemplateKind, weights: [Int16]) {
    let sources = channelLast(source)
    let targets = channelLast(target)
    var byLast = [Int](repeating: 0, count: targets.count)
    for (first, last) in targets.enumerated() { byLast[last] = first }
    var offsets = [UInt32](repeating: 0, count: source.count + 1)
    for entry in pattern.sources { offsets[sources[Int(entry)] + 1] += 1 }
    for index in 1..<offsets.count { offsets[index] += offsets[index - 1] }
    var next = offsets
    var listed = [UInt32](repeating: 0, count: weights.count)
    var result = [Int16](repeating: 0, count: weights.count)
    for last in 0..<targets.count {
      let first = byLast[last]
      for entry in pattern.targetOffsets[first]..<pattern.targetOffsets[first + 1] {
        let source = sources[Int(pattern.sources[entry])]
        let place = Int(next[source])
        next[source] += 1
        listed[place] = UInt32(last)
        result[place] = weights[entry]
      }
    }
    return (.sparse(sourceOffsets: offsets, targets: listed), result)
  }
}

extension TemplateGeometry {
  /// The image's form of a network's geometry.
  init(_ geometry: ConvolutionGeometry) {
    self.init(
      kernelHeight: geometry.kernelHeight, kernelWidth: geometry.kernelWidth,
      strideY: geometry.strideY, strideX: geometry.strideX, padTop: geometry.padTop,
      padLeft: geometry.padLeft, dilationY: geometry.dilationY, dilationX: geometry.dilationX,
      groups: geometry.groups)
  }
}
