import LoomBase
import LoomImport
import LoomNetwork

/// A workload's network as bare loops, with no chip, no cores and nothing counted: the roofline of the machine.
///
/// Dense rows are added four events at a time, convolutions event by event, channels innermost. It shares no code with the
/// emulator, so that its spikes check those of the emulator too.
struct BareNetwork {
  private var layers: [BareLayer]
  /// By step: the inputs that are on.
  private let inputs: [[UInt32]]

  /// Prepares a folder's network with the given strides.
  init(_ folder: WorkloadFolder, strides: [Int]) {
    let network = folder.network(strides: strides)
    layers = folder.layers.indices.map {
      BareLayer(
        folder.layers[$0], source: network.populations[$0].shape,
        target: network.populations[$0 + 1].shape, stride: strides[$0])
    }
    inputs = (0..<folder.steps).map { step in
      (0..<folder.inputs).filter { folder.raster[step * folder.inputs + $0] != 0 }
        .map { UInt32($0) }
    }
  }

  /// Runs all steps from the beginning; returns each layer's spikes and the synaptic operations.
  mutating func run() -> WorkloadFolder.Reference {
    var result = WorkloadFolder.Reference(
      spikes: Array(repeating: 0, count: layers.count), synapticOperations: 0)
    for index in layers.indices { layers[index].reset() }
    for events in inputs {
      var events = events[...]
      for index in layers.indices {
        result.synapticOperations += layers[index].scatter(events)
        events = layers[index].update()
        result.spikes[index] += events.count
      }
    }
    return result
  }
}

/// One layer: weights a source at a time, sums of a step, potentials.
private struct BareLayer {
  private let isConvolution: Bool
  private let source: MapShape
  private let target: MapShape
  private var kernel: (rows: Int, columns: Int, stride: Int)
  private let threshold: Int32
  /// Dense layers: inputs × outputs; convolutions: channels in × kernel rows × kernel columns × channels out.
  private var weights: [Int8]
  private var sums: [Int32]
  private var potentials: [Int32]
  private var marks: [UInt8]
  private var fired: [UInt32]

  init(_ layer: WorkloadFolder.Layer, source: MapShape, target: MapShape, stride: Int) {
    isConvolution = layer.isConvolution
    self.source = source
    self.target = target
    threshold = Int32(clamping: layer.threshold)
    weights = layer.weights
    kernel = (1, 1, 1)
    sums = Array(repeating: 0, count: target.count)
    potentials = sums
    marks = Array(repeating: 0, count: target.count + 8)
    fired = Array(repeating: 0, count: target.count)
    guard isConvolution else { return }
    kernel = (layer.shape[0], layer.shape[1], stride)
    let (positions, inputs, outputs) = (
      layer.shape[0] * layer.shape[1], layer.shape[2], layer.outputs
    )
    for channel in 0..<inputs {
      for position in 0..<positions {
        for output in 0..<outputs {
          weights[(channel * positions + position) * outputs + output] =
            layer.weights[(position * inputs + channel) * outputs + output]
        }
      }
    }
  }

  mutating func reset() {
    for index in potentials.indices { potentials[index] = 0 }
  }

  mutating func scatter(_ events: ArraySlice<UInt32>) -> Int {
    isConvolution ? convolve(events) : addRows(events)
  }

  private mutating func addRows(_ events: ArraySlice<UInt32>) -> Int {
    let count = target.count
    var index = events.startIndex
    while index + 4 <= events.endIndex {
      BareLayer.add(
        weights, Int(events[index]) * count, Int(events[index + 1]) * count,
        Int(events[index + 2]) * count, Int(events[index + 3]) * count, count: count, &sums)
      index += 4
    }
    while index < events.endIndex {
      BareLayer.add(weights, Int(events[index]) * count, count: count, to: 0, &sums)
      index += 1
    }
    return events.count * count
  }

  private mutating func convolve(_ events: ArraySlice<UInt32>) -> Int {
    var operations = 0
    let outputs = target.channels
    for event in events {
      let channel = Int(event) % source.channels
      let position = Int(event) / source.channels
      let (row, column) = (position / source.width, position % source.width)
      for kernelRow in 0..<kernel.rows {
        let offset = row - kernelRow
        guard offset >= 0, offset % kernel.stride == 0, offset / kernel.stride < target.height
        else { continue }
        for kernelColumn in 0..<kernel.columns {
          let reach = column - kernelColumn
          guard reach >= 0, reach % kernel.stride == 0, reach / kernel.stride < target.width
          else { continue }
          let place = offset / kernel.stride * target.width + reach / kernel.stride
          let tap = (channel * kernel.rows + kernelRow) * kernel.columns + kernelColumn
          BareLayer.add(
            weights, tap * outputs, count: outputs, to: place * outputs, &sums)
          operations += outputs
        }
      }
    }
    return operations
  }

  /// Adds four rows at once.
  private static func add(
    _ weights: [Int8], _ first: Int, _ second: Int, _ third: Int, _ fourth: Int, count: Int,
    _ sums: inout [Int32]
  ) {
    precondition(
      min(first, second, third, fourth) >= 0 && count <= sums.count
        && max(first, second, third, fourth) + count <= weights.count, "rows lie within the weights"
    )
    unsafe weights.withUnsafeBufferPointer { weights in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        for index in 0..<count {
          let sum =
            unsafe Int16(weights[first &+ index]) &+ Int16(weights[second &+ index])
            &+ Int16(weights[third &+ index]) &+ Int16(weights[fourth &+ index])
          unsafe sums[index] &+= Int32(sum)
        }
      }
    }
  }

  private static func add(
    _ weights: [Int8], _ first: Int, count: Int, to place: Int, _ sums: inout [Int32]
  ) {
    precondition(
      first >= 0 && place >= 0 && first + count <= weights.count && place + count <= sums.count,
      "a row lies within the weights")
    unsafe weights.withUnsafeBufferPointer { weights in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        for index in 0..<count {
          unsafe sums[place &+ index] &+= Int32(weights[first &+ index])
        }
      }
    }
  }

  /// V += sums; who is above the threshold fires and is set to 0; lists who fired.
  mutating func update() -> ArraySlice<UInt32> {
    BareLayer.update(threshold, &sums, &potentials, &marks)
    let count = BareLayer.list(marks, count: target.count, &fired)
    return fired[..<count]
  }

  private static func update(
    _ threshold: Int32, _ sums: inout [Int32], _ potentials: inout [Int32], _ marks: inout [UInt8]
  ) {
    let count = sums.count
    precondition(potentials.count == count && marks.count >= count, "one number a neuron")
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe potentials.withUnsafeMutableBufferPointer { potentials in
        unsafe marks.withUnsafeMutableBufferPointer { marks in
          for index in 0..<count {
            let potential = unsafe potentials[index] &+ sums[index]
            let fires = potential > threshold
            unsafe sums[index] = 0
            unsafe potentials[index] = fires ? 0 : potential
            unsafe marks[index] = fires ? 1 : 0
          }
        }
      }
    }
  }

  private static func list(_ marks: [UInt8], count: Int, _ fired: inout [UInt32]) -> Int {
    precondition(
      marks.count >= count + 8 && fired.count >= count, "marks are padded to whole words")
    var found = 0
    unsafe marks.withUnsafeBytes { marks in
      unsafe fired.withUnsafeMutableBufferPointer { fired in
        var index = 0
        while index < count {
          var word = UInt64(
            littleEndian: unsafe marks.loadUnaligned(fromByteOffset: index, as: UInt64.self))
          while word != 0 {
            unsafe fired[found] = UInt32(
              truncatingIfNeeded: index &+ word.trailingZeroBitCount &>> 3)
            found &+= 1
            word &= word &- 1
          }
          index &+= 8
        }
      }
    }
    return found
  }
}
