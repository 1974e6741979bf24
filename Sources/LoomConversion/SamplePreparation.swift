public import LoomBase
public import LoomNetwork

/// Stored samples as the trained network wants them.
public enum SamplePreparation {
  /// The samples in a range as the network's input tensor, N × the model's own layout.
  ///
  /// Every value is (stored · scale − mean) / deviation. Stored images may be channels × height × width or
  /// height × width × channels.
  /// - Throws: diagnostics SL2001 and SL2002 about the network's input, SL2201 about the samples' shape,
  ///   SL2204 about the preprocessing.
  public static func tensor(
    _ samples: Samples, range: Range<Int>, network: Network, preprocessing: Preprocessing
  ) throws(DiagnosticsError) -> Tensor {
    let plan = try InputPlan.make(network, samples: samples.sampleShape)
    let maps = try maps(samples, range: range, plan: plan, preprocessing: preprocessing)
    let count = plan.layout.count
    var values = maps
    if !plan.layout.isFlat {
      let indices = plan.layout.indices
      for sample in 0..<range.count {
        for element in 0..<count {
          values[sample * count + element] = maps[sample * count + Int(indices[element])]
        }
      }
    }
    return Tensor(shape: [range.count] + plan.layout.shape, floats: values)
  }

  /// The samples in a range as channel-first maps, one after another.
  static func maps(
    _ samples: Samples, range: Range<Int>, plan: InputPlan, preprocessing: Preprocessing
  ) throws(DiagnosticsError) -> [Float] {
    let map = plan.layout.map
    guard
      let layout = SampleLayout.matching(
        stored: samples.sampleShape, map: map, isBytes: samples.isBytes)
    else { throw DiagnosticsError(.sampleShape(samples.sampleShape, map)) }
    try check(preprocessing, channels: map.channels)
    precondition(
      range.lowerBound >= 0 && range.upperBound <= samples.count, "the samples asked for are there")
    var order: [Int] = []
    order.reserveCapacity(map.count)
    for channel in 0..<map.channels {
      for row in 0..<map.height {
        for column in 0..<map.width {
          order.append(layout.storedIndex(channel: channel, row: row, column: column, in: map))
        }
      }
    }
    let count = map.count
    var (bytes, floats): ([UInt8], [Float]) = ([], [])
    let (storage, first) = samples.stored(range)
    try samples.requireUnchanged()
    switch storage {
    case .bytes(let values): bytes = values
    case .floats(let values): floats = values
    }
    let isBytes = samples.isBytes
    var result = [Float](repeating: 0, count: range.count * count)
    for channel in 0..<map.channels {
      let mean = preprocessing.mean(ofChannel: channel)
      let deviation = preprocessing.deviation(ofChannel: channel)
      for element in channel * map.positions..<(channel + 1) * map.positions {
        for place in 0..<range.count {
          let index = first + place * count + order[element]
          let stored = isBytes ? Double(bytes[index]) : Double(floats[index])
          result[place * count + element] = Float((stored * preprocessing.scale - mean) / deviation)
        }
      }
    }
    return result
  }

  /// Checks that the preprocessing has one entry for all channels or one for each, and divides by none.
  static func check(_ preprocessing: Preprocessing, channels: Int) throws(DiagnosticsError) {
    for (name, list) in [("means", preprocessing.mean), ("deviations", preprocessing.deviation)]
    where list.count > 1 && list.count != channels {
      throw DiagnosticsError(
        .preprocessing("needs 1 or \(channels) \(name), has \(list.count)"))
    }
    let numbers = preprocessing.mean + preprocessing.deviation + [preprocessing.scale]
    guard numbers.allSatisfy(\.isFinite), !preprocessing.deviation.contains(0) else {
      throw DiagnosticsError(
        .preprocessing("needs finite numbers and deviations other than 0, has others"))
    }
  }
}
