import LoomBase
import LoomImage

/// The oracle: the populations of an image run whole, synapse by synapse, without cores, axons, routes.
///
/// It takes delays from the axon blocks (one delay for each template in the images of these tests).
struct PlainTwin {
  let image: HardwareImage
  var spikes: [[[UInt8]]] = []
  var potentials: [[Int]] = []
  /// The potentials after start + T − 1 (lowering, free-running: after the last step).
  var finalPotentials: [[Int]] = []
  var scores: [Int] = []
  /// Spikes that met a synapse in a step of the sample, by template.
  var operations: [Int] = []
  private var sums: [[[Int]]] = []
  private var greatest: [[Int]] = []
  private(set) var thresholds: [[Int]] = []
  private(set) var biases: [[Int]] = []

  init(_ image: HardwareImage, input: [[Int]]) {
    self.init(resting: image)
    run(input)
  }

  /// The parameters of an image and its state before the first step.
  init(resting image: HardwareImage) {
    self.image = image
    let steps = image.schedule.steps
    for population in image.populations.indices {
      let shape = image.populations[population].shape
      spikes.append(Array(repeating: Array(repeating: 0, count: shape.count), count: steps))
      potentials.append(spread(population, \.initialPotentials))
      thresholds.append(spread(population, \.thresholds))
      biases.append(spread(population, \.biases))
      sums.append(
        Array(
          repeating: Array(repeating: 0, count: shape.count),
          count: image.populations[population].sites))
      greatest.append(Array(repeating: 0, count: shape.count))
    }
    operations = Array(repeating: 0, count: image.templates.count)
    finalPotentials = potentials
  }

  private func spread(_ population: Int, _ values: KeyPath<NeuronSlice, SliceValues>) -> [Int] {
    let shape = image.populations[population].shape
    var result = [Int](repeating: 0, count: shape.count)
    for slice in image.cores.flatMap(\.slices) where slice.population == population {
      let indices = AxonSources.box(slice.box).indices(in: shape)
      for (position, index) in indices.enumerated() {
        result[Int(index)] = Int(
          slice[keyPath: values].value(neuron: position, channels: slice.box.channels.count))
      }
    }
    return result
  }

  private func delay(_ template: Int) -> Int {
    for core in image.cores {
      for block in core.axonBlocks where block.template == template { return block.delay }
    }
    return 1
  }

  private mutating func run(_ input: [[Int]]) {
    let currents = frontEnd(input.first ?? [])
    let synapses = image.templates.map {
      TemplateOracle.synapses(
        $0, image.populations[$0.source].shape, image.populations[$0.target].shape)
    }
    var before = potentials
    for step in 0..<image.schedule.steps {
      for (population, info) in image.populations.enumerated() where info.role == .input {
        if step < input.count {
          spikes[population][step] = input[step].map { UInt8($0) }
        }
      }
      for population in image.populations.indices { update(population, step, currents, synapses) }
      for (population, info) in image.populations.enumerated() {
        let runsOn = info.role == .lowering || image.schedule.freeRunning
        let last = runsOn ? image.schedule.steps - 1 : info.start + image.schedule.timesteps - 1
        if step == last { finalPotentials[population] = potentials[population] }
      }
      for (index, output) in image.outputs.enumerated() where index == 0 {
        let t0 = image.schedule.readoutStart
        let start = image.populations[output].start
        if t0 > 0, step == start + t0 - 1 { before[output] = potentials[output] }
        if step == start + image.schedule.timesteps - 1 { score(output, before[output]) }
      }
    }
  }

  private mutating func score(_ output: Int, _ before: [Int]) {
    let population = image.populations[output]
    let first = image.spikeCounts == nil ? 0 : image.schedule.readoutStart
    let window = population.start + first..<(population.start + image.schedule.timesteps)
    for channel in 0..<population.shape.channels {
      for position in 0..<population.shape.positions {
        let index = position * population.shape.channels + channel
        scores.append(
          population.role == .readout
            ? potentials[output][index] - before[index]
            : window.reduce(0) { $0 + Int(spikes[output][$1][index]) })
      }
    }
  }

  private mutating func update(
    _ population: Int, _ step: Int, _ currents: [Int: [Int]], _ synapses: [[PlainSynapse]]
  ) {
    let info = image.populations[population]
    var arriving = Array(
      repeating: [Int](repeating: 0, count: info.shape.count), count: info.sites)
    for (index, template) in image.templates.enumerated() where template.target == population {
      let sent = step - delay(index)
      guard sent >= 0 else { continue }
      for synapse in synapses[index] where spikes[template.source][sent][synapse.source] == 1 {
        operations[index] += 1
        arriving[template.site][synapse.target] +=
          Int(template.weights[synapse.weight]) << synapse.shift
      }
    }
    guard info.role != .input, info.activeSteps.contains(step) else { return }
    if let currents = currents[population] {
      for neuron in currents.indices { arriving[0][neuron] += currents[neuron] }
    }
    let limit = 1 << (info.potentialBits - 1)
    for neuron in 0..<info.shape.count {
      var gain = arriving[0][neuron] + biases[population][neuron]
      if info.sites > 1 {
        for site in 0..<info.sites {
          sums[population][site][neuron] += arriving[site][neuron] + biases[population][neuron]
        }
        let now = (0..<info.sites).map { sums[population][$0][neuron] }.max() ?? 0
        gain = now - greatest[population][neuron]
        greatest[population][neuron] = now
      }
      var potential = min(max(potentials[population][neuron] + gain, -limit), limit - 1)
      let threshold = thresholds[population][neuron]
      let fires =
        info.role != .readout
        && (info.firesOnGreaterOnly ? potential > threshold : potential >= threshold)
      if fires {
        potential = info.reset == .hard ? 0 : potential - threshold
        spikes[population][step][neuron] = 1
      }
      potentials[population][neuron] = potential
    }
  }

  /// Constant currents by population, channel-last; `x` is channel-first.
  private func frontEnd(_ x: [Int]) -> [Int: [Int]] {
    var result: [Int: [Int]] = [:]
    for frontEnd in image.frontEnd { result[frontEnd.target] = currents(of: frontEnd, x) }
    return result
  }

  /// The currents of one front end, channel-last; `x` is channel-first.
  func currents(of frontEnd: ImageFrontEnd, _ x: [Int]) -> [Int] {
    guard case .convolution(let g) = frontEnd.kind else { return [] }
    let source = image.input.shape
    let target = image.populations[frontEnd.target].shape
    var currents = [Int](repeating: 0, count: target.count)
    let perSource = source.channels / g.groups
    for channel in 0..<target.channels {
      for row in 0..<target.height {
        for column in 0..<target.width {
          var sum = Int(frontEnd.offsets[channel])
          for input in 0..<perSource {
            let from = channel / (target.channels / g.groups) * perSource + input
            for ky in 0..<g.kernelHeight {
              for kx in 0..<g.kernelWidth {
                let y = row * g.strideY + ky * g.dilationY - g.padTop
                let z = column * g.strideX + kx * g.dilationX - g.padLeft
                guard (0..<source.height).contains(y), (0..<source.width).contains(z) else {
                  continue
                }
                let weight =
                  ((channel * perSource + input) * g.kernelHeight + ky) * g.kernelWidth + kx
                sum +=
                  Int(frontEnd.weights[weight]) * x[(from * source.height + y) * source.width + z]
              }
            }
          }
          let half = frontEnd.rightShift == 0 ? 0 : 1 << (frontEnd.rightShift - 1)
          currents[(row * target.width + column) * target.channels + channel] =
            (sum + half) >> frontEnd.rightShift
        }
      }
    }
    return currents
  }
}
