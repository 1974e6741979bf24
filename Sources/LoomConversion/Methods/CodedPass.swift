import LoomBase
import LoomNetwork

/// The way of samples forward through a draft in codes, and of a loss's gradient back.
///
/// A code is y = q · clamp(⌊(z + b + v(0)) / q⌋, 0, top). Rounding is passed over on the way back (straight-through
/// estimation), and with u = (z + b) / q it is ∂y/∂z = ∂y/∂b = 1 where 0 ≤ u ≤ top, else 0, and ∂y/∂q = code − u there,
/// else the code (learned step size: Esser and others 2020, arXiv 1902.08153, eq. 3).
struct CodedPass: Sendable {
  /// A term of a current, to be gone back through.
  private struct Part: Sendable {
    var source: Int
    var transpose: PreparedTranspose
    var firstElement: Int
  }

  /// What one way forward leaves.
  struct Trace: Sendable {
    /// Σ maps + bias of every population.
    fileprivate(set) var currents: [[Float]] = []
    /// By population the site that won at each element; empty if there is one site.
    fileprivate(set) var winners: [[Int32]] = []
    /// What every population says.
    fileprivate(set) var values: [[Float]] = []
  }

  private let draft: DraftNetwork
  private let grid: CodeGrid
  private let drives: [PreparedDrive]
  private let sites: [[[Part]]]

  /// Prepares a draft.
  init(_ draft: DraftNetwork, grid: CodeGrid) {
    self.draft = draft
    self.grid = grid
    drives = draft.populations.map { PreparedDrive($0.sites) }
    sites = draft.populations.map { population in
      population.sites.map { value in
        value.terms.filter { $0.source >= 0 }.map {
          Part(
            source: $0.source, transpose: PreparedTranspose($0.map),
            firstElement: $0.firstChannel * value.map.positions)
        }
      }
    }
  }

  /// Memory that blocks of samples on their way may take together.
  private static let mostBytes = 2 << 30

  /// Blocks that may be on their way at once: currents, values and gradients of all neurons are kept.
  var affordableBlocks: Int {
    let block = drives.reduce(0) { $0 + $1.count } * SampleBlocks.size * 3 * 4
    return max(1, Self.mostBytes / max(1, block))
  }

  /// What the trained network answers to samples given as channel-first maps.
  func exactAnswers(_ input: [Float], samples: Int) -> [Float] {
    var trace = Trace()
    for (index, population) in draft.populations.enumerated() {
      current(index, input, samples, &trace)
      var values = trace.currents[index]
      if population.kind != .readout { population.activate(&values) }
      trace.values.append(values)
    }
    return answers(trace, samples: samples)
  }

  /// What codes make of samples given as channel-first maps.
  func forward(_ input: [Float], samples: Int, _ codes: TunedCodes) -> Trace {
    var trace = Trace()
    for (index, population) in draft.populations.enumerated() {
      current(index, input, samples, &trace)
      var values = trace.currents[index]
      let channels = 0..<population.shape.channels
      if population.kind == .readout {
        let positions = population.shape.positions
        let shifts = channels.map { codes.correction(index, $0) }
        for element in values.indices {
          values[element] += shifts[element / positions % shifts.count]
        }
      } else {
        grid.encode(
          &values, shape: population.shape, scales: channels.map { codes.scale(index, $0) },
          initials: channels.map { codes.initial(index, $0, grid) },
          corrections: channels.map { codes.correction(index, $0) })
      }
      trace.values.append(values)
    }
    return trace
  }

  private func current(_ index: Int, _ input: [Float], _ samples: Int, _ trace: inout Trace) {
    var winners: [Int32] = []
    let current = drives[index].current(samples: samples, winners: &winners) {
      $0 < 0 ? input : trace.values[$0]
    }
    trace.currents.append(current)
    trace.winners.append(winners)
  }

  /// Spikes of every population that a way forward takes.
  func spikes(_ trace: Trace, _ codes: TunedCodes) -> [Int] {
    draft.populations.indices.map { index in
      let shape = draft.populations[index].shape
      guard draft.populations[index].kind != .readout else { return 0 }
      let perQuantum = (0..<shape.channels).map { 1 / (codes.scale(index, $0) * grid.quantum) }
      return trace.values[index].indices.reduce(0) { sum, element in
        let quanta = perQuantum[element / shape.positions % shape.channels]
        return sum + grid.spikes(code: Int((trace.values[index][element] * quanta).rounded()))
      }
    }
  }

  /// The answers, output after output, sample after sample.
  func answers(_ trace: Trace, samples: Int) -> [Float] {
    (0..<samples).flatMap { sample in
      draft.outputs.flatMap { output in
        let count = drives[output].count
        return trace.values[output][sample * count..<(sample + 1) * count]
      }
    }
  }

  /// The gradient of the parameters, given that of the answers.
  func backward(_ trace: Trace, answers: [Float], samples: Int, _ codes: TunedCodes) -> [Float] {
    var result = [Float](repeating: 0, count: 2 * codes.channels)
    var gradients = seeded(answers, samples: samples)
    for index in draft.populations.indices.reversed() {
      guard var gradient = gradients[index] else { continue }
      gradients[index] = nil
      goBack(index, trace.currents[index], codes, &gradient, &result)
      for (site, parts) in sites[index].enumerated() where !parts.isEmpty {
        var share = gradient
        if sites[index].count > 1 {
          for element in share.indices where trace.winners[index][element] != site {
            share[element] = 0
          }
        }
        for part in parts {
          var sum =
            gradients[part.source]
            ?? [Float](repeating: 0, count: samples * drives[part.source].count)
          gradients[part.source] = nil
          part.transpose.accumulate(
            share, samples: samples, firstElement: part.firstElement, stride: drives[index].count,
            into: &sum)
          gradients[part.source] = sum
        }
      }
    }
    return result
  }

  /// The gradients of the readouts, laid out as the readouts are.
  private func seeded(_ answers: [Float], samples: Int) -> [[Float]?] {
    var gradients = [[Float]?](repeating: nil, count: draft.populations.count)
    let stride = answers.count / max(1, samples)
    var first = 0
    for output in draft.outputs {
      let count = drives[output].count
      gradients[output] = (0..<samples).flatMap { sample -> ArraySlice<Float> in
        let start = sample * stride + first
        return answers[start..<(start + count)]
      }
      first += count
    }
    return gradients
  }

  /// Turns the gradient of a population's values into that of its currents; adds those of its parameters.
  private func goBack(
    _ index: Int, _ currents: [Float], _ codes: TunedCodes, _ gradient: inout [Float],
    _ result: inout [Float]
  ) {
    let (shape, isReadout) = (
      draft.populations[index].shape, draft.populations[index].kind == .readout
    )
    for plane in 0..<currents.count / max(1, shape.positions) {
      let channel = plane % shape.channels
      let step = codes.scale(index, channel) * grid.quantum
      let correction = codes.correction(index, channel)
      let initial = codes.initial(index, channel, grid) + correction
      let (inverse, top) = (1 / step, Float(grid.top))
      var (scaleSum, biasSum): (Float, Float) = (0, 0)
      for element in plane * shape.positions..<(plane + 1) * shape.positions {
        let quanta = (currents[element] + correction) * inverse
        let isInside = isReadout || (quanta >= 0 && quanta <= top)
        if !isReadout {
          let code = grid.code(currents[element], initial: initial, perQuantum: inverse)
          scaleSum += gradient[element] * step * (isInside ? code - quanta : code)
        }
        if !isInside { gradient[element] = 0 }
        biasSum += gradient[element]
      }
      codes.add(index, channel, logScale: scaleSum, bias: biasSum, to: &result)
    }
  }
}
