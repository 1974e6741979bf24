import LoomBase
import LoomImage
import Testing

@Suite("Synapse runs")
struct SynapseRunsTests {
  @Test("list exactly the synapses of the definition, in both kernel orders", arguments: 0..<40)
  func runsMatchDefinition(seed: UInt64) {
    let image = RandomImage.make(
      seed: seed, options: .init(spikes: seed % 2 == 0, depthwise: seed % 4 == 3))
    for template in image.templates {
      let source = image.populations[template.source].shape
      let target = image.populations[template.target].shape
      let expected = TemplateOracle.synapses(template, source, target).map {
        [
          $0.source, $0.target, Int(template.weights[$0.weight]) << $0.shift,
        ]
      }
      for order in [KernelOrder.file, .contiguousRows, .neighbouringChannels] {
        let geometry = SynapseRuns(template, source: source, target: target, order: order)
        let weights = geometry.weights(of: template)
        var found: [[Int]] = []
        for slice in image.cores.flatMap(\.slices) where slice.population == template.target {
          for index in 0..<source.count {
            for run in geometry.runs(source: index, box: slice.box) {
              for offset in 0..<run.count {
                let place = global(run.firstTarget + offset, slice.box, target)
                let value = Int(weights[run.firstWeight + offset]) << run.shift
                found.append([index, place, value])
              }
            }
          }
        }
        #expect(sorted(found) == sorted(expected))
      }
    }
  }

  @Test("join a kernel row into one run where the slice has all channels")
  func rowsAreContiguous() {
    let shape = MapShape(channels: 4, height: 5, width: 5)
    let template = threeByThree(groups: 1, weights: 4 * 9 * 4)
    let middle = (2 * 5 + 2) * 4 + 1
    let relaid = SynapseRuns(template, source: shape, target: shape, order: .contiguousRows)
    #expect(relaid.runs(source: middle, box: MapBox(shape)).map(\.count) == [12, 12, 12])
    let stored = SynapseRuns(template, source: shape, target: shape)
    #expect(stored.runs(source: middle, box: MapBox(shape)).count == 9)
  }

  @Test("give neighbouring sources of a depthwise kernel neighbouring targets and weights")
  func channelsAreNeighbours() {
    let shape = MapShape(channels: 9, height: 4, width: 4)
    let template = threeByThree(groups: 9, weights: 81)
    let runs = SynapseRuns(template, source: shape, target: shape, order: .neighbouringChannels)
    let first = runs.runs(source: 5 * 9 + 3, box: MapBox(shape))
    let second = runs.runs(source: 5 * 9 + 4, box: MapBox(shape))
    #expect(first.count == 9 && second.count == 9)
    for (one, other) in zip(first, second) {
      #expect(one.count == 1 && other.count == 1)
      #expect(other.firstTarget == one.firstTarget + 1)
      #expect(other.firstWeight == one.firstWeight + 1)
    }
  }

  @Test("a receptive field is exactly the sources that meet the slice", arguments: 0..<20)
  func receptiveField(seed: UInt64) {
    let image = RandomImage.make(seed: seed)
    for template in image.templates {
      let source = image.populations[template.source].shape
      let target = image.populations[template.target].shape
      let geometry = SynapseRuns(template, source: source, target: target)
      for slice in image.cores.flatMap(\.slices) where slice.population == template.target {
        let meeting = (0..<source.count).filter {
          !geometry.runs(source: $0, box: slice.box).isEmpty
        }
        let field = geometry.sources(of: slice.box).indices(in: source).map(Int.init)
        #expect(field == meeting || template.kind == .dense)
      }
    }
  }

  /// A kernel of 3 × 3, padded, each weight another.
  private func threeByThree(groups: Int, weights: Int) -> SynapseTemplate {
    SynapseTemplate(
      kind: .convolution(
        TemplateGeometry(
          kernelHeight: 3, kernelWidth: 3, strideY: 1, strideX: 1, padTop: 1, padLeft: 1,
          dilationY: 1, dilationX: 1, groups: groups)), source: 0, target: 1,
      weights: (0..<weights).map { Int16($0) }, shifts: [2], site: 0, isLowering: false)
  }

  private func sorted(_ rows: [[Int]]) -> [[Int]] {
    rows.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private func global(_ index: Int, _ box: MapBox, _ shape: MapShape) -> Int {
    let channel = index % box.channels.count + box.channels.lowerBound
    let position = index / box.channels.count
    let row = position / box.columns.count + box.rows.lowerBound
    let column = position % box.columns.count + box.columns.lowerBound
    return (row * shape.width + column) * shape.channels + channel
  }
}
