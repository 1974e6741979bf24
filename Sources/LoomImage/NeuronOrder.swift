public import LoomBase

/// A population renumbered so that neurons with common inputs stand side by side.
///
/// Its neurons are mapped as one row of channels: slices, templates, axons and routes count positions in that
/// row. Everything seen from outside (spikes, potentials, scores, explanations) counts neurons of the network's map.
public struct NeuronOrder: Sendable, Hashable {
  /// The shape of the network's map.
  public var map: MapShape
  /// By position the neuron, its channel-last index in the map; each neuron once.
  public var neurons: [UInt32]

  /// Creates an order.
  public init(map: MapShape, neurons: [UInt32]) {
    self.map = map
    self.neurons = neurons
  }

  /// By neuron (channel-last) its position.
  package var positions: [UInt32] {
    var result = [UInt32](repeating: 0, count: neurons.count)
    for (position, neuron) in neurons.enumerated() { result[Int(neuron)] = UInt32(position) }
    return result
  }
}

extension ImagePopulation {
  /// The shape of the network's map: of everything that is seen from outside.
  public var map: MapShape { order?.map ?? shape }

  /// The neuron of the network (channel-last in `map`) at a position of the mapped order.
  public func neuron(at position: Int) -> Int {
    guard let order else { return position }
    return Int(order.neurons[position])
  }
}

extension ChipFile {
  /// The section of renumbered populations.
  ///
  /// It is not marked optional: a reader that does not know it would take one neuron for another.
  static let ordersSection = "ORDR"

  static func encodeOrders(_ populations: [ImagePopulation]) -> [UInt8] {
    var writer = ByteWriter()
    let renumbered = populations.indices.filter { populations[$0].order != nil }
    writer.write(count: renumbered.count)
    for index in renumbered {
      guard let order = populations[index].order else { continue }
      writer.write(count: index)
      writer.write(shape: order.map)
      writer.write(list: order.neurons)
    }
    return writer.bytes
  }

  static func decodeOrders(
    _ bytes: FileBytes, _ populations: inout [ImagePopulation]
  ) throws(ByteError) {
    var reader = ByteReader(bytes)
    for _ in 0..<(try reader.readCount(ofItems: 20)) {
      let start = reader.offset
      let index = try reader.readCount()
      let map = try reader.readShape()
      guard populations.indices.contains(index), populations[index].order == nil else {
        throw .invalid(
          offset: start,
          reason: "needs a population below \(populations.count), each once, has \(index)")
      }
      populations[index].order = NeuronOrder(map: map, neurons: try reader.readList())
    }
    try reader.finish()
  }
}

extension StructureCheck {
  /// An order names every neuron of a spiking population on cores once.
  func orders() {
    for (index, population) in image.populations.enumerated() {
      guard let order = population.order else { continue }
      let name = "renumbered population \(index)"
      need(
        population.role == .hidden && !image.schedule.isAsynchronous
          && !image.frontEnd.contains { $0.target == index },
        "\(name) needs spiking neurons on cores without analog input, has others")
      guard
        need(
          isSound(order.map) && population.shape == MapShape(channels: order.neurons.count)
            && order.map.count == order.neurons.count,
          "\(name) needs a neuron of \(order.map) for each of \(population.shape), has \(order.neurons.count)"
        )
      else { continue }
      need(order.namesEachOnce, "\(name) needs each neuron of \(order.map) once, has others")
    }
  }
}

extension NeuronOrder {
  /// Whether every neuron from 0 up has one position.
  fileprivate var namesEachOnce: Bool {
    var isNamed = [Bool](repeating: false, count: neurons.count)
    for neuron in neurons {
      guard Int(neuron) < isNamed.count, !isNamed[Int(neuron)] else { return false }
      isNamed[Int(neuron)] = true
    }
    return true
  }
}
