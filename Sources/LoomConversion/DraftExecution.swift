import LoomBase
import LoomNetwork

/// A population's currents, ready to be computed for blocks of samples.
struct PreparedDrive: Sendable {
  private struct Part: Sendable {
    var source: Int
    var map: PreparedMap
    var firstElement: Int
  }

  private let sites: [[Part]]
  private let bias: [Float]
  /// The number of elements of one sample.
  let count: Int

  /// Prepares the currents of one or several sites.
  init(_ values: [AffineValue]) {
    count = values[0].map.count
    bias = values[0].bias
    sites = values.map { value in
      value.terms.map {
        Part(
          source: $0.source, map: PreparedMap($0.map),
          firstElement: $0.firstChannel * value.map.positions)
      }
    }
  }

  /// The current of a block of samples: Σ maps + bias, the largest site where there are several.
  func current(samples: Int, activations: (Int) -> [Float]) -> [Float] {
    var winners: [Int32] = []
    return current(samples: samples, winners: &winners, activations: activations)
  }

  /// The same; `winners` says for every element which site was the largest, and is empty if there is one.
  func current(samples: Int, winners: inout [Int32], activations: (Int) -> [Float]) -> [Float] {
    var result: [Float] = []
    winners = [Int32](repeating: 0, count: sites.count > 1 ? samples * count : 0)
    for (index, parts) in sites.enumerated() {
      var sum = [Float](repeating: 0, count: samples * count)
      for part in parts {
        part.map.accumulate(
          activations(part.source), samples: samples, into: &sum, firstElement: part.firstElement,
          outputStride: count)
      }
      if index == 0 {
        result = sum
      } else {
        for element in result.indices where sum[element] > result[element] {
          result[element] = sum[element]
          winners[element] = Int32(index)
        }
      }
    }
    guard !bias.isEmpty else { return result }
    for sample in 0..<samples {
      let base = sample &* count
      for element in 0..<count { result[base &+ element] += bias[element] }
    }
    return result
  }
}

/// Samples in blocks of fixed size: the unit of parallel work, whatever the number of threads.
struct SampleBlocks: Sendable {
  /// Samples in a block; the last one may hold fewer.
  static let size = 8
  /// The values of each block, sample after sample.
  var blocks: [[Float]]

  /// Cuts a batch of samples of a number of elements into blocks.
  init(_ values: [Float], elements: Int) {
    let step = Self.size * elements
    blocks = stride(from: 0, to: values.count, by: step).map {
      Array(values[$0..<min($0 + step, values.count)])
    }
  }

  /// Wraps blocks made elsewhere.
  init(blocks: [[Float]]) { self.blocks = blocks }

  /// So many of the blocks, evenly spaced; all where there are no more.
  func sparser(_ count: Int) -> SampleBlocks {
    guard blocks.count > count else { return self }
    return SampleBlocks(blocks: (0..<count).map { blocks[$0 * blocks.count / count] })
  }
}

extension DraftNetwork {
  /// All activations of some samples, kept: by population, sample after sample.
  ///
  /// - Parameter thresholds: where the neurons clip, by population and channel; nil: they do not, as in
  ///   the trained network.
  func activations(of input: [Float], samples: Int, thresholds: [[Float]]?) -> [[Float]] {
    var all: [[Float]] = []
    for (index, population) in populations.enumerated() {
      let drive = PreparedDrive(population.sites)
      var values = drive.current(samples: samples) { $0 < 0 ? input : all[$0] }
      if population.kind != .readout {
        if let thresholds {
          values.rectify(population.shape, limits: thresholds[index])
        } else {
          population.activate(&values)
        }
      }
      all.append(values)
    }
    return all
  }
}

extension [Float] {
  /// Clips every element between zero and its channel's limit.
  mutating func rectify(_ shape: MapShape, limits: [Float]) {
    let positions = shape.positions
    for channel in 0..<count / Swift.max(1, positions) {
      let limit = limits[channel % shape.channels]
      for element in channel * positions..<(channel + 1) * positions {
        self[element] = Swift.min(Swift.max(self[element], 0), limit)
      }
    }
  }
}
