import LoomBase
import LoomNetwork

/// What every source position of a convolution reaches, as runs of weights and targets.
///
/// Weights are re-laid [source channel][kernel slot][target channel of the group]. Slots are ordered so
/// that the kernel positions one source meets, in ascending order of the target column, stand together:
/// then a 3×3 kernel of stride 1 is three runs, not nine.
struct KernelWindows: Sendable {
  /// Runs of position p are runs[offsets[p]..<offsets[p + 1]], for source channel 0.
  private(set) var offsets: [Int]
  private(set) var runs: [SynapseRun]
  /// How far a source channel's weights lie behind those of the channel before.
  let weightsPerChannel: Int
  let sourceChannelsPerGroup: Int
  let targetChannelsPerGroup: Int
  let positions: Int
  private let rowOrder: [Int]
  private let columnOrder: [Int]

  init(_ geometry: ConvolutionGeometry, source: MapShape, target: MapShape) {
    targetChannelsPerGroup = target.channels / geometry.groups
    sourceChannelsPerGroup = source.channels / geometry.groups
    weightsPerChannel = geometry.kernelHeight * geometry.kernelWidth * targetChannelsPerGroup
    positions = source.positions
    rowOrder = KernelWindows.order(
      geometry.kernelHeight, stride: geometry.strideY, dilation: geometry.dilationY)
    columnOrder = KernelWindows.order(
      geometry.kernelWidth, stride: geometry.strideX, dilation: geometry.dilationX)
    offsets = [0]
    runs = []
    for row in 0..<source.height {
      for column in 0..<source.width {
        appendRuns(geometry, row: row, column: column, target: target)
        offsets.append(runs.count)
      }
    }
  }

  private mutating func appendRuns(
    _ geometry: ConvolutionGeometry, row: Int, column: Int, target: MapShape
  ) {
    let first = runs.count
    for (rowSlot, kernelRow) in rowOrder.enumerated() {
      let offsetY = row + geometry.padTop - kernelRow * geometry.dilationY
      guard offsetY >= 0, offsetY % geometry.strideY == 0 else { continue }
      let targetRow = offsetY / geometry.strideY
      guard targetRow < target.height else { continue }
      for (columnSlot, kernelColumn) in columnOrder.enumerated() {
        let offsetX = column + geometry.padLeft - kernelColumn * geometry.dilationX
        guard offsetX >= 0, offsetX % geometry.strideX == 0 else { continue }
        let targetColumn = offsetX / geometry.strideX
        guard targetColumn < target.width else { continue }
        let slot = rowSlot * columnOrder.count + columnSlot
        let run = SynapseRun(
          weight: Int32(slot * targetChannelsPerGroup),
          target: Int32((targetRow * target.width + targetColumn) * target.channels),
          count: Int32(targetChannelsPerGroup))
        append(run, after: first)
      }
    }
  }

  private mutating func append(_ run: SynapseRun, after first: Int) {
    if runs.count > first, let last = runs.last, last.weight + last.count == run.weight,
      last.target + last.count == run.target
    {
      runs[runs.count - 1].count += run.count
    } else {
      runs.append(run)
    }
  }

  /// Kernel positions in slot order: those that meet the same source together, last first.
  private static func order(_ kernel: Int, stride: Int, dilation: Int) -> [Int] {
    (0..<kernel).sorted { left, right in
      let phases = (left * dilation % stride, right * dilation % stride)
      return phases.0 == phases.1 ? left > right : phases.0 < phases.1
    }
  }

  /// The weights of a convolution in this order.
  func relaid<Weight>(_ weights: [Weight], source: MapShape, target: MapShape) -> [Weight] {
    guard let filler = weights.first else { return weights }
    let kernelWidth = columnOrder.count
    let kernel = rowOrder.count * kernelWidth
    var result = [Weight](repeating: filler, count: source.channels * weightsPerChannel)
    for channel in 0..<source.channels {
      let group = channel / sourceChannelsPerGroup
      for (rowSlot, kernelRow) in rowOrder.enumerated() {
        for (columnSlot, kernelColumn) in columnOrder.enumerated() {
          let slot = rowSlot * kernelWidth + columnSlot
          for member in 0..<targetChannelsPerGroup {
            let output = group * targetChannelsPerGroup + member
            let from =
              (output * sourceChannelsPerGroup + channel % sourceChannelsPerGroup) * kernel
              + kernelRow * kernelWidth + kernelColumn
            result[channel * weightsPerChannel + slot * targetChannelsPerGroup + member] =
              weights[from]
          }
        }
      }
    }
    return result
  }
}
