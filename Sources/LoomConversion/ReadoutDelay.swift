/// When the answer should begin to be read (Bu and others 2024, delayed evaluation; conversion.md §1).
///
/// t̃0 = Σ_l (θ_l − v_l(0)) / max_i E[ReLU(z_{l,i})]: the steps until the most driven neuron of each layer
/// fires for the first time, summed along the slowest path.
struct ReadoutDelay {
  /// t̃0, rounded down.
  let onset: Int

  /// Sums the first spikes of a calibrated network along its paths.
  init(_ draft: DraftNetwork, _ calibrated: [CalibratedPopulation], inputDelay: Double) {
    var delays: [Double] = []
    for (population, facts) in zip(draft.populations, calibrated) {
      let before = population.sources.map { $0 < 0 ? inputDelay : delays[$0] }.max() ?? 0
      delays.append(before + facts.firstSpike)
    }
    let latest = draft.outputs.map { delays[$0] }.max() ?? 0
    onset = Int(min(latest, 1e6))
  }

  /// t0 for T time-steps: the onset, but T − 4 where fewer than four steps would remain; 0…T−1.
  func start(timesteps: Int) -> Int {
    let wanted = timesteps < onset + 4 ? timesteps - 4 : onset
    return min(max(0, wanted), timesteps - 1)
  }
}
