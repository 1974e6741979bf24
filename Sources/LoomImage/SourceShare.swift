package import LoomBase

/// Which sources a template reads, where it has a share of them only (`SynapseTemplate.sourceRange`).
extension SynapseTemplate {
  /// The input channels of each group of a convolution, counted within the group.
  package func inputChannels(_ source: MapShape, groups: Int) -> Range<Int> {
    sourceRange ?? 0..<(source.channels / max(1, groups))
  }

  /// The sources of a dense template, channel-last.
  package func denseSources(_ source: MapShape) -> Range<Int> { sourceRange ?? 0..<source.count }

  /// Whether a source (channel-last) is in the template's share.
  package func reads(source index: Int, of shape: MapShape) -> Bool {
    guard let sourceRange else { return true }
    guard case .convolution(let geometry) = kind else { return sourceRange.contains(index) }
    let perGroup = shape.channels / max(1, geometry.groups)
    return sourceRange.contains(index % shape.channels % max(1, perGroup))
  }

  /// The source channels that a range of target channels of a convolution reads, as runs without gaps.
  package func sourceChannels(
    _ geometry: TemplateGeometry, of channels: Range<Int>, source: MapShape, target: MapShape
  ) -> [Range<Int>] {
    SourceShare.channels(
      geometry, of: channels, share: sourceRange, source: source, target: target)
  }
}

/// Source channels of a share of a convolution.
enum SourceShare {
  /// The source channels that a range of target channels reads, as runs without gaps.
  ///
  /// Before: 8 channels in 2 groups, the share 1..<3 of each. After: 1..<3 and 5..<7.
  static func channels(
    _ geometry: TemplateGeometry, of channels: Range<Int>, share: Range<Int>?, source: MapShape,
    target: MapShape
  ) -> [Range<Int>] {
    guard !channels.isEmpty else { return [] }
    let perGroup = target.channels / geometry.groups
    let sources = source.channels / geometry.groups
    let groups = (channels.lowerBound / perGroup)...((channels.upperBound - 1) / perGroup)
    guard let share, share != 0..<sources else {
      return [(groups.lowerBound * sources)..<((groups.upperBound + 1) * sources)]
    }
    return groups.map { ($0 * sources + share.lowerBound)..<($0 * sources + share.upperBound) }
  }

  /// Consecutive channel-last indices as a box where they fill one, else as a list.
  static func sources(_ range: Range<Int>, of shape: MapShape) -> AxonSources {
    let (channels, row) = (shape.channels, shape.width * shape.channels)
    if shape.positions == 1 {
      return .box(MapBox(channels: range, rows: 0..<1, columns: 0..<1))
    }
    if range.lowerBound % row == 0, range.upperBound % row == 0, !range.isEmpty {
      return .box(
        MapBox(
          channels: 0..<channels, rows: (range.lowerBound / row)..<(range.upperBound / row),
          columns: 0..<shape.width))
    }
    if shape.height == 1, range.lowerBound % channels == 0, range.upperBound % channels == 0,
      !range.isEmpty
    {
      return .box(
        MapBox(
          channels: 0..<channels, rows: 0..<1,
          columns: (range.lowerBound / channels)..<(range.upperBound / channels)))
    }
    return .list(range.map { UInt32($0) })
  }
}

extension HardwareImage {
  /// The populations of partial sums that send to a population, in order.
  public func partialPopulations(of population: Int) -> [Int] {
    templates.filter { $0.kind == .sums && $0.target == population }.map(\.source)
  }
}
