import LoomBase
import LoomEmulator
import LoomImage
import LoomNetwork
import LoomReference

/// A neuron of a map under the numbers of network (channel-first) and image (channel-last).
struct NeuronPlace: Sendable {
  var channel: Int
  var row: Int
  var column: Int
  var channelFirst: Int
  var channelLast: Int

  /// All neurons, in the image's order.
  static func all(in shape: MapShape) -> [NeuronPlace] {
    (0..<shape.count).map { last in
      let channel = last % shape.channels
      let row = last / shape.channels / shape.width
      let column = last / shape.channels % shape.width
      return NeuronPlace(
        channel: channel, row: row, column: column,
        channelFirst: shape.index(channel: channel, row: row, column: column), channelLast: last)
    }
  }
}

/// The first place where the emulated chip and the reference interpreter disagree.
struct Difference: Sendable {
  /// The sample.
  var sample: Int
  /// The population's name.
  var layer: String
  /// The neuron, channel-first, and its coordinates; nil for a finding about the whole layer.
  var neuron: NeuronPlace?
  /// The aligned step, for spikes.
  var step: Int?
  /// What differs, with both values.
  var what: String

  /// The difference as a sentence.
  var description: String {
    var place = "sample \(sample), layer '\(layer)'"
    if let neuron {
      place +=
        ", neuron \(neuron.channelFirst) (channel \(neuron.channel), row \(neuron.row), column \(neuron.column))"
    }
    if let step { place += ", step \(step)" }
    return "\(place): \(what)"
  }

  /// The difference as JSON.
  var json: JSONValue {
    .object([
      "sample": .integer(sample), "layer": .text(layer), "what": .text(what),
      "neuron": neuron.map { .integer($0.channelFirst) } ?? .null,
      "step": step.map { .integer($0) } ?? .null,
    ])
  }
}

/// Compares one sample on the emulated chip with the reference interpreter, bit for bit.
struct Verification: Sendable {
  /// The image.
  var image: HardwareImage
  /// The emulator of the image.
  var emulator: Emulator
  /// The network it was compiled from, in the profile's integers.
  var network: FixedPointNetwork
  /// The reference interpreter of the network.
  var interpreter: IntegerInterpreter

  /// The first difference in time order: earliest depth first, then step, then neuron; nil if there is none.
  func firstDifference(
    _ samples: Samples, sample: Int
  ) throws(DiagnosticsError) -> Difference? {
    guard image.schedule.isAsynchronous == (network.schedule == .asynchronous),
      image.schedule.timesteps == network.timesteps
    else {
      return Difference(
        sample: sample, layer: network.name, what: "image and network have other schedules")
    }
    guard image.populations.count >= network.populations.count,
      zip(image.populations, network.populations).allSatisfy({ $0.map == $1.shape })
    else {
      return Difference(
        sample: sample, layer: network.name, what: "image and network have other populations")
    }
    let expected = try interpreter.run(samples, index: sample, recordingSpikes: true)
    let trace = try emulator.trace(samples, index: sample)
    let order = network.populations.indices.sorted {
      (image.populations[$0].start, $0) < (image.populations[$1].start, $1)
    }
    for population in order where network.populations[population].role != .input {
      if let found = spikes(population, sample, expected, trace) { return found }
      if let found = potentials(population, sample, expected, trace) { return found }
    }
    guard trace.scores == expected.scores else {
      return Difference(
        sample: sample, layer: network.outputs.first.map(name) ?? network.name,
        what: "scores are \(trace.scores) on the chip, \(expected.scores) in the reference")
    }
    return nil
  }

  private func name(_ id: PopulationID) -> String { network.populations[id.index].name }

  private func spikes(
    _ population: Int, _ sample: Int, _ expected: ReferenceRun, _ trace: EmulatorTrace
  ) -> Difference? {
    let shape = network.populations[population].shape
    let start = image.populations[population].start
    // Readouts never spike, and of window codes they end with the step they answer in.
    guard network.populations[population].role == .hidden else { return nil }
    if network.schedule == .asynchronous { return emissions(population, sample, expected, trace) }
    let raster = expected.rasters[population]
    guard !raster.isEmpty else { return nil }
    let places = NeuronPlace.all(in: shape)
    for step in 0..<network.timesteps {
      let reference = raster[(step * shape.count)..<((step + 1) * shape.count)]
      let base = (start + step) * shape.count
      for place in places {
        let chip = trace.spikes[population][base + place.channelLast]
        guard chip != reference[reference.startIndex + place.channelFirst] else { continue }
        return Difference(
          sample: sample, layer: network.populations[population].name, neuron: place, step: step,
          what: chip != 0
            ? "fires on the chip, not in the reference" : "fires in the reference, not on the chip")
      }
    }
    return nil
  }

  /// The spikes of every bin in order of sending, each as often as it was sent.
  private func emissions(
    _ population: Int, _ sample: Int, _ expected: ReferenceRun, _ trace: EmulatorTrace
  ) -> Difference? {
    let places = NeuronPlace.all(in: network.populations[population].shape)
    for bin in 0..<network.timesteps {
      let chip = trace.emissions[population][bin].map { places[Int($0)].channelFirst }
      let reference = expected.emissions[population][bin].map { Int($0) }
      guard chip != reference else { continue }
      let place = zip(chip, reference).prefix { $0 == $1 }.count
      func said(_ list: [Int]) -> String {
        place < list.count ? "neuron \(list[place])" : "nothing more"
      }
      let first = place < chip.count ? chip[place] : reference[place]
      return Difference(
        sample: sample, layer: network.populations[population].name,
        neuron: places.first { $0.channelFirst == first }, step: bin,
        what:
          "spike \(place) of the bin is of \(said(chip)) on the chip, of \(said(reference)) in the reference"
      )
    }
    return nil
  }

  private func potentials(
    _ population: Int, _ sample: Int, _ expected: ReferenceRun, _ trace: EmulatorTrace
  ) -> Difference? {
    for place in NeuronPlace.all(in: network.populations[population].shape) {
      let chip = trace.finalPotentials[population][place.channelLast]
      let reference = expected.finalPotentials[population][place.channelFirst]
      guard chip != reference else { continue }
      return Difference(
        sample: sample, layer: network.populations[population].name, neuron: place,
        step: network.timesteps - 1,
        what: "final potential is \(chip) on the chip, \(reference) in the reference")
    }
    return nil
  }
}
