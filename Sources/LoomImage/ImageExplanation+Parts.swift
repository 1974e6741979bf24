import LoomBase
import LoomHardware

extension ImageExplanation {
  static func populationSummary(_ image: HardwareImage, _ index: Int) -> JSONValue {
    let population = image.populations[index]
    let roles = ["hidden", "input", "readout", "lowering", "host", "partial"]
    let resets = ["soft", "hard", "softBySecondCompartment"]
    let cores = image.cores.filter { core in core.slices.contains { $0.population == index } }
    var members: [String: JSONValue] = [
      "population": .integer(index), "name": name(image, index), "shape": shape(population.map),
      "neurons": .integer(population.shape.count),
      "role": .text(roles[Int(population.role.rawValue)]),
      "reset": .text(resets[Int(population.reset.rawValue)]),
      "comparison": .text(population.firesOnGreaterOnly ? ">" : ">="),
      "potentialBits": .integer(population.potentialBits), "sites": .integer(population.sites),
      "start": .integer(population.start), "activeSteps": range(population.activeSteps),
      "code": .text(population.code.rawValue), "cores": .integer(cores.count),
    ]
    if population.order != nil { members["renumbered"] = .boolean(true) }
    return .object(members)
  }

  static func templateSummary(_ image: HardwareImage, _ index: Int) -> JSONValue {
    let template = image.templates[index]
    let kind =
      switch template.kind {
      case .convolution: "convolution"
      case .dense: "dense"
      case .sparse: "sparse"
      case .broadcast: "broadcast"
      case .sums: "sums"
      }
    var members: [String: JSONValue] = [
      "template": .integer(index), "kind": .text(kind), "source": .integer(template.source),
      "target": .integer(template.target), "site": .integer(template.site),
      "lowering": .boolean(template.isLowering), "weights": .integer(template.weights.count),
    ]
    if let share = template.sourceRange { members["sourceRange"] = range(share) }
    return .object(members)
  }

  static func coreSummary(
    _ image: HardwareImage, _ index: Int, _ profile: Profile?
  ) -> JSONValue {
    let core = image.cores[index]
    var members: [String: JSONValue] = [
      "core": .integer(index), "chip": .integer(core.position.chip),
      "column": .integer(core.position.column), "row": .integer(core.position.row),
      "slot": .integer(core.position.slot), "neurons": .integer(core.neuronCount),
      "axons": .integer(core.axonCount), "routes": .integer(core.routes.cores.count),
      "synapses": .integer(
        core.axonBlocks.reduce(0) { $0 + synapses(image, core, $1) }),
    ]
    if let profile {
      members["usage"] = usage(SynapseLayout.usage(ofCore: index, in: image, profile: profile))
    }
    return .object(members)
  }

  static func synapses(
    _ image: HardwareImage, _ core: ImageCore, _ block: AxonBlock
  ) -> Int {
    SynapseLayout.storedSynapses(
      template: image.templates[block.template], sources: block.sources,
      box: core.slices[block.slice].box, populations: image.populations)
  }

  private static func usage(_ usage: CoreUsage) -> JSONValue {
    .object([
      "compartments": .integer(usage.neurons), "columns": .integer(usage.columns),
      "axonsIn": .integer(usage.axonsIn), "axonsOut": .integer(usage.axonsOut),
      "synapses": .integer(usage.synapses), "synapseWords": .integer(usage.synapseWords),
      "synapseBits": .integer(usage.synapseBits), "formats": .integer(usage.formats.count),
      "longestAxonList": .integer(usage.longestAxonList), "arrays": .integer(usage.arrays),
      "distinctThresholds": .integer(usage.distinctThresholds),
    ])
  }

  static func coreDetails(
    _ image: HardwareImage, _ index: Int, _ profile: Profile?
  ) -> JSONValue {
    let core = image.cores[index]
    guard case .object(var members) = coreSummary(image, index, profile) else { return .null }
    var firstNeuron = 0
    var slices: [JSONValue] = []
    for slice in core.slices {
      var parts: [String: JSONValue] = [
        "population": .integer(slice.population), "name": name(image, slice.population),
        "box": box(slice.box), "neurons": .integer(slice.box.count),
        "firstNeuron": .integer(firstNeuron),
      ]
      if let order = image.populations[slice.population].order {
        // Positions say nothing to people: the neurons themselves, in the order of the core.
        parts["members"] = .array(
          order.neurons[slice.box.channels].map { .integer(Int($0)) })
      }
      slices.append(.object(parts))
      firstNeuron += slice.box.count
    }
    members["schema"] = .text("spikeloom.explain/1")
    members["synapseShare"] = share(members["synapses"]?.int ?? 0, of: storedSynapses(image))
    members["slices"] = .array(slices)
    members["axonBlocks"] = .array(
      core.axonBlocks.map { block in
        .object([
          "firstAxon": .integer(block.firstAxon), "axons": .integer(block.sources.count),
          "template": .integer(block.template),
          "source": .integer(image.templates[block.template].source),
          "slice": .integer(block.slice), "delay": .integer(block.delay),
          "synapses": .integer(synapses(image, core, block)),
        ])
      })
    members["destinations"] = .array(
      Set(core.routes.cores).sorted().map { .integer(Int($0)) })
    return .object(members)
  }

  static func axonDetails(_ image: HardwareImage, _ index: Int, _ axon: Int) -> JSONValue {
    let core = image.cores[index]
    guard let block = core.axonBlocks.last(where: { $0.firstAxon <= axon }) else { return .null }
    let template = image.templates[block.template]
    let source = image.populations[template.source].shape
    let neuron = Int(block.sources.indices(in: source)[axon - block.firstAxon])
    let geometry = SynapseRuns(
      template, source: source, target: image.populations[template.target].shape)
    let first = PackedMemory.firstColumn(block, core, image)
    let synapses = geometry.runs(source: neuron, box: core.slices[block.slice].box).flatMap { run in
      (0..<run.count).map { offset in
        JSONValue.object([
          "target": .integer(first + run.firstTarget + offset),
          "weight": .integer(Int(template.weights[run.firstWeight + offset])),
          "shift": .integer(run.shift),
        ])
      }
    }
    return .object([
      "schema": .text("spikeloom.explain/1"), "core": .integer(index), "axon": .integer(axon),
      "template": .integer(block.template), "source": .integer(template.source),
      "sourceName": name(image, template.source),
      "neuron": .integer(image.populations[template.source].neuron(at: neuron)),
      "delay": .integer(block.delay), "slice": .integer(block.slice),
      "site": .integer(template.site), "synapses": .array(synapses),
      "synapseShare": share(synapses.count, of: storedSynapses(image)),
    ])
  }

  static func layerDetails(
    _ image: HardwareImage, _ population: Int, _ profile: Profile?
  ) -> JSONValue {
    guard case .object(var members) = populationSummary(image, population) else { return .null }
    let holding = image.cores.indices.filter { index in
      image.cores[index].slices.contains { $0.population == population }
    }
    let partial = image.partialPopulations(of: population)
    let stored = ([population] + partial).reduce(0) { $0 + storedSynapses(image, population: $1) }
    if !partial.isEmpty { members["partialSums"] = .array(partial.map { .integer($0) }) }
    members["schema"] = .text("spikeloom.explain/1")
    members["synapses"] = .integer(stored)
    members["synapseShare"] = share(stored, of: storedSynapses(image))
    members["cores"] = .array(holding.map { coreSummary(image, $0, profile) })
    members["templatesIn"] = .array(
      image.templates.indices.filter { image.templates[$0].target == population }.map {
        templateSummary(image, $0)
      })
    members["templatesOut"] = .array(
      image.templates.indices.filter { image.templates[$0].source == population }.map {
        templateSummary(image, $0)
      })
    let origins = image.provenance?.populations ?? []
    members["origin"] = .array(
      origins.indices.contains(population) ? origins[population].origin.map { .text($0) } : [])
    return .object(members)
  }
}
