package import LoomBase

extension ImageVerifier {
  /// Neural codes are used as `SpikeCode` defines them: populations agree, listen and emit in the steps
  /// of their window, and hold thresholds they can work with.
  package static func codeFindings(_ image: HardwareImage) -> [Diagnostic] {
    var check = CodeCheck(image: image)
    if image.schedule.code.isWindowed { check.schedule() }
    for index in image.populations.indices { check.population(index) }
    if image.schedule.code.isWindowed { check.thresholds() }
    return check.findings
  }
}

/// Collects findings of code SL5110.
private struct CodeCheck {
  let image: HardwareImage
  var findings: [Diagnostic] = []
  private var code: SpikeCode { image.schedule.code }

  init(image: HardwareImage) { self.image = image }

  mutating func need(
    _ condition: Bool, _ message: @autoclosure () -> String, at anchor: Anchor = .none
  ) {
    if !condition { findings.append(Diagnostic(.error, "SL5110", message(), at: anchor)) }
  }

  mutating func schedule() {
    let schedule = image.schedule
    let timesteps = schedule.timesteps
    let name = "a '\(code.rawValue)' image"
    need(
      !schedule.freeRunning, "\(name) needs populations with windows, has a free-running schedule")
    need(
      schedule.readoutStart == 0,
      "\(name) needs a readout start of 0, for bits cannot be left out, has \(schedule.readoutStart)"
    )
    need(!image.input.isSpikes, "\(name) needs input currents, has input spikes")
    need(
      code != .bitSerial || timesteps <= 31,
      "\(name) needs codes of at most 31 bits, has \(timesteps)")
    for output in image.outputs {
      let population = image.populations[output]
      need(
        !population.role.isLowering, "\(name) needs outputs with codes, has population \(output)")
      need(
        population.role == .readout || population.start + timesteps <= schedule.steps,
        "output population \(output) needs \(population.start + timesteps) steps to emit its code, has \(schedule.steps)"
      )
    }
  }

  mutating func population(_ index: Int) {
    let population = image.populations[index]
    let timesteps = image.schedule.timesteps
    let name = "population \(index)"
    let wanted = population.role.isLowering ? .rate : code
    need(
      population.code == wanted,
      "\(name) needs the code '\(wanted.rawValue)', has '\(population.code.rawValue)'")
    guard code.isWindowed, population.code.isWindowed else { return }
    let start = population.start
    need(start % timesteps == 0, "\(name) needs a start that is a multiple of T, has \(start)")
    let isReadout = population.role == .readout
    let end = min(start + (isReadout ? 1 : timesteps), image.schedule.steps)
    let window = max(0, start - timesteps + 1)..<end
    need(
      population.activeSteps == window,
      "\(name) needs active steps \(window) to listen\(isReadout ? "" : " and emit"), has \(population.activeSteps)"
    )
    guard population.role == .hidden else { return }
    need(
      population.reset == .soft, "\(name) needs soft reset in the neuron, has \(population.reset)")
    need(!population.firesOnGreaterOnly, "\(name) needs neurons that fire on v ≥ θ, has v > θ")
  }

  /// θ > 0 everywhere, and δ·T, the highest level of a falling threshold, within 32 bits.
  mutating func thresholds() {
    let most =
      code == .timeToFirstSpike ? Int(Int32.max) / image.schedule.timesteps : Int(Int32.max)
    for (index, core) in image.cores.enumerated() {
      for slice in core.slices where image.populations[slice.population].role == .hidden {
        let wrong = slice.thresholds.all.first { $0 <= 0 || Int($0) > most }
        need(
          wrong == nil,
          "population \(slice.population) needs thresholds from 1 to \(most), has \(wrong ?? 0)",
          at: .core(index))
      }
    }
  }
}
