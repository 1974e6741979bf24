import LoomBase
import LoomHardware

extension ImageVerifier {
  /// Every core stays within the profile's limits.
  static func limitFindings(_ image: HardwareImage, _ profile: Profile) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    for index in image.cores.indices {
      findings += OwnRows.findings(ofCore: index, in: image, profile: profile)
      let usage = SynapseLayout.usage(ofCore: index, in: image, profile: profile)
      for (what, has, limit) in limits(usage, profile, image.cores[index])
      where has > limit {
        findings.append(
          Diagnostic(
            .error, "SL5107", "needs at most \(limit) \(what), has \(has)", at: .core(index)))
      }
    }
    if let finding = RoutingTables(image, profile)?.finding(code: "SL5107") {
      findings.append(finding)
    }
    return findings
  }

  private static func limits(
    _ usage: CoreUsage, _ profile: Profile, _ core: ImageCore
  ) -> [(what: String, has: Int, limit: Int)] {
    let capacity = SharedKernelMemory.capacity(of: core.position, profile)
    var limits = [("compartments", usage.neurons, capacity.neurons)]
    if case .sharedKernels(let format) = profile.core.synapses {
      // Axons are addresses in the source's map, which the map's size limits.
      limits += [
        ("words of kernel memory", usage.synapseWords, capacity.kernelWords),
        ("destination cores", Set(core.routes.cores).count, format.destinations),
      ]
    } else {
      limits += [
        ("input axons", usage.axonsIn, profile.core.axonsIn),
        ("output axon entries", usage.axonsOut, profile.core.axonsOut),
      ]
    }
    if profile.neuron.distinctThresholds > 0 {
      limits.append(
        ("distinct thresholds", usage.distinctThresholds, profile.neuron.distinctThresholds))
    }
    switch profile.core.synapses {
    case .packedEntries(let format):
      limits += [
        ("bits of synapse memory", usage.synapseBits, format.memoryBits),
        ("synapse formats", usage.formats.count, format.maximumFormats),
        ("words in an axon's list", usage.longestAxonList, format.maximumWordsPerAxon),
      ]
    case .crossbar(let format):
      limits += [
        ("crossbars", usage.arrays, format.arrays),
        ("crossbar columns", usage.columns, format.columns),
      ]
    case .sharedKernels: break
    }
    return limits
  }

  /// What synapses and bias can bring a neuron in a step stays below 2^31.
  static func currentFindings(_ image: HardwareImage) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    let reach = SumReach(image)
    let largest = image.templates.map { template -> Int64 in
      let weight = template.weights.map { Int64($0.magnitude) }.max() ?? 0
      return weight << Int64(template.shifts.max() ?? 0)
    }
    for (index, core) in image.cores.enumerated() {
      for (position, slice) in core.slices.enumerated() {
        let bias = slice.biases.all.map { Int64($0.magnitude) }.max() ?? 0
        var bound = bias
        for block in core.axonBlocks where block.slice == position {
          if let sums = reach.largest[image.templates[block.template].source] {
            bound = min(.max / 2, bound + sums)
            continue
          }
          let (product, overflow) = largest[block.template].multipliedReportingOverflow(
            by: Int64(block.sources.count) * Int64(planes(image.templates[block.template])))
          bound = overflow ? .max / 2 : min(.max / 2, bound + min(product, .max / 4))
        }
        if bound >= 1 << 31 { bound = exactBound(image, core, position, reach) + bias }
        if bound >= 1 << 31 {
          findings.append(
            Diagnostic(
              .error, "SL5104",
              "population \(slice.population) needs currents below 2^31 in a step, has up to \(bound)",
              at: .core(index)))
        }
      }
    }
    return findings
  }

  private static func planes(_ template: SynapseTemplate) -> Int {
    if case .broadcast(let planes, _) = template.kind { planes } else { 1 }
  }

  /// The largest Σ|w|<<shift of a slice's neurons and sites.
  private static func exactBound(
    _ image: HardwareImage, _ core: ImageCore, _ position: Int, _ reach: SumReach
  ) -> Int64 {
    let slice = core.slices[position]
    let sites = image.populations[slice.population].sites
    var sums = [Int64](repeating: 0, count: slice.box.count * sites)
    reach.add(core, slice: position, image, to: &sums)
    var runs: [SynapseRun] = []
    for block in core.axonBlocks where block.slice == position {
      let template = image.templates[block.template]
      let source = image.populations[template.source].shape
      let geometry = SynapseRuns(
        template, source: source, target: image.populations[template.target].shape)
      let base = template.site * slice.box.count
      for index in block.sources.indices(in: source) {
        runs.removeAll(keepingCapacity: true)
        geometry.append(source: Int(index), box: slice.box, to: &runs)
        for run in runs {
          for offset in 0..<run.count {
            let weight = Int64(template.weights[run.firstWeight + offset].magnitude)
            sums[base + run.firstTarget + offset] += weight << Int64(run.shift)
          }
        }
      }
    }
    return sums.max() ?? 0
  }
}
