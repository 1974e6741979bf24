import LoomBase
import LoomImage

/// The oracle of window codes: an image's populations run whole in chip time, neuron by neuron, from the
/// comment of `SpikeCode` alone; gates and relays are plain neurons.
///
/// It knows nothing of active steps, cores, axons or routes, and takes one delay for each template.
struct WindowTwin {
  let image: HardwareImage
  var spikes: [[[UInt8]]] = []
  /// u, or v of a plain neuron; v(0) at first.
  var potentials: [[Int]]
  /// After start + T − 1, readouts after start, lowering after the last step.
  var finalPotentials: [[Int]]
  var scores: [Int] = []
  /// How often a sum did not fit the potential's width.
  var clamps = 0
  private let plain: PlainTwin
  private var a: [[[Int]]] = []
  private var v: [[[Int]]] = []
  private let currents: [[[Int]]]
  private let synapses: [[PlainSynapse]]
  private let delays: [Int]

  init(_ image: HardwareImage, input: [[Int]]) {
    self.image = image
    plain = PlainTwin(resting: image)
    potentials = plain.potentials
    finalPotentials = plain.potentials
    synapses = image.templates.map {
      TemplateOracle.synapses(
        $0, image.populations[$0.source].shape, image.populations[$0.target].shape)
    }
    delays = image.templates.indices.map { template in
      let blocks = image.cores.flatMap(\.axonBlocks)
      return blocks.first { $0.template == template }?.delay ?? 1
    }
    var currents = image.populations.map {
      Array(repeating: Array(repeating: 0, count: $0.shape.count), count: $0.sites)
    }
    a = currents
    v = currents
    for frontEnd in image.frontEnd {
      let values = plain.currents(of: frontEnd, input.first ?? [])
      for (neuron, value) in values.enumerated() {
        currents[frontEnd.target][frontEnd.site][neuron] += value
      }
    }
    self.currents = currents
    for population in image.populations {
      spikes.append(
        Array(
          repeating: Array(repeating: 0, count: population.shape.count),
          count: image.schedule.steps))
    }
    for step in 0..<image.schedule.steps {
      for population in image.populations.indices { run(population, step) }
    }
    answer()
  }

  private mutating func run(_ index: Int, _ step: Int) {
    let population = image.populations[index]
    let x = arriving(index, step)
    for neuron in 0..<population.shape.count {
      if population.role == .lowering {
        integrateAndFire(index, neuron, step, x[0][neuron])
        finalPotentials[index][neuron] = potentials[index][neuron]
      } else {
        window(index, neuron, step, x.map { $0[neuron] })
        let last =
          population.start + (population.role == .readout ? 0 : image.schedule.timesteps - 1)
        if step <= last { finalPotentials[index][neuron] = potentials[index][neuron] }
      }
    }
  }

  private mutating func window(_ index: Int, _ neuron: Int, _ step: Int, _ x: [Int]) {
    let population = image.populations[index]
    let (steps, start, code) = (image.schedule.timesteps, population.start, population.code)
    if step > start - steps, step <= start {
      for site in x.indices {
        if code == .bitSerial {
          a[index][site][neuron] = clamp(2 * a[index][site][neuron] + x[site], index)
        } else {
          a[index][site][neuron] = clamp(a[index][site][neuron] + x[site], index)
          v[index][site][neuron] = clamp(v[index][site][neuron] + a[index][site][neuron], index)
        }
      }
    }
    if step == start {
      let sums = (code == .bitSerial ? a : v)[index]
      let best = x.indices.map { sums[$0][neuron] + currents[index][$0][neuron] }.max() ?? 0
      potentials[index][neuron] = clamp(
        best + plain.biases[index][neuron] + potentials[index][neuron], index)
    }
    let j = step - start
    guard j >= 0, j < steps, population.role != .readout else { return }
    let threshold = plain.thresholds[index][neuron]
    if code == .bitSerial {
      let y = 2 * potentials[index][neuron]
      if y >= threshold { spikes[index][step][neuron] = 1 }
      potentials[index][neuron] = clamp(y >= threshold ? y - threshold : y, index)
    } else if potentials[index][neuron] >= threshold * (steps - j) {
      spikes[index][step][neuron] = 1
      potentials[index][neuron] = -(1 << (population.potentialBits - 1))
    }
  }

  private mutating func integrateAndFire(_ index: Int, _ neuron: Int, _ step: Int, _ x: Int) {
    let sum = potentials[index][neuron] + x + plain.biases[index][neuron]
    let before = clamp(sum, index)
    let fires = before >= plain.thresholds[index][neuron]
    if fires { spikes[index][step][neuron] = 1 }
    potentials[index][neuron] = fires ? before - plain.thresholds[index][neuron] : before
  }

  private mutating func clamp(_ value: Int, _ population: Int) -> Int {
    let limit = 1 << (image.populations[population].potentialBits - 1)
    let result = min(max(value, -limit), limit - 1)
    if result != value { clamps += 1 }
    return result
  }

  private func arriving(_ population: Int, _ step: Int) -> [[Int]] {
    let info = image.populations[population]
    var x = Array(repeating: Array(repeating: 0, count: info.shape.count), count: info.sites)
    for (index, template) in image.templates.enumerated() where template.target == population {
      let sent = step - delays[index]
      guard sent >= 0 else { continue }
      for synapse in synapses[index] where spikes[template.source][sent][synapse.source] == 1 {
        x[template.site][synapse.target] +=
          Int(template.weights[synapse.weight]) << synapse.shift
      }
    }
    return x
  }

  /// What a population's spikes of the window say, channel-last.
  func codes(_ index: Int) -> [Int] {
    let population = image.populations[index]
    let steps = image.schedule.timesteps
    return (0..<population.shape.count).map { neuron in
      (0..<steps).reduce(0) { sum, j in
        guard spikes[index][population.start + j][neuron] == 1 else { return sum }
        return sum + (population.code == .bitSerial ? 1 << (steps - 1 - j) : steps - j)
      }
    }
  }

  private mutating func answer() {
    for index in image.outputs {
      let shape = image.populations[index].shape
      let isReadout = image.populations[index].role == .readout
      let codes = isReadout ? [] : codes(index)
      for channel in 0..<shape.channels {
        for position in 0..<shape.positions {
          let neuron = position * shape.channels + channel
          scores.append(
            isReadout
              ? finalPotentials[index][neuron] - plain.potentials[index][neuron] : codes[neuron])
        }
      }
    }
  }
}
