import Foundation
import Synchronization

/// Progress on standard error: one line for each stage, and a count that is renewed at most twice a second.
final class Progress: Sendable {
  private struct State {
    var lastLine: ContinuousClock.Instant?
    var stageStart = ContinuousClock.now
  }

  private let state = Mutex(State())
  private let clock = ContinuousClock()

  /// Begins a stage.
  func stage(_ name: String) {
    state.withLock {
      $0.stageStart = clock.now
      $0.lastLine = nil
    }
    Console.note("· \(name)")
  }

  /// Reports how many of a total are done.
  func count(_ done: Int, of total: Int, what: String) {
    let due = state.withLock { state in
      let now = clock.now
      let last = state.lastLine ?? state.stageStart
      guard now - last >= .seconds(2) else { return false }
      state.lastLine = now
      return true
    }
    if due { Console.note("    \(done) of \(total) \(what)") }
  }
}
