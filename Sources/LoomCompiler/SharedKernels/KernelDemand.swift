import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// What one layer asks of the core that holds it.
struct KernelDemand {
  /// The population.
  var population: Int
  /// Neurons.
  var neurons: Int
  /// Words of kernel memory.
  var kernelWords: Int
}

/// Checks every layer of a network against what a core with shared kernels can do, and lists the rest.
///
/// Limits of maps, channels and kernels come from the profile; strides and padding are those of the DYNAP-CNN
/// family (sinabs, `docs/speck`).
struct KernelCheck {
  /// The strides a core's address arithmetic has.
  static let strides = [1, 2, 4, 8]
  /// The padding it has.
  static let padding = 0...7

  private let network: FixedPointNetwork
  private let format: SharedKernelFormat
  private let profile: Profile
  private(set) var findings: [Diagnostic] = []
  private(set) var demands: [KernelDemand] = []

  init(_ network: FixedPointNetwork, _ format: SharedKernelFormat, _ profile: Profile) {
    self.network = network
    self.format = format
    self.profile = profile
  }

  /// Looks at every layer; `projections` are those of the network as plain kernels (nil: beyond any memory).
  mutating func run(_ projections: [FixedProjection?]) {
    var words = [Int](repeating: 0, count: network.populations.count)
    for (index, projection) in network.projections.enumerated() {
      let target = projection.target.index
      guard let plain = projections[index] else {
        need("a kernel of moderate size", "one beyond every memory", target)
        continue
      }
      words[target] += kernel(plain)
    }
    for index in network.populations.indices { population(index, words: words[index]) }
    destinations()
  }

  private mutating func need(_ needed: String, _ limit: String, _ layer: Int) {
    findings.append(
      Diagnostic(
        .error, "SL4051", "needs \(needed), has \(limit) on \(profile.name)",
        at: .layer(network.populations[layer].name),
        remedy: "make the layer smaller, or choose a profile with steps and packed synapses"))
  }

  /// Checks a projection as a kernel and returns its words.
  private mutating func kernel(_ projection: FixedProjection) -> Int {
    let source = network.populations[projection.source.index].shape
    let layer = projection.target.index
    let target = network.populations[layer].shape
    var size = (height: source.height, width: source.width, outputs: target.count)
    switch projection.connectivity {
    case .convolution(let geometry):
      size = (geometry.kernelHeight, geometry.kernelWidth, target.channels)
      window(geometry, layer)
    case .dense:
      if target.positions > 1 {
        need("a dense layer onto a map of \(target)", "dense layers onto vectors only", layer)
      }
    case .sparse:
      need("a sparse pattern of synapses", "convolutions and dense layers only", layer)
      return 0
    }
    if max(size.height, size.width) > format.maximumKernel {
      need(
        "a kernel of \(size.height)×\(size.width)",
        "at most \(format.maximumKernel)×\(format.maximumKernel)", layer)
    }
    if max(source.height, source.width) > format.maximumInput {
      need(
        "an input map of \(source.height)×\(source.width)",
        "at most \(format.maximumInput)×\(format.maximumInput)", layer)
    }
    if source.channels > format.maximumChannels {
      need("\(source.channels) input channels", "at most \(format.maximumChannels)", layer)
    }
    guard
      let words = SharedKernelMemory.words(
        inputs: source.channels, height: size.height, width: size.width, outputs: size.outputs)
    else {
      need("a kernel of moderate size", "one beyond every memory", layer)
      return 0
    }
    return words
  }

  private mutating func window(_ geometry: ConvolutionGeometry, _ layer: Int) {
    if !Self.strides.contains(geometry.strideY) || !Self.strides.contains(geometry.strideX) {
      need("a stride of \(geometry.strideY)×\(geometry.strideX)", "1, 2, 4 and 8", layer)
    }
    if !Self.padding.contains(geometry.padTop) || !Self.padding.contains(geometry.padLeft) {
      need("a padding of \(geometry.padTop)×\(geometry.padLeft)", "0 to 7", layer)
    }
  }

  private mutating func population(_ index: Int, words: Int) {
    let population = network.populations[index]
    guard !population.isInjected else { return }
    let shape = population.shape
    if max(shape.height, shape.width) > format.maximumOutput {
      need(
        "an output map of \(shape.height)×\(shape.width)",
        "at most \(format.maximumOutput)×\(format.maximumOutput)", index)
    }
    if shape.channels > format.maximumChannels {
      need("\(shape.channels) output channels", "at most \(format.maximumChannels)", index)
    }
    if case .perNeuron(let list) = population.bias, differs(list, shape) {
      need("a bias for each neuron", "one for each channel", index)
    }
    demands.append(
      KernelDemand(population: index, neurons: shape.count, kernelWords: words))
  }

  /// Whether a channel has two values.
  private func differs(_ list: [Int32], _ shape: MapShape) -> Bool {
    list.indices.contains { list[$0] != list[$0 / shape.positions * shape.positions] }
  }

  private mutating func destinations() {
    var targets = [Set<Int>](repeating: [], count: network.populations.count)
    for projection in network.projections {
      targets[projection.source.index].insert(projection.target.index)
    }
    for (index, list) in targets.enumerated()
    where !network.populations[index].isInjected && list.count > format.destinations {
      need("\(list.count) layers to send to", "at most \(format.destinations)", index)
    }
  }
}
