import LoomImage

/// Populations that no sample reaches: they fire by their own biases alone, the same spikes for every sample.
///
/// Gates are such, on the chip and on the host; what their spikes cause does not follow the network's spike rate.
enum ClockedPopulations {
  /// Whether each population of an image is clocked.
  ///
  /// A population is reached if it is the input, if a front end drives it, or if a reached one has synapses on it.
  static func find(in image: HardwareImage) -> [Bool] {
    var isReached = image.populations.map { $0.role == .input }
    for frontEnd in image.frontEnd { isReached[frontEnd.target] = true }
    var targets = [[Int]](repeating: [], count: image.populations.count)
    for template in image.templates { targets[template.source].append(template.target) }
    var open = isReached.indices.filter { isReached[$0] }
    while let source = open.popLast() {
      for target in targets[source] where !isReached[target] {
        isReached[target] = true
        open.append(target)
      }
    }
    return isReached.map { !$0 }
  }
}

extension HostNeurons {
  /// Messages of one sample that come from populations without front end, which fire alike for every sample.
  func clockedMessages(_ routes: RouteTable, isMulticast: Bool) -> UInt64 {
    var clocked = self
    clocked.keep { $0.drivers.isEmpty }
    guard !clocked.populations.isEmpty else { return 0 }
    var messages: UInt64 = 0
    for step in clocked.run([], sample: 0).spikes {
      for neuron in step {
        let entries = routes.offsets[Int(neuron) + 1] - routes.offsets[Int(neuron)]
        messages += UInt64(isMulticast ? min(1, entries) : entries)
      }
    }
    return messages
  }
}
