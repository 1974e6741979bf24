import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// Splits neurons that have more inputs than a core takes, on chips whose cores add up sums of others.
///
/// Before: 6,000 sources onto 40 neurons, 4,096 axons a core. After: two populations of 40 neurons without
/// thresholds, with 3,000 sources each; every step in which something reached them they send its sum, which
/// their neuron adds one step later. The neuron starts one step later for it (window codes: one window), and so does
/// all behind it.
enum PartialLowering {
  /// Adds the populations of partial sums and their one-to-one projections.
  static func addPopulations(_ lowering: inout Lowering) {
    guard let format = lowering.profile.neuron.partialSums else { return }
    let isFree = lowering.network.schedule == .freeRunning
    let ahead = lowering.network.window?.timesteps ?? 1
    for (index, plan) in lowering.plans.sorted(by: { $0.key < $1.key }) {
      let target = lowering.result.populations[index]
      let start = isFree ? 0 : target.image.start - ahead
      var members: [Int] = []
      for (number, share) in plan.shares.enumerated() {
        members.append(lowering.result.populations.count)
        lowering.result.populations.append(
          population(
            "\(target.name)/partial\(number + 1)", of: target, start: start,
            active: lowering.activeSteps(start: start, role: .partial), bits: format.bits))
        lowering.result.add(
          SynapseTemplate(
            kind: .sums, source: members[number], target: index, weights: [], shifts: [0],
            site: share.site, isLowering: true), delay: 1, origin: target.origin)
      }
      lowering.partials[index] = members
      lowering.result.inventory.partialPopulations += members.count
      lowering.result.inventory.partialNeurons += members.count * target.image.shape.count
    }
  }

  /// A population of neurons that forward the sum of each step.
  static func population(
    _ name: String, of target: LoweredPopulation, start: Int, active: Range<Int>, bits: Int
  ) -> LoweredPopulation {
    LoweredPopulation(
      name: name,
      image: ImagePopulation(
        shape: target.image.shape, role: .partial, reset: .hard,
        firesOnGreaterOnly: target.image.firesOnGreaterOnly, potentialBits: bits, sites: 1,
        start: start, activeSteps: active, compartments: 1),
      threshold: .uniform(0), initialPotential: .uniform(0), bias: .uniform(0),
      scale: target.scale, origin: target.origin)
  }

  /// Divides a projection's template among the populations of partial sums of its target.
  static func add(
    _ projection: Int, _ template: SynapseTemplate, _ plan: FanInPlan, delay: Int,
    origin: Origin, _ lowering: inout Lowering
  ) {
    let source = lowering.result.populations[template.source].image.shape
    let target = lowering.result.populations[template.target].image.shape
    var whole = template
    if plan.listed.contains(projection),
      let listed = SourceSlice.listed(template, source: source, target: target)
    {
      whole = listed
    }
    let members = lowering.partials[template.target] ?? []
    for (share, member) in zip(plan.shares, members) {
      for part in share.parts where part.projection == projection {
        var slice = SourceSlice.part(whole, part.range, source: source, target: target)
        slice.target = member
        slice.site = 0
        lowering.result.add(slice, delay: delay, origin: origin)
      }
    }
  }

  /// Every sum fits its message, whichever of its sources fire in a step.
  static func checkWidths(_ lowering: inout Lowering) {
    guard let format = lowering.profile.neuron.partialSums else { return }
    for (index, members) in lowering.partials.sorted(by: { $0.key < $1.key }) {
      let bits = members.map { SumWidth.bits(of: $0, in: lowering.result) }.max() ?? 0
      guard bits > format.bits else { continue }
      lowering.findings.append(
        Diagnostic(
          .error, "SL4016", "needs partial sums of \(bits) bits, has \(format.bits)",
          at: .layer(lowering.result.populations[index].name),
          notes: ["its inputs are divided among \(members.count) cores or more"],
          remedy: "quantize with fewer weight bits, or narrow the layer before it"))
    }
  }
}
