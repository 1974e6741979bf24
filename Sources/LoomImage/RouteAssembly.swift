import LoomBase

extension HardwareImage {
  /// The image with axon numbers and route tables made from slices and axon blocks.
  ///
  /// Blocks are numbered without gaps in their order; every axon gets one route entry of the neuron (or
  /// host input) it stands for; the entries of a neuron ascend by core and axon. Axons of neurons that no
  /// core holds get none, which `ImageVerifier` reports.
  public func assemblingRoutes() -> HardwareImage {
    var image = self
    for core in image.cores.indices {
      var next = 0
      for block in image.cores[core].axonBlocks.indices {
        image.cores[core].axonBlocks[block].firstAxon = next
        next += image.cores[core].axonBlocks[block].sources.count
      }
    }
    let destinations = image.destinations()
    let injected = image.populations.indices.filter { !image.populations[$0].role.isOnCores }
    image.hostRoutes = RouteTable(
      lists: injected.isEmpty && image.input.isSpikes
        ? Array(repeating: [], count: image.input.shape.count)
        : injected.flatMap { destinations[$0] })
    for core in image.cores.indices {
      let lists = image.cores[core].slices.flatMap { slice in
        AxonSources.box(slice.box).indices(in: image.populations[slice.population].shape).map {
          destinations[slice.population][Int($0)]
        }
      }
      image.cores[core].routes = RouteTable(lists: lists)
    }
    return image
  }

  /// For each population and neuron (channel-last) its axons.
  private func destinations() -> [[[(core: UInt32, axon: UInt32)]]] {
    var lists = populations.map {
      [[(core: UInt32, axon: UInt32)]](repeating: [], count: $0.shape.count)
    }
    for (core, content) in cores.enumerated() {
      for block in content.axonBlocks {
        let source = templates[block.template].source
        let indices = block.sources.indices(in: populations[source].shape)
        for (position, neuron) in indices.enumerated() {
          lists[source][Int(neuron)].append((UInt32(core), UInt32(block.firstAxon + position)))
        }
      }
    }
    return lists
  }
}

extension RouteTable {
  /// A table of the lists of destinations of neurons.
  init(lists: [[(core: UInt32, axon: UInt32)]]) {
    self.init()
    for list in lists {
      for destination in list {
        cores.append(destination.core)
        axons.append(destination.axon)
      }
      offsets.append(UInt32(cores.count))
    }
  }
}
