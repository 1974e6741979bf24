import LoomBase
import LoomHardware

/// From a synapse in memory to the weight of the network, and back.
extension ImageExplanation {
  /// What one stored synapse is.
  static func synapseDetails(
    _ image: HardwareImage, _ location: SynapseLocation, _ total: Int
  ) -> JSONValue {
    guard let position = image.position(template: location.template, weight: location.weight)
    else { return .null }
    let template = image.templates[location.template]
    var members = weightMembers(image, position)
    for (key, value) in locationMembers(image, location) { members[key] = value }
    members["schema"] = .text("spikeloom.explain/1")
    members["delay"] = .integer(location.delay)
    members["sourceNeuron"] = neuron(location.source, image.populations[template.source].map)
    members["synapseShare"] = share(1, of: total)
    return .object(members)
  }

  /// Everything in the image that stores one weight of a layer.
  static func kernelDetails(
    _ image: HardwareImage, _ population: Int, _ kernel: KernelPlace, _ profile: Profile?
  ) throws(DiagnosticsError) -> JSONValue {
    let positions = image.weights(
      ofPopulation: population, channel: kernel.channel, input: kernel.input, row: kernel.row,
      column: kernel.column)
    let host = hostWeights(image, population, kernel)
    guard !positions.isEmpty || !host.isEmpty else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL5203",
          "needs a weight of layer '\(label(image, population))', has none from input channel \(kernel.input) at row \(kernel.row), column \(kernel.column) to channel \(kernel.channel)",
          notes: extents(image, population)))
    }
    let wanted = Set(positions.map(\.template))
    var locations: [SynapseLocation] = []
    for core in image.cores.indices
    where image.cores[core].axonBlocks.contains(where: { wanted.contains($0.template) }) {
      locations += CoreSynapses(core: core, of: image, profile: profile).locations(of: positions)
    }
    return .object([
      "schema": .text("spikeloom.explain/1"), "layer": name(image, population),
      "population": .integer(population), "channel": .integer(kernel.channel),
      "kernel": .array([
        .integer(kernel.input), .integer(kernel.row), .integer(kernel.column),
      ]),
      "weights": .array(positions.map { .object(weightMembers(image, $0)) }),
      "host": .array(host), "synapses": .integer(locations.count),
      "synapseShare": share(locations.count, of: storedSynapses(image)),
      "cores": .integer(Set(locations.map(\.core)).count),
      "locations": .array(locations.map { .object(locationMembers(image, $0)) }),
    ])
  }

  /// What layers of the image read, for somebody who asked for a weight that is not there.
  private static func extents(_ image: HardwareImage, _ population: Int) -> [String] {
    let host = image.frontEnd.filter { $0.target == population }.map { frontEnd in
      guard case .convolution(let g) = frontEnd.kind else {
        return "from the host: inputs \(image.input.shape)"
      }
      return
        "from the host: \(image.input.shape.channels) input channels in \(g.groups) groups, kernel \(g.kernelHeight)×\(g.kernelWidth)"
    }
    let chip = image.templates.filter { $0.target == population && !$0.isLowering }.map {
      template in
      let source = image.populations[template.source].map
      let origin = "from '\(label(image, template.source))'"
      guard case .convolution(let g) = template.kind else { return "\(origin): inputs \(source)" }
      return
        "\(origin): \(source.channels) input channels in \(g.groups) groups, kernel \(g.kernelHeight)×\(g.kernelWidth)"
    }
    return ["it has \(image.populations[population].map.channels) channels"] + host + chip
  }

  private static func weightMembers(
    _ image: HardwareImage, _ position: WeightPosition
  ) -> [String: JSONValue] {
    let template = image.templates[position.template]
    let kind = templateSummary(image, position.template)
    var members: [String: JSONValue] = [
      "template": .integer(position.template), "templateWeight": .integer(position.weight),
      "kind": kind["kind"] ?? .null, "lowering": .boolean(template.isLowering),
      "layer": name(image, template.target), "population": .integer(template.target),
      "source": .integer(template.source), "sourceName": name(image, template.source),
      "onnx": origins(image, position.template), "outputChannel": .integer(position.outputChannel),
      "inputChannel": .integer(position.inputChannel), "row": .integer(position.row),
      "column": .integer(position.column), "plane": .integer(position.plane),
      "site": .integer(template.site), "mantissa": .integer(position.mantissa),
      "shift": .integer(position.shift), "value": .integer(position.value),
      "activationUnits": activation(image, template.target, position),
    ]
    if let target = position.target {
      members["target"] = .array([.integer(target.row), .integer(target.column)])
    }
    return members
  }

  /// The nodes a template stands for: its own, else those of the population it feeds.
  private static func origins(_ image: HardwareImage, _ template: Int) -> JSONValue {
    guard let provenance = image.provenance else { return .array([]) }
    let own = provenance.templates.indices.contains(template) ? provenance.templates[template] : []
    let target = image.templates[template].target
    let whole =
      provenance.populations.indices.contains(target) ? provenance.populations[target].origin : []
    return .array((own.isEmpty ? whole : own).map { .text($0) })
  }

  /// What one spike adds in units of the layer's activation; null where the scale is not known.
  private static func activation(
    _ image: HardwareImage, _ population: Int, _ position: WeightPosition
  ) -> JSONValue {
    guard let all = image.provenance?.scales, all.indices.contains(population) else { return .null }
    let scales = all[population]
    let channel = scales.count == 1 ? 0 : position.outputChannel
    guard scales.indices.contains(channel), scales[channel].isFinite, scales[channel] > 0 else {
      return .null
    }
    return .number(Double(position.value) / scales[channel])
  }

  private static func locationMembers(
    _ image: HardwareImage, _ location: SynapseLocation
  ) -> [String: JSONValue] {
    let template = image.templates[location.template]
    var members: [String: JSONValue] = [
      "core": .integer(location.core), "axon": .integer(location.axon),
      "synapse": .integer(location.synapse), "weight": .integer(location.number),
      "coreColumn": .integer(location.column),
      "targetNeuron": neuron(location.target, image.populations[template.target].map),
    ]
    switch location.memory {
    case .words(let first, let last, let bit)?:
      members["word"] = .integer(first)
      members["lastWord"] = .integer(last)
      members["bit"] = .integer(bit)
    case .cell(let array, let row, let column)?:
      members["array"] = .integer(array)
      members["arrayRow"] = .integer(row)
      members["arrayColumn"] = .integer(column)
    case nil: break
    }
    return members
  }

  /// Channel, row, column of a channel-last index.
  private static func neuron(_ index: Int, _ shape: MapShape) -> JSONValue {
    let position = index / shape.channels
    return .array([
      .integer(index % shape.channels), .integer(position / shape.width),
      .integer(position % shape.width),
    ])
  }

  static func label(_ image: HardwareImage, _ population: Int) -> String {
    name(image, population).string ?? "population \(population)"
  }
}

/// Which weight of a layer: its channel, and where it reads.
struct KernelPlace {
  var channel: Int
  var input: Int
  var row: Int
  var column: Int
}

/// Weights of the analog first layer, which the host keeps.
extension ImageExplanation {
  static func hostWeights(
    _ image: HardwareImage, _ population: Int, _ kernel: KernelPlace
  ) -> [JSONValue] {
    let shape = image.populations[population].map
    guard kernel.channel >= 0, kernel.channel < shape.channels, kernel.input >= 0,
      kernel.input < image.input.shape.channels, kernel.row >= 0, kernel.column >= 0
    else { return [] }
    return image.frontEnd.indices.filter { image.frontEnd[$0].target == population }.flatMap {
      index in
      let frontEnd = image.frontEnd[index]
      return hostIndices(frontEnd, image.input.shape, shape, kernel).map { weight in
        JSONValue.object([
          "frontEnd": .integer(index), "weight": .integer(weight),
          "value": .integer(Int(frontEnd.weights[weight])),
          "rightShift": .integer(frontEnd.rightShift), "site": .integer(frontEnd.site),
        ])
      }
    }
  }

  /// Front ends keep their weights channel-first.
  private static func hostIndices(
    _ frontEnd: ImageFrontEnd, _ source: MapShape, _ target: MapShape, _ kernel: KernelPlace
  ) -> [Int] {
    if case .convolution(let geometry) = frontEnd.kind {
      let sources = source.channels / geometry.groups
      guard kernel.row < geometry.kernelHeight, kernel.column < geometry.kernelWidth,
        kernel.input / sources == kernel.channel / (target.channels / geometry.groups)
      else { return [] }
      let plane = kernel.channel * sources + kernel.input % sources
      return [(plane * geometry.kernelHeight + kernel.row) * geometry.kernelWidth + kernel.column]
    }
    guard kernel.row < source.height, kernel.column < source.width else { return [] }
    let input = source.index(channel: kernel.input, row: kernel.row, column: kernel.column)
    let targets = (kernel.channel * target.positions)..<((kernel.channel + 1) * target.positions)
    guard case .sparse(let offsets, let sources) = frontEnd.kind else {
      return targets.map { $0 * source.count + input }
    }
    return targets.flatMap { target in
      (Int(offsets[target])..<Int(offsets[target + 1])).filter { Int(sources[$0]) == input }
    }
  }
}

/// Shares of the image's synapses.
extension ImageExplanation {
  /// All synapses stored on the chip, zero weights included.
  static func storedSynapses(_ image: HardwareImage) -> Int {
    image.cores.reduce(0) { sum, core in
      core.axonBlocks.reduce(sum) { $0 + synapses(image, core, $1) }
    }
  }

  /// The synapses that feed a population.
  static func storedSynapses(_ image: HardwareImage, population: Int) -> Int {
    image.cores.reduce(0) { sum, core in
      core.axonBlocks.reduce(sum) {
        image.templates[$1.template].target == population ? $0 + synapses(image, core, $1) : $0
      }
    }
  }

  static func share(_ part: Int, of whole: Int) -> JSONValue {
    whole > 0 ? .number(Double(part) / Double(whole)) : .null
  }
}
