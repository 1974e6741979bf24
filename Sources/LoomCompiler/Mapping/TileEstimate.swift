import LoomBase
import LoomHardware
import LoomImage

/// Quick lower bounds of what a box takes.
struct TileEstimate {
  let builder: TileBuilder
  let population: Int

  init(_ population: Int, _ builder: TileBuilder) {
    self.builder = builder
    self.population = population
  }

  /// Input axons, exact for convolutions inside the map.
  func axons(_ box: MapBox) -> Int {
    builder.incoming[population].reduce(0) { $0 + axons($1, box) }
  }

  /// Expected packets of one sample at these axons.
  func packets(_ box: MapBox) -> Double {
    builder.incoming[population].reduce(0) { sum, index in
      sum + Double(axons(index, box)) * builder.spikes[builder.network.templates[index].source]
    }
  }

  /// Synapses, those beyond the border of the map counted.
  func synapses(_ box: MapBox) -> Int {
    builder.incoming[population].reduce(0) { $0 + stored($1, box) }
  }

  private func axons(_ index: Int, _ box: MapBox) -> Int {
    let template = builder.network.templates[index]
    let source = builder.images[template.source].shape
    switch template.kind {
    case .convolution(let geometry):
      let rows = read(
        box.rows.count, geometry.kernelHeight, geometry.strideY, geometry.dilationY, source.height)
      let columns = read(
        box.columns.count, geometry.kernelWidth, geometry.strideX, geometry.dilationX, source.width)
      return rows * columns * groupCount(geometry, box)
        * template.inputChannels(source, groups: geometry.groups).count
    case .dense: return template.denseSources(source).count
    case .broadcast: return 1
    case .sums: return box.count
    case .sparse(_, let targets): return min(source.count, meanFanIn(targets.count))
    }
  }

  /// The axons a list of entries needs at least, on average.
  private func meanFanIn(_ entries: Int) -> Int {
    let targets = builder.images[population].shape.count
    return (entries + targets - 1) / targets
  }

  private func groupCount(_ geometry: TemplateGeometry, _ box: MapBox) -> Int {
    let perGroup = builder.images[population].shape.channels / geometry.groups
    return (box.channels.upperBound - 1) / perGroup - box.channels.lowerBound / perGroup + 1
  }

  private func read(_ targets: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ side: Int)
    -> Int
  {
    let span = (targets - 1) * stride + (kernel - 1) * dilation + 1
    return min(side, span, targets * kernel)
  }

  /// Whether input axons and the bare bits of weights leave a chance.
  func mayFit(_ box: MapBox, _ budget: CoreBudget) -> Bool {
    // Border boxes read less than this, so only a clear excess counts.
    if box.count > 1, axons(box) > 2 * budget.profile.core.axonsIn { return false }
    guard case .packedEntries(let format) = budget.profile.core.synapses else { return true }
    return box.count == 1 || synapses(box) * budget.profile.weight.bits <= 2 * format.memoryBits
  }

  private func stored(_ index: Int, _ box: MapBox) -> Int {
    let template = builder.network.templates[index]
    let source = builder.images[template.source].shape
    switch template.kind {
    case .convolution(let geometry):
      return box.count * geometry.kernelHeight * geometry.kernelWidth
        * template.inputChannels(source, groups: geometry.groups).count
    case .dense: return box.count * template.denseSources(source).count
    case .broadcast(let planes, _): return box.count * planes
    case .sums: return 0
    case .sparse(_, let targets): return box.count * meanFanIn(targets.count)
    }
  }
}
