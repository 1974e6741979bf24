import LoomBase
import LoomNetwork

/// The synapses of one projection as a spike meets them one by one: no tables, only the definition.
struct EventSynapses: Sendable {
  let source: Int
  private let connectivity: Connectivity
  private let weights: [Int16]
  private let shifts: [Int]
  private let from: MapShape
  private let to: MapShape
  /// Sparse patterns: for each source (channel-first) its targets (channel-last) and entries, ascending.
  private let lists: [[(target: Int, entry: Int)]]

  init(_ projection: FixedProjection, source: MapShape, target: MapShape) {
    self.source = projection.source.index
    connectivity = projection.connectivity
    weights = projection.weights
    shifts = (0..<target.channels).map { projection.shift(channel: $0) }
    from = source
    to = target
    guard case .sparse(let pattern) = projection.connectivity else {
      lists = []
      return
    }
    let order = ChannelLast(target)
    var lists = [[(target: Int, entry: Int)]](repeating: [], count: source.count)
    for neuron in 0..<target.count {
      for entry in pattern.targetOffsets[neuron]..<pattern.targetOffsets[neuron + 1] {
        lists[Int(pattern.sources[entry])].append((order.index(channelFirst: neuron), entry))
      }
    }
    self.lists = lists.map { list in list.sorted { $0.target < $1.target } }
  }

  /// Calls with every target (channel-last) and weight of a source (channel-first): by row, column, channel.
  @inline(__always)
  func forEach(source neuron: Int, _ body: (Int, Int) -> Void) {
    switch connectivity {
    case .convolution(let geometry): convolve(neuron, geometry, body)
    case .dense:
      for position in 0..<to.positions {
        for channel in 0..<to.channels {
          let row = channel * to.positions + position
          body(
            position * to.channels + channel,
            Int(weights[row * from.count + neuron]) << shifts[channel])
        }
      }
    case .sparse:
      for (target, entry) in lists[neuron] {
        body(target, Int(weights[entry]) << shifts[target % to.channels])
      }
    }
  }

  /// Target (y, x) reads source (y·stride + ky·dilation − pad): every y, then every x, that has such a ky, kx.
  @inline(__always)
  private func convolve(
    _ neuron: Int, _ geometry: ConvolutionGeometry, _ body: (Int, Int) -> Void
  ) {
    let input = neuron / from.positions
    let row = neuron % from.positions / from.width + geometry.padTop
    let column = neuron % from.width + geometry.padLeft
    let sourcesPerGroup = from.channels / geometry.groups
    let targetsPerGroup = to.channels / geometry.groups
    let group = input / sourcesPerGroup
    let taps = geometry.kernelHeight * geometry.kernelWidth
    let rows = reached(row, geometry.strideY, geometry.dilationY, geometry.kernelHeight, to.height)
    let columns = reached(
      column, geometry.strideX, geometry.dilationX, geometry.kernelWidth, to.width)
    for (y, kernelRow) in rows {
      for (x, kernelColumn) in columns {
        for channel in (group * targetsPerGroup)..<((group + 1) * targetsPerGroup) {
          let pair = channel * sourcesPerGroup + input % sourcesPerGroup
          let weight = weights[pair * taps + kernelRow * geometry.kernelWidth + kernelColumn]
          body((y * to.width + x) * to.channels + channel, Int(weight) << shifts[channel])
        }
      }
    }
  }

  /// The targets along one axis that read a padded place, ascending, each with its kernel position.
  private func reached(
    _ place: Int, _ stride: Int, _ dilation: Int, _ kernel: Int, _ extent: Int
  ) -> [(target: Int, position: Int)] {
    var found: [(target: Int, position: Int)] = []
    for position in (0..<kernel).reversed() {
      let offset = place - position * dilation
      if offset >= 0, offset % stride == 0, offset / stride < extent {
        found.append((offset / stride, position))
      }
    }
    return found
  }
}
