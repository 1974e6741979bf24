import LoomBase
import LoomImage

/// Spikes of every population by chip step and its last potentials, for those who want to see them.
struct Raster: Sendable {
  var spikes: [[UInt8]]
  var sizes: [Int]
  /// Asynchronous images: by population and bin the places of its spikes in order of sending; else empty.
  var emissions: [[[UInt32]]]
  /// By population, channel-last.
  var finalPotentials: [[Int32]]
  /// By population the chip step after which its potentials are taken.
  private let lastSteps: [Int]

  init(_ image: HardwareImage) {
    let schedule = image.schedule
    sizes = image.populations.map(\.shape.count)
    spikes = image.populations.map {
      [UInt8](repeating: 0, count: $0.role == .input ? 0 : $0.shape.count * schedule.steps)
    }
    emissions =
      schedule.isAsynchronous
      ? image.populations.map { _ in Array(repeating: [], count: schedule.steps) } : []
    finalPotentials = image.populations.map {
      [Int32](repeating: 0, count: $0.role == .input ? 0 : $0.shape.count)
    }
    lastSteps = image.populations.map {
      $0.role.isLowering || schedule.freeRunning
        ? schedule.steps - 1
        : min(schedule.steps, Observer.window(of: $0, schedule).upperBound) - 1
    }
  }

  /// Whether the potentials of a slice are taken after a step.
  func keeps(_ slice: SliceInfo, after step: Int) -> Bool { lastSteps[slice.population] == step }

  /// Takes the potentials of the populations whose last step this was.
  mutating func keep(after step: Int, _ machine: Machine, _ potentials: [Int32]) {
    for slice in machine.slices where keeps(slice, after: step) {
      for neuron in slice.firstNeuron..<(slice.firstNeuron + slice.count) {
        finalPotentials[slice.population][Int(machine.places[neuron])] = potentials[neuron]
      }
    }
  }
}

/// Collects scores (and rasters where asked for) while a sample runs.
struct Observer: Sendable {
  /// One answering population.
  struct Output: Sendable {
    var population: Int
    /// What spikes are worth instead of potentials.
    var countsSpikes: Bool
    /// Chip steps of the window.
    var window: Range<Int>
    /// After this chip step the potential is taken to subtract; −1: v(0); of counts that stand for potentials
    /// the count.
    var baseStep: Int
    var firstScore: Int
    var shape: MapShape
    var slices: [Int]
  }

  let outputs: [Output]
  let scoreCount: Int
  var raster: Raster?
  /// Which crossbar arrays are read for whom, where runs of other lengths are asked for.
  var arrays: ArrayReadLog?
  private var isCounted: [Bool]
  private var windows: [Range<Int>]
  /// By neuron: what the spikes within the window are worth, of outputs that count them.
  private(set) var counts: [Int64]
  private var scores: [Int64]

  init(_ image: HardwareImage, _ machine: Machine) {
    var outputs: [Output] = []
    var firstScore = 0
    isCounted = Array(repeating: false, count: image.populations.count)
    windows = Array(repeating: 0..<0, count: image.populations.count)
    for index in image.outputs {
      let population = image.populations[index]
      let window = Observer.window(of: population, image.schedule)
      let countsSpikes = population.role != .readout
      outputs.append(
        Output(
          population: index, countsSpikes: countsSpikes, window: window,
          baseStep: image.schedule.readoutStart == 0 || (countsSpikes && image.spikeCounts == nil)
            ? -1 : population.start + image.schedule.readoutStart - 1,
          firstScore: firstScore, shape: population.map,
          slices: machine.slices.indices.filter { machine.slices[$0].population == index }))
      firstScore += population.shape.count
      isCounted[index] = countsSpikes
      windows[index] = window
    }
    self.outputs = outputs
    scoreCount = firstScore
    counts =
      outputs.contains { $0.countsSpikes } ? Array(repeating: 0, count: machine.neuronCount) : []
    scores = Array(repeating: 0, count: firstScore)
  }

  /// Potentials (or counters) the host reads for one sample.
  var readouts: Int {
    outputs.reduce(0) {
      $0 + $1.shape.count * ($1.countsSpikes || $1.baseStep < 0 ? 1 : 2)
    }
  }

  /// The steps of a population's aligned time; a readout of a window code answers in its first.
  static func window(of population: ImagePopulation, _ schedule: ImageSchedule) -> Range<Int> {
    let answersAtStart = population.code.isWindowed && population.role == .readout
    return population.start..<(population.start + (answersAtStart ? 1 : schedule.timesteps))
  }

  /// What a spike in the window's step j of T is worth to a count.
  private static func worth(_ code: SpikeCode, remaining: Int) -> Int64 {
    switch code {
    case .rate: 1
    case .bitSerial: 1 << Int64(remaining - 1)
    case .timeToFirstSpike: Int64(remaining)
    }
  }

  mutating func begin() {
    for index in counts.indices { counts[index] = 0 }
    for index in scores.indices { scores[index] = 0 }
  }

  /// Whether only scores are asked for.
  var isQuiet: Bool { raster == nil && arrays == nil }

  /// Takes over what the spikes of some neurons are worth so far, counted elsewhere.
  mutating func take(_ other: Observer, _ neurons: Range<Int>) {
    guard !counts.isEmpty else { return }
    for neuron in neurons { counts[neuron] = other.counts[neuron] }
  }

  /// Whether the spikes of a slice in a step are asked for.
  func reads(_ slice: SliceInfo, step: Int) -> Bool {
    raster != nil || (isCounted[slice.population] && windows[slice.population].contains(step))
  }

  /// Notes the spikes of a slice in a step, if they are asked for.
  mutating func record(
    _ slice: SliceInfo, _ firing: [UInt32], count: Int, step: Int, places: [UInt32]
  ) {
    guard reads(slice, step: step) else { return }
    let window = windows[slice.population]
    if isCounted[slice.population], window.contains(step) {
      let worth = Observer.worth(slice.code, remaining: window.upperBound - step)
      for position in 0..<count { counts[slice.firstNeuron + Int(firing[position])] += worth }
    }
    guard let size = raster?.sizes[slice.population] else { return }
    for position in 0..<count {
      let place = Int(places[slice.firstNeuron + Int(firing[position])])
      if let seen = raster?.spikes[slice.population][step * size + place], seen < 255 {
        raster?.spikes[slice.population][step * size + place] = seen + 1
      }
    }
    guard raster?.emissions.isEmpty == false else { return }
    raster?.emissions[slice.population][step] = firing.prefix(count).map {
      places[slice.firstNeuron + Int($0)]
    }
  }

  /// The first step, from a step on, after which potentials or counts are read.
  func nextReading(from step: Int) -> Int {
    guard isQuiet else { return step }
    return outputs.reduce(Int.max) { next, output in
      let last = output.countsSpikes ? .max : output.window.upperBound - 1
      return [output.baseStep, last].filter { $0 >= step }.reduce(next, min)
    }
  }

  /// Takes the potentials that scores (and traces) need after a step (−1: before the first).
  mutating func read(after step: Int, _ machine: Machine, _ potentials: [Int32]) {
    raster?.keep(after: step, machine, potentials)
    for output in outputs where output.countsSpikes && step == output.baseStep && step >= 0 {
      let counts = counts
      add(output, machine, sign: -1) { counts[$0] }
    }
    for output in outputs where !output.countsSpikes {
      if step == output.baseStep { add(output, machine, sign: -1) { Int64(potentials[$0]) } }
      if step == output.window.upperBound - 1 {
        add(output, machine, sign: 1) { Int64(potentials[$0]) }
      }
    }
  }

  /// The scores of the sample, channel-first, output after output.
  mutating func finish(_ machine: Machine) -> [Int64] {
    let counts = counts
    for output in outputs where output.countsSpikes {
      add(output, machine, sign: 1) { counts[$0] }
    }
    return scores
  }

  private mutating func add(
    _ output: Output, _ machine: Machine, sign: Int64, _ value: (Int) -> Int64
  ) {
    var scores = scores
    for index in output.slices {
      let slice = machine.slices[index]
      for neuron in slice.firstNeuron..<(slice.firstNeuron + slice.count) {
        let place = Int(machine.places[neuron])
        let position = place / output.shape.channels
        let first = place % output.shape.channels * output.shape.positions + position
        scores[output.firstScore + first] += sign * value(neuron)
      }
    }
    self.scores = scores
  }
}
