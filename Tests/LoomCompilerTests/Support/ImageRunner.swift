import LoomBase
import LoomImage

/// Runs an image step by step in the most obvious way.
///
/// Every entry of every table is followed, nothing is vectorised. It reads the image alone, so that agreement with the reference is evidence for the compiler.
struct ImageRunner {
  let image: HardwareImage
  /// Spikes [population][aligned step][neuron, channel-first].
  var rasters: [[[Bool]]] = []
  /// Potentials after the last step of each population's window, channel-first.
  var potentials: [[Int32]] = []

  private var cores: [CoreState]
  /// Axons due: [chip step] → (core, axon, the sum a message carries).
  private var due: [[(core: Int, axon: Int, sum: Int64)]]

  init(_ image: HardwareImage) {
    self.image = image
    cores = image.cores.map { CoreState($0, image) }
    due = [[(core: Int, axon: Int, sum: Int64)]](
      repeating: [], count: image.schedule.steps + 1)
    for population in image.populations {
      rasters.append(
        [[Bool]](
          repeating: [Bool](repeating: false, count: population.shape.count),
          count: image.schedule.timesteps))
      potentials.append([Int32](repeating: 0, count: population.shape.count))
    }
  }

  /// Runs one sample: front-end currents by population, site and channel-first neuron, or injected spikes
  /// by step and channel-first input.
  mutating func run(currents: [[[Int64]]], injected: [[Int]]) {
    for index in cores.indices { cores[index].addCurrents(currents, image) }
    for step in 0..<image.schedule.steps {
      if step < injected.count { inject(injected[step], step) }
      for (core, axon, sum) in due[step] { cores[core].deliver(axon, sum, image) }
      for core in cores.indices {
        let fired = cores[core].update(step, image)
        for neuron in fired { send(from: core, neuron, step) }
      }
    }
  }

  private mutating func inject(_ inputs: [Int], _ step: Int) {
    guard let index = image.populations.firstIndex(where: { $0.role == .input }) else { return }
    let shape = image.populations[index].shape
    for input in inputs {
      rasters[index][step][input] = true
      let last = input % shape.positions * shape.channels + input / shape.positions
      follow(image.hostRoutes, last, step)
    }
  }

  private mutating func follow(
    _ table: RouteTable, _ neuron: Int, _ step: Int, sum: Int64 = 0
  ) {
    guard neuron + 1 < table.offsets.count else { return }
    for entry in Int(table.offsets[neuron])..<Int(table.offsets[neuron + 1]) {
      let core = Int(table.cores[entry])
      let axon = Int(table.axons[entry])
      let time = step + cores[core].delay(of: axon, image)
      if time < image.schedule.steps { due[time].append((core, axon, sum)) }
    }
  }

  private mutating func send(from core: Int, _ neuron: Int, _ step: Int) {
    let (population, index) = cores[core].identity(neuron, image)
    let aligned = step - image.populations[population].start
    if aligned >= 0, aligned < image.schedule.timesteps {
      rasters[population][aligned][index] = true
    }
    follow(image.cores[core].routes, neuron, step, sum: cores[core].sums[neuron] ?? 0)
  }

  /// The potentials at the end of each population's window.
  mutating func collect() {
    for core in cores {
      for neuron in core.final.indices {
        let (population, index) = core.identity(neuron, image)
        potentials[population][index] = core.final[neuron]
      }
    }
  }
}

/// The neurons of one core.
private struct CoreState {
  let index: ImageCore
  var potential: [Int64] = []
  /// The potential after the last step of the window.
  var final: [Int32] = []
  var threshold: [Int64] = []
  var constant: [[Int64]] = []
  var current: [[Int64]] = []
  var siteSums: [[Int64]] = []
  /// Sums of the sums of each site: what ttfs listens with.
  var ramps: [[Int64]] = []
  var largest: [Int64] = []
  var population: [Int] = []
  /// What neurons of partial sums have to send.
  var sums: [Int: Int64] = [:]
  /// The first neuron of each slice.
  var firstOfSlice: [Int] = []

  init(_ core: ImageCore, _ image: HardwareImage) {
    index = core
    for slice in core.slices {
      firstOfSlice.append(potential.count)
      let sites = image.populations[slice.population].sites
      let channels = slice.box.channels.count
      for neuron in 0..<slice.box.count {
        potential.append(Int64(slice.initialPotentials.value(neuron: neuron, channels: channels)))
        threshold.append(Int64(slice.thresholds.value(neuron: neuron, channels: channels)))
        let bias = Int64(slice.biases.value(neuron: neuron, channels: channels))
        constant.append([Int64](repeating: bias, count: sites))
        population.append(slice.population)
      }
    }
    final = potential.map { Int32($0) }
    current = constant.map { $0.map { _ in 0 } }
    siteSums = current
    ramps = current
    largest = potential.map { _ in 0 }
  }

  func identity(_ neuron: Int, _ image: HardwareImage) -> (population: Int, index: Int) {
    let slice = firstOfSlice.lastIndex { $0 <= neuron } ?? 0
    let box = index.slices[slice].box
    let local = neuron - firstOfSlice[slice]
    let channel = box.channels.lowerBound + local % box.channels.count
    let place = local / box.channels.count
    let row = box.rows.lowerBound + place / box.columns.count
    let column = box.columns.lowerBound + place % box.columns.count
    let population = index.slices[slice].population
    if let order = image.populations[population].order {
      // A renumbered population is one row of channels; the order names the neuron, channel-last.
      let neuron = Int(order.neurons[channel])
      return (
        population, neuron % order.map.channels * order.map.positions + neuron / order.map.channels
      )
    }
    return (
      population,
      image.populations[population].shape.index(channel: channel, row: row, column: column)
    )
  }

  mutating func addCurrents(_ currents: [[[Int64]]], _ image: HardwareImage) {
    for neuron in potential.indices {
      let (population, index) = identity(neuron, image)
      for (site, values) in currents[population].enumerated() where !values.isEmpty {
        constant[neuron][site] += values[index]
      }
    }
  }

  func delay(of axon: Int, _ image: HardwareImage) -> Int { block(axon).delay }

  private func block(_ axon: Int) -> AxonBlock {
    index.axonBlocks.last { $0.firstAxon <= axon } ?? index.axonBlocks[0]
  }

  mutating func deliver(_ axon: Int, _ sum: Int64, _ image: HardwareImage) {
    let block = block(axon)
    let template = image.templates[block.template]
    let source = image.populations[template.source].shape
    let place: Int
    switch block.sources {
    case .list(let list): place = Int(list[axon - block.firstAxon])
    case .box(let box):
      let local = axon - block.firstAxon
      let channel = box.channels.lowerBound + local % box.channels.count
      let position = local / box.channels.count
      let row = box.rows.lowerBound + position / box.columns.count
      let column = box.columns.lowerBound + position % box.columns.count
      place = (row * source.width + column) * source.channels + channel
    }
    if template.kind == .sums {
      // The neuron of the slice that stands at the same place of its map.
      let first = firstOfSlice[block.slice]
      let wanted = place % source.channels * source.positions + place / source.channels
      for neuron in first..<(first + index.slices[block.slice].box.count)
      where identity(neuron, image).index == wanted { current[neuron][template.site] += sum }
      return
    }
    let runs = SynapseRuns(
      template, source: source, target: image.populations[template.target].shape)
    let weights = runs.weights(of: template)
    for run in runs.runs(source: place, box: index.slices[block.slice].box) {
      for offset in 0..<run.count {
        current[firstOfSlice[block.slice] + run.firstTarget + offset][template.site] +=
          Int64(weights[run.firstWeight + offset]) << Int64(run.shift)
      }
    }
  }

  /// Updates every neuron and returns those that fire.
  mutating func update(_ step: Int, _ image: HardwareImage) -> [Int] {
    var fired: [Int] = []
    for neuron in potential.indices {
      let rules = image.populations[population[neuron]]
      guard rules.activeSteps.contains(step) else { continue }
      if rules.code.isWindowed {
        if windowStep(neuron, rules, step, image.schedule.timesteps) { fired.append(neuron) }
        continue
      }
      let gain = input(neuron, rules.sites)
      if rules.role == .partial {
        sums[neuron] = FixedPoint.saturate(gain, bits: rules.potentialBits)
        if gain != 0 { fired.append(neuron) }
        continue
      }
      let raised = FixedPoint.saturate(potential[neuron] + gain, bits: rules.potentialBits)
      potential[neuron] = raised
      let theta = threshold[neuron]
      let fires =
        rules.role != .readout && (rules.firesOnGreaterOnly ? raised > theta : raised >= theta)
      if fires {
        fired.append(neuron)
        potential[neuron] = rules.reset == .hard ? 0 : raised - theta
      }
      if step == rules.start + image.schedule.timesteps - 1 {
        final[neuron] = Int32(potential[neuron])
      }
    }
    return fired
  }

  /// The step of a window code by the words of `SpikeCode`; true if the neuron fires.
  private mutating func windowStep(
    _ neuron: Int, _ rules: ImagePopulation, _ step: Int, _ timesteps: Int
  ) -> Bool {
    let bits = rules.potentialBits
    let isBitSerial = rules.code == .bitSerial
    if step <= rules.start {
      for site in 0..<rules.sites {
        let x = current[neuron][site]
        current[neuron][site] = 0
        let sum = siteSums[neuron][site] * (isBitSerial ? 2 : 1) + x
        siteSums[neuron][site] = FixedPoint.saturate(sum, bits: bits)
        ramps[neuron][site] = FixedPoint.saturate(
          ramps[neuron][site] + siteSums[neuron][site], bits: bits)
      }
    }
    if step == rules.start {
      let sums = isBitSerial ? siteSums[neuron] : ramps[neuron]
      let injected = zip(sums, constant[neuron]).map(+).max() ?? 0
      potential[neuron] = FixedPoint.saturate(injected + potential[neuron], bits: bits)
    }
    let aligned = step - rules.start
    if rules.role == .readout, aligned == 0 { final[neuron] = Int32(potential[neuron]) }
    guard rules.role == .hidden, aligned >= 0 else { return false }
    let theta = threshold[neuron]
    let raised =
      isBitSerial
      ? FixedPoint.saturate(2 * potential[neuron], bits: bits) : potential[neuron]
    let fires = raised >= (isBitSerial ? theta : theta * Int64(timesteps - aligned))
    let lowest = -FixedPoint.maximum(bits: bits) - 1
    potential[neuron] =
      isBitSerial ? (fires ? raised - theta : raised) : (fires ? lowest : raised)
    if aligned == timesteps - 1 { final[neuron] = Int32(potential[neuron]) }
    return fires
  }

  private mutating func input(_ neuron: Int, _ sites: Int) -> Int64 {
    var gain: Int64 = 0
    if sites == 1 {
      gain = current[neuron][0] + constant[neuron][0]
    } else {
      for site in 0..<sites {
        siteSums[neuron][site] += current[neuron][site] + constant[neuron][site]
      }
      let top = siteSums[neuron].max() ?? 0
      gain = top - largest[neuron]
      largest[neuron] = top
    }
    for site in 0..<sites { current[neuron][site] = 0 }
    return gain
  }
}
