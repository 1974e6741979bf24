import Foundation
import LoomNetwork

/// λ, v(0) and bias of every channel of a draft while they are being tuned.
///
/// The parameters are ln(λ/λ₀), then the bias in units of λ₀, of every channel of every population; zero is where they
/// began. v(0) stays the same share of λ.
struct TunedCodes: Sendable {
  /// What calibration found.
  let start: [CalibratedPopulation]
  /// The first channel of each population among all.
  let firstChannel: [Int]
  /// The channels of all populations.
  let channels: Int
  /// λ₀; of a readout its largest |score|.
  private let units: [Float]
  /// Whether a channel is what it was trained to be.
  private let isFixed: [Bool]
  /// 2 · `channels` numbers.
  var parameters: [Float]

  /// Begins where calibration ended; channels that were trained with the grid's levels stay as they are.
  init(_ draft: DraftNetwork, _ start: [CalibratedPopulation], _ grid: CodeGrid) {
    self.start = start
    var (first, units, fixed): ([Int], [Float], [Bool]) = ([], [], [])
    for (population, found) in zip(draft.populations, start) {
      first.append(units.count)
      let isReadout = population.kind == .readout
      for channel in found.thresholds.indices {
        let trained = population.trained(channel)
        units.append(isReadout ? max(found.peak, 1e-12) : found.thresholds[channel])
        fixed.append(!isReadout && trained.step != nil && trained.levels == grid.top)
      }
    }
    firstChannel = first
    channels = units.count
    self.units = units
    isFixed = fixed
    parameters = [Float](repeating: 0, count: 2 * units.count)
  }

  /// Whether nothing but readouts is free.
  func isSettled(_ draft: DraftNetwork) -> Bool {
    draft.populations.indices.allSatisfy { index in
      draft.populations[index].kind == .readout
        || start[index].thresholds.indices.allSatisfy { isFixed[firstChannel[index] + $0] }
    }
  }

  /// Nothing is moved further than this in ln λ: beyond it a gradient no longer means anything.
  private static let mostLogScale: Float = 3

  /// λ/λ₀ of a channel.
  private func factor(_ place: Int) -> Float {
    exp(min(max(parameters[place], -Self.mostLogScale), Self.mostLogScale))
  }

  /// λ of a population's channel.
  func scale(_ population: Int, _ channel: Int) -> Float {
    start[population].thresholds[channel] * factor(firstChannel[population] + channel)
  }

  /// v(0) of a population's channel.
  func initial(_ population: Int, _ channel: Int, _ grid: CodeGrid) -> Float {
    let found = start[population]
    let began = found.initialPotentials?[channel] ?? found.thresholds[channel] * grid.quantum / 2
    return began * factor(firstChannel[population] + channel)
  }

  /// What is added to the bias of a population's channel.
  func correction(_ population: Int, _ channel: Int) -> Float {
    let place = firstChannel[population] + channel
    return (start[population].biasCorrections?[channel] ?? 0)
      + parameters[channels + place] * units[place]
  }

  /// Adds a gradient with respect to ln λ and to the bias to those of the parameters.
  func add(
    _ population: Int, _ channel: Int, logScale: Float, bias: Float, to gradient: inout [Float]
  ) {
    let place = firstChannel[population] + channel
    guard !isFixed[place] else { return }
    gradient[place] += logScale
    gradient[channels + place] += bias * units[place]
  }

  /// What calibration found, with the parameters as they are now.
  func populations(_ draft: DraftNetwork, _ grid: CodeGrid) -> [CalibratedPopulation] {
    start.indices.map { index in
      var result = start[index]
      let range = result.thresholds.indices
      result.biasCorrections = range.map { correction(index, $0) }
      guard draft.populations[index].kind != .readout else { return result }
      result.thresholds = range.map { scale(index, $0) }
      result.initialPotentials = range.map { initial(index, $0, grid) }
      return result
    }
  }
}
