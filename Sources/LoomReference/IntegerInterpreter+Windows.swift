import LoomBase
import LoomNetwork

extension IntegerInterpreter {
  /// Runs a window code: every population hears all T steps of its sources before it emits its own.
  ///
  /// There is no chip time here. The spikes of aligned step j of every source arrive together, as listening
  /// step j, however deep each of them lies.
  func runWindows(_ progress: inout IntegerProgress, injected: [SpikeList]) {
    progress.rememberAnswers(of: network.outputs)
    for population in order {
      let own = parameters[population]
      if own.role == .input {
        for step in 0..<network.timesteps {
          progress.record(injected[step], of: population, step: step)
        }
        continue
      }
      var window = IntegerWindow(own, code: network.code, timesteps: network.timesteps)
      if !incoming[population].isEmpty { listen(&window, of: population, &progress) }
      window.start(constants: progress.states[population].constant)
      if own.role == .hidden {
        for step in 0..<network.timesteps {
          let flags = window.emit(step: step)
          progress.record(
            listSpikes(flags: flags, shape: own.shape), of: population, step: step)
        }
      }
      progress.states[population].potential = window.potential
    }
  }

  private func listen(
    _ window: inout IntegerWindow, of population: Int, _ progress: inout IntegerProgress
  ) {
    let own = parameters[population]
    let silence = [Int64](repeating: 0, count: own.shape.count)
    for step in 0..<network.timesteps {
      var arrivals = [[Int64]](repeating: silence, count: own.sites)
      deliver(to: population, step: step, &arrivals, &progress)
      window.listen(arrivals)
    }
  }
}
