import LoomBase
import LoomImage
import Testing

/// Templates that read a share of their sources, against the whole they were cut from.
@Suite("Shares of a template's sources")
struct SourceShareTests {
  static let cases: [(TemplateKind, MapShape, MapShape, Range<Int>)] = [
    (.dense, MapShape(channels: 7), MapShape(channels: 5), 2..<6),
    (.dense, MapShape(channels: 2, height: 3, width: 2), MapShape(channels: 3), 4..<8),
    (.dense, MapShape(channels: 2, height: 3, width: 2), MapShape(channels: 3), 3..<7),
    (
      .convolution(geometry(3, stride: 1, pad: 1, groups: 1)),
      MapShape(channels: 5, height: 4, width: 6), MapShape(channels: 3, height: 4, width: 6), 1..<4
    ),
    (
      .convolution(geometry(3, stride: 2, pad: 1, groups: 2)),
      MapShape(channels: 6, height: 5, width: 7), MapShape(channels: 4, height: 3, width: 4), 1..<3
    ),
  ]

  static func geometry(_ kernel: Int, stride: Int, pad: Int, groups: Int) -> TemplateGeometry {
    TemplateGeometry(
      kernelHeight: kernel, kernelWidth: kernel, strideY: stride, strideX: stride, padTop: pad,
      padLeft: pad, dilationY: 1, dilationX: 1, groups: groups)
  }

  /// The whole template with a different weight at every place, and the share cut out of it by hand.
  static func templates(
    _ index: Int
  ) -> (whole: SynapseTemplate, part: SynapseTemplate, source: MapShape, target: MapShape) {
    let (kind, source, target, share) = cases[index]
    var kept: [Int] = []
    var count = source.count * target.count
    if case .convolution(let geometry) = kind {
      let size = geometry.kernelHeight * geometry.kernelWidth * (target.channels / geometry.groups)
      count = source.channels * size
      let inputs = source.channels / geometry.groups
      for channel in 0..<source.channels where share.contains(channel % inputs) {
        kept += Array((channel * size)..<((channel + 1) * size))
      }
    } else {
      kept = Array((share.lowerBound * target.count)..<(share.upperBound * target.count))
    }
    let weights = (0..<count).map { Int16($0) }
    let whole = SynapseTemplate(
      kind: kind, source: 0, target: 1, weights: weights, shifts: [0], site: 0, isLowering: false)
    var part = whole
    part.sourceRange = share
    part.weights = kept.map { weights[$0] }
    return (whole, part, source, target)
  }

  /// Weight by target of one source.
  private func row(
    _ template: SynapseTemplate, _ source: Int, _ from: MapShape, _ to: MapShape,
    _ order: KernelOrder
  ) -> [Int: Int16] {
    let runs = SynapseRuns(template, source: from, target: to, order: order)
    let weights = runs.weights(of: template)
    var row: [Int: Int16] = [:]
    for run in runs.runs(source: source, box: MapBox(to)) {
      for offset in 0..<run.count {
        row[run.firstTarget + offset] = weights[run.firstWeight + offset]
      }
    }
    return row
  }

  @Test("its sources meet the synapses they met before, others none", arguments: 0..<5)
  func synapses(index: Int) {
    let (whole, part, source, target) = Self.templates(index)
    for order in [KernelOrder.file, .contiguousRows, .neighbouringChannels] {
      var met = 0
      for neuron in 0..<source.count {
        let found = row(part, neuron, source, target, order)
        met += found.count
        #expect(
          found
            == (part.reads(source: neuron, of: source)
              ? row(whole, neuron, source, target, order) : [:]))
      }
      #expect(met > 0)
    }
  }

  @Test("its axons are those of its sources that meet a target", arguments: 0..<5)
  func axons(index: Int) {
    let (whole, part, source, target) = Self.templates(index)
    let box = MapBox(
      channels: 0..<target.channels, rows: 0..<target.height, columns: 0..<max(1, target.width / 2))
    func axons(_ template: SynapseTemplate) -> [UInt32] {
      SynapseRuns(template, source: source, target: target).sources(of: box).indices(in: source)
    }
    #expect(axons(part) == axons(whole).filter { part.reads(source: Int($0), of: source) })
  }

  @Test("every weight is at the place in the network it was at", arguments: 0..<5)
  func positions(index: Int) throws {
    let (whole, part, source, target) = Self.templates(index)
    func image(_ template: SynapseTemplate) -> HardwareImage {
      var image = RandomImage.make(seed: 1)
      image.populations[0].shape = source
      image.populations[1].shape = target
      image.templates = [template]
      return image
    }
    for weight in part.weights.indices {
      let found = try #require(image(part).position(template: 0, weight: weight))
      let wanted = try #require(
        image(whole).position(template: 0, weight: Int(part.weights[weight])))
      #expect(
        [found.outputChannel, found.inputChannel, found.row, found.column]
          == [wanted.outputChannel, wanted.inputChannel, wanted.row, wanted.column])
      let back = image(part).weights(
        ofPopulation: 1, channel: found.outputChannel, input: found.inputChannel, row: found.row,
        column: found.column)
      #expect(back.contains { $0.weight == weight })
    }
  }
}
