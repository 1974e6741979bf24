import LoomBase
import LoomImage

/// What the host does with a sample: reads its numbers, computes the integer first layer or finds the
/// spikes to inject.
struct HostSide: Sendable {
  /// One front end with the places its currents go to.
  struct Driver: Sendable {
    var frontEnd: ImageFrontEnd
    var target: MapShape
    /// Accumulator and channel-first target index of every driven neuron.
    var places: [(accumulator: Int, target: Int)]
    /// Multiply-accumulates of one sample, without padding.
    var macs: UInt64
  }

  let input: ImageInput
  let timesteps: Int
  var drivers: [Driver] = []
  /// Bias registers written for one sample.
  var biasWrites: UInt64 = 0
  var macs: UInt64 = 0
  /// Neurons integrated here, for chips without analog input.
  let neurons: HostNeurons

  init(_ image: HardwareImage, _ machine: Machine) {
    input = image.input
    timesteps = image.schedule.timesteps
    neurons = HostNeurons(image)
    var written: Set<[Int]> = []
    for frontEnd in image.frontEnd {
      let shape = image.populations[frontEnd.target].shape
      var places: [(accumulator: Int, target: Int)] = []
      for slice in machine.slices where slice.population == frontEnd.target {
        let first = slice.firstAccumulator + frontEnd.site * slice.count
        for neuron in 0..<slice.count {
          let place = Int(machine.places[slice.firstNeuron + neuron])
          let target = place % shape.channels * shape.positions + place / shape.channels
          places.append((first + neuron, target))
        }
      }
      let count = FrontEndArithmetic.macs(frontEnd, source: image.input.shape, target: shape)
      drivers.append(
        Driver(frontEnd: frontEnd, target: shape, places: places, macs: count))
      macs += count
      if image.populations[frontEnd.target].role.isOnCores,
        written.insert([frontEnd.target, frontEnd.site]).inserted
      {
        biasWrites += UInt64(shape.count)
      }
    }
  }

  /// Writes the constant currents of a sample.
  func drive(_ samples: Samples, index: Int, layout: SampleLayout, into currents: inout [Int64]) {
    for place in currents.indices { currents[place] = 0 }
    let values = integers(samples, index: index, layout: layout)
    for driver in drivers where !driver.places.isEmpty {
      let sums = FrontEndArithmetic.currents(
        driver.frontEnd, values, source: input.shape, target: driver.target)
      for place in driver.places { currents[place.accumulator] += sums[place.target] }
    }
  }

  /// What the host injects of a sample, by step: its spikes, or those of the host's neurons.
  func injected(
    _ samples: Samples, index: Int, layout: SampleLayout
  ) -> (spikes: [[UInt32]], neurons: HostNeurons.Run?) {
    if input.isSpikes { return (spikes(samples, index: index, layout: layout), nil) }
    guard !neurons.populations.isEmpty else { return ([], nil) }
    let run = run(samples, index: index, layout: layout)
    return (run.spikes, run)
  }

  /// What the host's own neurons do with a sample.
  private func run(_ samples: Samples, index: Int, layout: SampleLayout) -> HostNeurons.Run {
    let values = integers(samples, index: index, layout: layout)
    return neurons.run(
      drivers.map {
        FrontEndArithmetic.currents(
          $0.frontEnd, values, source: input.shape, target: $0.target)
      }, sample: samples.number(of: index))
  }

  /// The sample's integers x, channel-first.
  private func integers(_ samples: Samples, index: Int, layout: SampleLayout) -> [Int64] {
    let map = input.shape
    let (storage, base) = samples.stored(index..<(index + 1))
    var values: [Int64] = []
    values.reserveCapacity(map.count)
    for channel in 0..<map.channels {
      for row in 0..<map.height {
        for column in 0..<map.width {
          let stored =
            base + layout.storedIndex(channel: channel, row: row, column: column, in: map)
          switch storage {
          case .bytes(let bytes): values.append(Int64(bytes[stored]))
          case .floats(let floats): values.append(quantized(floats[stored]))
          }
        }
      }
    }
    return values
  }

  /// clamp(round-half-to-even(x · factor)) to 16 bits; NaN becomes 0.
  private func quantized(_ value: Float) -> Int64 {
    let scaled = (Double(value) * input.floatFactor).rounded(.toNearestOrEven)
    if scaled.isNaN { return 0 }
    return Int64(min(max(scaled, -32_768), 32_767))
  }

  /// The input spikes of a sample: channel-last indices, ascending, by step (a number that is not 0 is a
  /// spike).
  func spikes(_ samples: Samples, index: Int, layout: SampleLayout) -> [[UInt32]] {
    let map = input.shape
    let (storage, first) = samples.stored(index..<(index + 1))
    if case .bytes(let bytes) = storage, layout == .channelLast || map.positions == 1 {
      return (0..<timesteps).map { step in
        HostSide.marks(
          bytes, from: first + step * map.count, count: map.count)
      }
    }
    return (0..<timesteps).map { step in
      let base = first + step * map.count
      var list: [UInt32] = []
      for place in 0..<map.count {
        let position = place / map.channels
        let stored =
          base
          + layout.storedIndex(
            channel: place % map.channels, row: position / map.width,
            column: position % map.width, in: map)
        let isSpike =
          switch storage {
          case .bytes(let bytes): bytes[stored] != 0
          case .floats(let floats): floats[stored] != 0
          }
        if isSpike { list.append(UInt32(place)) }
      }
      return list
    }
  }

  /// The positions of bytes that are not 0 among `count` of them, eight looked at together.
  private static func marks(_ bytes: [UInt8], from first: Int, count: Int) -> [UInt32] {
    precondition(first >= 0 && first + count <= bytes.count, "the sample has as many steps")
    var list: [UInt32] = []
    list.reserveCapacity(count / 8)
    let lower: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
    unsafe bytes.withUnsafeBytes { bytes in
      var place = 0
      while place &+ 8 <= count {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: first &+ place, as: UInt64.self)
        // The highest bit of every byte that is not 0: a carry from its lower seven, or its own.
        var marks = ((word.littleEndian & lower) &+ lower | word.littleEndian) & ~lower
        while marks != 0 {
          list.append(UInt32(truncatingIfNeeded: place &+ marks.trailingZeroBitCount &>> 3))
          marks &= marks &- 1
        }
        place &+= 8
      }
      while place < count {
        if unsafe bytes[first &+ place] != 0 { list.append(UInt32(truncatingIfNeeded: place)) }
        place &+= 1
      }
    }
    return list
  }

  /// How a batch fits the input; throws what does not.
  func layout(of samples: Samples) throws(DiagnosticsError) -> SampleLayout {
    var stored = samples.sampleShape
    if input.isSpikes {
      guard stored.first == timesteps else {
        throw DiagnosticsError(
          Diagnostic(
            .error, "SL6005",
            "needs spike samples of T = \(timesteps) steps first, has shape \(stored)"))
      }
      stored.removeFirst()
    } else if samples.isBytes != input.isBytes {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL6005",
          "needs samples of \(input.isBytes ? "bytes" : "floats"), has \(samples.isBytes ? "bytes" : "floats")",
          remedy: "give the samples in the type the image was compiled for"))
    }
    guard
      let layout = SampleLayout.matching(
        stored: stored, map: input.shape, isBytes: samples.isBytes)
    else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL6005", "needs samples of \(input.shape), has shape \(samples.sampleShape)"))
    }
    return layout
  }
}
