import LoomBase
import LoomImage

/// The neurons that the host integrates for a chip without analog input, or whose spikes it draws.
///
/// Integrated: every step of the window v⁻ = saturate(v + bias + current); they fire as the chip's neurons would, and their
/// spikes are injected in the same step. They depend on the sample alone, so a sample's spikes are found before
/// the chip starts.
struct HostNeurons: Sendable {
  /// One population.
  struct Population: Sendable {
    var population: Int
    /// The first of its neurons among all that the host injects.
    var first: Int
    var isHard: Bool
    var firesOnEqual: Bool
    var lowest: Int64
    var highest: Int64
    /// Channel-last.
    var thresholds: [Int32]
    var initialPotentials: [Int32]
    var biases: [Int32]
    /// The front ends that drive it, as positions in `HostSide.drivers`.
    var drivers: [Int]
    /// The channel-first index of each neuron, as front ends count them.
    var targets: [Int]
    /// Drawn: the number of the first neuron among all that are drawn.
    var firstDrawn: Int?
  }

  /// What one sample brought.
  struct Run: Sendable {
    /// Injected indices, ascending, by step.
    var spikes: [[UInt32]]
    /// Potentials after the last step, population after population, channel-last.
    var finalPotentials: [[Int32]] = []
  }

  private(set) var populations: [Population] = []
  let timesteps: Int
  private let draw: PoissonDraw?

  init(_ image: HardwareImage) {
    timesteps = image.schedule.timesteps
    draw = image.draw
    var first = 0
    var drawn = 0
    for slice in image.hostNeurons {
      let population = image.populations[slice.population]
      let shape = population.shape
      let drivers = image.frontEnd.indices.filter {
        image.frontEnd[$0].target == slice.population
      }
      let isDrawn = image.draw != nil && !drivers.isEmpty
      populations.append(
        Population(
          population: slice.population, first: first, isHard: population.reset == .hard,
          firesOnEqual: !population.firesOnGreaterOnly,
          lowest: FixedPoint.minimum(bits: population.potentialBits),
          highest: FixedPoint.maximum(bits: population.potentialBits),
          thresholds: Self.values(slice.thresholds, shape),
          initialPotentials: Self.values(slice.initialPotentials, shape),
          biases: Self.values(slice.biases, shape),
          drivers: drivers,
          targets: (0..<shape.count).map {
            $0 % shape.channels * shape.positions + $0 / shape.channels
          }, firstDrawn: isDrawn ? drawn : nil))
      if isDrawn { drawn += shape.count }
      first += shape.count
    }
  }

  private static func values(_ values: SliceValues, _ shape: MapShape) -> [Int32] {
    (0..<shape.count).map { values.value(neuron: $0, channels: shape.channels) }
  }

  /// Leaves only some of the populations; their neurons keep their numbers.
  mutating func keep(where isKept: (Population) -> Bool) {
    populations = populations.filter(isKept)
  }

  /// Updates of one sample.
  var updates: UInt64 {
    UInt64(timesteps) * populations.reduce(0) { $0 + UInt64($1.thresholds.count) }
  }

  /// The spikes of a sample; `currents` are those of each front end, channel-first, `sample` its number in its file.
  func run(_ currents: [[Int64]], sample: Int) -> Run {
    var run = Run(spikes: Array(repeating: [], count: timesteps))
    for population in populations {
      var total = population.biases.map { Int64($0) }
      for driver in population.drivers {
        for (neuron, target) in population.targets.enumerated() {
          total[neuron] += currents[driver][target]
        }
      }
      var potentials = population.initialPotentials.map { Int64($0) }
      if let draw, let first = population.firstDrawn {
        let streams = population.targets.map { draw.stream(sample: sample, neuron: first + $0) }
        for step in 0..<timesteps {
          Self.draw(population, total, streams, step: step, &run.spikes[step])
        }
      } else {
        for step in 0..<timesteps {
          Self.step(population, total, &potentials, &run.spikes[step])
        }
      }
      run.finalPotentials.append(potentials.map { Int32(truncatingIfNeeded: $0) })
    }
    return run
  }

  private static func draw(
    _ population: Population, _ currents: [Int64], _ streams: [UInt64], step: Int,
    _ spikes: inout [UInt32]
  ) {
    for neuron in currents.indices {
      let number = PoissonDraw.number(ofStream: streams[neuron], step: step)
      if PoissonDraw.fires(
        current: currents[neuron], threshold: population.thresholds[neuron], number: number)
      {
        spikes.append(UInt32(population.first + neuron))
      }
    }
  }

  private static func step(
    _ population: Population, _ currents: [Int64], _ potentials: inout [Int64],
    _ spikes: inout [UInt32]
  ) {
    for neuron in potentials.indices {
      let threshold = Int64(population.thresholds[neuron])
      let potential = min(
        max(potentials[neuron] + currents[neuron], population.lowest), population.highest)
      let fires = population.firesOnEqual ? potential >= threshold : potential > threshold
      potentials[neuron] = !fires ? potential : population.isHard ? 0 : potential - threshold
      if fires { spikes.append(UInt32(population.first + neuron)) }
    }
  }
}

extension Raster {
  /// Notes what the host's neurons did.
  mutating func record(_ neurons: HostNeurons, _ run: HostNeurons.Run) {
    for (position, population) in neurons.populations.enumerated() {
      let index = population.population
      let range = population.first..<(population.first + population.thresholds.count)
      for (step, list) in run.spikes.enumerated() {
        let own = list.filter { range.contains(Int($0)) }.map { $0 - UInt32(population.first) }
        for neuron in own { spikes[index][step * sizes[index] + Int(neuron)] = 1 }
        if !emissions.isEmpty { emissions[index][step] = own }
      }
      finalPotentials[index] = run.finalPotentials[position]
    }
  }
}
