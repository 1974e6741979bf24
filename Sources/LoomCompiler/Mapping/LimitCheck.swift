import LoomBase
import LoomHardware
import LoomImage

/// Counts every core of a finished image against every limit, by LoomImage's own accounting.
///
/// Partition keeps within the limits it knows; what depends on placement or on neighbours is found here.
/// Violations of one kind are reported once, for the worst core.
struct LimitCheck {
  let image: HardwareImage
  let profile: Profile
  let names: [String]

  /// Every kind of violation.
  func findings() -> [Diagnostic] {
    var worst: [String: (core: Int, use: Int, limit: Int, cores: Int)] = [:]
    for core in image.cores.indices {
      let usage = SynapseLayout.usage(ofCore: core, in: image, profile: profile)
      var limits = pairs(usage, image.cores[core])
      if profile.routing.ownRow {
        let rows = OwnRows.count(ofCore: core, in: image)
        limits.append(("rows for axons and neurons that fire unheard", rows, profile.core.axonsIn))
      }
      for (name, use, limit) in limits where use > limit {
        let known = worst[name]
        if use > known?.use ?? 0 {
          worst[name] = (core, use, limit, (known?.cores ?? 0) + 1)
        } else if let known {
          worst[name] = (known.core, known.use, known.limit, known.cores + 1)
        }
      }
    }
    return worst.keys.sorted().compactMap { name in
      guard let found = worst[name] else { return nil }
      let layers = image.cores[found.core].slices.map { names[$0.population] }
      return Diagnostic(
        .error, "SL4030", "needs \(found.use) \(name), has \(found.limit)", at: .core(found.core),
        notes: [
          "\(found.cores) cores exceed this limit",
          "the core holds " + layers.joined(separator: ", "),
        ],
        remedy: "choose a profile with larger cores, or a smaller network")
    }
  }

  private func pairs(_ usage: CoreUsage, _ place: ImageCore) -> [(String, Int, Int)] {
    let core = profile.core
    let capacity = SharedKernelMemory.capacity(of: place.position, profile)
    var result = [("compartments", usage.neurons, capacity.neurons)]
    if case .sharedKernels = core.synapses {
      result.append(("words of kernel memory", usage.synapseWords, capacity.kernelWords))
    } else {
      result.append(("input axons", usage.axonsIn, core.axonsIn))
      result.append(("output axon entries", usage.axonsOut, core.axonsOut))
    }
    let distinct = profile.neuron.distinctThresholds
    if distinct > 0 { result.append(("distinct thresholds", usage.distinctThresholds, distinct)) }
    switch core.synapses {
    case .packedEntries(let format):
      result.append(("bits of synapse memory", usage.synapseBits, format.memoryBits))
      result.append(("synapse formats", usage.formats.count, format.maximumFormats))
      result.append(("words in one axon's list", usage.longestAxonList, format.maximumWordsPerAxon))
    case .crossbar(let format):
      result.append(("crossbars", usage.arrays, format.arrays))
      result.append(("crossbar columns", usage.columns, format.columns))
    case .sharedKernels: break
    }
    return result
  }
}
