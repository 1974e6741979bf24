/// Time that is no core's work, ns, summed over samples (estimate).
public struct TimeOverheads: Sendable, Hashable {
  /// Barriers at the ends of steps, part of the latency.
  public var barrierNanoseconds = 0.0
  /// What embedded processors and the host add to steps to manage them, part of the latency.
  public var managementNanoseconds = 0.0
  /// Reading scores, part of the interval where samples do not overlap.
  public var readoutNanoseconds = 0.0
  /// Resetting between samples, part of the interval where samples do not overlap.
  public var resetNanoseconds = 0.0

  /// Creates zero times.
  public init() {}

  /// The overheads of a run.
  init(_ timing: SingleDurations, steps: Int, samples: Int, readouts: UInt64) {
    barrierNanoseconds = timing.barrier * Double(steps) * Double(samples)
    managementNanoseconds = timing.management * Double(steps) * Double(samples)
    readoutNanoseconds = timing.readout * Double(readouts)
    resetNanoseconds = timing.reset * Double(samples)
  }

  /// The same for one sample of several.
  public func mean(of samples: Int) -> TimeOverheads {
    let count = Double(max(samples, 1))
    var mean = TimeOverheads()
    mean.barrierNanoseconds = barrierNanoseconds / count
    mean.managementNanoseconds = managementNanoseconds / count
    mean.readoutNanoseconds = readoutNanoseconds / count
    mean.resetNanoseconds = resetNanoseconds / count
    return mean
  }
}
