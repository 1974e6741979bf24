import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// Replaces a delay the chip does not have by relay neurons.
///
/// Before: a → b with delay 5, the chip has at most 2. After: a →(2) relay →(2) relay →(1) b. A source's
/// relays are shared by all its projections.
enum RelayLowering {
  /// The population to connect instead of a source, and the delay that is left.
  static func path(
    from source: Int, delay: Int, _ lowering: inout Lowering
  ) -> (source: Int, delay: Int) {
    let longest = max(1, lowering.profile.delay.maximum)
    guard delay > longest else { return (source, delay) }
    let relays = (delay + longest - 1) / longest - 1
    let neurons = relays.multipliedReportingOverflow(
      by: lowering.result.populations[source].image.shape.count)
    guard !neurons.overflow, neurons.partialValue <= lowering.availableCompartments else {
      let name = lowering.result.populations[source].name
      lowering.findings.append(tooLong(name, delay: delay, longest: longest))
      return (source, delay)
    }
    while lowering.relays[source].count < relays {
      guard add(after: source, hop: longest, &lowering) else { return (source, delay) }
    }
    return (lowering.relays[source][relays - 1], delay - relays * longest)
  }

  private static func add(after source: Int, hop: Int, _ lowering: inout Lowering) -> Bool {
    let chain = lowering.relays[source]
    let previous = chain.last ?? source
    let origin = lowering.result.populations[source]
    guard let pulse = PulseNeuron(lowering.profile) else {
      lowering.findings.append(missing(origin.name, hop: hop))
      return false
    }
    let freeRunning = lowering.network.schedule == .freeRunning
    let start = freeRunning ? 0 : lowering.result.populations[previous].image.start + hop
    let index = lowering.result.populations.count
    lowering.result.populations.append(
      pulse.population(
        name: "\(origin.name)/relay\(chain.count + 1)", shape: origin.image.shape, start: start,
        active: lowering.activeSteps(start: start, role: .lowering), profile: lowering.profile,
        bias: 0,
        origin: origin.origin))
    let shape = origin.image.shape
    lowering.result.add(
      SynapseTemplate(
        kind: .convolution(
          TemplateGeometry(
            ConvolutionGeometry(kernelHeight: 1, kernelWidth: 1, groups: shape.channels))),
        source: previous, target: index,
        weights: [Int16](repeating: pulse.mantissa, count: shape.channels), shifts: [pulse.shift],
        site: 0, isLowering: true),
      delay: hop, origin: origin.origin)
    lowering.relays[source].append(index)
    lowering.result.inventory.relayPopulations += 1
    lowering.result.inventory.relayNeurons += shape.count
    return true
  }

  private static func tooLong(_ name: String, delay: Int, longest: Int) -> Diagnostic {
    Diagnostic(
      .error, "SL4003", "needs a delay of \(delay) steps, has \(longest) and no room to relay it",
      at: .layer(name), remedy: "choose a profile with longer delays")
  }

  private static func missing(_ name: String, hop: Int) -> Diagnostic {
    Diagnostic(
      .error, "SL4003", "needs a delay longer than \(hop) steps, has no neuron to relay it",
      at: .layer(name), remedy: "choose a profile with longer delays or with hard reset")
  }
}
