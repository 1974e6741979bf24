import Foundation
import LoomBase

/// What a channel was trained to do, as far as the graph says.
struct TrainedChannel: Sendable {
  /// Where it clips, if it does.
  var bound: Float?
  /// The step between its levels, if it has some.
  var step: Float?
  /// The number of steps.
  var levels = 0
  /// What is added before rounding down.
  var offset: Float = 0.5
}

/// λ, v(0) and bias of one channel under a window code.
///
/// λ is the candidate with the least squared error of codes against the trained network's activation; the
/// bias then takes off what mean error remains, where that lowers the squared error (Li and others 2021).
struct ChannelScale: Sendable {
  /// λ; zero where the channel never spoke.
  private(set) var scale: Float = 0
  /// v(0).
  private(set) var initial: Float = 0
  /// What is added to the bias.
  private(set) var correction: Float = 0

  /// Shares of the largest activation that are tried, and how finely the best is refined.
  private static let shares: [Float] = (0..<48).map { exp2(-Float($0) / 10) }
  private static let refinements: [Float] = [-0.06, -0.04, -0.02, 0.02, 0.04, 0.06]
  /// A trained bound is left only for a squared error this much smaller.
  private static let boundPreference = 0.5

  private let grid: CodeGrid
  private let trained: TrainedChannel

  /// Chooses on pairs of currents and activations.
  init(_ pairs: ChannelPairs, grid: CodeGrid, trained: TrainedChannel) {
    self.grid = grid
    self.trained = trained
    if let step = trained.step, trained.levels == grid.top {
      (scale, initial) = (step * Float(grid.divisions), trained.offset * step)
      return
    }
    guard pairs.peak > 0 else { return }
    choose(pairs)
    for _ in 0..<2 {
      correct(pairs)
      refine(pairs)
    }
    correct(pairs)
  }

  /// λ whose largest value is a number.
  private func scale(top: Float) -> Float { top * Float(grid.divisions) / Float(grid.top) }

  /// v(0) that rounds as the channel was trained to: half a quantum, less what a trained floor loses.
  private func initial(_ scale: Float) -> Float {
    scale * grid.quantum / 2 - (0.5 - trained.offset) * (trained.step ?? 0)
  }

  private func error(_ pairs: ChannelPairs, _ scale: Float) -> Double {
    pairs.error(grid, scale: scale, initial: initial(scale) + correction).squared
  }

  private mutating func choose(_ pairs: ChannelPairs) {
    var best = Double.infinity
    func candidate(_ value: Float, _ current: inout Float, factor: Double = 1) {
      guard value > 0, value.isFinite else { return }
      let found = error(pairs, value)
      if found * factor < best { (best, current) = (found * factor, value) }
    }
    var chosen: Float = 0
    if let step = trained.step { candidate(step * Float(grid.divisions), &chosen) }
    if let bound = trained.bound {
      candidate(scale(top: bound), &chosen, factor: trained.step == nil ? Self.boundPreference : 1)
    }
    for share in Self.shares { candidate(scale(top: pairs.peak * share), &chosen) }
    scale = chosen
    if trained.bound == nil { refine(pairs) }
    initial = initial(scale)
  }

  /// Looks around λ.
  private mutating func refine(_ pairs: ChannelPairs) {
    guard trained.bound == nil else { return }
    var (best, chosen) = (error(pairs, scale), scale)
    for share in Self.refinements {
      let value = scale * (1 + share)
      let found = error(pairs, value)
      if found < best { (best, chosen) = (found, value) }
    }
    scale = chosen
    initial = initial(scale)
  }

  private mutating func correct(_ pairs: ChannelPairs) {
    let base = pairs.error(grid, scale: scale, initial: initial + correction)
    var (best, chosen) = (base.squared, correction)
    let shifts = [base.mean, 2 * base.mean, base.mean / 2, pairs.meanCurrentError]
    for shift in shifts {
      let value = correction + Float(shift)
      let found = pairs.error(grid, scale: scale, initial: initial + value).squared
      if found < best { (best, chosen) = (found, value) }
    }
    correction = chosen
  }
}
