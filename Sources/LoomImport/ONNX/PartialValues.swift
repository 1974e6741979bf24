import LoomExecution
import LoomNetwork

/// Short vectors of integers of which only some elements are known, as shapes with a free batch axis.
enum PartialValues {
  /// The most elements followed.
  private static let limit = 64

  /// The elements of a layer's first output as far as they follow from its inputs.
  static func infer(_ operation: Operation, _ inputs: [ValueFacts?]) -> [Int?]? {
    func elements(_ index: Int) -> [Int?]? {
      guard index < inputs.count, let facts = inputs[index] else { return nil }
      if let partial = facts.partial { return partial }
      guard let constant = facts.constant, !constant.type.isFloating,
        constant.shape.count <= 1, constant.count <= limit
      else { return nil }
      return facts.extents
    }
    switch operation {
    case .shape(let start, let end):
      guard let shape = inputs.first??.shape, shape.count <= limit else { return nil }
      return shape[ShapeKernel.range(shape.count, start: start, end: end)]
        .map { $0 == -1 ? nil : $0 }
    case .identity, .squeeze, .unsqueeze, .reshape: return elements(0)
    case .cast(let type): return type.isFloating || type == .boolean ? nil : elements(0)
    case .gather(let axis): return axis == 0 || axis == -1 ? gather(elements(0), elements(1)) : nil
    case .concat(let axis):
      guard axis == 0 || axis == -1 else { return nil }
      return concat(inputs.indices.map { elements($0) })
    case .slice: return slice(elements(0), inputs)
    case .binary(let function): return binary(function, elements(0), elements(1))
    default: return nil
    }
  }

  private static func gather(_ data: [Int?]?, _ indices: [Int?]?) -> [Int?]? {
    guard let data, let indices else { return nil }
    var result: [Int?] = []
    for index in indices {
      guard let index else { return nil }
      let place = index < 0 ? index + data.count : index
      guard data.indices.contains(place) else { return nil }
      result.append(data[place])
    }
    return result
  }

  private static func concat(_ parts: [[Int?]?]) -> [Int?]? {
    var result: [Int?] = []
    for part in parts {
      guard let part, result.count + part.count <= limit else { return nil }
      result += part
    }
    return result
  }

  private static func slice(_ data: [Int?]?, _ inputs: [ValueFacts?]) -> [Int?]? {
    func single(_ index: Int, _ value: Int) -> Int? {
      guard index < inputs.count, let facts = inputs[index] else { return value }
      guard let extents = facts.knownExtents, extents.count == 1 else { return nil }
      return extents[0]
    }
    guard let data, inputs.count >= 3, let start = single(1, 0), let end = single(2, 0),
      let step = single(4, 1),
      let axis = try? SliceAxis(start: start, end: end, step: step, extent: data.count)
    else { return nil }
    return (0..<axis.count).map { data[axis.start + $0 * axis.step] }
  }

  private static func binary(
    _ function: BinaryFunction, _ left: [Int?]?, _ right: [Int?]?
  ) -> [Int?]? {
    guard let left, let right, !left.isEmpty, !right.isEmpty,
      left.count == right.count || left.count == 1 || right.count == 1
    else { return nil }
    return (0..<max(left.count, right.count)).map { index in
      guard let a = left[left.count == 1 ? 0 : index], let b = right[right.count == 1 ? 0 : index]
      else { return nil }
      switch function {
      case .add: return a &+ b
      case .subtract: return a &- b
      case .multiply: return a &* b
      case .divide: return b == 0 || b == -1 ? nil : a / b
      default: return nil
      }
    }
  }
}
