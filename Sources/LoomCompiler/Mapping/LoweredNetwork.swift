import LoomBase
import LoomImage
import LoomNetwork

/// A population after lowering, with parameters still in network order (channel-first).
struct LoweredPopulation {
  var name: String
  var image: ImagePopulation
  var threshold: ChannelOrNeuron<Int32>
  var initialPotential: ChannelOrNeuron<Int32>
  var bias: ChannelOrNeuron<Int32>
  var scale: [Double]
  var origin: Origin
  /// Of a renumbered population the positions that belong on one core each; empty: cut as it may be.
  var parts: [Range<Int>] = []

  /// The number of compartments of all its neurons; none where the host injects.
  var compartments: Int { image.role.isOnCores ? image.shape.count * image.compartments : 0 }
}

/// Everything of a network that exists only because the chip lacks something.
public struct LoweringInventory: Sendable, Hashable {
  /// Gate neurons that carry biases.
  public var gates: Int = 0
  /// Synapses from gates, planes counted.
  public var gateSynapses: Int = 0
  /// Neurons that only delay spikes.
  public var relayNeurons: Int = 0
  /// Populations of such neurons.
  public var relayPopulations: Int = 0
  /// Neurons that sum over a share of the inputs of others.
  public var partialNeurons: Int = 0
  /// Populations of such neurons.
  public var partialPopulations: Int = 0
  /// Second compartments of soft-reset neurons.
  public var secondCompartments: Int = 0
  /// Input axons beyond the first of a source and core, for weights of several bits or both signs.
  public var axonCopies: Int = 0
  /// Compartments of neurons beyond their first, for more destinations than a neuron sends to.
  public var neuronCopies: Int = 0

  /// Creates an empty inventory.
  public init() {}
}

/// Stage 4 before partition: exact lowerings applied, nothing placed.
struct LoweredNetwork {
  var populations: [LoweredPopulation] = []
  var templates: [SynapseTemplate] = []
  /// Steps from sending to being due, by template.
  var delays: [Int] = []
  /// The ONNX nodes of each template.
  var origins: [Origin] = []
  /// The greatest start.
  var depth = 0
  var inventory = LoweringInventory()

  /// The image side of the populations.
  var images: [ImagePopulation] { populations.map(\.image) }

  /// The network with others in the place of each template, of the same delay and origin.
  func replacingTemplates(
    _ others: (Int, SynapseTemplate) -> [SynapseTemplate]
  ) -> LoweredNetwork {
    var result = self
    result.templates = []
    result.delays = []
    result.origins = []
    for (index, template) in templates.enumerated() {
      for other in others(index, template) {
        result.add(other, delay: delays[index], origin: origins[index])
      }
    }
    return result
  }

  mutating func add(_ template: SynapseTemplate, delay: Int, origin: Origin) {
    templates.append(template)
    delays.append(delay)
    origins.append(origin)
  }
}

extension FixedPopulation {
  /// What its neurons do in an image.
  var imageRole: ImageRole {
    switch role {
    case .hidden: isOnHost ? .host : .hidden
    case .input: .input
    case .readout: .readout
    }
  }
}
