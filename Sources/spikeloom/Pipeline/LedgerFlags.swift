import Foundation
import LoomBase
import LoomEmulator
import LoomEnergy
import LoomHardware
import LoomImage
import LoomImport
import LoomReport

/// The options that ask more of the energy ledger: which constants decide, and a budget to keep.
enum LedgerFlags {
  static let options: [OptionSpecification] = [
    .flag(
      "--sensitivity",
      help: "which constants of the profile decide: each moved alone between its ends"),
    .value(
      "--budget", placeholder: "FILE",
      help: "limits on energy, latency, cores, accuracy (spikeloom.budget/1); missed: exit code 2"),
  ]

  /// The largest number of samples on which durations are tried.
  private static let timedSamples = 4

  /// The budget, if one is given; read before anything is computed.
  static func budget(_ arguments: ParsedArguments) throws -> (budget: Budget, name: String)? {
    guard let path = arguments.text("--budget") else { return nil }
    let name = Files.name(of: path)
    return (try Budget(bytes: try AtomicFile.read(path: path), name: name), name)
  }

  /// Adds what the options ask for to a report.
  static func complete(
    _ report: inout ComparisonReport, _ arguments: ParsedArguments,
    budget: (budget: Budget, name: String)?, run: RunSource
  ) throws {
    report.budget = budget.map { $0.budget.check(report, name: $0.name) }
    guard arguments.has("--sensitivity") else { return }
    guard let ledger = report.ledger else {
      Console.note("--sensitivity: energy is refused for want of prices, so nothing can decide it")
      return
    }
    run.progress.stage("sensitivity")
    let isTimed = ledger.staticPicojoules > 0
    let base = isTimed ? try interval(report.profile, run) : 0
    let sensitivity = Sensitivity(
      ledger: ledger, times: base > 0 ? try effects(of: report.profile, run, base) : [],
      together: base > 0 ? try together(report.profile, run, base) : (1, 1),
      timedSamples: isTimed ? run.count(timedSamples) : 0)
    report.sensitivity = SensitivityTable(
      sensitivity, baselinePicojoules: report.verdictBaselinePicojoules)
  }

  /// Says what the budget misses, after the report; the exit code.
  static func finish(_ report: ComparisonReport) -> ExitStatus {
    guard let budget = report.budget, !budget.isMet else { return .done }
    Console.report(budget.misses)
    return .doesNotFit
  }

  /// What an image was run on.
  struct RunSource {
    var image: HardwareImage
    var samples: Samples
    /// The first sample.
    var first = 0
    /// How many were run.
    var total: Int
    var threads: Int
    /// How durations are found.
    var timing = TimingMode.analytic
    var progress: Progress

    /// Whether a constant of a profile is a duration that this timing knows.
    func isTime(_ pointer: String) -> Bool {
      pointer.hasPrefix("/times/") || (timing == .event && pointer.hasPrefix("/router/"))
    }

    func count(_ limit: Int) -> Int { min(limit, total) }
  }

  /// Runs a few samples with every duration at both its ends; `base` is their interval as it is.
  private static func effects(
    of profile: Profile, _ run: RunSource, _ base: Double
  ) throws -> [TimeEffect] {
    let durations = profile.constants.filter { run.isTime($0.pointer) }
    return try durations.enumerated().compactMap { done, duration in
      run.progress.count(done, of: durations.count, what: "durations")
      let span = ConstantEffect.span(of: duration.quantity, unstated: Sensitivity.unstatedShare)
      guard let low = profile.replacing(duration.pointer, with: span.lowerBound),
        let high = profile.replacing(duration.pointer, with: span.upperBound)
      else { return nil }
      let effect = TimeEffect(
        pointer: duration.pointer, quantity: duration.quantity,
        lowRatio: try interval(low, run) / base, highRatio: try interval(high, run) / base)
      return effect.lowRatio == effect.highRatio ? nil : effect
    }
  }

  /// The interval with all durations that state a range at their low and high ends, over what it is.
  private static func together(
    _ profile: Profile, _ run: RunSource, _ base: Double
  ) throws -> (low: Double, high: Double) {
    var low = profile
    var high = profile
    for (pointer, quantity) in profile.constants where run.isTime(pointer) {
      guard let range = quantity.range else { continue }
      low = low.replacing(pointer, with: range.lowerBound) ?? low
      high = high.replacing(pointer, with: range.upperBound) ?? high
    }
    return (try interval(low, run) / base, try interval(high, run) / base)
  }

  private static func interval(_ profile: Profile, _ run: RunSource) throws -> Double {
    let record = try Emulator(image: run.image, profile: profile, timing: run.timing).run(
      run.samples, range: run.first..<(run.first + run.count(timedSamples)), threads: run.threads)
    return record.intervalNanoseconds
  }
}
