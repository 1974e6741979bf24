public import LoomBase

/// What one layer takes on the chip.
public struct LayerMapping: Sendable, Hashable {
  /// The population's name.
  public var name: String
  /// Cores with at least one of its neurons.
  public var cores: Int
  /// Neurons.
  public var neurons: Int
  /// Stored synapses onto it.
  public var synapses: Int
  /// Words of synapse memory (0 for crossbars).
  public var words: Int
  /// Input axons, duplicates counted.
  public var axons: Int
  /// Chip step of its first update.
  public var start: Int

  /// Creates a row.
  public init(
    name: String, cores: Int, neurons: Int, synapses: Int, words: Int, axons: Int, start: Int
  ) {
    self.name = name
    self.cores = cores
    self.neurons = neurons
    self.synapses = synapses
    self.words = words
    self.axons = axons
    self.start = start
  }
}

/// How a network came to lie on a chip.
public struct MappingReport: Sendable, Hashable {
  /// Cores in use.
  public var cores: Int
  /// Chips in use.
  public var chips: Int
  /// D, the greatest start.
  public var depth: Int
  /// One row for each population, in order.
  public var layers: [LayerMapping]
  /// The resource whose total needs most cores.
  public var bindingResource: String
  /// The least number of cores that hold that total.
  public var lowerBound: Int
  /// Input axons of all cores.
  public var inputAxons: Int
  /// What they would be if the slices on a core shared the axons of common sources.
  public var sharedAxons: Int
  /// Neurons that need an axon anywhere, once each, whatever the number of their projections.
  public var sourceNeurons: Int
  /// Input axons beyond the first of each source and projection.
  public var duplicatedAxons: Int
  /// Packets of one sample that the activity of calibration lets expect at all input axons.
  public var inputPackets: Double
  /// Entries of all routing tables.
  public var routes: Int
  /// What exists only because the chip lacks something.
  public var lowering: LoweringInventory
  /// What the places of the cores cost.
  public var placement: PlacementReport
  /// The routing tables by key and mask; nil where the chip has none.
  public var tables: RoutingTableReport?
  /// Populations renumbered so that neurons with common inputs share cores.
  public var renumbered: [RenumberedLayer] = []
  /// Remarks.
  public var diagnostics: [Diagnostic]

  /// Creates a report.
  public init(
    cores: Int, chips: Int, depth: Int, layers: [LayerMapping], bindingResource: String,
    lowerBound: Int, inputAxons: Int, sharedAxons: Int, sourceNeurons: Int,
    duplicatedAxons: Int, inputPackets: Double, routes: Int, lowering: LoweringInventory,
    placement: PlacementReport, diagnostics: [Diagnostic]
  ) {
    self.inputAxons = inputAxons
    self.sharedAxons = sharedAxons
    self.sourceNeurons = sourceNeurons
    self.inputPackets = inputPackets
    self.cores = cores
    self.chips = chips
    self.depth = depth
    self.layers = layers
    self.bindingResource = bindingResource
    self.lowerBound = lowerBound
    self.duplicatedAxons = duplicatedAxons
    self.routes = routes
    self.lowering = lowering
    self.placement = placement
    self.diagnostics = diagnostics
  }

  /// Cores in use over the lower bound.
  public var ratio: Double { Double(cores) / Double(max(1, lowerBound)) }

  /// The report as a JSON document.
  public var json: JSONValue {
    .object([
      "cores": .integer(cores),
      "chips": .integer(chips),
      "depth": .integer(depth),
      "bindingResource": .text(bindingResource),
      "lowerBound": .integer(lowerBound),
      "ratio": .number(ratio),
      "inputAxons": .integer(inputAxons),
      "sharedAxons": .integer(sharedAxons),
      "sourceNeurons": .integer(sourceNeurons),
      "duplicatedAxons": .integer(duplicatedAxons),
      "inputPackets": .number(inputPackets),
      "routes": .integer(routes),
      "lowering": .object([
        "gates": .integer(lowering.gates),
        "gateSynapses": .integer(lowering.gateSynapses),
        "relayNeurons": .integer(lowering.relayNeurons),
        "relayPopulations": .integer(lowering.relayPopulations),
        "partialNeurons": .integer(lowering.partialNeurons),
        "partialPopulations": .integer(lowering.partialPopulations),
        "secondCompartments": .integer(lowering.secondCompartments),
        "axonCopies": .integer(lowering.axonCopies),
        "neuronCopies": .integer(lowering.neuronCopies),
      ]),
      "placement": placement.json,
      "routingTables": tables?.json ?? .null,
      "renumbered": .array(renumbered.map(\.json)),
      "layers": .array(layers.map(\.json)),
      "diagnostics": .array(diagnostics.map { .text($0.description) }),
    ])
  }

  /// Copies of axons and neurons, where there are any.
  private var copies: String {
    guard lowering.axonCopies > 0 || lowering.neuronCopies > 0 else { return "" }
    return ", \(lowering.axonCopies) axon copies, \(lowering.neuronCopies) neuron copies"
  }

  /// Neurons of partial sums, where there are any.
  private var partialSums: String {
    guard lowering.partialPopulations > 0 else { return "" }
    return
      "; partial sums: \(lowering.partialNeurons) neurons in \(lowering.partialPopulations) populations"
  }

  /// The report as lines of text: totals, then a table by layer.
  public var text: String {
    let ratioText = String(Double(Int(ratio * 100 + 0.5)) / 100)
    let head = [
      "\(cores) cores on \(chips) \(chips == 1 ? "chip" : "chips"), depth \(depth); bound by \(bindingResource): at least "
        + "\(lowerBound) cores\(lowering.partialNeurons > 0 ? " as lowered" : ""), ratio \(ratioText)",
      "\(inputAxons) input axons for \(sourceNeurons) neurons (\(duplicatedAxons) duplicated), "
        + "\(Int(inputPackets.rounded())) deliveries expected per sample, \(routes) routing entries",
      "lowering: \(lowering.gates) gates with \(lowering.gateSynapses) synapses, "
        + "\(lowering.relayNeurons) relay neurons in \(lowering.relayPopulations) populations, "
        + "\(lowering.secondCompartments) second compartments" + copies + partialSums,
      placement.text,
    ]
    let columns = "layer | start | cores | neurons | synapses | words | axons"
    let rows = layers.map { layer in
      "\(layer.name) | \(layer.start) | \(layer.cores) | \(layer.neurons) | \(layer.synapses) | "
        + "\(layer.words) | \(layer.axons)"
    }
    let full = head + renumbered.map(\.text) + (tables.map { [$0.text] } ?? []) + [columns]
    return (full + rows + diagnostics.map(\.description)).joined(separator: "\n")
  }
}

extension LayerMapping {
  /// The row as a JSON object.
  public var json: JSONValue {
    .object([
      "name": .text(name),
      "cores": .integer(cores),
      "neurons": .integer(neurons),
      "synapses": .integer(synapses),
      "words": .integer(words),
      "axons": .integer(axons),
      "start": .integer(start),
    ])
  }
}
