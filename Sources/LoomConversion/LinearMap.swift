import LoomBase
import LoomNetwork

/// A composed linear region became too large to store.
struct RegionLimit: Error {
  /// The number of weights or multiplications it would take, or as far as it was counted.
  var entries: Int

  /// The largest number of weights one map may have.
  static let maximumEntries = 64 << 20

  /// Throws if a shape has more elements than a map may have; nothing overflows on the way.
  static func check(shape: [Int]) throws(RegionLimit) {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if overflow || product > maximumEntries { throw RegionLimit(entries: .max) }
      count = product
    }
  }

  /// The most multiplications one composition may take (about a minute).
  static let maximumWork = 1 << 34

  /// Throws if a composition of two factors' worth of multiplications takes too long.
  static func check(work first: Int, times second: Int) throws(RegionLimit) {
    let (product, overflow) = first.multipliedReportingOverflow(by: second)
    if overflow || product > maximumWork { throw RegionLimit(entries: overflow ? .max : product) }
  }

  /// Throws if a number of entries is beyond the limit.
  static func check(_ entries: Int) throws(RegionLimit) {
    if entries > maximumEntries { throw RegionLimit(entries: entries) }
  }
}

/// A linear map between two feature maps, elements channel-first on both sides.
struct LinearMap: Sendable {
  /// How the matrix is stored.
  enum Form: Sendable {
    /// Element i of the target is a multiple of element i of the source (flat indices; the two shapes
    /// may differ). One weight for all elements, or one for each.
    case diagonal
    /// A kernel; weights as `Connectivity.convolution` orders them.
    case convolution(ConvolutionGeometry)
    /// A matrix [target][source].
    case dense
    /// Entries listed by target.
    case sparse(SparsePattern)
  }

  /// The map read.
  var source: MapShape
  /// The map written.
  var target: MapShape
  /// How the matrix is stored.
  var form: Form
  /// The weights in the form's order.
  var weights: [Float]

  /// The identity between two shapes of the same count.
  static func identity(_ source: MapShape, _ target: MapShape? = nil) -> LinearMap {
    LinearMap(source: source, target: target ?? source, form: .diagonal, weights: [1])
  }

  /// A diagonal map with one factor for each element.
  static func diagonal(_ shape: MapShape, factors: [Float]) -> LinearMap {
    LinearMap(source: shape, target: shape, form: .diagonal, weights: factors)
  }

  /// A depthwise map with the same kernel for every channel.
  static func depthwise(
    _ source: MapShape, _ target: MapShape, geometry: ConvolutionGeometry, kernel: [Float]
  ) -> LinearMap {
    var grouped = geometry
    grouped.groups = source.channels
    let weights = [[Float]](repeating: kernel, count: source.channels).flatMap { $0 }
    return LinearMap(
      source: source, target: target, form: .convolution(grouped), weights: weights)
  }

  /// The map that picks, for each target element, one source element (−1: zero).
  static func selection(_ source: MapShape, _ target: MapShape, indices: [Int32]) -> LinearMap {
    var offsets = [0]
    offsets.reserveCapacity(indices.count + 1)
    var sources: [Int32] = []
    sources.reserveCapacity(indices.count)
    for index in indices {
      if index >= 0 { sources.append(index) }
      offsets.append(sources.count)
    }
    let pattern = SparsePattern(targetOffsets: offsets, sources: sources)
    return LinearMap(
      source: source, target: target, form: .sparse(pattern),
      weights: [Float](repeating: 1, count: sources.count))
  }

  /// Whether the map changes nothing but, perhaps, the names of the axes.
  var isIdentity: Bool {
    if case .diagonal = form { weights == [1] } else { false }
  }

  /// The factor of a diagonal map's element.
  func factor(_ element: Int) -> Float { weights.count == 1 ? weights[0] : weights[element] }

  /// An upper bound of the entries of the sparse form.
  var entryBound: Int {
    switch form {
    case .diagonal: target.count
    case .convolution(let geometry):
      target.count * (source.channels / geometry.groups) * geometry.kernelHeight
        * geometry.kernelWidth
    case .dense: source.count * target.count
    case .sparse(let pattern): pattern.sources.count
    }
  }

  /// The same map with its target read as another shape of the same count.
  func retargeted(_ shape: MapShape) throws(RegionLimit) -> LinearMap {
    guard shape != target else { return self }
    var result = self
    if case .convolution = form { result = try sparse() }
    result.target = shape
    return result
  }

  /// The same map with its source read as another shape of the same count.
  func resourced(_ shape: MapShape) throws(RegionLimit) -> LinearMap {
    guard shape != source else { return self }
    var result = self
    if case .convolution = form { result = try sparse() }
    result.source = shape
    return result
  }
}
