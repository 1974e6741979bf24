import LoomBase
import LoomNetwork

/// A linear map laid out by source, so that one spike adds a few stretches of weights to the currents.
///
/// Both sides are numbered channel-last. What a spike is worth (θ of its channel) is part of the weights.
struct SpikeSynapses: Sendable {
  /// A stretch of weights and where it goes.
  private struct Run: Sendable {
    var weight: Int32
    var target: Int32
    var count: Int32
  }

  /// Runs of source position (or neuron) p are runs[offsets[p]..<offsets[p + 1]].
  private let runs: [Run]
  private let offsets: [Int32]
  private let weights: [Float]
  /// Neurons that share their runs, and how far apart their weights lie.
  private let channels: Int
  private let weightsPerChannel: Int

  /// Lays out a map from one population onto a block of channels of another.
  init(_ term: Term, source: MapShape, amplitudes: [Float], target: MapShape)
    throws(RegionLimit)
  {
    if case .convolution(let geometry) = term.map.form, term.map.source == source,
      term.map.target.positions == target.positions, geometry.groups == 1
    {
      let layout = Self.windows(geometry, term.map, target: target, first: term.firstChannel)
      (runs, offsets) = (layout.runs, layout.offsets)
      channels = source.channels
      weightsPerChannel = geometry.kernelHeight * geometry.kernelWidth * term.map.target.channels
      weights = Self.kernel(geometry, term.map, amplitudes)
    } else {
      let layout = try Self.entries(term, source: source, amplitudes: amplitudes, target: target)
      (runs, offsets, weights) = (layout.runs, layout.offsets, layout.weights)
      channels = 1
      weightsPerChannel = 0
    }
  }

  /// Adds what one step's spikes are worth to the currents, in order of the spikes.
  ///
  /// Spikes of one position reach the same targets: up to four are added in one pass, each target's sum in the
  /// same order as one by one, so that the bits are the same.
  func deliver(_ train: SpikeTrain, step: Int, into currents: inout [Float]) {
    let words = train.wordsPerStep
    let first = step * words
    precondition(first + words <= train.words.count, "the step is in the train")
    unsafe currents.withUnsafeMutableBufferPointer { currents in
      unsafe train.words.withUnsafeBufferPointer { bits in
        unsafe runs.withUnsafeBufferPointer { runs in
          unsafe offsets.withUnsafeBufferPointer { offsets in
            unsafe weights.withUnsafeBufferPointer { weights in
              guard let base = weights.baseAddress, let target = currents.baseAddress else {
                return
              }
              unsafe scatter(
                UnsafeBufferPointer(rebasing: bits[first..<first + words]), runs, offsets, base,
                target)
            }
          }
        }
      }
    }
  }

  private func scatter(
    _ bits: UnsafeBufferPointer<UInt64>, _ runs: UnsafeBufferPointer<Run>,
    _ offsets: UnsafeBufferPointer<Int32>, _ weights: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let (channels, perChannel) = (channels, weightsPerChannel)
    var rows = unsafe (weights, weights, weights, weights)
    var (waiting, position) = (0, 0)
    for word in bits.indices {
      var left = unsafe bits[word]
      while left != 0 {
        let neuron = word &* 64 &+ left.trailingZeroBitCount
        left &= left &- 1
        let place = channels == 1 ? neuron : neuron / channels
        let row = unsafe weights + (neuron &- place &* channels) &* perChannel
        if waiting == 4 || (place != position && waiting > 0) {
          unsafe Self.add(rows, waiting, runs, offsets, position, target)
          waiting = 0
        }
        position = place
        switch waiting {
        case 0: unsafe rows.0 = row
        case 1: unsafe rows.1 = row
        case 2: unsafe rows.2 = row
        default: unsafe rows.3 = row
        }
        waiting &+= 1
      }
    }
    if waiting > 0 { unsafe Self.add(rows, waiting, runs, offsets, position, target) }
  }

  private typealias Rows = (
    UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
  )

  /// Adds the first `count` rows, which have the runs of one position, in order.
  @inline(__always)
  private static func add(
    _ rows: Rows, _ count: Int, _ runs: UnsafeBufferPointer<Run>,
    _ offsets: UnsafeBufferPointer<Int32>, _ position: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    for index in unsafe Int(offsets[position])..<Int(offsets[position &+ 1]) {
      let run = unsafe runs[index]
      let (weight, place) = (Int(run.weight), Int(run.target))
      switch count {
      case 1: unsafe add(rows, 1, from: weight, to: target + place, length: Int(run.count))
      case 2: unsafe add(rows, 2, from: weight, to: target + place, length: Int(run.count))
      case 3: unsafe add(rows, 3, from: weight, to: target + place, length: Int(run.count))
      default: unsafe add(rows, 4, from: weight, to: target + place, length: Int(run.count))
      }
    }
  }

  @inline(__always)
  private static func add(
    _ rows: Rows, _ count: Int, from weight: Int, to target: UnsafeMutablePointer<Float>,
    length: Int
  ) {
    var index = 0
    while index &+ 8 <= length {
      var sum = unsafe vector(target + index) + vector(rows.0 + weight + index)
      if count > 1 { unsafe sum += vector(rows.1 + weight + index) }
      if count > 2 { unsafe sum += vector(rows.2 + weight + index) }
      if count > 3 { unsafe sum += vector(rows.3 + weight + index) }
      unsafe UnsafeMutableRawPointer(target + index).storeBytes(of: sum, as: SIMD8<Float>.self)
      index &+= 8
    }
    while index < length {
      let place = weight &+ index
      var sum = unsafe target[index] + rows.0[place]
      if count > 1 { unsafe sum += rows.1[place] }
      if count > 2 { unsafe sum += rows.2[place] }
      if count > 3 { unsafe sum += rows.3[place] }
      unsafe target[index] = sum
      index &+= 1
    }
  }

  @inline(__always)
  private static func vector(_ values: UnsafePointer<Float>) -> SIMD8<Float> {
    unsafe UnsafeRawPointer(values).loadUnaligned(as: SIMD8<Float>.self)
  }

  /// What each source position of a convolution reaches; neighbouring targets joined.
  private static func windows(
    _ geometry: ConvolutionGeometry, _ map: LinearMap, target: MapShape, first: Int
  ) -> (runs: [Run], offsets: [Int32]) {
    var (runs, offsets): ([Run], [Int32]) = ([], [0])
    let block = map.target.channels
    for row in 0..<map.source.height {
      for column in 0..<map.source.width {
        let begin = runs.count
        // Kernel columns from the last to the first meet targets in ascending order.
        for slot in 0..<geometry.kernelHeight * geometry.kernelWidth {
          let y =
            row + geometry.padTop
            - (geometry.kernelHeight - 1 - slot / geometry.kernelWidth) * geometry.dilationY
          let x =
            column + geometry.padLeft
            - (geometry.kernelWidth - 1 - slot % geometry.kernelWidth) * geometry.dilationX
          guard y >= 0, x >= 0, y % geometry.strideY == 0, x % geometry.strideX == 0,
            y / geometry.strideY < target.height, x / geometry.strideX < target.width
          else { continue }
          let position = y / geometry.strideY * target.width + x / geometry.strideX
          let run = Run(
            weight: Int32(slot * block), target: Int32(position * target.channels + first),
            count: Int32(block))
          if let last = runs.last, runs.count > begin, last.target + last.count == run.target,
            last.weight + last.count == run.weight
          {
            runs[runs.count - 1].count += run.count
          } else {
            runs.append(run)
          }
        }
        offsets.append(Int32(runs.count))
      }
    }
    return (runs, offsets)
  }

  /// The kernel as [source channel][slot][target channel], times the amplitude of the source channel.
  private static func kernel(
    _ geometry: ConvolutionGeometry, _ map: LinearMap, _ amplitudes: [Float]
  ) -> [Float] {
    let size = geometry.kernelHeight * geometry.kernelWidth
    let (sources, targets) = (map.source.channels, map.target.channels)
    var result = [Float](repeating: 0, count: sources * size * targets)
    for output in 0..<targets {
      for input in 0..<sources {
        for slot in 0..<size {
          result[(input * size + slot) * targets + output] =
            map.weights[(output * sources + input) * size + size - 1 - slot] * amplitudes[input]
        }
      }
    }
    return result
  }

  /// Any other map, entry by entry; entries whose targets are neighbours are joined.
  private static func entries(
    _ term: Term, source: MapShape, amplitudes: [Float], target: MapShape
  ) throws(RegionLimit) -> (runs: [Run], offsets: [Int32], weights: [Float]) {
    let listed = try term.map.sparse()
    guard case .sparse(let pattern) = listed.form else { return ([], [0], []) }
    let (from, to) = (ChannelLastOrder(shape: source), ChannelLastOrder(shape: target))
    let before = term.firstChannel * target.positions
    let rows = (0..<listed.target.count).map {
      (place: to.place(channelFirst: $0 + before), row: $0)
    }
    .sorted { $0.place < $1.place }
    var starts = [Int](repeating: 0, count: source.count + 1)
    for entry in pattern.sources { starts[from.place(channelFirst: Int(entry)) + 1] += 1 }
    for neuron in 0..<source.count { starts[neuron + 1] += starts[neuron] }
    var next = starts
    var targets = [Int32](repeating: 0, count: pattern.sources.count)
    var weights = [Float](repeating: 0, count: pattern.sources.count)
    for (place, row) in rows {
      for entry in pattern.targetOffsets[row]..<pattern.targetOffsets[row + 1] {
        let element = Int(pattern.sources[entry])
        let neuron = from.place(channelFirst: element)
        targets[next[neuron]] = Int32(place)
        weights[next[neuron]] = listed.weights[entry] * amplitudes[element / source.positions]
        next[neuron] += 1
      }
    }
    var (runs, offsets): ([Run], [Int32]) = ([], [0])
    for neuron in 0..<source.count {
      let begin = runs.count
      for entry in starts[neuron]..<starts[neuron + 1] {
        if let last = runs.last, runs.count > begin, last.target + last.count == targets[entry] {
          runs[runs.count - 1].count += 1
        } else {
          runs.append(Run(weight: Int32(entry), target: targets[entry], count: 1))
        }
      }
      offsets.append(Int32(runs.count))
    }
    return (runs, offsets, weights)
  }
}
