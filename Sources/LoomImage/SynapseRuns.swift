public import LoomBase

/// Consecutive targets of one source whose weights are consecutive too.
public struct SynapseRun: Sendable, Hashable {
  /// The first target, in slice order (channel-last within the slice's box).
  public var firstTarget: Int
  /// The first weight, an index into the template's weights in the order asked for; the following
  /// targets take the following weights.
  public var firstWeight: Int
  /// The number of synapses.
  public var count: Int
  /// The left shift of their weights.
  public var shift: Int

  /// Creates a run.
  public init(firstTarget: Int, firstWeight: Int, count: Int, shift: Int) {
    self.firstTarget = firstTarget
    self.firstWeight = firstWeight
    self.count = count
    self.shift = shift
  }
}

/// The order of kernel columns in a template's weights.
public enum KernelOrder: Sendable, Hashable {
  /// As documented and stored: kernel columns ascending.
  case file
  /// Columns of one stride phase side by side, descending within it, so that the targets of a kernel row
  /// and their weights ascend together and a row becomes one run (see `SynapseRuns.weights(of:)`).
  case contiguousRows
  /// The same, but of depthwise kernels the channels of one kernel position side by side: neighbouring sources then meet
  /// neighbouring targets through neighbouring weights.
  case neighbouringChannels
}

/// The bijection between synapses and template positions, the one place of template geometry.
///
/// It tells which targets of a slice a source meets, and with which weights.
/// The runs of a source come in ascending order of targets for convolutions, dense and sparse templates;
/// for broadcast templates plane after plane. Adjacent runs are joined where targets and weights continue
/// and (unless shifts are ignored) shifts are equal.
public struct SynapseRuns: Sendable {
  /// The source map.
  public let source: MapShape
  /// The target map.
  public let target: MapShape
  /// The order of kernel columns that `firstWeight` refers to.
  public let order: KernelOrder
  /// Whether runs go on over changes of the shift (their `shift` is then that of the first synapse).
  public let ignoresShifts: Bool

  let kind: TemplateKind
  /// The share of the sources; nil: all.
  let share: Range<Int>?
  let shifts: [UInt8]
  /// Where a kernel column's weights stand within their kernel row.
  let columnSlots: [Int]
  /// Whether weights of one kernel position stand side by side, channel after channel (depthwise).
  package let isChannelLast: Bool

  /// Prepares the geometry of a template between two maps of the given shapes.
  public init(
    _ template: SynapseTemplate, source: MapShape, target: MapShape, order: KernelOrder = .file,
    ignoresShifts: Bool = false
  ) {
    self.source = source
    self.target = target
    self.order = order
    self.ignoresShifts = ignoresShifts
    kind = template.kind
    share = template.sourceRange
    shifts = template.shifts
    if case .convolution(let geometry) = template.kind {
      columnSlots = SynapseRuns.slots(of: geometry, order)
      isChannelLast =
        order == .neighbouringChannels && geometry.groups > 1 && geometry.groups == source.channels
        && geometry.groups == target.channels
    } else {
      columnSlots = []
      isChannelLast = false
    }
  }

  /// The runs of one source (channel-last index) onto the targets within `box`.
  public func runs(source index: Int, box: MapBox) -> [SynapseRun] {
    var runs: [SynapseRun] = []
    append(source: index, box: box, to: &runs)
    return runs
  }

  /// Appends the runs of one source (channel-last index) onto the targets within `box`.
  ///
  /// Runs already in the array are never joined with new ones.
  public func append(source index: Int, box: MapBox, to runs: inout [SynapseRun]) {
    var emitter = Emitter(shifts: ignoresShifts ? [] : shifts, fence: runs.count)
    if ignoresShifts { emitter.constantShift = Int(shifts.first ?? 0) }
    switch kind {
    case .convolution(let geometry):
      convolve(geometry, index, box, &emitter, &runs)
    case .dense:
      appendDense(index, box, &emitter, &runs)
    case .sparse(let offsets, let targets):
      appendSparse(targets[Int(offsets[index])..<Int(offsets[index + 1])], box, &emitter, &runs)
    case .broadcast(let planes, let perNeuron):
      appendBroadcast(planes, perNeuron, box, &emitter, &runs)
    case .sums: break
    }
  }

  /// The weights in this value's kernel order.
  public func weights(of template: SynapseTemplate) -> [Int16] {
    guard order != .file, case .convolution(let geometry) = template.kind else {
      return template.weights
    }
    var result = template.weights
    if isChannelLast {
      let taps = geometry.kernelHeight * geometry.kernelWidth
      for (place, weight) in template.weights.enumerated() {
        result[depthwisePlace(place / taps, place % taps, geometry)] = weight
      }
      return result
    }
    let channels = target.channels / geometry.groups
    let inputs = template.inputChannels(source, groups: geometry.groups).count
    let rows = inputs * geometry.groups * geometry.kernelHeight
    for row in 0..<rows {
      for column in 0..<geometry.kernelWidth where columnSlots[column] != column {
        let from = (row * geometry.kernelWidth + column) * channels
        let to = (row * geometry.kernelWidth + columnSlots[column]) * channels
        for channel in 0..<channels { result[to + channel] = template.weights[from + channel] }
      }
    }
    return result
  }

  /// Where a depthwise weight stands in channel-last order; `tap` counts kernel positions in the file's order.
  func depthwisePlace(_ channel: Int, _ tap: Int, _ geometry: TemplateGeometry) -> Int {
    let width = geometry.kernelWidth
    return (tap / width * width + columnSlots[tap % width]) * geometry.groups + channel
  }

  /// Kernel columns of one phase (columns that meet targets of the same source), phase after phase,
  /// descending within a phase because targets descend as the kernel column ascends.
  static func slots(of geometry: TemplateGeometry, _ order: KernelOrder) -> [Int] {
    let width = geometry.kernelWidth
    guard order != .file else { return Array(0..<width) }
    let period = geometry.strideX / greatestCommonDivisor(geometry.strideX, geometry.dilationX)
    var slots = [Int](repeating: 0, count: width)
    var next = 0
    for phase in 0..<min(period, width) {
      for column in stride(from: phase, to: width, by: period).reversed() {
        slots[column] = next
        next += 1
      }
    }
    return slots
  }

  private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    second == 0 ? first : greatestCommonDivisor(second, first % second)
  }
}

/// Joins pieces into runs.
struct Emitter {
  /// Shifts by channel; empty if they are ignored.
  let shifts: [UInt8]
  /// Runs before this position belong to somebody else.
  let fence: Int
  /// The shift of all pieces while shifts are ignored or uniform.
  var constantShift: Int

  init(shifts: [UInt8], fence: Int) {
    self.shifts = shifts
    self.fence = fence
    constantShift = Int(shifts.first ?? 0)
  }

  /// Adds a piece; `shiftIndex` is the position of its first shift.
  @inline(__always)
  mutating func emit(
    target: Int, weight: Int, count: Int, shiftIndex: Int, to runs: inout [SynapseRun]
  ) {
    guard shifts.count > 1 else {
      join(target, weight, count, constantShift, &runs)
      return
    }
    var begin = 0
    while begin < count {
      let shift = shifts[shiftIndex + begin]
      var end = begin + 1
      while end < count, shifts[shiftIndex + end] == shift { end += 1 }
      join(target + begin, weight + begin, end - begin, Int(shift), &runs)
      begin = end
    }
  }

  @inline(__always)
  private func join(
    _ target: Int, _ weight: Int, _ count: Int, _ shift: Int, _ runs: inout [SynapseRun]
  ) {
    let last = runs.count - 1
    if last >= fence, runs[last].firstTarget + runs[last].count == target,
      runs[last].firstWeight + runs[last].count == weight, runs[last].shift == shift
    {
      runs[last].count += count
    } else {
      runs.append(
        SynapseRun(firstTarget: target, firstWeight: weight, count: count, shift: shift))
    }
  }
}
