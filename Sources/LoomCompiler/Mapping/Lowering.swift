import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// Applies everything exact that a chip needs done to a network: starts, delays, relays, gates, second
/// compartments, partial sums.
///
/// Before: conv → add with a shortcut over two layers, biases everywhere. After: starts 0, 1, 2, a delay of 2
/// on the shortcut, a gate neuron per depth whose spike carries the biases (chips without a start step).
struct Lowering {
  let network: FixedPointNetwork
  let profile: Profile
  var result = LoweredNetwork()
  var findings: [Diagnostic] = []
  /// Relay populations by source and position in the chain.
  var relays: [[Int]]
  /// How inputs are divided, by population that has too many.
  let plans: [Int: FanInPlan]
  /// The populations of partial sums of each plan, share by share.
  var partials: [Int: [Int]] = [:]
  /// By projection its template, where its target is not split.
  private(set) var templates: [Int]

  private init(
    _ network: FixedPointNetwork, _ profile: Profile, plans: [Int: FanInPlan] = [:]
  ) {
    self.network = network
    self.profile = profile
    self.plans = plans
    relays = [[Int]](repeating: [], count: network.populations.count)
    templates = [Int](repeating: -1, count: network.projections.count)
  }

  /// What can be lowered, with every finding beside it.
  static func attempt(_ network: FixedPointNetwork, profile: Profile) -> Lowering {
    var lowering = Lowering(network, profile)
    lowering.run()
    let plans = FanInPlan.plans(lowering)
    guard !plans.isEmpty else { return lowering }
    var split = Lowering(network, profile, plans: plans)
    split.run()
    return split
  }

  private mutating func run() {
    let schedule = StartSchedule.starts(of: network, split: Set(plans.keys))
    guard schedule.cycle.isEmpty else {
      let names = schedule.cycle.map { network.populations[$0].name }
      var finding = QuantizationInput.cycleFinding(names)
      finding.code = "SL4001"
      if !plans.isEmpty {
        let split = plans.keys.sorted().map { "'\(network.populations[$0].name)'" }
        finding.notes.append(
          "partial sums take a step more into \(split.joined(separator: ", "))")
      }
      findings.append(finding)
      return
    }
    result.depth = schedule.starts.max() ?? 0
    for (index, population) in network.populations.enumerated() {
      add(population, start: schedule.starts[index])
    }
    PartialLowering.addPopulations(&self)
    for index in network.projections.indices { add(index, network.projections[index]) }
    PartialLowering.checkWidths(&self)
    GateLowering.apply(&self)
    AxonLowering.apply(&self)
    check()
  }

  /// The compartments of all chips.
  var availableCompartments: Int {
    let topology = profile.topology
    return topology.coresPerChip * topology.maximumChips * profile.core.neurons
  }

  /// Chip steps in which a population is updated.
  ///
  /// Window codes: from the first step it listens to the last it emits; readouts stop when they have listened.
  func activeSteps(start: Int, role: ImageRole) -> Range<Int> {
    if role == .host { return start..<(start + network.timesteps) }
    if let window = network.window {
      let steps = result.depth + 1
      let first = role.isLowering ? start : max(0, start - window.timesteps + 1)
      let end = role == .readout ? start + 1 : start + window.timesteps
      return first..<max(first, min(end, steps))
    }
    if network.schedule == .aligned, profile.neuron.startStep {
      return start..<(start + network.timesteps)
    }
    return 0..<(network.timesteps + result.depth)
  }

  private mutating func add(_ population: FixedPopulation, start: Int) {
    let usesSecond =
      population.role == .hidden && !population.isOnHost && population.reset == .soft
      && profile.neuron.softReset == .secondCompartment
    let reset: ImageReset =
      population.reset == .hard || population.role != .hidden
      ? .hard : usesSecond ? .softBySecondCompartment : .soft
    let role = population.imageRole
    if usesSecond { result.inventory.secondCompartments += population.shape.count }
    result.populations.append(
      LoweredPopulation(
        name: population.name,
        image: ImagePopulation(
          shape: population.shape, role: role, reset: reset,
          firesOnGreaterOnly: population.comparison == .greater,
          potentialBits: population.potentialBits, sites: population.sites, start: start,
          activeSteps: activeSteps(start: start, role: role), compartments: usesSecond ? 2 : 1,
          code: population.role == .input ? .rate : network.code),
        threshold: population.threshold, initialPotential: population.initialPotential,
        bias: population.bias, scale: population.scale, origin: population.origin))
  }

  private mutating func add(_ index: Int, _ projection: FixedProjection) {
    let source = result.populations[projection.source.index]
    let target = result.populations[projection.target.index]
    let fromHost = !source.image.role.isOnCores
    let listening = (network.window?.timesteps ?? 1) - 1
    let plan = plans[projection.target.index]
    // A sum is sent in the step in which its spikes are due, and is due itself in the next.
    let delay =
      target.image.start - source.image.start - listening + projection.alignedDelay
      - (plan == nil ? 0 : 1)
    guard delay >= (fromHost ? 0 : 1) else {
      findings.append(
        Diagnostic(
          .error, "SL4002",
          plan == nil
            ? "needs a delay of at least 1 step, has \(delay)"
            : "needs a step more for the partial sums of its inputs, has a delay of \(delay + 1)",
          at: .layer(target.name),
          remedy: "give the projections of a free-running network delays of 1 or more"))
      return
    }
    let path = RelayLowering.path(
      from: projection.source.index, delay: delay, &self)
    let order = TemplateOrder.template(
      LiveSources.prune(projection, source: source.image.shape, target: target.image.shape),
      source: source.image.shape, target: target.image.shape)
    let template = SynapseTemplate(
      kind: order.kind, source: path.source, target: projection.target.index,
      weights: order.weights, shifts: projection.shifts, site: projection.site, isLowering: false)
    if let plan {
      PartialLowering.add(
        index, template, plan, delay: path.delay, origin: projection.origin, &self)
    } else {
      templates[index] = result.templates.count
      result.add(template, delay: path.delay, origin: projection.origin)
    }
  }

  /// Neurons that act outside their window where the chip cannot stop them.
  private mutating func check() {
    guard network.schedule == .aligned, !profile.neuron.startStep else { return }
    for projection in network.frontEnd {
      let population = result.populations[projection.target.index]
      if population.image.start > 0 {
        findings.append(
          Diagnostic(
            .error, "SL4004",
            "needs analog input at depth \(population.image.start), has it from "
              + "chip step 0 only on \(profile.name)", at: .layer(population.name),
            remedy: "compile the model itself for this profile (pairs of neurons carry the "
              + "input), or convert with --coding rate"))
      }
    }
    for population in result.populations.prefix(network.populations.count)
    where population.image.role == .hidden && population.image.start > 0 {
      if firesByItself(population) {
        findings.append(
          Diagnostic(
            .error, "SL4005",
            "needs initial potentials below θ, has a neuron that fires before "
              + "its window", at: .layer(population.name),
            remedy: "choose a profile whose populations have a start step"))
      }
    }
  }

  private func firesByItself(_ population: LoweredPopulation) -> Bool {
    let shape = population.image.shape
    return (0..<shape.count).contains { neuron in
      let start = population.initialPotential.value(neuron: neuron, in: shape)
      let threshold = population.threshold.value(neuron: neuron, in: shape)
      return population.image.firesOnGreaterOnly ? start > threshold : start >= threshold
    }
  }
}
