import LoomBase
package import LoomImage

/// Messages from core to core in one sample, as the routing tables send them.
///
/// Before: neuron 3 of core 0 spikes 8 times and has the entries (1, 40), (1, 41), (2, 7). After: 16 packets
/// from core 0 to core 1, 8 from core 0 to core 2. What a core sends itself crosses no link and is left out, and so is
/// what the host injects, which enters where it is needed (`LoomEmulator` counts no hops for it).
package struct CoreTraffic: Sendable {
  /// The messages of one core to another.
  package struct Flow: Sendable, Hashable {
    /// The core that sends.
    package var source: Int
    /// The core that receives.
    package var target: Int
    /// Messages of one sample.
    package var packets: Double

    /// Creates a flow.
    package init(source: Int, target: Int, packets: Double) {
      self.source = source
      self.target = target
      self.packets = packets
    }
  }

  /// The number of cores.
  package let cores: Int
  /// The flows, ascending by source, then target.
  package private(set) var flows: [Flow] = []

  /// Traffic given flow by flow, ascending by source, then target.
  package init(cores: Int, flows: [Flow]) {
    self.cores = cores
    self.flows = flows
  }

  /// The traffic of an image.
  ///
  /// `spikes` are those of one sample by population: a single number for every neuron of it alike, or one for
  /// each neuron, channel-last.
  package init(_ image: HardwareImage, spikes: [[Double]]) {
    cores = image.cores.count
    var sums = [Double](repeating: 0, count: cores)
    for (source, core) in image.cores.enumerated() {
      Self.add(core, image, spikes, to: &sums)
      for target in sums.indices where sums[target] != 0 {
        if target != source {
          flows.append(Flow(source: source, target: target, packets: sums[target]))
        }
        sums[target] = 0
      }
    }
  }

  /// Adds the messages of one core by destination.
  private static func add(
    _ core: ImageCore, _ image: HardwareImage, _ spikes: [[Double]], to sums: inout [Double]
  ) {
    let offsets = core.routes.offsets
    let targets = core.routes.cores
    var neuron = 0
    for slice in core.slices {
      let values = spikes[slice.population]
      let places =
        values.count == 1
        ? [] : AxonSources.box(slice.box).indices(in: image.populations[slice.population].shape)
      for index in 0..<slice.box.count {
        let packets = values.count == 1 ? values[0] : values[Int(places[index])]
        for entry in Int(offsets[neuron])..<Int(offsets[neuron + 1]) {
          sums[Int(targets[entry])] += packets
        }
        neuron += 1
      }
    }
  }
}
