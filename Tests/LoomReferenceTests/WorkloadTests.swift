import Foundation
import LoomBase
import LoomNetwork
import LoomReference
import Testing

/// The staged integer workloads, whose spikes were counted by other tools.
enum Workload {
  static let folder = ProcessInfo.processInfo.environment["SPIKELOOM_DATA"].flatMap {
    $0.isEmpty ? nil : URL(fileURLWithPath: $0).appending(path: "workloads")
  }

  /// The numbers of a little-endian .npy file of version 1, as these are.
  static func bytes(_ file: URL) throws -> [UInt8] {
    let all = [UInt8](try Data(contentsOf: file))
    return Array(all[(10 + Int(all[8]) + 256 * Int(all[9]))...])
  }

  static func thresholds(_ folder: URL) throws -> [Int32] {
    let bytes = try bytes(folder.appending(path: "thresholds.npy"))
    return stride(from: 0, to: bytes.count, by: 8).map { start in
      bytes[start..<(start + 4)].reversed().reduce(0) { $0 << 8 | Int32($1) }
    }
  }

  static func weights(_ folder: URL, _ layer: Int) throws -> [Int16] {
    try bytes(folder.appending(path: "w\(layer).npy")).map { Int16(Int8(bitPattern: $0)) }
  }

  /// [input][output] → [output][input], with inputs and outputs renumbered.
  static func transposed(_ weights: [Int16], inputs: [Int], outputs: Int) -> [Int16] {
    (0..<outputs).flatMap { output in inputs.map { weights[$0 * outputs + output] } }
  }

  /// [ky][kx][in][out] → [out][in][ky][kx].
  static func kernel(_ weights: [Int16], inputs: Int, outputs: Int) -> [Int16] {
    (0..<outputs).flatMap { output in
      (0..<inputs).flatMap { input in
        (0..<9).map { weights[($0 * inputs + input) * outputs + output] }
      }
    }
  }

  static func network(
    _ shapes: [MapShape], thresholds: [Int32], projections: [FixedProjection]
  ) -> FixedPointNetwork {
    Small.network(
      input: shapes[0], steps: 100,
      populations: [Small.population("in", shapes[0], role: .input)]
        + shapes.dropFirst().enumerated().map { index, shape in
          Small.population(
            "layer \(index)", shape, threshold: .uniform(thresholds[index]), reset: .hard,
            comparison: .greater, bits: 32)
        }, projections: projections, outputs: [shapes.count - 1])
  }

  static func first(_ folder: URL) throws -> FixedPointNetwork {
    let sizes = [784, 1024, 1024, 10]
    return network(
      sizes.map { MapShape(channels: $0) }, thresholds: try thresholds(folder),
      projections: try (0..<3).map { layer in
        Small.projection(
          layer, layer + 1,
          weights: transposed(
            try weights(folder, layer), inputs: Array(0..<sizes[layer]), outputs: sizes[layer + 1]))
      })
  }

  static func second(_ folder: URL) throws -> FixedPointNetwork {
    let shapes = [
      MapShape(channels: 3, height: 32, width: 32), MapShape(channels: 32, height: 30, width: 30),
      MapShape(channels: 64, height: 14, width: 14), MapShape(channels: 64, height: 6, width: 6),
      MapShape(channels: 10),
    ]
    var projections = try (0..<3).map { layer in
      let stride = layer == 0 ? 1 : 2
      return Small.projection(
        layer, layer + 1,
        .convolution(
          ConvolutionGeometry(kernelHeight: 3, kernelWidth: 3, strideY: stride, strideX: stride)),
        weights: kernel(
          try weights(folder, layer), inputs: shapes[layer].channels,
          outputs: shapes[layer + 1].channels))
    }
    let channelLast = (0..<shapes[3].count).map { ($0 % 36) * 64 + $0 / 36 }
    projections.append(
      Small.projection(
        3, 4, weights: transposed(try weights(folder, 3), inputs: channelLast, outputs: 10)))
    return network(shapes, thresholds: try thresholds(folder), projections: projections)
  }
}

@Suite(
  "Spikes of the staged workloads",
  .enabled(if: Workload.folder != nil, "set SPIKELOOM_DATA to the folder of staged data"))
struct WorkloadTests {
  private struct Reference: Decodable {
    struct Reading: Decodable { var spikes: [Int] }
    var aligned: Reading
    var delayedLayersInputAtOnce: Reading
    var delayedEverywhere: Reading
  }

  private func network(_ name: String, _ folder: URL) throws -> FixedPointNetwork {
    name == "w1" ? try Workload.first(folder) : try Workload.second(folder)
  }

  private func spikes(_ network: FixedPointNetwork, _ folder: URL) throws -> [Int] {
    let input = try Workload.bytes(folder.appending(path: "input.npy"))
    let map = network.input.shape
    let shape =
      map.positions == 1 ? [100, map.channels] : [100, map.height, map.width, map.channels]
    let samples = Samples(storage: .bytes(input), sampleShape: shape, count: 1)
    let run = try IntegerInterpreter(network).run(samples, index: 0, recordingSpikes: false)
    return run.spikeCounts.map { $0.reduce(0) { $0 + Int($1) } }
  }

  @Test("every layer spikes as often as the reference says", arguments: ["w1", "w2"])
  func counts(name: String) throws {
    let folder = try #require(Workload.folder).appending(path: name)
    let reference = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: folder.appending(path: "reference.json")))
    var network = try network(name, folder)
    func expect(_ expected: [Int]) throws {
      #expect(Array(try spikes(network, folder).suffix(expected.count)) == expected)
    }
    try expect(reference.aligned.spikes)
    for index in network.projections.indices where index > 0 {
      network.projections[index].alignedDelay = 1
    }
    try expect(reference.delayedLayersInputAtOnce.spikes)
    network.projections[0].alignedDelay = 1
    try expect(reference.delayedEverywhere.spikes)
  }
}
