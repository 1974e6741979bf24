import LoomBase

extension StructureCheck {
  func templates() {
    for (index, template) in image.templates.enumerated() {
      let name = "template \(index)"
      guard
        need(
          image.populations.indices.contains(template.source)
            && image.populations.indices.contains(template.target),
          "\(name) needs populations below \(image.populations.count), has \(template.source), \(template.target)"
        )
      else { continue }
      let target = image.populations[template.target]
      need(target.role.isOnCores, "\(name) needs a target with neurons on cores, has none")
      need(
        (0..<target.sites).contains(template.site),
        "\(name) needs a current site below \(target.sites), has \(template.site)")
      need(
        template.shifts.allSatisfy { $0 <= 30 }, "\(name) needs shifts up to 30, has larger ones")
      if template.repeats { repetition(index) }
      guard share(template, name) else { continue }
      connectivity(template, name)
    }
  }

  /// A plane holds cells of the very synapses of the plane before it.
  private func repetition(_ index: Int) {
    let plane = image.templates[index]
    let first = index > 0 ? image.templates[index - 1] : nil
    need(
      first.map {
        $0.source == plane.source && $0.target == plane.target && $0.site == plane.site
          && $0.kind == plane.kind && $0.isLowering == plane.isLowering
          && $0.sourceRange == plane.sourceRange
      } ?? false,
      "template \(index) needs a template before it whose synapses it repeats, has others")
  }

  private func connectivity(_ template: SynapseTemplate, _ name: String) {
    let source = image.populations[template.source].shape
    let target = image.populations[template.target].shape
    var weights: Int?
    var shifts = target.channels
    switch template.kind {
    case .convolution(let geometry):
      guard
        need(
          isSound(geometry, channels: source.channels, target.channels),
          "\(name) needs a geometry that divides \(source.channels) and \(target.channels) channels"
        )
      else { return }
      let inputs = template.inputChannels(source, groups: geometry.groups).count
      weights = checkedProduct(
        inputs, geometry.groups, geometry.kernelHeight, geometry.kernelWidth,
        target.channels / geometry.groups)
    case .dense:
      weights = checkedProduct(template.denseSources(source).count, target.count)
    case .sums: weights = 0
    case .sparse(let offsets, let targets):
      weights = targets.count
      need(
        offsets.areOffsets(ofLists: source.count, total: targets.count)
          && targets.allSatisfy { Int($0) < target.count }
          && listsAscend(offsets, targets),
        "\(name) needs ascending targets below \(target.count) for \(source.count) sources")
    case .broadcast(let planes, let perNeuron):
      shifts = checkedProduct(max(0, planes), perNeuron ? target.count : target.channels) ?? -1
      weights = shifts
      need(
        source.count == 1 && planes >= 1, "\(name) needs one source and a plane, has \(source)")
    }
    need(
      weights == template.weights.count,
      "\(name) needs \(weights.map(String.init) ?? "more") weights, has \(template.weights.count)")
    need(
      template.shifts.count == 1 || template.shifts.count == shifts,
      "\(name) needs 1 or \(shifts) shifts, has \(template.shifts.count)")
  }

  private func listsAscend(_ offsets: [UInt32], _ targets: [UInt32]) -> Bool {
    for list in 0..<(offsets.count - 1) {
      let range = Int(offsets[list])..<Int(offsets[list + 1])
      for entry in range.dropFirst() where targets[entry] <= targets[entry - 1] { return false }
    }
    return true
  }

  func frontEnds() {
    need(
      image.frontEnd.isEmpty || !image.input.isSpikes,
      "needs a front end or input spikes, has both")
    for (index, frontEnd) in image.frontEnd.enumerated() {
      let name = "front end \(index)"
      guard
        need(
          image.populations.indices.contains(frontEnd.target)
            && image.populations[frontEnd.target].role != .input,
          "\(name) needs a population with neurons, has \(frontEnd.target)")
      else { continue }
      let target = image.populations[frontEnd.target]
      need(
        (0..<target.sites).contains(frontEnd.site),
        "\(name) needs a current site below \(target.sites), has \(frontEnd.site)")
      need(
        (0...62).contains(frontEnd.rightShift) && (0...31).contains(frontEnd.biasMantissaBits)
          && (0...31).contains(frontEnd.biasMaximumExponent),
        "\(name) needs a right shift up to 62 and a bias register up to 31 and 31 bits")
      need(
        [1, target.shape.channels, target.shape.count].contains(frontEnd.offsets.count),
        "\(name) needs 1, \(target.shape.channels) or \(target.shape.count) offsets, has \(frontEnd.offsets.count)"
      )
      frontEndWeights(frontEnd, target.shape, name)
    }
  }

  private func frontEndWeights(
    _ frontEnd: ImageFrontEnd, _ target: MapShape, _ name: String
  ) {
    let source = image.input.shape
    var weights: Int?
    switch frontEnd.kind {
    case .convolution(let geometry):
      guard
        need(
          isSound(geometry, channels: source.channels, target.channels),
          "\(name) needs a geometry that divides \(source.channels) and \(target.channels) channels"
        )
      else { return }
      weights = checkedProduct(
        target.channels, source.channels / geometry.groups, geometry.kernelHeight,
        geometry.kernelWidth)
    case .dense: weights = checkedProduct(source.count, target.count)
    case .sparse(let offsets, let sources):
      weights = sources.count
      need(
        offsets.areOffsets(ofLists: target.count, total: sources.count)
          && sources.allSatisfy { Int($0) < source.count },
        "\(name) needs sources below \(source.count) for \(target.count) targets")
    }
    need(
      weights == frontEnd.weights.count,
      "\(name) needs \(weights.map(String.init) ?? "more") weights, has \(frontEnd.weights.count)")
    let bound = magnitudeBound(frontEnd)
    need(
      bound < Int64.max / 4 / Int64(image.frontEnd.count),
      "\(name) needs sums below 2^61 together, has weights or offsets beyond them")
  }

  /// The largest sum that inputs of 16 bits can make, saturating.
  private func magnitudeBound(_ frontEnd: ImageFrontEnd) -> Int64 {
    let offset = frontEnd.offsets.map { $0 == .min ? .max : abs($0) }.max() ?? 0
    var weights: Int64 = 0
    for weight in frontEnd.weights { weights &+= Int64(weight.magnitude) }
    let (product, overflow) = weights.multipliedReportingOverflow(by: 32_768)
    guard !overflow, weights >= 0, offset < Int64.max / 8, product < Int64.max / 8 else {
      return .max
    }
    return product + offset
  }

  /// What a template's share of the sources must be before its weights are counted.
  private func share(_ template: SynapseTemplate, _ name: String) -> Bool {
    guard let share = template.sourceRange else { return true }
    let source = image.populations[template.source].shape
    let whole: Int
    switch template.kind {
    case .convolution(let geometry): whole = source.channels / max(1, geometry.groups)
    case .dense: whole = source.count
    case .sparse, .broadcast, .sums: whole = 0
    }
    return need(
      !share.isEmpty && share.lowerBound >= 0 && share.upperBound <= whole,
      "\(name) needs a share of \(whole) sources, has \(share)")
  }

  /// Axons of a template with a share are of sources in it.
  private func shares(
    _ block: AxonBlock, _ template: SynapseTemplate, _ source: MapShape, _ anchor: Anchor
  ) {
    guard template.sourceRange != nil else { return }
    need(
      block.sources.indices(in: source).allSatisfy {
        template.reads(source: Int($0), of: source)
      }, "needs axons of sources that template \(block.template) reads, has others", at: anchor)
  }

  func cores() {
    for (index, core) in image.cores.enumerated() {
      let anchor = Anchor.core(index)
      for slice in core.slices { check(slice, anchor) }
      guard findings.isEmpty else { return }
      var next = 0
      for block in core.axonBlocks {
        guard
          need(
            block.firstAxon == next,
            "needs axons without gaps, has a block at \(block.firstAxon) instead of \(next)",
            at: anchor)
        else { return }
        check(block, core, anchor)
        guard findings.isEmpty else { return }
        next += block.sources.count
      }
    }
  }

  /// One slice for the whole of every population on the host, in order.
  func hostNeurons() {
    let wanted = image.populations.indices.filter { image.populations[$0].role == .host }
    guard
      need(
        image.hostNeurons.map(\.population) == wanted,
        "needs neurons of the populations \(wanted) on the host, has \(image.hostNeurons.map(\.population))"
      )
    else { return }
    for slice in image.hostNeurons {
      check(slice, .none, isOnCores: false)
      need(
        slice.box == MapBox(image.populations[slice.population].shape),
        "needs the whole of population \(slice.population) on the host, has \(slice.box)")
    }
  }

  private func check(_ slice: NeuronSlice, _ anchor: Anchor, isOnCores: Bool = true) {
    guard
      need(
        image.populations.indices.contains(slice.population)
          && image.populations[slice.population].role.isOnCores == isOnCores,
        "needs slices of populations with neurons, has \(slice.population)", at: anchor),
      need(
        isSound(slice.box, in: image.populations[slice.population].shape),
        "needs a slice within its population, has \(slice.box)", at: anchor)
    else { return }
    for values in [slice.thresholds, slice.initialPotentials, slice.biases] {
      let fits =
        switch values {
        case .uniform: true
        case .perChannel(let list): list.count == slice.box.channels.count
        case .perNeuron(let list): list.count == slice.box.count
        }
      need(fits, "needs a value for each channel or neuron of slice \(slice.box)", at: anchor)
    }
  }

  private func check(_ block: AxonBlock, _ core: ImageCore, _ anchor: Anchor) {
    guard
      need(
        image.templates.indices.contains(block.template)
          && core.slices.indices.contains(block.slice),
        "needs a template and slice that exist, has \(block.template) and \(block.slice)",
        at: anchor)
    else { return }
    let template = image.templates[block.template]
    let source = image.populations[template.source].shape
    need(
      core.slices[block.slice].population == template.target,
      "needs axons onto a slice of population \(template.target), has one of \(core.slices[block.slice].population)",
      at: anchor)
    need(
      (0...ImageStructure.maximumDelay).contains(block.delay),
      "needs delays up to \(ImageStructure.maximumDelay), has \(block.delay)", at: anchor)
    let sound =
      switch block.sources {
      case .box(let box): isSound(box, in: source)
      case .list(let indices):
        !indices.isEmpty && indices.isAscending(strictly: true)
          && indices.allSatisfy { Int($0) < source.count }
      }
    guard need(sound, "needs axon sources within \(source), ascending", at: anchor) else { return }
    shares(block, template, source, anchor)
    if template.kind == .sums {
      let box = core.slices[block.slice].box
      need(
        block.sources.indices(in: source).allSatisfy { box.contains(Int($0), in: source) },
        "needs sums onto neurons of the slice \(box), has others", at: anchor)
    }
  }
}
