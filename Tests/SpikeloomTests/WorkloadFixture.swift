import Foundation
import LoomBase
import LoomImport

/// A small workload folder of random numbers, and a plain program that says what it does.
struct WorkloadFixture {
  var steps = 12
  var inputSide = 6
  var inputs = 72
  var raster: [UInt8]
  /// Kernel 3 × 3 × 2 × 4 with stride 1, 2 × 2 × 4 × 3 with stride 2, dense 12 × 5.
  let shapes = [[3, 3, 2, 4], [2, 2, 4, 3], [12, 5]]
  let strides = [1, 2, 1]
  var weights: [[Int32]]
  let thresholds: [Int64] = [60, 70, 40]

  init(seed: UInt64 = 5) {
    var generator = SeededGenerator(seed: seed)
    raster = (0..<(12 * 72)).map { _ in Int.random(in: 0..<4, using: &generator) == 0 ? 1 : 0 }
    weights = shapes.map { shape in
      (0..<shape.reduce(1, *)).map { _ in Int32.random(in: -30...50, using: &generator) }
    }
  }

  /// Writes the folder; `reference` as `reference.json` if given.
  func write(to folder: URL, reference: WorkloadFolder.Reference? = nil) throws {
    func put(_ name: String, _ bytes: [UInt8]) throws {
      try Data(bytes).write(to: folder.appendingPathComponent(name))
    }
    try put("input.npy", NumpyFile.encode(shape: [steps, inputs], bytes: raster))
    try put("thresholds.npy", NumpyFile.encode(shape: [thresholds.count], int64: thresholds))
    for (index, shape) in shapes.enumerated() {
      try put("w\(index).npy", NumpyFile.encode(shape: shape, int32: weights[index]))
    }
    guard let reference else { return }
    let spikes = reference.spikes.map { "\($0)" }.joined(separator: ", ")
    let text = """
      {"aligned": {"spikes": [\(spikes)], "synapticOperations": \(reference.synapticOperations)}}
      """
    try put("reference.json", Array(text.utf8))
  }

  /// Every neuron of every step, inputs summed one by one.
  func run() -> WorkloadFolder.Reference {
    var result = WorkloadFolder.Reference(spikes: [0, 0, 0], synapticOperations: 0)
    var potentials = [
      Array(repeating: 0, count: 64), Array(repeating: 0, count: 12), [0, 0, 0, 0, 0],
    ]
    for step in 0..<steps {
      var spikes = (0..<inputs).map { raster[step * inputs + $0] != 0 }
      var (side, channels) = (inputSide, 2)
      for layer in 0..<3 {
        let next = layer < 2 ? (side - shapes[layer][0]) / strides[layer] + 1 : 1
        let outputs = shapes[layer].last ?? 0
        var fired = Array(repeating: false, count: next * next * outputs)
        for neuron in fired.indices {
          for (source, weight) in fanIn(layer, neuron, next, outputs, side, channels)
          where spikes[source] {
            potentials[layer][neuron] += Int(weight)
            result.synapticOperations += 1
          }
          if potentials[layer][neuron] > Int(thresholds[layer]) {
            potentials[layer][neuron] = 0
            fired[neuron] = true
            result.spikes[layer] += 1
          }
        }
        (spikes, side, channels) = (fired, next, outputs)
      }
    }
    return result
  }

  private func fanIn(
    _ layer: Int, _ neuron: Int, _ next: Int, _ outputs: Int, _ side: Int, _ channels: Int
  ) -> [(source: Int, weight: Int32)] {
    guard layer < 2 else {
      return (0..<shapes[2][0]).map { ($0, weights[2][$0 * outputs + neuron]) }
    }
    let output = neuron % outputs
    let (row, column) = (neuron / outputs / next, neuron / outputs % next)
    var result: [(source: Int, weight: Int32)] = []
    let size = shapes[layer][0]
    for kernelRow in 0..<size {
      for kernelColumn in 0..<size {
        for channel in 0..<channels {
          let y = row * strides[layer] + kernelRow
          let x = column * strides[layer] + kernelColumn
          let tap = (kernelRow * size + kernelColumn) * channels + channel
          result.append(
            ((y * side + x) * channels + channel, weights[layer][tap * outputs + output]))
        }
      }
    }
    return result
  }
}
