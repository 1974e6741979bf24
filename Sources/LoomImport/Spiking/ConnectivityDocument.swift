import LoomBase
import LoomNetwork

/// Connectivity as JSON, with its pattern in tensors where it is sparse.
enum ConnectivityDocument {
  private static let limit = 1 << 20

  static func json(_ connectivity: Connectivity) -> JSONValue {
    switch connectivity {
    case .dense: return .object(["kind": .text("dense")])
    case .sparse: return .object(["kind": .text("sparse")])
    case .convolution(let geometry):
      func pair(_ first: Int, _ second: Int) -> JSONValue {
        .array([.integer(first), .integer(second)])
      }
      return .object([
        "kind": .text("convolution"),
        "kernel": pair(geometry.kernelHeight, geometry.kernelWidth),
        "stride": pair(geometry.strideY, geometry.strideX),
        "padding": pair(geometry.padTop, geometry.padLeft),
        "dilation": pair(geometry.dilationY, geometry.dilationX),
        "groups": .integer(geometry.groups),
      ])
    }
  }

  static func write(_ connectivity: Connectivity, named prefix: String, to tensors: inout TensorSet)
  {
    guard case .sparse(let pattern) = connectivity else { return }
    tensors.add("\(prefix).offsets", .i64, pattern.targetOffsets.map { Int64($0) })
    tensors.add("\(prefix).sources", .i32, pattern.sources)
  }

  /// Reads and checks a connectivity against the maps it joins and the number of weights beside it.
  static func read(
    _ document: DocumentReader, tensors: TensorSet, named prefix: String, source: MapShape,
    target: MapShape, weightCount: Int
  ) throws(DiagnosticsError) -> Connectivity {
    let place = try document.child("connectivity")
    let connectivity: Connectivity
    switch try place.child("kind").text() {
    case "dense": connectivity = .dense
    case "convolution":
      connectivity = .convolution(try geometry(place, source: source, target: target))
    case "sparse":
      let pattern = try pattern(tensors, prefix, source: source, target: target)
      connectivity = .sparse(pattern)
    case let other:
      throw place.error("needs dense, convolution or sparse, has '\(other)'")
    }
    let needed = needed(connectivity, source: source, target: target)
    guard needed == weightCount else {
      throw place.error(
        "needs \(needed.map { "\($0)" } ?? "fewer") weights in '\(prefix).weights', "
          + "has \(weightCount)")
    }
    return connectivity
  }

  /// The number of weights; nil if it is beyond anything a file can hold.
  private static func needed(
    _ connectivity: Connectivity, source: MapShape, target: MapShape
  ) -> Int? {
    switch connectivity {
    case .dense: elementCount([source.count, target.count])
    case .sparse(let pattern): pattern.sources.count
    case .convolution(let geometry):
      elementCount([
        target.channels, source.channels / geometry.groups, geometry.kernelHeight,
        geometry.kernelWidth,
      ])
    }
  }

  private static func geometry(
    _ place: DocumentReader, source: MapShape, target: MapShape
  ) throws(DiagnosticsError) -> ConvolutionGeometry {
    let kernel = try pair(place, "kernel", in: 1...limit, default: nil)
    let stride = try pair(place, "stride", in: 1...limit, default: 1)
    let padding = try pair(place, "padding", in: -limit...limit, default: 0)
    let dilation = try pair(place, "dilation", in: 1...limit, default: 1)
    let groups = try place.integer("groups", in: 1...limit, default: 1)
    guard source.channels % groups == 0, target.channels % groups == 0 else {
      throw place.error(
        "needs channels divisible by \(groups) groups, has \(source.channels) and "
          + "\(target.channels)")
    }
    return ConvolutionGeometry(
      kernelHeight: kernel.0, kernelWidth: kernel.1, strideY: stride.0, strideX: stride.1,
      padTop: padding.0, padLeft: padding.1, dilationY: dilation.0, dilationX: dilation.1,
      groups: groups)
  }

  private static func pair(
    _ place: DocumentReader, _ key: String, in range: ClosedRange<Int>, default standard: Int?
  ) throws(DiagnosticsError) -> (Int, Int) {
    if let standard, place.optional(key) == nil { return (standard, standard) }
    let items = try place.child(key).items()
    guard items.count == 2 else {
      throw place.error("needs two numbers as \(key), has another count")
    }
    return (try items[0].integer(in: range), try items[1].integer(in: range))
  }

  private static func pattern(
    _ tensors: TensorSet, _ prefix: String, source: MapShape, target: MapShape
  ) throws(DiagnosticsError) -> SparsePattern {
    let offsets: [Int64] = try tensors.integers("\(prefix).offsets")
    let sources: [Int32] = try tensors.integers("\(prefix).sources")
    guard offsets.count == target.count + 1, offsets.first == 0,
      offsets.last == Int64(sources.count),
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw tensors.error(
        "\(prefix).offsets",
        "needs \(target.count + 1) ascending offsets from 0 to \(sources.count), has others")
    }
    guard sources.allSatisfy({ (0..<source.count).contains(Int($0)) }) else {
      throw tensors.error("\(prefix).sources", "needs sources below \(source.count), has others")
    }
    return SparsePattern(targetOffsets: offsets.map { Int($0) }, sources: sources)
  }
}
