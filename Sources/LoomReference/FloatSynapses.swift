import LoomBase
import LoomNetwork

/// A source neuron's contribution: a spike's worth, or an analog value of the sample.
struct WeightedEvent {
  var neuron: Int32
  var amplitude: Float
}

/// Float synapses of a projection or of a front end, laid out by source.
struct FloatSynapses: Sendable {
  /// -1 for a front end.
  let source: Int
  let target: Int
  let site: Int
  let delay: Int
  private let layout: SynapseLayout<Float>

  init(_ projection: Projection, source: MapShape, target: MapShape) {
    self.source = projection.source.index
    self.target = projection.target.index
    site = projection.site
    delay = projection.alignedDelay
    layout = SynapseLayout(
      projection.connectivity, weights: projection.weights, source: source, target: target)
  }

  init(_ frontEnd: FrontEndProjection, source: MapShape, target: MapShape) {
    self.source = -1
    self.target = frontEnd.target.index
    site = frontEnd.site
    delay = 0
    layout = SynapseLayout(
      frontEnd.connectivity, weights: frontEnd.weights, source: source, target: target)
  }

  /// Adds amplitude × weight of every event's synapses to the currents of the targets (channel-last), in
  /// the order of the events.
  func deliver(_ events: [WeightedEvent], to currents: inout [Float]) {
    switch layout.form {
    case .rows(let targets):
      FloatSynapses.deliverRows(events, layout.weights, targets: targets, to: &currents)
    case .windows(let windows):
      FloatSynapses.deliverWindows(events, layout.weights, windows, to: &currents)
    case .entries(let offsets, let targets):
      for event in events {
        for entry in offsets[Int(event.neuron)]..<offsets[Int(event.neuron) + 1] {
          currents[Int(targets[entry])] += event.amplitude * layout.weights[entry]
        }
      }
    }
  }

  private static func deliverRows(
    _ events: [WeightedEvent], _ weights: [Float], targets: Int, to currents: inout [Float]
  ) {
    precondition(currents.count == targets, "a current for each target")
    unsafe currents.withUnsafeMutableBufferPointer { sums in
      unsafe weights.withUnsafeBufferPointer { table in
        guard let sums = sums.baseAddress, let table = table.baseAddress else { return }
        for event in events {
          let first = Int(event.neuron) * targets
          precondition(first >= 0 && first + targets <= weights.count, "a row lies in the weights")
          unsafe addRow(table + first, to: sums, count: targets, amplitude: event.amplitude)
        }
      }
    }
  }

  /// Adds the rows of a convolution.
  ///
  /// Runs were made for exactly these maps by `KernelWindows`: every target is below the target's count,
  /// every weight below the number of weights of a channel. Only the event's own number is checked.
  private static func deliverWindows(
    _ events: [WeightedEvent], _ weights: [Float], _ windows: KernelWindows,
    to currents: inout [Float]
  ) {
    let sources = weights.count / windows.weightsPerChannel * windows.positions
    unsafe currents.withUnsafeMutableBufferPointer { sums in
      unsafe weights.withUnsafeBufferPointer { table in
        guard let sums = sums.baseAddress, let table = table.baseAddress else { return }
        for event in events {
          let neuron = Int(event.neuron)
          precondition(neuron >= 0 && neuron < sources, "an event comes from the source map")
          let channel = neuron / windows.positions
          let position = neuron &- channel &* windows.positions
          let weight = channel &* windows.weightsPerChannel
          let target = channel / windows.sourceChannelsPerGroup &* windows.targetChannelsPerGroup
          for index in windows.offsets[position]..<windows.offsets[position &+ 1] {
            let run = windows.runs[index]
            unsafe addRow(
              table + (weight &+ Int(run.weight)), to: sums + (target &+ Int(run.target)),
              count: Int(run.count), amplitude: event.amplitude)
          }
        }
      }
    }
  }

  @inline(__always)
  private static func addRow(
    _ row: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, count: Int, amplitude: Float
  ) {
    for index in 0..<count {
      unsafe sums[index] += amplitude * row[index]
    }
  }
}
