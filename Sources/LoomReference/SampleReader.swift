import LoomBase
import LoomNetwork

/// Brings stored samples into channel-first order, as a network's input specification asks.
struct SampleReader {
  let input: InputSpecification
  let timesteps: Int

  /// The sample as the front end's integers.
  func integers(
    _ samples: Samples, index: Int, quantization: InputQuantization
  ) throws(DiagnosticsError) -> [Int64] {
    let (storage, places) = try stored(samples, index: index, shape: samples.sampleShape)
    switch (storage, quantization) {
    case (.bytes(let values), .bytes):
      return places.map { Int64(values[$0]) }
    case (.floats(let values), .floats(let factor)):
      let scaled = places.map {
        (Double(values[$0]) * factor).rounded(.toNearestOrEven)
      }
      guard scaled.allSatisfy({ !$0.isNaN }) else {
        throw SampleReader.error("needs numbers in sample \(index), has NaN")
      }
      return scaled.map { Int64(min(max($0, -32768), 32767)) }
    case (.floats, .bytes):
      throw SampleReader.error("needs samples of bytes, has floats")
    case (.bytes, .floats):
      throw SampleReader.error("needs samples of floats, has bytes")
    }
  }

  /// The sample as preprocessed values: (stored · scale − mean) / deviation.
  func values(_ samples: Samples, index: Int) throws(DiagnosticsError) -> [Float] {
    let (storage, places) = try stored(samples, index: index, shape: samples.sampleShape)
    let positions = input.shape.positions
    let preprocessing = input.preprocessing
    func value(_ element: Int, _ stored: Double) -> Float {
      let channel = element / positions
      return Float(
        (stored * preprocessing.scale - preprocessing.mean(ofChannel: channel))
          / preprocessing.deviation(ofChannel: channel))
    }
    switch storage {
    case .bytes(let bytes):
      return places.enumerated().map { value($0.offset, Double(bytes[$0.element])) }
    case .floats(let floats):
      return places.enumerated().map { value($0.offset, Double(floats[$0.element])) }
    }
  }

  /// The sample as a raster: the spikes of each step.
  func raster(_ samples: Samples, index: Int) throws(DiagnosticsError) -> [SpikeList] {
    guard let steps = samples.sampleShape.first, steps == timesteps else {
      throw SampleReader.error(
        "needs rasters of \(timesteps) steps, has the shape \(samples.sampleShape)")
    }
    let shape = Array(samples.sampleShape.dropFirst())
    let (storage, places) = try stored(samples, index: index, shape: shape)
    return switch storage {
    case .bytes(let values): SampleReader.raster(values, places: places, steps: steps)
    case .floats(let values): SampleReader.raster(values, places: places, steps: steps)
    }
  }

  private static func raster<Value: Numeric>(
    _ values: [Value], places: [Int], steps: Int
  ) -> [SpikeList] {
    (0..<steps).map { step in
      let offset = step * places.count
      return places.indices.filter { values[places[$0] + offset] != 0 }.map { Int32($0) }
    }
  }

  /// Numbers that hold the sample's, and where among them each element stands, in channel-first order.
  private func stored(
    _ samples: Samples, index: Int, shape: [Int]
  ) throws(DiagnosticsError) -> (storage: Samples.Storage, places: [Int]) {
    guard (0..<samples.count).contains(index) else {
      throw SampleReader.error("needs a sample below \(samples.count), has \(index)")
    }
    let map = input.shape
    guard let layout = SampleLayout.matching(stored: shape, map: map, isBytes: samples.isBytes)
    else {
      throw SampleReader.error("needs samples of shape \(map), has \(samples.sampleShape)")
    }
    let (storage, base) = samples.stored(index..<(index + 1))
    try samples.requireUnchanged()
    var places: [Int] = []
    places.reserveCapacity(map.count)
    for channel in 0..<map.channels {
      for row in 0..<map.height {
        for column in 0..<map.width {
          places.append(
            base + layout.storedIndex(channel: channel, row: row, column: column, in: map))
        }
      }
    }
    return (storage, places)
  }

  private static func error(_ message: String) -> DiagnosticsError {
    DiagnosticsError(Diagnostic(.error, "SL1901", message, at: .file("samples")))
  }
}
