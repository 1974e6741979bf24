import LoomBase
import LoomNetwork

/// Runs calibration samples through a draft network twice, as trained and in codes, and chooses the full
/// scale of every channel on the way.
///
/// Layer by layer, in order: a layer's codes see the codes of the layers before it, its target is the trained
/// network's own activation, so that later layers make up for what earlier ones lost.
///
/// Measured on test images with float weights, T = 4 and 6, in points lost: ResNet-20 −0.4, −0.3; ResNet-44
/// 0.8, −0.1 (1,000 images each); digits ResNet-110 1.0, 0.0 (500). At T = 4 the last loses 2.6 points if the
/// target is half the layer's own rectified current, 3.8 if λ of an identity shortcut is kept (its rounding
/// then always drops small branches), 1.4 without bias correction, 2.2 with half of 1,000 samples. Weights
/// refitted to codes (ridge regression), means corrected neuron by neuron, λ common to a trunk with varied
/// v(0) and other exponents of the error were tried too: none was better beyond the noise of 500 digits. What
/// helps is one more step, a network trained with clips, or tuning of all layers together (`WindowTuning`).
struct WindowCalibration: Sendable {
  private let draft: DraftNetwork
  private let grid: CodeGrid
  private let coding: Coding
  private let threads: Int
  /// The last population that reads each population.
  private let lastReaders: [Int]

  /// Memory two sets of activations may take.
  private static let activationBytes = 2 << 30

  /// Prepares the calibration of a network.
  init(_ draft: DraftNetwork, grid: CodeGrid, options: ConversionOptions) {
    self.draft = draft
    self.grid = grid
    coding = options.coding
    threads = max(1, options.threads)
    var last = [Int](repeating: -1, count: draft.populations.count)
    for (index, population) in draft.populations.enumerated() {
      for source in population.sources where source >= 0 { last[source] = index }
    }
    lastReaders = last
  }

  /// Calibrates every population on samples given as channel-first maps.
  func run(_ set: CalibrationSet, inputCount: Int, progress: ((String) -> Void)?)
    -> [CalibratedPopulation]
  {
    let input = affordable(set, inputCount: inputCount)
    var exact = Track(input: input, populations: draft.populations.count)
    var coded = Track(input: inputCodes(input, peak: set.peak), populations: exact.kept.count)
    var results: [CalibratedPopulation] = []
    for (index, population) in draft.populations.enumerated() {
      progress?("calibrating '\(population.name)' (\(index + 1) of \(draft.populations.count))")
      let currents = exact.currents(population, inputCount: inputCount, threads: threads)
      let codes = coded.currents(population, inputCount: inputCount, threads: threads)
      if population.kind == .readout {
        results.append(readout(population, currents, codes))
      } else {
        let targets = map(currents) { population.activate(&$0) }
        let found = scales(population, currents, codes, targets)
        let result = calibrated(population, found, targets)
        exact.kept[index] = targets
        let corrections = result.biasCorrections ?? result.thresholds.map { _ in 0 }
        coded.kept[index] = map(codes) {
          grid.encode(
            &$0, shape: population.shape, scales: result.thresholds,
            initials: result.initialPotentials ?? [], corrections: corrections)
        }
        results.append(result)
      }
      for source in draft.populations.indices where lastReaders[source] == index {
        exact.kept[source] = nil
        coded.kept[source] = nil
      }
    }
    return results
  }

  /// The samples both tracks of which fit in memory.
  private func affordable(_ set: CalibrationSet, inputCount: Int) -> SampleBlocks {
    let limit = ClipCalibration.sampleLimit(
      draft, inputCount: inputCount, bytes: Self.activationBytes / 2)
    guard limit < set.count else { return set.blocks }
    let blocks = max(1, (limit + SampleBlocks.size - 1) / SampleBlocks.size)
    return SampleBlocks(blocks: Array(set.blocks.blocks.prefix(blocks)))
  }

  /// What input neurons say of the samples; the samples themselves where no neurons stand between.
  func inputCodes(_ input: SampleBlocks, peak: Float) -> SampleBlocks {
    guard coding == .rate, peak > 0 else { return input }
    let step = peak * grid.quantum
    return map(input) { values in
      for index in values.indices {
        let value = step * grid.code(abs(values[index]), initial: step / 2, perQuantum: 1 / step)
        values[index] = values[index] < 0 ? -value : value
      }
    }
  }

  private func map(_ blocks: SampleBlocks, _ body: @Sendable (inout [Float]) -> Void)
    -> SampleBlocks
  {
    SampleBlocks(
      blocks: parallelMap(blocks.blocks.count, threads: threads) { block in
        var values = blocks.blocks[block]
        body(&values)
        return values
      })
  }

  private func scales(
    _ population: DraftPopulation, _ currents: SampleBlocks, _ codes: SampleBlocks,
    _ targets: SampleBlocks
  ) -> [(choice: ChannelScale, peak: Float, spikes: Double)] {
    parallelMap(population.shape.channels, threads: threads) { channel in
      let pairs = ChannelPairs(
        channel: channel, shape: population.shape, coded: codes, exactCurrents: currents,
        targets: targets)
      let choice = ChannelScale(
        pairs, grid: grid, trained: population.trained(channel))
      let spikes =
        choice.scale > 0
        ? pairs.spikes(grid, scale: choice.scale, initial: choice.initial + choice.correction) : 0
      return (choice, pairs.peak, spikes)
    }
  }

  private func calibrated(
    _ population: DraftPopulation, _ found: [(choice: ChannelScale, peak: Float, spikes: Double)],
    _ targets: SampleBlocks
  ) -> CalibratedPopulation {
    let alive = found.map(\.choice.scale).filter { $0 > 0 }.sorted()
    let substitute = alive.isEmpty ? 1 : alive[alive.count / 2]
    let scales = found.map { $0.choice.scale > 0 ? $0.choice.scale : substitute }
    let initials = zip(found, scales).map {
      $0.choice.scale > 0 ? $0.choice.initial : $1 * grid.quantum / 2
    }
    let corrections = found.map(\.choice.correction)
    let spikes = found.reduce(0) { $0 + $1.spikes } / Double(max(1, found.count))
    let silent = found.count { $0.peak <= 0 }
    return CalibratedPopulation(
      thresholds: scales, initialPotentials: initials,
      biasCorrections: corrections.contains { $0 != 0 } ? corrections : nil,
      peak: found.map(\.peak).max() ?? 0, rate: Float(spikes / Double(grid.steps)), firstSpike: 0,
      deadChannels: silent)
  }

  /// Scores are exact sums of codes; their mean error per channel goes into the bias.
  private func readout(
    _ population: DraftPopulation, _ exact: SampleBlocks, _ coded: SampleBlocks
  ) -> CalibratedPopulation {
    let shape = population.shape
    var sums = [Double](repeating: 0, count: shape.channels)
    var (peak, planes) = (Float(0), 0)
    for (values, codes) in zip(exact.blocks, coded.blocks) {
      for index in values.indices {
        peak = max(peak, abs(values[index]))
        sums[index / shape.positions % shape.channels] += Double(values[index] - codes[index])
      }
      planes += values.count / max(1, shape.channels)
    }
    let corrections = sums.map { Float($0 / Double(max(1, planes))) }
    return CalibratedPopulation(
      thresholds: [Float](repeating: 1, count: shape.channels),
      biasCorrections: corrections, peak: peak, rate: 0, firstSpike: 0,
      deadChannels: 0)
  }
}

/// One way of running the samples: what is given, and the activations still to be read.
private struct Track: Sendable {
  let input: SampleBlocks
  var kept: [SampleBlocks?]

  init(input: SampleBlocks, populations: Int) {
    self.input = input
    kept = [SampleBlocks?](repeating: nil, count: populations)
  }

  func currents(_ population: DraftPopulation, inputCount: Int, threads: Int) -> SampleBlocks {
    let drive = PreparedDrive(population.sites)
    return SampleBlocks(
      blocks: parallelMap(input.blocks.count, threads: threads) { block in
        drive.current(samples: input.blocks[block].count / inputCount) {
          $0 < 0 ? input.blocks[block] : kept[$0]?.blocks[block] ?? []
        }
      })
  }
}
