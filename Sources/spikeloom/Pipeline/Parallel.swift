import Dispatch
import Foundation
import LoomBase
import Synchronization

/// The number of worker threads: what is asked for, else all cores.
func threadCount(_ arguments: ParsedArguments) throws(UsageError) -> Int {
  try arguments.integer("--threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount
}

/// Applies a function to every index on several threads; results are in index order whatever the threads.
///
/// The first failure (by index) is thrown after all threads have stopped.
func mapConcurrently<Result: Sendable>(
  count: Int, threads: Int, progress: (@Sendable (Int) -> Void)? = nil,
  _ transform: @escaping @Sendable (Int) throws(DiagnosticsError) -> Result
) throws(DiagnosticsError) -> [Result] {
  let shared = Mutex(WorkList<Result>(count: count))
  DispatchQueue.concurrentPerform(iterations: min(threads, max(count, 1))) { _ in
    while true {
      let index = shared.withLock { state -> Int? in
        guard state.next < count, state.failure == nil else { return nil }
        state.next += 1
        return state.next - 1
      }
      guard let index else { return }
      do {
        let result = try transform(index)
        let done = shared.withLock { state in
          state.results[index] = result
          state.done += 1
          return state.done
        }
        progress?(done)
      } catch let error as DiagnosticsError {
        shared.withLock { state in
          if index < state.failure?.index ?? .max { state.failure = (index, error) }
        }
      } catch {
        preconditionFailure("typed throws leave no other error")
      }
    }
  }
  return try shared.withLock { state throws(DiagnosticsError) in
    if let failure = state.failure { throw failure.error }
    return state.results.compactMap(\.self)
  }
}

/// What the workers share: which index is next, what is done, what failed.
private struct WorkList<Result: Sendable>: Sendable {
  var next = 0
  var done = 0
  var results: [Result?]
  var failure: (index: Int, error: DiagnosticsError)?

  init(count: Int) {
    results = [Result?](repeating: nil, count: count)
  }
}
