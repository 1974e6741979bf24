import LoomBase
import LoomHardware

/// The numbers of axons and neurons on cores where a neuron's spike meets the axon of its own number
/// (`RoutingCapabilities.ownRow`).
///
/// Such a core has one number space: event n reads row n, whether neuron n fired or the host sent it. The image
/// numbers axons and neurons apart; the loader gives axon a the row a, and each neuron the number of the axon its
/// spikes go to. With a fan-out of 1 every copy of a neuron has one axon and every axon one source, so that this is
/// always possible. Before: neurons 0 and 1 send to axons 5 and 3. After: they stand in columns 5 and 3. What fires
/// unheard would read its own row too, so it takes a number that is no axon; what never fires takes any that is left.
public enum OwnRows {
  /// Rows that a core takes: its axons, and one for each neuron that fires and is heard nowhere.
  public static func count(ofCore index: Int, in image: HardwareImage) -> Int {
    image.cores[index].axonCount + unheard(index, image).count
  }

  /// The number of each compartment of a core, neuron after neuron with its copies; nil if there are too few numbers.
  public static func numbers(
    ofCore index: Int, in image: HardwareImage, limit: Int
  ) -> [[Int]]? {
    let core = image.cores[index]
    let alone = Set(unheard(index, image))
    var free = Array((core.axonCount..<max(core.axonCount, limit)).reversed())
    var taken = Set(core.routes.axons.map { Int($0) })
    var numbers = (0..<core.neuronCount).map { neuron in
      core.routes.axons[entries(core, neuron)].map { Int($0) }
    }
    for neuron in numbers.indices where alone.contains(neuron) {
      guard let number = free.popLast() else { return nil }
      numbers[neuron] = [number]
      taken.insert(number)
    }
    var rest = (0..<limit).reversed().filter { !taken.contains($0) }
    for neuron in numbers.indices where numbers[neuron].isEmpty {
      guard let number = rest.popLast() else { return nil }
      numbers[neuron] = [number]
    }
    return numbers
  }

  /// What keeps a core's numbers from agreeing; nothing on other chips.
  static func findings(
    ofCore index: Int, in image: HardwareImage, profile: Profile
  ) -> [Diagnostic] {
    guard profile.routing.ownRow else { return [] }
    let core = image.cores[index]
    if core.routes.cores.contains(where: { Int($0) != index }) {
      return [
        Diagnostic(
          .error, "SL5107", "needs routes to axons of its own core, has others", at: .core(index))
      ]
    }
    let (rows, limit) = (count(ofCore: index, in: image), profile.core.axonsIn)
    guard rows > limit || numbers(ofCore: index, in: image, limit: limit) == nil else { return [] }
    return [
      Diagnostic(
        .error, "SL5107",
        "needs at most \(limit) rows for axons and neurons that fire unheard, has \(rows)",
        at: .core(index))
    ]
  }

  /// The neurons of a core that fire without a destination.
  private static func unheard(_ index: Int, _ image: HardwareImage) -> [Int] {
    let core = image.cores[index]
    var first = 0
    var result: [Int] = []
    for slice in core.slices {
      let neurons = first..<(first + slice.box.count)
      first = neurons.upperBound
      guard image.populations[slice.population].role != .readout else { continue }
      result += neurons.filter { entries(core, $0).isEmpty }
    }
    return result
  }

  private static func entries(_ core: ImageCore, _ neuron: Int) -> Range<Int> {
    let offsets = core.routes.offsets
    guard neuron + 1 < offsets.count else { return 0..<0 }
    return Int(offsets[neuron])..<Int(offsets[neuron + 1])
  }
}
