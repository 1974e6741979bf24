package import LoomBase

extension ImageVerifier {
  /// Every route entry hits an axon of exactly its neuron, and every axon is hit once.
  package static func routeFindings(_ image: HardwareImage) -> [Diagnostic] {
    var check = RouteCheck(image)
    let injected = image.populations.indices.filter { !image.populations[$0].role.isOnCores }
    var next = 0
    for population in injected {
      check.follow(image.hostRoutes, population: population, places: nil, first: next, from: nil)
      next += image.populations[population].shape.count
    }
    if injected.isEmpty, !image.hostRoutes.cores.isEmpty {
      check.report("needs a population of injected spikes for the host's routes, has none", nil)
    }
    for (index, core) in image.cores.enumerated() {
      var first = 0
      for slice in core.slices {
        check.follow(
          core.routes, population: slice.population, places: slice.box, first: first, from: index)
        first += slice.box.count
      }
    }
    check.finish()
    return check.findings
  }
}

/// Follows routes; findings beyond the first few are only counted.
private struct RouteCheck {
  let image: HardwareImage
  var findings: [Diagnostic] = []
  private var unreported = 0
  /// By core and axon: the population and neuron (channel-last) it stands for.
  private var populations: [[UInt32]] = []
  private var neurons: [[UInt32]] = []
  private var hits: [[UInt8]] = []

  init(_ image: HardwareImage) {
    self.image = image
    for core in image.cores {
      var sources: [UInt32] = []
      var populations: [UInt32] = []
      for block in core.axonBlocks {
        let population = image.templates[block.template].source
        sources += block.sources.indices(in: image.populations[population].shape)
        populations += Array(repeating: UInt32(population), count: block.sources.count)
      }
      self.populations.append(populations)
      neurons.append(sources)
      hits.append(Array(repeating: 0, count: sources.count))
    }
  }

  mutating func follow(
    _ routes: RouteTable, population: Int, places: MapBox?, first: Int, from core: Int?
  ) {
    let shape = image.populations[population].shape
    let indices = AxonSources.box(places ?? MapBox(shape)).indices(in: shape)
    for (position, neuron) in indices.enumerated() {
      let entries =
        Int(routes.offsets[first + position])..<Int(routes.offsets[first + position + 1])
      for entry in entries {
        let (target, axon) = (Int(routes.cores[entry]), Int(routes.axons[entry]))
        hits[target][axon] = hits[target][axon] == 0 ? 1 : 2
        if populations[target][axon] != population || neurons[target][axon] != neuron {
          report(
            "population \(population), neuron \(neuron) needs axons of its own, has a route to axon \(target).\(axon) of population \(populations[target][axon]), neuron \(neurons[target][axon])",
            core)
        }
      }
    }
  }

  mutating func report(_ message: String, _ core: Int?) {
    guard findings.count < 8 else {
      unreported += 1
      return
    }
    findings.append(
      Diagnostic(.error, "SL5102", message, at: core.map { .core($0) } ?? .none))
  }

  mutating func finish() {
    for (core, counts) in hits.enumerated() {
      for (axon, count) in counts.enumerated() where count != 1 {
        report(
          "axon \(core).\(axon) needs one route, has \(count == 0 ? "none" : "several")", core)
      }
    }
    if unreported > 0, !findings.isEmpty {
      findings[findings.count - 1].notes.append("\(unreported) more routes are wrong")
    }
  }
}

extension AxonSources {
  /// The channel-last indices of the sources in a map, in axon order.
  package func indices(in shape: MapShape) -> [UInt32] {
    switch self {
    case .list(let indices): return indices
    case .box(let box):
      var indices: [UInt32] = []
      indices.reserveCapacity(box.count)
      for row in box.rows {
        for column in box.columns {
          let base = (row * shape.width + column) * shape.channels
          for channel in box.channels { indices.append(UInt32(base + channel)) }
        }
      }
      return indices
    }
  }
}
