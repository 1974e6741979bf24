import LoomBase
import LoomHardware
import LoomImage

/// Lets axons of a type or a sign carry weights of several bits: planes of complementary weights, and an axon
/// of each source for every plane.
///
/// Before (TrueNorth, 4 axon types): a dense template of weights −7...7. After: four of weights 1, 2, 4 and −7,
/// each source on up to four axons of a core. Before (ODIN, a sign for each axon): weights of both signs.
/// After: the positive ones and the negative ones. The sums are the same, bit for bit.
struct AxonLowering {
  let format: CrossbarFormat
  /// Bits of weights, for networks of which only the geometry is known.
  private let bits: Int
  private var before: LoweredNetwork
  private var findings: [Diagnostic] = []

  /// Applies what the chip's axons need.
  static func apply(_ lowering: inout Lowering) {
    let storage = lowering.profile.core.synapses
    guard case .crossbar(let format) = storage, lowering.profile.splitsWeights else { return }
    var pass = AxonLowering(
      format: format, bits: lowering.profile.weight.bits, before: lowering.result)
    pass.separateBroadcasts()
    let planes = storage.hasBinaryCells ? pass.typedPlanes() : pass.signedPlanes()
    lowering.findings += pass.findings
    lowering.result = pass.rebuilt(planes)
  }

  private init(format: CrossbarFormat, bits: Int, before: LoweredNetwork) {
    self.format = format
    self.bits = bits
    self.before = before
  }

  /// A broadcast's planes are rows of one axon; here each needs an axon of its own.
  private mutating func separateBroadcasts() {
    before = before.replacingTemplates { _, template in Self.separated(template) }
  }

  private static func separated(_ template: SynapseTemplate) -> [SynapseTemplate] {
    guard case .broadcast(let planes, let perNeuron) = template.kind, planes > 1 else {
      return [template]
    }
    let size = template.weights.count / planes
    return (0..<planes).map { plane in
      var part = template
      part.kind = .broadcast(planes: 1, perNeuron: perNeuron)
      part.weights = Array(template.weights[(plane * size)..<((plane + 1) * size)])
      if template.shifts.count > 1 {
        part.shifts = Array(template.shifts[(plane * size)..<((plane + 1) * size)])
      }
      return part
    }
  }

  private func signedPlanes() -> [[[Int16]]] {
    before.templates.map { template in
      // Only the geometry is known: weights of both signs.
      if template.weights.isEmpty { return [[], []] }
      let source = before.populations[template.source].image.shape
      return AxonSign.isMixed(template, source: source)
        ? WeightPlanes.signs(template.weights) : [template.weights]
    }
  }

  private mutating func typedPlanes() -> [[[Int16]]] {
    var planes = before.templates.map { [$0.weights] }
    for population in before.populations.indices {
      let incoming = before.templates.indices.filter { before.templates[$0].target == population }
      guard !incoming.isEmpty else { continue }
      if incoming.contains(where: { before.templates[$0].weights.isEmpty }) {
        // Only the geometry is known: an axon for every bit.
        for index in incoming {
          planes[index] = Array(
            repeating: before.templates[index].weights, count: min(bits, format.axonTypes))
        }
        continue
      }
      let digits = digits(incoming)
      let choices = [fewest(incoming, digits: digits), digits]
      let needs = choices.map { types(incoming, $0) }
      guard let choice = needs.firstIndex(where: { ($0 ?? .max) <= format.axonTypes }) else {
        refuse(population, needs.compactMap { $0 }.min() ?? 0)
        continue
      }
      for (index, list) in zip(incoming, choices[choice]) { planes[index] = list }
    }
    return planes
  }

  /// Digits of all templates onto a population; those with equal shifts have equally many bits and so share
  /// their types.
  private func digits(_ incoming: [Int]) -> [[[Int16]]] {
    let shifts = incoming.map { index in
      let list = before.templates[index].shifts
      return list.allSatisfy { $0 == list[0] } ? [list[0]] : list
    }
    return incoming.indices.map { position in
      let bits =
        incoming.indices.filter { shifts[$0] == shifts[position] }
        .map { WeightPlanes.bits(before.templates[incoming[$0]].weights) }.max() ?? 2
      return WeightPlanes.digits(before.templates[incoming[position]].weights, bits: max(2, bits))
    }
  }

  /// Planes of values for templates of few of them, digits for the others.
  private func fewest(_ incoming: [Int], digits: [[[Int16]]]) -> [[[Int16]]] {
    zip(incoming, digits).map { index, digits in
      let template = before.templates[index]
      let target = before.populations[template.target].image.shape
      let values = WeightPlanes.values(
        template.weights, channels: WeightPlanes.channel(template, target: target),
        count: target.channels)
      return values.count <= digits.count ? values : digits
    }
  }

  /// The axon types that planes onto one population need; nil if a neuron would get two values from one.
  private func types(_ incoming: [Int], _ planes: [[[Int16]]]) -> Int? {
    var lists: [[Int32]] = []
    for (index, list) in zip(incoming, planes) {
      for weights in list {
        var template = before.templates[index]
        template.weights = weights
        let target = before.populations[template.target].image.shape
        guard let values = AxonTypeAssignment.values(template, target: target) else { return nil }
        lists.append(values)
      }
    }
    return (AxonTypeAssignment.types(lists).max() ?? -1) + 1
  }

  private mutating func refuse(_ population: Int, _ needed: Int) {
    findings.append(
      Diagnostic(
        .error, "SL4013",
        "needs \(needed) axon types for its weights, has \(format.axonTypes)",
        at: .layer(before.populations[population].name),
        notes: [
          "b-bit weights take b types; projections with shifts of their own and biases through gates take more"
        ],
        remedy:
          "quantize with fewer bits (--set /weight/bits=\(max(2, bits - max(1, needed - format.axonTypes))))"
      ))
  }

  /// The network with every template cut into its planes; a template without weights keeps none.
  private func rebuilt(_ planes: [[[Int16]]]) -> LoweredNetwork {
    before.replacingTemplates { index, template in
      planes[index].enumerated().map { plane, weights in
        var part = template
        part.weights = weights
        part.repeats = plane > 0
        return part
      }
    }
  }
}

extension Profile {
  /// Whether axons have a type or a sign, so that weights of several bits are planes on axons of their own.
  var splitsWeights: Bool { core.synapses.hasBinaryCells || core.synapses.hasSignedAxons }
}
