import LoomBase
public import LoomHardware
public import LoomImage

/// What the network takes as a model, whatever core its parts stand on: NeuroBench's static metrics.
///
/// `Footprint` is "parameters and buffers" in bytes (NeuroBench 2.x, `metrics/static/footprint.py`), here at the chip's
/// widths: weights, thresholds and biases once, one potential a neuron. What only lowers something and copies of kernels
/// on several cores are not part of the model. `ConnectionSparsity` is the share of its weights that are zero
/// (`connection_sparsity.py`); synapses left out of lists of synapses are no weights.
public struct ModelFootprint: Sendable, Hashable, Codable {
  /// Weights of the network, those of the first layer on the host included.
  public var weights = 0
  /// Those of them that are zero.
  public var zeroWeights = 0
  /// Thresholds and biases: one a channel, or one a neuron where they differ within a channel.
  public var neuronParameters = 0
  /// Bits of all parameters and potentials.
  public var bits = 0

  /// Counts the model in an image.
  public init(image: HardwareImage, profile: Profile) {
    addTemplates(image, profile)
    for frontEnd in image.frontEnd {
      weights += frontEnd.weights.count
      zeroWeights += frontEnd.weights.count { $0 == 0 }
      // The host's integers.
      bits += 32 * frontEnd.weights.count
    }
    addNeurons(image, profile)
  }

  /// Bytes of parameters and potentials.
  public var bytes: Double { Double(bits) / 8 }

  /// The share of the weights that are zero; nil without weights.
  public var connectionSparsity: Double? {
    weights > 0 ? Double(zeroWeights) / Double(weights) : nil
  }

  /// A weight that is a sum of several cells is one weight, zero if all its cells are.
  private mutating func addTemplates(_ image: HardwareImage, _ profile: Profile) {
    var index = 0
    while index < image.templates.count {
      let template = image.templates[index]
      index += 1
      var isZero = template.weights.map { $0 == 0 }
      while index < image.templates.count, image.templates[index].repeats {
        let plane = image.templates[index].weights
        index += 1
        guard plane.count == isZero.count else { continue }
        for place in plane.indices where plane[place] != 0 { isZero[place] = false }
      }
      guard !template.isLowering, !image.populations[template.source].role.isLowering else {
        continue
      }
      weights += isZero.count
      zeroWeights += isZero.count { $0 }
      bits += isZero.count * profile.weight.bits
    }
  }

  private mutating func addNeurons(_ image: HardwareImage, _ profile: Profile) {
    var thresholds = [Int](repeating: 0, count: image.populations.count)
    var biases = thresholds
    let slices = image.cores.flatMap(\.slices) + image.hostNeurons
    for slice in slices where image.populations.indices.contains(slice.population) {
      let shape = image.populations[slice.population].shape
      let place = slice.population
      thresholds[place] = max(
        thresholds[place], slice.thresholds.parameters(shape.count, shape.channels))
      biases[place] = max(biases[place], slice.biases.parameters(shape.count, shape.channels))
    }
    let biasBits =
      profile.bias.mantissaBits > 0 ? HybridReport.biasBits(profile) : profile.neuron.potentialBits
    for (index, population) in image.populations.enumerated()
    where population.role != .input && !population.role.isLowering {
      let compared = population.role.hasThreshold ? thresholds[index] : 0
      neuronParameters += compared + biases[index]
      bits += compared * profile.neuron.thresholdMantissaBits + biases[index] * biasBits
      bits += population.shape.count * population.potentialBits
    }
  }
}

extension SliceValues {
  /// How many parameters of a population such values are: one, one a channel, or one a neuron.
  fileprivate func parameters(_ neurons: Int, _ channels: Int) -> Int {
    switch self {
    case .uniform(let value): value == 0 ? 0 : channels
    case .perChannel: channels
    case .perNeuron: neurons
    }
  }
}
