import LoomBase
import LoomNetwork

extension RegionBuilder {
  /// ReduceMax over rows, columns or both: max pooling over the whole of those axes.
  mutating func reduceMax(
    _ layer: Layer, axes: Set<Int>, shape kept: [Int]
  ) throws {
    let input = try value(layer)
    let roles = axes.compactMap { input.layout.role(ofAxis: $0) }
    let shape = input.layout.shape
    guard case .axes(let order) = input.layout.order, !roles.contains(0) else {
      throw Refusal(
        diagnostic: .unsuitable(
          layer, why: "needs a maximum over rows or columns, has one over channels",
          remedy: "take the maximum over rows and columns, retrain, and export anew"))
    }
    var map = input
    map.layout = .standard([input.map.channels, input.map.height, input.map.width])
    let windows = [
      WindowAxis.whole(input.map.height, reduced: roles.contains(1)),
      WindowAxis.whole(input.map.width, reduced: roles.contains(2)),
    ]
    try maxPool(layer, map, windows)
    guard let output = layer.outputs.first, var result = values[output] else { return }
    let reduced = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    let layout = TensorLayout(shape: reduced, map: result.map, order: .axes(order)).simplified()
    result.layout = kept == reduced ? layout : layout.reshaped(kept)
    values[output] = result
  }
}

extension WindowAxis {
  /// One window over a whole axis, or a window of one at every element.
  fileprivate static func whole(_ extent: Int, reduced: Bool) -> WindowAxis {
    WindowAxis(
      kernel: reduced ? extent : 1, stride: 1, dilation: 1, padBegin: 0, padEnd: 0,
      input: extent, output: reduced ? 1 : extent)
  }
}
