import LoomBase
import LoomEmulator
import LoomImage
import Testing

/// One value of an image made wrong.
enum Alteration: String, CaseIterable, Sendable {
  case weight
  case threshold
  case delay
  case route
  case initialPotential

  /// Alters one value that a sample makes use of; returns the population whose neurons must show it.
  ///
  /// - Parameter trace: A run of the image as it was, to find a value in use.
  func apply(to image: inout HardwareImage, trace: EmulatorTrace) throws -> Int {
    let template = try #require(
      image.templates.firstIndex {
        !$0.isLowering && image.populations[$0.source].role == .hidden
          && image.populations[$0.target].role == .hidden
      })
    let source = image.templates[template].source
    let target = image.templates[template].target
    switch self {
    case .weight:
      let weights = image.templates[template].weights
      let place = try #require(weights.indices.max { weights[$0] < weights[$1] })
      #expect(weights[place] > 0)
      image.templates[template].weights[place] = -weights[place]
      return target
    case .threshold:
      try changeNeuron(of: target, in: &image, trace, \.thresholds) { $0 / 2 }
      return target
    case .initialPotential:
      try changeNeuron(of: target, in: &image, trace, \.initialPotentials) { $0 - 50_000 }
      return target
    case .delay:
      let core = try #require(
        image.cores.firstIndex { $0.axonBlocks.contains { $0.template == template } })
      let blocks = image.cores[core].axonBlocks
      let block = try #require(
        blocks.indices.filter { blocks[$0].template == template }
          .max { blocks[$0].sources.count < blocks[$1].sources.count })
      image.cores[core].axonBlocks[block].delay += 1
      return target
    case .route:
      try changeRoute(of: source, template: template, in: &image, trace)
      return target
    }
  }

  /// The neuron of a population that spikes nearest to every second step: its core, slice, number in the slice and in the core.
  private func halfActive(
    _ population: Int, _ image: HardwareImage, _ trace: EmulatorTrace
  ) throws -> (core: Int, slice: Int, neuron: Int, local: Int) {
    let shape = image.populations[population].shape
    let counts = (0..<shape.count).map { neuron in
      (0..<trace.steps).count {
        trace.didSpike(population: population, step: $0, neuron: neuron)
      }
    }
    let half = trace.steps / 2
    let chosen = try #require(
      counts.indices.min { abs(counts[$0] - half) < abs(counts[$1] - half) })
    #expect(counts[chosen] > 1)
    for (core, content) in image.cores.enumerated() {
      var first = 0
      for (slice, part) in content.slices.enumerated() {
        if part.population == population {
          let places = part.places(in: shape)
          if let neuron = places.firstIndex(of: chosen) {
            return (core, slice, neuron, first + neuron)
          }
        }
        first += part.box.count
      }
    }
    throw MissingNeuron()
  }

  private func changeNeuron(
    of population: Int, in image: inout HardwareImage, _ trace: EmulatorTrace,
    _ path: WritableKeyPath<NeuronSlice, SliceValues>, _ change: (Int32) -> Int32
  ) throws {
    let place = try halfActive(population, image, trace)
    let slice = image.cores[place.core].slices[place.slice]
    var values = (0..<slice.box.count).map {
      slice[keyPath: path].value(neuron: $0, channels: slice.box.channels.count)
    }
    values[place.neuron] = change(values[place.neuron])
    image.cores[place.core].slices[place.slice][keyPath: path] = .perNeuron(values)
  }

  /// Sends one route entry of the half active neuron to another axon of the same block.
  private func changeRoute(
    of population: Int, template: Int, in image: inout HardwareImage, _ trace: EmulatorTrace
  ) throws {
    let place = try halfActive(population, image, trace)
    let routes = image.cores[place.core].routes
    for entry in Int(routes.offsets[place.local])..<Int(routes.offsets[place.local + 1]) {
      let axon = Int(routes.axons[entry])
      for block in image.cores[Int(routes.cores[entry])].axonBlocks
      where block.template == template {
        let axons = block.firstAxon..<(block.firstAxon + block.sources.count)
        guard axons.contains(axon), axons.count > 1 else { continue }
        let other = axons.contains(axon + 1) ? axon + 1 : axon - 1
        image.cores[place.core].routes.axons[entry] = UInt32(other)
        return
      }
    }
    throw MissingNeuron()
  }
}

/// No neuron or route entry of the wanted kind is in the image.
struct MissingNeuron: Error {}

extension NeuronSlice {
  /// The channel-last place of each neuron in its population's map.
  func places(in shape: MapShape) -> [Int] {
    box.rows.flatMap { row in
      box.columns.flatMap { column in
        box.channels.map { (row * shape.width + column) * shape.channels + $0 }
      }
    }
  }
}
