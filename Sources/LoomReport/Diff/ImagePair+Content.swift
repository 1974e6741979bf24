import LoomBase
import LoomImage

extension ImagePair {
  /// Everything that concerns the whole image.
  func header() -> [FieldChange] {
    var changes: [FieldChange] = []
    func compare(_ name: String, _ value: (HardwareImage) -> JSONValue) {
      changes += FieldChange.found(name, value(before), value(after))
    }
    compare("profile") { .text($0.profileName) }
    compare("structure") { .text($0.structureDigest.description) }
    compare("timesteps") { .integer($0.schedule.timesteps) }
    compare("depth") { .integer($0.schedule.depth) }
    compare("readoutStart") { .integer($0.schedule.readoutStart) }
    compare("readout") { .text($0.spikeCounts == nil ? "potentials" : "spikeCounts") }
    if let old = before.spikeCounts, let new = after.spikeCounts, old != new {
      compare("spikeCounts") { .text($0.spikeCounts.map { "\($0)" } ?? "") }
    }
    compare("drawnInput") { .text($0.draw.map { "seed \($0.seed)" } ?? "none") }
    compare("freeRunning") { .boolean($0.schedule.freeRunning) }
    compare("asynchronous") { .boolean($0.schedule.isAsynchronous) }
    compare("code") { .text($0.schedule.code.rawValue) }
    compare("inputShape") { .text($0.input.shape.description) }
    compare("inputIsSpikes") { .boolean($0.input.isSpikes) }
    compare("inputIsBytes") { .boolean($0.input.isBytes) }
    compare("floatFactor") { .number($0.input.floatFactor) }
    if before.input.preprocessing != after.input.preprocessing {
      compare("preprocessing") { .text("\($0.input.preprocessing)") }
    }
    compare("outputs") { image in
      .array(image.outputs.map { hasNames ? .text(ImagePair.name(image, $0)) : .integer($0) })
    }
    compare("provenance") { .text($0.provenance == nil ? "none" : "present") }
    if let old = before.provenance, let new = after.provenance {
      changes += FieldChange.found("network", .text(old.network), .text(new.network))
      changes += FieldChange.found("method", .text(old.method), .text(new.method))
      changes += FieldChange.found("tool", .text(old.tool), .text(new.tool))
      if old.remarks != new.remarks {
        changes += FieldChange.found(
          "remarks", .integer(old.remarks.count { !new.remarks.contains($0) }),
          .integer(new.remarks.count { !old.remarks.contains($0) }))
      }
    }
    return changes
  }

  func populationChanges() -> [ItemChange] {
    var values = (SliceTables(before), SliceTables(after))
    let changed = populations.pairs.compactMap { old, new -> ItemChange? in
      let fields =
        parameterChanges(before.populations[old], after.populations[new])
        + valueChanges(old, new, &values) + scaleChanges(old, new)
      guard !fields.isEmpty else { return nil }
      return ItemChange(name: ImagePair.name(after, new), kind: .changed, fields: fields)
    }
    return changed
      + ImagePair.comings(
        populations, { ImagePair.name(before, $0) }, { ImagePair.name(after, $0) })
  }

  private func parameterChanges(
    _ old: ImagePopulation, _ new: ImagePopulation
  ) -> [FieldChange] {
    FieldChange.found("shape", .text(old.map.description), .text(new.map.description))
      + orderChanges(old, new)
      + FieldChange.found("role", .text("\(old.role)"), .text("\(new.role)"))
      + FieldChange.found("reset", .text("\(old.reset)"), .text("\(new.reset)"))
      + FieldChange.found(
        "comparison", .text(old.firesOnGreaterOnly ? ">" : ">="),
        .text(new.firesOnGreaterOnly ? ">" : ">="))
      + FieldChange.found(
        "potentialBits", .integer(old.potentialBits), .integer(new.potentialBits))
      + FieldChange.found("sites", .integer(old.sites), .integer(new.sites))
      + FieldChange.found("start", .integer(old.start), .integer(new.start))
      + FieldChange.found(
        "activeSteps", .text("\(old.activeSteps)"), .text("\(new.activeSteps)"))
      + FieldChange.found("compartments", .integer(old.compartments), .integer(new.compartments))
      + FieldChange.found("code", .text(old.code.rawValue), .text(new.code.rawValue))
  }

  /// Thresholds, initial potentials and biases, neuron by neuron whatever core holds it.
  private func valueChanges(
    _ old: Int, _ new: Int, _ tables: inout (SliceTables, SliceTables)
  ) -> [FieldChange] {
    let shape = before.populations[old].map
    guard shape == after.populations[new].map else { return [] }
    let names: [(String, any KeyPath<NeuronSlice, SliceValues> & Sendable)] = [
      ("thresholds", \.thresholds), ("initialPotentials", \.initialPotentials),
      ("biases", \.biases),
    ]
    return names.flatMap { name, path in
      let values = (tables.0.values(path, of: old), tables.1.values(path, of: new))
      return values.0 == values.1
        ? []
        : FieldChange.found(name, values.0.map(Int.init), values.1.map(Int.init)) {
          ImagePair.place($0, in: shape)
        }
    }
  }

  private func scaleChanges(_ old: Int, _ new: Int) -> [FieldChange] {
    guard let scales = before.provenance?.scales, let others = after.provenance?.scales,
      scales.indices.contains(old), others.indices.contains(new), scales[old] != others[new]
    else { return [] }
    let first = zip(scales[old], others[new]).first { $0 != $1 }
    return [
      FieldChange(
        name: "scale", before: first.map { .number($0.0) }, after: first.map { .number($0.1) },
        count: zip(scales[old], others[new]).count { $0 != $1 },
        total: max(scales[old].count, others[new].count))
    ]
  }

  func templateChanges() -> [ItemChange] {
    let delays = (ImagePair.delays(before), ImagePair.delays(after))
    let changed = templates.pairs.compactMap { old, new -> ItemChange? in
      let fields =
        weightChanges(old, new)
        + FieldChange.found("axonsByDelay", delays.0[old], delays.1[new])
      guard !fields.isEmpty else { return nil }
      return ItemChange(
        name: ImagePair.name(after, template: new), kind: .changed, fields: fields)
    }
    return changed
      + ImagePair.comings(
        templates, { ImagePair.name(before, template: $0) },
        { ImagePair.name(after, template: $0) })
  }

  /// For each template the number of axons of every delay.
  private static func delays(_ image: HardwareImage) -> [JSONValue] {
    var axons = [[Int: Int]](repeating: [:], count: image.templates.count)
    for core in image.cores {
      for block in core.axonBlocks {
        axons[block.template][block.delay, default: 0] += block.sources.count
      }
    }
    return axons.map { counts in
      .object(Dictionary(uniqueKeysWithValues: counts.map { ("\($0)", .integer($1)) }))
    }
  }

  /// Weights as the currents they make, then the mantissas and shifts they are stored as.
  private func weightChanges(_ old: Int, _ new: Int) -> [FieldChange] {
    let (first, second) = (before.templates[old], after.templates[new])
    if before.isRenumbered(template: old) || after.isRenumbered(template: new) {
      return synapseChanges(old, new)
    }
    guard first.weights.count == second.weights.count,
      before.populations[first.source].shape == after.populations[second.source].shape,
      before.populations[first.target].shape == after.populations[second.target].shape,
      first.kind == second.kind, first.sourceRange == second.sourceRange
    else {
      return FieldChange.found("kind", kind(before, old), kind(after, new))
        + FieldChange.found(
          "weights", .integer(first.weights.count), .integer(second.weights.count))
    }
    guard first.weights != second.weights || first.shifts != second.shifts else { return [] }
    func values(_ image: HardwareImage, _ template: Int) -> [Int] {
      image.templates[template].weights.indices.map {
        image.position(template: template, weight: $0)?.value ?? 0
      }
    }
    let changes = FieldChange.found("weights", values(before, old), values(after, new)) {
      weightPlace(old, $0)
    }
    let shifts = FieldChange.found(
      "shifts", first.shifts.map(Int.init), second.shifts.map(Int.init)
    ) { "shift \($0)" }
    if changes.isEmpty, shifts.isEmpty {
      return FieldChange.found(
        "storedShifts", .integer(first.shifts.count), .integer(second.shifts.count))
    }
    return changes + shifts
  }

  private func kind(_ image: HardwareImage, _ template: Int) -> JSONValue {
    let share = image.templates[template].sourceRange.map { ", sources \($0)" } ?? ""
    return switch image.templates[template].kind {
    case .convolution(let g):
      .text(
        "convolution \(g.kernelHeight)×\(g.kernelWidth), stride \(g.strideY)×\(g.strideX), padding \(g.padTop) and \(g.padLeft), dilation \(g.dilationY)×\(g.dilationX), \(g.groups) groups\(share)"
      )
    case .dense: .text("dense\(share)")
    case .sparse(_, let targets): .text("sparse, \(targets.count) synapses")
    case .broadcast(let planes, let perNeuron):
      .text("broadcast, \(planes) planes\(perNeuron ? ", each neuron its own" : "")")
    case .sums: .text("partial sums")
    }
  }

  private func weightPlace(_ template: Int, _ weight: Int) -> String {
    guard let position = before.position(template: template, weight: weight) else { return "" }
    return
      "output channel \(position.outputChannel), input channel \(position.inputChannel), row \(position.row), column \(position.column)"
  }

  func frontEndChanges() -> [ItemChange] {
    // What has no counterpart gets a number that no population of the second image has.
    let match = ListMatch(
      before.frontEnd.map { [populationAfter[$0.target] ?? -1 - $0.target, $0.site] },
      after.frontEnd.map { [$0.target, $0.site] })
    func name(_ image: HardwareImage, _ index: Int) -> String {
      "host → \(ImagePair.name(image, image.frontEnd[index].target))"
    }
    let changed = match.pairs.compactMap { old, new -> ItemChange? in
      let fields = fields(before.frontEnd[old], after.frontEnd[new])
      return fields.isEmpty
        ? nil : ItemChange(name: name(after, new), kind: .changed, fields: fields)
    }
    return changed + ImagePair.comings(match, { name(before, $0) }, { name(after, $0) })
  }

  private func fields(_ old: ImageFrontEnd, _ new: ImageFrontEnd) -> [FieldChange] {
    var changes = FieldChange.found(
      "rightShift", .integer(old.rightShift), .integer(new.rightShift))
    changes += FieldChange.found(
      "biasMantissaBits", .integer(old.biasMantissaBits), .integer(new.biasMantissaBits))
    changes += FieldChange.found(
      "biasMaximumExponent", .integer(old.biasMaximumExponent), .integer(new.biasMaximumExponent))
    if old.kind != new.kind {
      changes.append(FieldChange(name: "kind", before: .text("one"), after: .text("another")))
    }
    for (name, first, second) in [
      ("weights", old.weights.map(Int.init), new.weights.map(Int.init)),
      ("offsets", old.offsets.map { Int($0) }, new.offsets.map { Int($0) }),
    ] {
      changes +=
        first.count == second.count
        ? FieldChange.found(name, first, second) { "number \($0)" }
        : FieldChange.found(name, .integer(first.count), .integer(second.count))
    }
    return changes
  }
}

/// Values of all neurons of a population, put together from the slices of all cores.
struct SliceTables {
  private let image: HardwareImage
  private var slices: [[NeuronSlice]]

  init(_ image: HardwareImage) {
    self.image = image
    slices = Array(repeating: [], count: image.populations.count)
    for core in image.cores {
      for slice in core.slices { slices[slice.population].append(slice) }
    }
  }

  /// Channel-last over the network's whole map; 0 where no core holds the neuron.
  func values(_ path: KeyPath<NeuronSlice, SliceValues>, of population: Int) -> [Int32] {
    let shape = image.populations[population].shape
    let known = image.populations[population]
    guard !slices[population].isEmpty else { return [] }
    var values = [Int32](repeating: 0, count: shape.count)
    for slice in slices[population] {
      let held = slice[keyPath: path]
      let channels = slice.box.channels.count
      var neuron = 0
      for row in slice.box.rows {
        for column in slice.box.columns {
          let base = (row * shape.width + column) * shape.channels
          for channel in slice.box.channels {
            values[known.neuron(at: base + channel)] = held.value(
              neuron: neuron, channels: channels)
            neuron += 1
          }
        }
      }
    }
    return values
  }
}
