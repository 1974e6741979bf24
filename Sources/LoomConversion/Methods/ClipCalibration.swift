import LoomBase
import LoomNetwork

/// Runs calibration samples through a draft network in clip mode and balances thresholds on the way.
///
/// Layer by layer: all samples go through a population's currents, its thresholds are balanced on them,
/// its activations clipped and kept until the last reader is done.
struct ClipCalibration: Sendable {
  private let draft: DraftNetwork
  private let iterations: Int
  private let threads: Int

  /// Prepares the calibration of a network.
  init(_ draft: DraftNetwork, iterations: Int, threads: Int) {
    self.draft = draft
    self.iterations = iterations
    self.threads = max(1, threads)
  }

  /// Calibrates every population on samples given as channel-first maps.
  func run(_ input: SampleBlocks, inputCount: Int, progress: ((String) -> Void)?)
    -> [CalibratedPopulation]
  {
    var kept: [SampleBlocks?] = draft.populations.map { _ in nil }
    var results: [CalibratedPopulation] = []
    let lastReader = lastReaders()
    for (index, population) in draft.populations.enumerated() {
      progress?("calibrating '\(population.name)' (\(index + 1) of \(draft.populations.count))")
      var currents = currents(population, input, kept, inputCount: inputCount)
      if population.kind == .readout {
        results.append(readout(population, currents))
      } else {
        let calibrated = balance(population, currents)
        clip(&currents, population.shape, calibrated.thresholds)
        results.append(calibrated)
        kept[index] = currents
      }
      for source in kept.indices where lastReader[source] == index { kept[source] = nil }
    }
    return results
  }

  private func lastReaders() -> [Int] {
    var last = [Int](repeating: -1, count: draft.populations.count)
    for (index, population) in draft.populations.enumerated() {
      for source in population.sources where source >= 0 { last[source] = index }
    }
    return last
  }

  private func currents(
    _ population: DraftPopulation, _ input: SampleBlocks, _ kept: [SampleBlocks?], inputCount: Int
  ) -> SampleBlocks {
    let drive = PreparedDrive(population.sites)
    let blocks = parallelMap(input.blocks.count, threads: threads) { block in
      drive.current(samples: input.blocks[block].count / inputCount) {
        $0 < 0 ? input.blocks[block] : kept[$0]?.blocks[block] ?? []
      }
    }
    return SampleBlocks(blocks: blocks)
  }

  private func readout(_ population: DraftPopulation, _ scores: SampleBlocks)
    -> CalibratedPopulation
  {
    let peak = scores.blocks.reduce(Float(0)) { $1.reduce($0) { max($0, abs($1)) } }
    return CalibratedPopulation(
      thresholds: [Float](repeating: 1, count: population.shape.channels), peak: peak, rate: 0,
      firstSpike: 0, deadChannels: 0)
  }

  private func balance(_ population: DraftPopulation, _ currents: SampleBlocks)
    -> CalibratedPopulation
  {
    let shape = population.shape
    let bound = population.bound ?? .infinity
    let channels = parallelMap(shape.channels, threads: threads) { channel in
      ChannelBalance(
        currents, shape: shape, channel: channel, bound: bound, iterations: iterations)
    }
    let alive = channels.map(\.threshold).filter { $0 > 0 }.sorted()
    let substitute = alive.isEmpty ? 1 : alive[alive.count / 2]
    let thresholds =
      population.quantization?.bounds
      ?? channels.map { $0.threshold > 0 ? $0.threshold : substitute }
    var firstSpike = Double.infinity
    for (channel, threshold) in zip(channels, thresholds) where channel.largestMean > 0 {
      firstSpike = min(firstSpike, Double(threshold) / 2 / channel.largestMean)
    }
    let rate = channels.reduce(0) { $0 + $1.rate } / Double(max(1, channels.count))
    return CalibratedPopulation(
      thresholds: thresholds, initialPotentials: population.quantization?.initialPotentials,
      peak: channels.map(\.peak).max() ?? 0, rate: Float(rate),
      firstSpike: firstSpike.isFinite ? firstSpike : 0, deadChannels: channels.count - alive.count)
  }

  private func clip(_ values: inout SampleBlocks, _ shape: MapShape, _ thresholds: [Float]) {
    let source = values
    values.blocks = parallelMap(source.blocks.count, threads: threads) { block in
      var clipped = source.blocks[block]
      clipped.rectify(shape, limits: thresholds)
      return clipped
    }
  }

  /// The largest number of samples whose activations fit in a number of bytes.
  static func sampleLimit(_ draft: DraftNetwork, inputCount: Int, bytes: Int) -> Int {
    let last = ClipCalibration(draft, iterations: 0, threads: 1).lastReaders()
    var (live, peak) = (inputCount, 0)
    for (index, population) in draft.populations.enumerated() {
      live += population.shape.count
      peak = max(peak, live + population.shape.count)
      for source in draft.populations.indices where last[source] == index {
        live -= draft.populations[source].shape.count
      }
    }
    return max(10, bytes / 4 / max(1, peak))
  }
}

/// The balanced threshold of one channel and what goes with it.
private struct ChannelBalance: Sendable {
  var threshold: Float
  var peak: Float
  var rate: Double
  var largestMean: Double

  init(
    _ currents: SampleBlocks, shape: MapShape, channel: Int, bound: Float, iterations: Int
  ) {
    let positions = shape.positions
    var (highest, samples) = (Float(0), 0)
    var sums = [Double](repeating: 0, count: positions)
    for block in currents.blocks {
      for start in stride(from: channel * positions, to: block.count, by: shape.count) {
        samples += 1
        for position in 0..<positions {
          let value = block[start &+ position]
          if value > 0 {
            highest = max(highest, value)
            sums[position] += Double(value)
          }
        }
      }
    }
    peak = min(highest, bound)
    largestMean = (sums.max() ?? 0) / Double(max(1, samples))
    var histogram = BalancingHistogram(peak: peak)
    for block in currents.blocks {
      for start in stride(from: channel * positions, to: block.count, by: shape.count) {
        histogram.add(block[start..<start + positions])
      }
    }
    threshold = histogram.threshold(iterations: iterations)
    rate = threshold > 0 ? histogram.clippedMean(threshold) / Double(threshold) : 0
  }
}
