import LoomBase
import LoomNetwork

extension LinearMap {
  /// The map that applies `inner` first and this one after it, exactly.
  func composed(after inner: LinearMap) throws(RegionLimit) -> LinearMap {
    precondition(source.count == inner.target.count, "composed maps meet in the same map")
    if case .diagonal = form { return try inner.scalingRows(self).retargeted(target) }
    if case .diagonal = inner.form {
      return try scalingColumns(inner).resourced(inner.source)
    }
    if case .convolution(let outerGeometry) = form, case .convolution(let geometry) = inner.form,
      source == inner.target,
      let joined = try joinedConvolution(outerGeometry, inner: inner, geometry)
    {
      return joined
    }
    if case .dense = form { return try denseProduct(inner) }
    if case .dense = inner.form { return try denseProduct(inner) }
    return try sparseProduct(inner)
  }

  /// This map with each target element multiplied by a diagonal map's factor.
  private func scalingRows(_ factors: LinearMap) throws(RegionLimit) -> LinearMap {
    if factors.weights == [1] { return self }
    var result = self
    switch form {
    case .diagonal:
      if weights.count == 1, factors.weights.count == 1 {
        result.weights = [weights[0] * factors.weights[0]]
      } else {
        result.weights = (0..<target.count).map { factor($0) * factors.factor($0) }
      }
    case .convolution:
      guard let channels = factors.channelFactors(target) else {
        return try sparse().scalingRows(factors)
      }
      let size = weights.count / target.channels
      for index in weights.indices { result.weights[index] *= channels[index / size] }
    case .dense:
      for index in weights.indices { result.weights[index] *= factors.factor(index / source.count) }
    case .sparse(let pattern):
      for row in 0..<target.count {
        let factor = factors.factor(row)
        for entry in pattern.targetOffsets[row]..<pattern.targetOffsets[row + 1] {
          result.weights[entry] *= factor
        }
      }
    }
    return result
  }

  /// This map with each source element multiplied by a diagonal map's factor.
  private func scalingColumns(_ factors: LinearMap) throws(RegionLimit) -> LinearMap {
    if factors.weights == [1] { return self }
    var result = self
    switch form {
    case .diagonal:
      result.weights = (0..<target.count).map { factor($0) * factors.factor($0) }
    case .convolution(let geometry):
      guard let channels = factors.channelFactors(source) else {
        return try sparse().scalingColumns(factors)
      }
      let perGroup = source.channels / geometry.groups
      let kernel = geometry.kernelHeight * geometry.kernelWidth
      for index in weights.indices {
        let inner = index / kernel % perGroup
        let group = index / (kernel * perGroup) / (target.channels / geometry.groups)
        result.weights[index] *= channels[group * perGroup + inner]
      }
    case .dense:
      for index in weights.indices { result.weights[index] *= factors.factor(index % source.count) }
    case .sparse(let pattern):
      for entry in weights.indices {
        result.weights[entry] *= factors.factor(Int(pattern.sources[entry]))
      }
    }
    return result
  }

  /// The factors of a diagonal map by channel of a shape, or nil where they vary inside a channel.
  func channelFactors(_ shape: MapShape) -> [Float]? {
    if weights.count == 1 { return [Float](repeating: weights[0], count: shape.channels) }
    var channels: [Float] = []
    for channel in 0..<shape.channels {
      let first = weights[channel * shape.positions]
      for position in 0..<shape.positions
      where weights[channel * shape.positions + position] != first {
        return nil
      }
      channels.append(first)
    }
    return channels
  }

  /// The product as a dense matrix; one of the two factors is dense.
  private func denseProduct(_ inner: LinearMap) throws(RegionLimit) -> LinearMap {
    let (rows, columns) = (target.count, inner.source.count)
    try RegionLimit.check(rows * columns)
    var product = [Float](repeating: 0, count: rows * columns)
    if case .dense = form {
      let listed = try inner.sparse()
      guard case .sparse(let pattern) = listed.form else { return self }
      try RegionLimit.check(work: rows, times: pattern.sources.count)
      for row in 0..<rows {
        for middle in 0..<source.count {
          let weight = weights[row * source.count + middle]
          guard weight != 0 else { continue }
          for entry in pattern.targetOffsets[middle]..<pattern.targetOffsets[middle + 1] {
            product[row * columns + Int(pattern.sources[entry])] += weight * listed.weights[entry]
          }
        }
      }
    } else {
      let listed = try sparse()
      guard case .sparse(let pattern) = listed.form else { return self }
      try RegionLimit.check(work: columns, times: pattern.sources.count)
      for row in 0..<rows {
        for entry in pattern.targetOffsets[row]..<pattern.targetOffsets[row + 1] {
          let base = Int(pattern.sources[entry]) * columns
          for column in 0..<columns {
            product[row * columns + column] += listed.weights[entry] * inner.weights[base + column]
          }
        }
      }
    }
    return LinearMap(source: inner.source, target: target, form: .dense, weights: product)
  }

  /// The product listed by target, one target at a time in a gathered row.
  private func sparseProduct(_ inner: LinearMap) throws(RegionLimit) -> LinearMap {
    let (left, right) = (try sparse(), try inner.sparse())
    guard case .sparse(let outerPattern) = left.form, case .sparse(let pattern) = right.form else {
      return left
    }
    let work = outerPattern.sources.reduce(0) {
      $0 + pattern.targetOffsets[Int($1) + 1] - pattern.targetOffsets[Int($1)]
    }
    try RegionLimit.check(work: work, times: 1)
    var builder = SparseBuilder()
    var row = [Float](repeating: 0, count: inner.source.count)
    var seen = [Bool](repeating: false, count: inner.source.count)
    var touched: [Int32] = []
    for index in 0..<target.count {
      for outer in outerPattern.targetOffsets[index]..<outerPattern.targetOffsets[index + 1] {
        let middle = Int(outerPattern.sources[outer])
        for entry in pattern.targetOffsets[middle]..<pattern.targetOffsets[middle + 1] {
          let column = Int(pattern.sources[entry])
          if !seen[column] {
            seen[column] = true
            touched.append(pattern.sources[entry])
          }
          row[column] += left.weights[outer] * right.weights[entry]
        }
      }
      touched.sort()
      for column in touched.map({ Int($0) }) {
        builder.append(source: column, weight: row[column])
        row[column] = 0
        seen[column] = false
      }
      touched.removeAll(keepingCapacity: true)
      builder.endTarget()
      try RegionLimit.check(builder.count)
    }
    return builder.map(source: inner.source, target: target)
  }
}
