import LoomBase
import LoomHardware
import LoomImage

/// What the axons of one template onto one box take, without looking at every axon of a convolution.
///
/// One source of each class of rows and columns (`AxisClasses`) is laid out by LoomImage's own rule; the sums are
/// those of `SynapseLayout.blockUsage` over all axons.
enum BlockMeter {
  /// The use of a template's axons onto a box.
  static func usage(
    _ template: SynapseTemplate, sources: AxonSources, box: MapBox, delay: Int,
    populations: [ImagePopulation], profile: Profile
  ) -> BlockUsage {
    func measure(_ part: AxonSources) -> BlockUsage {
      SynapseLayout.blockUsage(
        template: template, sources: part, box: box, delay: delay, populations: populations,
        profile: profile)
    }
    guard case .convolution(let geometry) = template.kind else { return measure(sources) }
    let source = populations[template.source].shape
    let rows = AxisClasses(box.rows, geometry.rowWindow(source))
    let columns = AxisClasses(box.columns, geometry.columnWindow(source))
    let channels = template.sourceChannels(
      geometry, of: box.channels, source: source, target: populations[template.target].shape)
    var sum = BlockUsage()
    var formats: Set<SynapseFormat> = []
    for row in rows.members {
      for column in columns.members {
        for group in channels {
          let part = measure(
            .box(
              MapBox(
                channels: group, rows: row.representative..<row.representative + 1,
                columns: column.representative..<column.representative + 1)))
          let times = row.count * column.count
          sum.synapses += part.synapses * times
          sum.words += part.words * times
          sum.rows += part.rows * times
          sum.longestAxonList = max(sum.longestAxonList, part.longestAxonList)
          formats.formUnion(part.formats)
        }
      }
    }
    sum.axons = sources.count
    sum.formats = formats.sorted()
    return sum
  }
}

extension TemplateGeometry {
  /// The kernel's window over rows.
  func rowWindow(_ source: MapShape) -> AxisClasses.Window {
    AxisClasses.Window(
      kernel: kernelHeight, stride: strideY, dilation: dilationY, pad: padTop,
      extent: source.height)
  }

  /// The kernel's window over columns.
  func columnWindow(_ source: MapShape) -> AxisClasses.Window {
    AxisClasses.Window(
      kernel: kernelWidth, stride: strideX, dilation: dilationX, pad: padLeft,
      extent: source.width)
  }
}
