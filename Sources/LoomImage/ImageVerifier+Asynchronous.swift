package import LoomBase

extension ImageVerifier {
  /// What an asynchronous image must be so that the order of its spikes depends on no duration: whole
  /// populations on cores of their own that take the spikes of one source (code SL5120).
  ///
  /// None for images with steps.
  package static func asynchronousFindings(_ image: HardwareImage) -> [Diagnostic] {
    guard image.schedule.isAsynchronous else { return [] }
    var check = AsynchronousCheck(image: image)
    check.schedule()
    for index in image.populations.indices { check.population(index) }
    for index in image.cores.indices { check.core(index) }
    if check.findings.isEmpty { check.order() }
    return check.findings
  }

  /// Cores so that every core stands behind the core it takes spikes from; nil if there is a cycle.
  ///
  /// Meant for images without `asynchronousFindings`.
  package static func eventOrder(_ image: HardwareImage) -> [Int]? {
    var core = [Int](repeating: -1, count: image.populations.count)
    for (index, holder) in image.cores.enumerated() {
      for slice in holder.slices { core[slice.population] = index }
    }
    var waiting = [Int](repeating: 0, count: image.cores.count)
    var targets = [[Int]](repeating: [], count: image.cores.count)
    for (index, holder) in image.cores.enumerated() {
      for block in holder.axonBlocks {
        let source = core[image.templates[block.template].source]
        guard source >= 0 else { continue }
        waiting[index] += 1
        targets[source].append(index)
      }
    }
    var order = waiting.indices.filter { waiting[$0] == 0 }
    var next = 0
    while next < order.count {
      for target in targets[order[next]] {
        waiting[target] -= 1
        if waiting[target] == 0 { order.append(target) }
      }
      next += 1
    }
    return order.count == image.cores.count ? order : nil
  }
}

/// Collects findings of code SL5120.
private struct AsynchronousCheck {
  let image: HardwareImage
  var findings: [Diagnostic] = []

  init(image: HardwareImage) { self.image = image }

  mutating func need(
    _ condition: Bool, _ message: @autoclosure () -> String, at anchor: Anchor = .none
  ) {
    if !condition { findings.append(Diagnostic(.error, "SL5120", message(), at: anchor)) }
  }

  mutating func schedule() {
    let schedule = image.schedule
    need(
      schedule.code == .rate && !schedule.freeRunning && schedule.depth == 0,
      "an asynchronous image needs rate codes and a depth of 0, has the code '\(schedule.code.rawValue)' and depth \(schedule.depth)"
    )
  }

  mutating func population(_ index: Int) {
    let population = image.populations[index]
    let name = "population \(index)"
    need(population.start == 0, "\(name) needs a start of 0, has \(population.start)")
    need(
      population.role == .input || population.activeSteps == 0..<image.schedule.timesteps,
      "\(name) needs to be active in every bin, has \(population.activeSteps)")
    need(population.sites == 1, "\(name) needs one current site, has \(population.sites)")
    need(
      !population.role.isLowering && population.reset != .softBySecondCompartment,
      "\(name) needs neurons of one compartment that compute, has others")
  }

  mutating func core(_ index: Int) {
    let core = image.cores[index]
    let anchor = Anchor.core(index)
    need(core.slices.count == 1, "needs one population, has \(core.slices.count)", at: anchor)
    need(
      core.axonBlocks.count <= 1,
      "needs spikes of one source, has \(core.axonBlocks.count): their order would depend on durations",
      at: anchor)
    for block in core.axonBlocks {
      need(block.delay == 0, "needs delays of 0, has \(block.delay)", at: anchor)
    }
    for slice in core.slices {
      let population = image.populations[slice.population]
      need(
        slice.box == MapBox(population.shape),
        "needs population \(slice.population) whole, has \(slice.box)", at: anchor)
      guard population.role == .hidden else { continue }
      let least = slice.thresholds.all.min() ?? 1
      need(
        least >= 1, "population \(slice.population) needs thresholds of 1 or more, has \(least)",
        at: anchor)
    }
  }

  mutating func order() {
    need(
      ImageVerifier.eventOrder(image) != nil,
      "an asynchronous image needs spikes that never come back to where they came from, has a cycle"
    )
  }
}
