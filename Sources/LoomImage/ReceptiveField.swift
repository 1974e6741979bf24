public import LoomBase

extension SynapseRuns {
  /// The sources that meet at least one target of `box` (zero weights count: they are stored), as a box
  /// where they fill one, else as a list.
  public func sources(of box: MapBox) -> AxonSources {
    switch kind {
    case .convolution(let geometry):
      return convolutionSources(geometry, box)
    case .dense, .broadcast:
      return .box(MapBox(source))
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
    let channels = sourceChannels(geometry, box.channels)
    guard let top = rows.first, let bottom = rows.last, let left = columns.first,
      let right = columns.last, !channels.isEmpty
    else { return .list([]) }
    if bottom - top + 1 == rows.count, right - left + 1 == columns.count {
      return .box(
        MapBox(channels: channels, rows: top..<(bottom + 1), columns: left..<(right + 1)))
    }
    return .list(
      rows.flatMap { row in
        columns.flatMap { column in
          channels.map { UInt32((row * source.width + column) * source.channels + $0) }
        }
      })
  }

  private func sourceChannels(_ geometry: TemplateGeometry, _ channels: Range<Int>) -> Range<Int> {
    guard !channels.isEmpty else { return 0..<0 }
    let perGroup = target.channels / geometry.groups
    let sources = source.channels / geometry.groups
    let first = channels.lowerBound / perGroup
    let last = (channels.upperBound - 1) / perGroup
    return (first * sources)..<((last + 1) * sources)
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
