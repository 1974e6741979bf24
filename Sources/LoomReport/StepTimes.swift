import LoomBase
public import LoomEmulator

/// What decided how long a run's steps took, and with event timing what its packets met (estimates).
public struct StepTimes: Sendable, Hashable {
  /// Time of all steps, of all samples, ns.
  private let total: Double
  private let samples: Double
  private let bounds: [StepBound: Double]
  private let slowestCores: [Double]
  private let packets: PacketTiming?
  private let bottlenecks: [StepBottleneck]
  private let overruns: UInt64
  private let steps: UInt64
  private let longestStep: Double

  /// Takes a run's times.
  public init(_ record: RunRecord) {
    total = record.stepNanoseconds.reduce(0, +)
    samples = Double(max(1, record.samples))
    bounds = record.boundNanoseconds
    slowestCores = record.slowestCoreNanoseconds
    packets = record.packets
    bottlenecks = record.stepBottlenecks
    overruns = record.overruns
    steps = record.bounds.values.reduce(0, +)
    longestStep = record.longestStepNanoseconds
  }

  /// The share of the time from which on waiting is said: ticks are rounded.
  private static let worthSaying = 1e-6

  /// Whether packets were moved one by one.
  public var mode: TimingMode { packets == nil ? .analytic : .event }

  /// The share of all steps' time that each bound decided; what is left are barriers and management.
  public func share(_ bound: StepBound) -> Double {
    total > 0 ? (bounds[bound] ?? 0) / total : 0
  }

  /// The core whose work decides most time, and its share of all steps' time; nil: none decides any.
  public var slowestCore: (core: Int, share: Double)? {
    guard let most = slowestCores.max(), most > 0, total > 0,
      let core = slowestCores.firstIndex(of: most)
    else { return nil }
    return (core, most / total)
  }

  /// How much longer the steps took than by counts, as a share of these; nil where nothing else was simulated.
  public var excessOverAnalytic: Double? {
    guard let analytic = packets?.analyticNanoseconds, analytic > 0 else { return nil }
    return total / analytic - 1
  }

  /// The time of all steps without barriers, ns.
  private var busy: Double { bounds.values.reduce(0, +) }

  /// The links that were used most, as shares of the steps' time without barriers.
  private var busiest: [(link: LinkTiming, share: Double)] {
    guard let packets, busy > 0 else { return [] }
    return packets.links.sorted {
      ($0.busyNanoseconds, $1.name) > ($1.busyNanoseconds, $0.name)
    }.prefix(5).map { ($0, $0.busyNanoseconds / busy) }
  }

  /// Lines of a terminal, below those of latency and interval.
  var lines: [String] {
    var lines: [String] = []
    let parts = StepBound.allCases.filter { share($0) > 0 }.map {
      "\($0.rawValue) \(ScaledUnits.percent(share($0)))"
    }
    let rest = max(0, 1 - StepBound.allCases.reduce(0) { $0 + share($1) })
    if !parts.isEmpty {
      let core = slowestCore.map {
        "; core \($0.core) alone \(ScaledUnits.percent($0.share))"
      }
      lines.append(
        "  time bound by   \(parts.joined(separator: ", ")), barrier "
          + "\(ScaledUnits.percent(rest))\(core ?? "")")
    }
    if overruns > 0 {
      lines.append(
        "  overruns        \(overruns) of \(steps) steps take longer than the tick, the longest "
          + "\(ScaledUnits.time(longestStep)): the chip would lose time or spikes; here they are waited for"
      )
    }
    return lines + runLines + packetLines
  }

  /// Chip steps decided alike, one after another.
  private var runs: [(steps: ClosedRange<Int>, text: String)] {
    var runs: [(steps: ClosedRange<Int>, text: String)] = []
    for (step, bottleneck) in bottlenecks.enumerated() {
      let text =
        bottleneck.core.map { "core \($0)" } ?? bottleneck.bound.map(\.rawValue) ?? "nothing"
      if let last = runs.last, last.text == text {
        runs[runs.count - 1].steps = last.steps.lowerBound...step
      } else {
        runs.append((step...step, text))
      }
    }
    return runs
  }

  private var runLines: [String] {
    let runs = runs
    guard runs.contains(where: { $0.text != "nothing" }) else { return [] }
    let shown = runs.prefix(8).map { run in
      let steps = run.steps
      return steps.count == 1
        ? "step \(steps.lowerBound) \(run.text)"
        : "steps \(steps.lowerBound)–\(steps.upperBound) \(run.text)"
    }
    let more = runs.count > 8 ? " and \(runs.count - 8) more stretches (--json has all)" : ""
    return ["  bottlenecks     \(shown.joined(separator: ", "))\(more)"]
  }

  /// How a time stands beside another, in words.
  private static func beside(_ excess: Double) -> String {
    guard abs(excess) >= 0.00005 else { return "as long as" }
    return "\(ScaledUnits.percent(abs(excess))) \(excess < 0 ? "shorter" : "longer") than"
  }

  private var packetLines: [String] {
    guard let packets else { return [] }
    guard let excess = excessOverAnalytic else {
      return [
        "  event timing: no message leaves its tile, and the profile says nothing of routers: as analytic"
      ]
    }
    var lines = [
      "  event timing: "
        + (packets.followsController
          ? "the core's controller to the clock cycle" : "packets moved one by one")
        + ", \(StepTimes.beside(excess)) analytic "
        + "timing's \(ScaledUnits.time((packets.analyticNanoseconds ?? 0) / samples))"
    ]
    if let top = busiest.first {
      lines.append(
        "  busiest link    \(top.link.name), \(ScaledUnits.percent(top.share)) of the steps' time without barriers"
      )
    }
    let stalls = packets.stallNanoseconds.reduce(0, +)
    if stalls > Self.worthSaying * total, let most = packets.stallNanoseconds.max(),
      let core = packets.stallNanoseconds.firstIndex(of: most)
    {
      lines.append(
        "  backpressure    cores waited \(ScaledUnits.time(stalls / samples)) for their routers, core "
          + "\(core) \(ScaledUnits.time(most / samples))")
    }
    if packets.lostSpikes > 0 {
      lines.append(
        "  the core's queue would lose \(ScaledUnits.number(Double(packets.lostSpikes) / samples)) "
          + "spikes a sample, which this run keeps")
    }
    if packets.undelivered > 0 {
      lines.append(
        "  \(packets.undelivered) multicast packets wait for one another in a circle and never arrive: "
          + "deeper FIFOs (--set /router/fifoDepth=…) or another placement")
    }
    return lines
  }

  /// The same for machines: keys of `latency`.
  var members: [String: JSONValue] {
    var shares: [String: JSONValue] = [:]
    for bound in StepBound.allCases { shares[bound.rawValue] = .number(share(bound)) }
    var members: [String: JSONValue] = [
      "overruns": .number(Double(overruns)), "longestStepNanoseconds": .number(longestStep),
      "stepBottlenecks": .array(
        bottlenecks.map { bottleneck in
          .object([
            "bound": bottleneck.bound.map { .text($0.rawValue) } ?? .null,
            "core": bottleneck.core.map { .integer($0) } ?? .null,
            "share": .number(bottleneck.share),
          ])
        }), "timing": .text(mode.rawValue), "timeBoundBy": .object(shares),
      "slowestCore": slowestCore.map {
        .object(["core": .integer($0.core), "share": .number($0.share)])
      } ?? .null,
    ]
    guard let packets else { return members }
    members["analyticNanoseconds"] =
      packets.analyticNanoseconds.map { .number($0 / samples) } ?? .null
    members["stallNanoseconds"] = .number(packets.stallNanoseconds.reduce(0, +) / samples)
    members["lostSpikes"] = .number(Double(packets.lostSpikes) / samples)
    members["undeliveredPackets"] = .number(Double(packets.undelivered))
    members["busiestLinks"] = .array(
      busiest.map { entry in
        .object([
          "link": .text(entry.link.name), "busyShare": .number(entry.share),
          "busyNanoseconds": .number(entry.link.busyNanoseconds / samples),
          "heldNanoseconds": .number(entry.link.heldNanoseconds / samples),
        ])
      })
    return members
  }
}
