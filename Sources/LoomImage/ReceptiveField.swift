public import LoomBase

extension SynapseRuns {
  /// The sources that meet at least one target of `box` (zero weights count: they are stored), as a box
  /// where they fill one, else as a list.
  public func sources(of box: MapBox) -> AxonSources {
    switch kind {
    case .convolution(let geometry):
      return convolutionSources(geometry, box)
    case .dense:
      return share.map { SourceShare.sources($0, of: source) } ?? .box(MapBox(source))
    case .broadcast:
      return .box(MapBox(source))
    case .sums:
      return .box(box)
    case .sparse:
      var runs: [SynapseRun] = []
      var found: [UInt32] = []
      for index in 0..<source.count {
        runs.removeAll(keepingCapacity: true)
        append(source: index, box: box, to: &runs)
        if !runs.isEmpty { found.append(UInt32(index)) }
      }
      return found.count == source.count ? .box(MapBox(source)) : .list(found)
    }
  }

  private func convolutionSources(_ geometry: TemplateGeometry, _ box: MapBox) -> AxonSources {
    let rows = SynapseRuns.read(
      by: box.rows, kernel: geometry.kernelHeight, stride: geometry.strideY,
      dilation: geometry.dilationY, pad: geometry.padTop, extent: source.height)
    let columns = SynapseRuns.read(
      by: box.columns, kernel: geometry.kernelWidth, stride: geometry.strideX,
      dilation: geometry.dilationX, pad: geometry.padLeft, extent: source.width)
    let channels = SourceShare.channels(
      geometry, of: box.channels, share: share, source: source, target: target)
    guard let top = rows.first, let bottom = rows.last, let left = columns.first,
      let right = columns.last, !channels.isEmpty
    else { return .list([]) }
    if channels.count == 1, bottom - top + 1 == rows.count, right - left + 1 == columns.count {
      return .box(
        MapBox(channels: channels[0], rows: top..<(bottom + 1), columns: left..<(right + 1)))
    }
    return .list(
      rows.flatMap { row in
        columns.flatMap { column in
          channels.joined().map {
            UInt32((row * source.width + column) * source.channels + $0)
          }
        }
      })
  }

  /// The coordinates along one axis that targets in a range read, ascending.
  private static func read(
    by targets: Range<Int>, kernel: Int, stride: Int, dilation: Int, pad: Int, extent: Int
  ) -> [Int] {
    var isRead = [Bool](repeating: false, count: extent)
    for target in targets {
      for tap in 0..<kernel {
        let coordinate = target * stride + tap * dilation - pad
        if coordinate >= 0, coordinate < extent { isRead[coordinate] = true }
      }
    }
    return isRead.indices.filter { isRead[$0] }
  }
}
