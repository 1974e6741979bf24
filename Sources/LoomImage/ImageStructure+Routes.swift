import LoomBase

extension StructureCheck {
  /// The slices of a population hold as many neurons as it has (whether each once is for the verifier).
  func coverage() {
    var held = [Int](repeating: 0, count: image.populations.count)
    for core in image.cores {
      for slice in core.slices { held[slice.population] += slice.box.count }
    }
    for (index, population) in image.populations.enumerated() where population.role.isOnCores {
      need(
        held[index] == population.shape.count,
        "population \(index) needs \(population.shape.count) neurons on cores, has \(held[index])")
    }
  }

  func routes() {
    let axons = image.cores.map(\.axonCount)
    var entries = image.hostRoutes.cores.count
    let inputs =
      image.input.isSpikes
      ? image.input.shape.count : image.hostNeurons.reduce(0) { $0 + $1.box.count }
    check(image.hostRoutes, neurons: inputs, axons, .none)
    for (index, core) in image.cores.enumerated() {
      check(core.routes, neurons: core.neuronCount, axons, .core(index))
      entries += core.routes.cores.count
    }
    let total = axons.reduce(0, +)
    need(
      total == entries, "needs a route entry for each of \(total) axons, has \(entries) entries")
  }

  private func check(
    _ routes: RouteTable, neurons: Int, _ axons: [Int], _ anchor: Anchor
  ) {
    guard
      need(
        routes.cores.count == routes.axons.count
          && routes.offsets.areOffsets(ofLists: neurons, total: routes.cores.count),
        "needs routes of \(neurons) neurons, has \(routes.offsets.count - 1)", at: anchor)
    else { return }
    for (core, axon) in zip(routes.cores, routes.axons) {
      guard
        need(
          Int(core) < axons.count && Int(axon) < axons[Int(core)],
          "needs routes to axons that exist, has axon \(core).\(axon)", at: anchor)
      else { return }
    }
  }
}
