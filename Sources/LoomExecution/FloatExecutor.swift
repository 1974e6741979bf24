import Dispatch
public import LoomNetwork
import Synchronization

/// Runs a trained network in floating point.
public struct FloatExecutor: Sendable {
  private let network: Network
  /// For each layer the values that no later layer reads.
  private let lastReads: [[ValueID]]
  /// Samples run together where the batch axis is free; results do not depend on it.
  private static let chunkSize = 4

  /// Prepares a network for running.
  public init(_ network: Network) {
    self.network = network
    var seen = Set(network.outputs)
    var lastReads = [[ValueID]](repeating: [], count: network.layers.count)
    for index in network.layers.indices.reversed() {
      let layer = network.layers[index]
      for id in layer.inputs.compactMap({ $0 }) + layer.outputs where seen.insert(id).inserted {
        lastReads[index].append(id)
      }
    }
    self.lastReads = lastReads
  }

  /// Runs the network on one tensor for each of its inputs, batch axis first.
  ///
  /// - Returns: the network's outputs, in their order.
  public func run(_ inputs: [Tensor]) throws(ExecutionError) -> [Tensor] {
    try run(inputs, observing: []).outputs
  }

  /// Runs the network and also returns the values asked for.
  public func run(
    _ inputs: [Tensor], observing: [ValueID]
  ) throws(ExecutionError) -> (outputs: [Tensor], observed: [Tensor]) {
    var values = try bound(inputs)
    let kept = Set(observing)
    for (index, layer) in network.layers.enumerated() {
      let operands = try layer.inputs.map { (id) throws(ExecutionError) -> Tensor? in
        guard let id else { return nil }
        return try value(id, values)
      }
      let results = try LayerEvaluator.evaluate(
        layer, inputs: operands, outputCount: layer.outputs.count)
      guard results.count >= layer.outputs.count else {
        throw ExecutionError(
          .unsupported, "needs \(layer.outputs.count) outputs, has \(results.count)",
          layer: layer.name)
      }
      for (id, result) in zip(layer.outputs, results) { values[id.index] = result }
      for id in lastReads[index] where !kept.contains(id) { values[id.index] = nil }
    }
    return (try gathered(network.outputs, values), try gathered(observing, values))
  }

  private func gathered(
    _ ids: [ValueID], _ values: [Tensor?]
  ) throws(ExecutionError) -> [Tensor] {
    try ids.map { (id) throws(ExecutionError) -> Tensor in try value(id, values) }
  }

  private func value(_ id: ValueID, _ values: [Tensor?]) throws(ExecutionError) -> Tensor {
    if let tensor = values[id.index] ?? network.constants[id] { return tensor }
    throw .invalid("needs the value '\(network[id].name)', which nothing computes")
  }

  /// The value table with the inputs in place; throws if they do not match the declared ones.
  private func bound(_ inputs: [Tensor]) throws(ExecutionError) -> [Tensor?] {
    guard inputs.count == network.inputs.count else {
      throw .invalid("needs \(network.inputs.count) inputs, has \(inputs.count)")
    }
    var values = [Tensor?](repeating: nil, count: network.values.count)
    for (id, tensor) in zip(network.inputs, inputs) {
      if let shape = network[id].shape {
        let fits =
          shape.count == tensor.shape.count
          && zip(shape, tensor.shape).allSatisfy { $0 == -1 || $0 == $1 }
        guard fits else {
          throw .invalid(
            "needs input '\(network[id].name)' of shape \(shape), has \(tensor.shape)")
        }
      }
      values[id.index] = tensor
    }
    return values
  }

  /// Runs a batch of samples through a network with a single input, spread over threads.
  ///
  /// The batch axis of the network may be free or fixed; the batch is split accordingly, and the last
  /// part filled up with repeated samples whose results are dropped. The results have the same bytes for
  /// any number of threads.
  ///
  /// - Parameters:
  ///   - batch: the samples, N first.
  ///   - threads: the number of threads, at least 1.
  /// - Returns: each output of the network with N first.
  public func runSamples(_ batch: Tensor, threads: Int) throws(ExecutionError) -> [Tensor] {
    precondition(threads >= 1, "at least one thread runs the samples")
    guard network.inputs.count == 1, let count = batch.shape.first, count > 0 else {
      throw .invalid(
        "needs a network with one input and at least one sample, "
          + "has \(network.inputs.count) inputs and samples of shape \(batch.shape)")
    }
    let fixed = network[network.inputs[0]].shape?.first ?? -1
    guard fixed != 0 else { throw .invalid("needs a batch axis, has extent 0") }
    let size = fixed > 0 ? fixed : FloatExecutor.chunkSize
    let chunks = (count + size - 1) / size
    let results = ChunkResults(count: chunks)
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, chunks)) { _ in
      while true {
        let chunk = next.add(1, ordering: .relaxed).oldValue
        guard chunk < chunks, !results.hasFailed else { return }
        let start = chunk * size
        let end = min(start + size, count)
        results.store(
          Result { () throws(ExecutionError) in
            try runChunk(batch, start..<end, filledTo: fixed > 0 ? fixed : end - start)
          }, at: chunk)
      }
    }
    return try joined(results.all(), count: count)
  }

  private func runChunk(
    _ batch: Tensor, _ range: Range<Int>, filledTo size: Int
  ) throws(ExecutionError) -> [Tensor] {
    let sample = batch.shape.dropFirst().reduce(1, *)
    let picks = (0..<size).map { min(range.lowerBound + $0, range.upperBound - 1) }
    let pick = AxisPick(outer: 1, extent: batch.shape[0], inner: sample, indices: picks)
    let part = batch.rearranged(pick, shape: [size] + batch.shape.dropFirst())
    return try run([part]).map { (output) throws(ExecutionError) -> Tensor in
      guard output.shape.first == size else {
        throw .invalid("needs outputs with the batch axis first, has \(output.shape)")
      }
      let dense = try Operands(
        inputs: [], outputCount: 1, elementLimit: LayerEvaluator.defaultElementLimit
      ).dense(output)
      let inner = output.shape.dropFirst().reduce(1, *)
      let keep = AxisPick(outer: 1, extent: size, inner: inner, indices: Array(0..<range.count))
      return dense.rearranged(keep, shape: [range.count] + output.shape.dropFirst())
    }
  }

  private func joined(_ parts: [[Tensor]], count: Int) throws(ExecutionError) -> [Tensor] {
    try network.outputs.indices.map { (output) throws(ExecutionError) -> Tensor in
      let pieces = parts.map { $0[output] }
      let tail = Array(pieces[0].shape.dropFirst())
      guard pieces.allSatisfy({ Array($0.shape.dropFirst()) == tail }) else {
        throw .invalid("needs outputs of one shape for all samples")
      }
      return try MovementKernel.joined(pieces, 0, [count] + tail)
    }
  }
}

/// The results of chunks that run on several threads, each in its own place.
private final class ChunkResults: Sendable {
  private let slots: Mutex<[Result<[Tensor], ExecutionError>?]>

  init(count: Int) {
    slots = Mutex([Result<[Tensor], ExecutionError>?](repeating: nil, count: count))
  }

  /// Whether a chunk has failed, so that the rest need not run.
  var hasFailed: Bool {
    slots.withLock { slots in
      slots.contains { if case .failure = $0 { true } else { false } }
    }
  }

  func store(_ result: Result<[Tensor], ExecutionError>, at chunk: Int) {
    slots.withLock { $0[chunk] = result }
  }

  /// All results in the order of the chunks; throws the first failure.
  func all() throws(ExecutionError) -> [[Tensor]] {
    var parts: [[Tensor]] = []
    for slot in slots.withLock({ $0 }) {
      if let slot { parts.append(try slot.get()) }
    }
    return parts
  }
}
