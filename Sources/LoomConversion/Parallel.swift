import Dispatch

/// The values of a function for 0..<count, computed on up to `threads` threads, in order.
///
/// Every index is computed by exactly one call, so the result does not depend on the threads.
func parallelMap<Value: Sendable>(
  _ count: Int, threads: Int, _ body: @Sendable (Int) -> Value
) -> [Value] {
  guard count > 1, threads > 1 else { return (0..<count).map(body) }
  var slots = [Value?](repeating: nil, count: count)
  unsafe slots.withUnsafeMutableBufferPointer { buffer in
    nonisolated(unsafe) let target = unsafe buffer
    let workers = min(threads, count)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      // Worker w takes every index that leaves remainder w: no two workers share a slot.
      for index in stride(from: worker, to: count, by: workers) {
        unsafe target[index] = body(index)
      }
    }
  }
  return slots.compactMap { $0 }
}
