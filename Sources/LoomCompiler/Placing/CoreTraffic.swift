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

  /// Messages that are copied on the way to several cores.
  package struct Bundle: Sendable, Hashable {
    /// The core that sends.
    package var source: Int
    /// The cores that receive, ascending; at least one.
    package var targets: [Int]
    /// Messages of one sample.
    package var packets: Double

    /// Creates a bundle.
    package init(source: Int, targets: [Int], packets: Double) {
      self.source = source
      self.targets = targets
      self.packets = packets
    }
  }

  /// The number of cores.
  package let cores: Int
  /// On a chip that copies messages where their ways part: what travels together; empty on others.
  package private(set) var bundles: [Bundle] = []
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
  ///
  /// With `multicast` a spike is one message, however many axons of a core it goes to, and one bundle with those to
  /// other cores.
  package init(_ image: HardwareImage, spikes: [[Double]], multicast: Bool = false) {
    cores = image.cores.count
    if multicast {
      addBundles(image, spikes)
      return
    }
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

  private mutating func addBundles(_ image: HardwareImage, _ spikes: [[Double]]) {
    var sums = [Double](repeating: 0, count: cores)
    for (source, core) in image.cores.enumerated() {
      let sets = DestinationSets(core.routes)
      var packets = [Double](repeating: 0, count: sets.sets.count)
      Self.forEachNeuron(core, image, spikes) { neuron, count in
        let set = Int(sets.setOfNeuron[neuron])
        if set >= 0 { packets[set] += count }
      }
      for (set, count) in packets.enumerated() where count > 0 {
        let targets = sets.sets[set].map { Int($0) }.filter { $0 != source }
        guard !targets.isEmpty else { continue }
        bundles.append(Bundle(source: source, targets: targets, packets: count))
        for target in targets { sums[target] += count }
      }
      for target in sums.indices where sums[target] != 0 {
        flows.append(Flow(source: source, target: target, packets: sums[target]))
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
    forEachNeuron(core, image, spikes) { neuron, packets in
      for entry in Int(offsets[neuron])..<Int(offsets[neuron + 1]) {
        sums[Int(targets[entry])] += packets
      }
    }
  }

  /// Calls `body` with each neuron of a core and its spikes of one sample.
  private static func forEachNeuron(
    _ core: ImageCore, _ image: HardwareImage, _ spikes: [[Double]], _ body: (Int, Double) -> Void
  ) {
    var neuron = 0
    for slice in core.slices {
      let values = spikes[slice.population]
      let places =
        values.count == 1
        ? [] : AxonSources.box(slice.box).indices(in: image.populations[slice.population].shape)
      for index in 0..<slice.box.count {
        body(neuron, values.count == 1 ? values[0] : values[Int(places[index])])
        neuron += 1
      }
    }
  }
}
