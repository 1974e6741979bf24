import LoomBase

/// How the elements of an ONNX tensor (one sample, batch axis left out) lie in a channel-first map.
struct TensorLayout: Equatable, Sendable {
  /// The correspondence between tensor and map.
  enum Order: Equatable, Sendable {
    /// The role of each tensor axis: 0 channels, 1 rows, 2 columns, −1 an axis of length one.
    case axes([Int])
    /// Row-major tensor order is the map's channel-first order.
    case flat
    /// The channel-first index of each tensor element.
    case permuted([Int32])
  }

  /// The tensor's axes without the batch axis.
  var shape: [Int]
  /// The channel-first map.
  var map: MapShape
  /// How they correspond.
  var order: Order

  /// The number of elements.
  var count: Int { map.count }

  /// The usual reading of a shape: n → n×1×1, C×L → C×1×L, C×H×W; longer ones flat.
  static func standard(_ shape: [Int]) -> TensorLayout {
    switch shape.count {
    case 0: TensorLayout(shape: shape, map: MapShape(channels: 1), order: .axes([]))
    case 1: TensorLayout(shape: shape, map: MapShape(channels: shape[0]), order: .axes([0]))
    case 2:
      TensorLayout(
        shape: shape, map: MapShape(channels: shape[0], height: 1, width: shape[1]),
        order: .axes([0, 2]))
    case 3:
      TensorLayout(
        shape: shape, map: MapShape(channels: shape[0], height: shape[1], width: shape[2]),
        order: .axes([0, 1, 2]))
    default:
      TensorLayout(
        shape: shape, map: MapShape(channels: shape.reduce(1, *)), order: .flat)
    }
  }

  /// Whether tensor order is the map's order.
  var isFlat: Bool {
    switch order {
    case .flat: true
    case .permuted: false
    case .axes(let roles): roles.filter { $0 >= 0 } == roles.filter { $0 >= 0 }.sorted()
    }
  }

  /// The channel-first index of every tensor element.
  var indices: [Int32] {
    switch order {
    case .permuted(let indices): return indices
    case .flat: return (0..<Int32(count)).map { $0 }
    case .axes(let roles):
      if isFlat { return (0..<Int32(count)).map { $0 } }
      let steps = [map.positions, map.width, 1]
      return Self.enumerate(shape, strides: roles.map { $0 < 0 ? 0 : steps[$0] })
    }
  }

  /// Σ index · stride for every element of a shape in row-major order.
  static func enumerate(_ shape: [Int], strides: [Int], start: Int = 0) -> [Int32] {
    var result = [Int32(start)]
    result.reserveCapacity(shape.reduce(1, *))
    for (extent, stride) in zip(shape, strides) {
      var next: [Int32] = []
      next.reserveCapacity(result.count * extent)
      for base in result {
        for index in 0..<extent { next.append(base &+ Int32(truncatingIfNeeded: index &* stride)) }
      }
      result = next
    }
    return result
  }

  /// Row-major strides of a shape.
  static func strides(_ shape: [Int]) -> [Int] {
    var result = [Int](repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      result[axis] = result[axis + 1] * shape[axis + 1]
    }
    return result
  }

  /// The role of a tensor axis, or nil where axes do not correspond.
  func role(ofAxis axis: Int) -> Int? {
    if case .axes(let roles) = order, roles[axis] >= 0 { roles[axis] } else { nil }
  }

  /// The layout with axes in another order (a permutation of the sample's own axes).
  func transposed(_ permutation: [Int]) -> TensorLayout {
    let newShape = permutation.map { shape[$0] }
    if case .axes(let roles) = order {
      return TensorLayout(shape: newShape, map: map, order: .axes(permutation.map { roles[$0] }))
        .simplified()
    }
    let own = indices
    let strides = Self.strides(shape)
    let picks = Self.enumerate(newShape, strides: permutation.map { strides[$0] })
    return TensorLayout(shape: newShape, map: map, order: .permuted(picks.map { own[Int($0)] }))
      .simplified()
  }

  /// The layout under another shape of the same count.
  func reshaped(_ newShape: [Int]) -> TensorLayout {
    if case .axes(let roles) = order, shape.filter({ $0 != 1 }) == newShape.filter({ $0 != 1 }) {
      var kept = zip(shape, roles).filter { $0.0 != 1 }.map(\.1)[...]
      let newRoles = newShape.map { $0 == 1 ? -1 : kept.removeFirst() }
      return TensorLayout(shape: newShape, map: map, order: .axes(newRoles)).simplified()
    }
    let order: Order = isFlat ? .flat : .permuted(indices)
    return TensorLayout(shape: newShape, map: map, order: order).simplified()
  }

  /// The plainest equal layout: the standard one where it means the same.
  func simplified() -> TensorLayout {
    var result = self
    if case .permuted(let indices) = order,
      indices.indices.allSatisfy({ Int(indices[$0]) == $0 })
    {
      result.order = .flat
    }
    let standard = Self.standard(shape)
    return result.isFlat && standard.map == map ? standard : result
  }
}
