import LoomBase
import LoomHardware
import LoomNetwork

extension QuantizationPass {
  /// Lowers scales until the integers themselves show that no sum of any window can leave the potential.
  ///
  /// Rounding makes integer sums a little larger than the scaled sums of the scales' choice, so one or two
  /// rounds settle it. Integer networks keep their numbers; what could saturate is a warning.
  mutating func settle(_ window: WindowCode) throws(DiagnosticsError) {
    let limit = FixedPoint.maximum(bits: input.potentialBits)
    let populations = input.network.populations
    var rooms = [Double](repeating: 1, count: populations.count)
    var pending = populations.indices.filter { populations[$0].role != .input }
    for round in 0...Self.rounds {
      let reaches = pending.map { (index: $0, reach: reach($0, window)) }
      let excess = reaches.filter { $0.reach > limit }
      if excess.isEmpty { break }
      guard !input.network.isInteger else { return warn(excess.map(\.index), limit) }
      guard round < Self.rounds else { throw tooNarrow(excess.map(\.index)) }
      for (index, reach) in excess { rooms[index] *= 0.9995 * Double(limit) / Double(reach) }
      for index in excess.map(\.index) where populations[index].role == .hidden {
        scales[index] = PopulationScale.choose(index, of: input, room: rooms[index])
      }
      // Readouts that answer share one scale: all are chosen again together.
      let readouts = populations.indices.filter { populations[$0].role == .readout }
      for index in readouts {
        scales[index] = PopulationScale.choose(index, of: input, room: rooms[index])
      }
      ReadoutScale.unify(&scales, of: input)
      pending = excess.map(\.index).filter { populations[$0].role == .hidden } + readouts
    }
    guard !input.network.isInteger else { return }
    for index in populations.indices {
      diagnostics += scales[index].windowRemarks(populations[index].name, input: input)
    }
  }

  private static let rounds = 12

  /// The largest |sum| of a population's windows at the scales chosen so far.
  private func reach(_ index: Int, _ window: WindowCode) -> Int64 {
    let population = quantizePopulation(index)
    var reach = WindowReach(population, window)
    for projection in input.incoming[index] {
      reach.add(quantized(projection), site: input.network.projections[projection].site)
    }
    guard !input.frontEnds[index].isEmpty else { return reach.largest }
    let frontEnd = FrontEndQuantization(input)
    for projection in input.frontEnds[index] {
      reach.add(
        quantizeFrontEnd(projection, frontEnd),
        rows: WeightRows(
          input.network.frontEnd[projection].connectivity, source: input.network.input.shape,
          target: population.shape),
        bytes: frontEnd.quantization == .bytes, shape: population.shape)
    }
    return reach.largest
  }

  private mutating func warn(_ indices: [Int], _ limit: Int64) {
    for index in indices {
      diagnostics.append(
        Diagnostic(
          .warning, "SL3024",
          "needs sums beyond \(limit) in the worst case, has \(input.potentialBits) potential bits: "
            + "they saturate", at: .layer(input.network.populations[index].name),
          remedy: "rescale the network, or choose a profile with wider potentials"))
    }
  }

  private func tooNarrow(_ indices: [Int]) -> DiagnosticsError {
    DiagnosticsError(
      .doesNotFit,
      indices.map { index in
        Diagnostic(
          .error, "SL3015",
          "needs wider potentials for \(input.network.code.rawValue) codes of "
            + "\(input.network.timesteps) steps, has \(input.potentialBits) bits",
          at: .layer(input.network.populations[index].name),
          remedy: "use fewer time-steps, or a profile with wider potentials")
      })
  }
}
