import LoomBase
import LoomImage

/// A template's weights in the order of its runs.
///
/// Where all of them have one shift the numbers are the image's own, without a copy: a billion synapses are then in memory
/// once until it is known how wide they have to be.
struct TemplateWeights: Sendable {
  /// Without their shifts: zeros are zeros all the same.
  let stored: [Int16]
  /// The shift of all of them.
  private let shift: Int32
  /// With their shifts, where these differ; else empty.
  private let shifted: [Int32]

  /// The weights of a template whose runs have this geometry.
  init(_ template: SynapseTemplate, _ runs: SynapseRuns) {
    stored = runs.weights(of: template)
    let isUniform = template.shifts.count <= 1
    // 16 bits and a shift of 16 are 32 bits at most.
    if isUniform, (template.shifts.first ?? 0) <= 16 {
      (shift, shifted) = (Int32(template.shifts.first ?? 0), [])
    } else {
      shift = 0
      shifted =
        isUniform
        ? stored.map { TemplateWeights.shifted($0, by: template.shifts[0]) }
        : TemplateWeights.shifted(stored, runs, template)
    }
  }

  var count: Int { stored.count }

  /// A weight with its shift.
  subscript(place: Int) -> Int32 {
    shifted.isEmpty ? Int32(stored[place]) &<< shift : shifted[place]
  }

  /// Does something with each weight, in order.
  @inline(__always)
  func forEach(_ body: (Int32) -> Void) {
    if shifted.isEmpty {
      for weight in stored { body(Int32(weight) &<< shift) }
    } else {
      for weight in shifted { body(weight) }
    }
  }

  /// Does something with some weights next to each other: their number from 0 on, and the weight.
  @inline(__always)
  func forEach(in places: Range<Int>, _ body: (Int, Int32) -> Void) {
    if shifted.isEmpty {
      for (offset, weight) in stored[places].enumerated() { body(offset, Int32(weight) &<< shift) }
    } else {
      for (offset, weight) in shifted[places].enumerated() { body(offset, weight) }
    }
  }

  /// A weight with its shift; one beyond 32 bits is so large that `MachineBuilder.boundCurrents` refuses it.
  private static func shifted(_ weight: Int16, by shift: UInt8) -> Int32 {
    Int32(exactly: Int64(weight) << Int64(shift)) ?? .min
  }

  /// Weights in the order of `runs` with their shifts applied.
  ///
  /// The shift of a weight is that of its target channel, which runs
  /// fastest in every order but the sparse and the broadcast one.
  private static func shifted(
    _ weights: [Int16], _ runs: SynapseRuns, _ template: SynapseTemplate
  ) -> [Int32] {
    let target = runs.target
    switch template.kind {
    case .broadcast:
      return zip(weights, template.shifts).map { shifted($0, by: $1) }
    case .sparse(_, let targets):
      return zip(weights, targets).map {
        shifted($0, by: template.shifts[Int($1) % target.channels])
      }
    case .dense,
      .convolution where runs.isChannelLast:
      return weights.indices.map {
        shifted(weights[$0], by: template.shifts[$0 % target.channels])
      }
    case .sums: return []
    case .convolution(let geometry):
      let perGroup = target.channels / geometry.groups
      let perSource = geometry.kernelHeight * geometry.kernelWidth * perGroup
      let sourcesPerGroup = max(1, weights.count / max(1, perSource) / geometry.groups)
      return weights.indices.map { index in
        let group = index / perSource / sourcesPerGroup
        let channel = group * perGroup + index % perGroup
        return shifted(weights[index], by: template.shifts[channel])
      }
    }
  }
}
