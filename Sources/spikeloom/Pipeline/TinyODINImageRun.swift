import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import LoomImport
import LoomReport

/// An image compiled for tinyODIN whose samples are replayed on the core model, step by step.
struct TinyODINImageRun {
  /// The samples, in order.
  let replays: [TinyODINReplay]
  /// The clock, MHz.
  let megahertz: Double
  /// Latency of a sample by the profile's durations, ns, mean.
  let analyticNanoseconds: Double

  /// The clock of ODIN, where neither the user nor the profile says one.
  private static let assumedMegahertz = 75.0

  static let clock = OptionSpecification.value(
    "--clock", placeholder: "MHZ",
    help: "image: the clock (default: the profile's times/controllerCycle)")

  /// Reads an image and its samples, and replays them.
  init(path: String, _ arguments: ParsedArguments) throws {
    let clocks = try arguments.numbers("--clock") ?? [Self.assumedMegahertz]
    guard let clock = clocks.first, clocks.count == 1, clock >= 0.001, clock <= 1_000_000 else {
      throw UsageError("'--clock' needs one number of MHz from 0.001 to 1000000")
    }
    let image = try Files.image(path)
    let profile = try ProfileFlags.load(arguments, default: image.profileName)
    guard profile.core.controller == .tinyodin else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL6053", "needs a profile whose controller is tinyodin, has '\(profile.name)'",
          at: .jsonPointer(file: profile.name, pointer: "/core/controller"),
          remedy: "compile for the profile 'tinyodin'"))
    }
    let own = profile.times.controllerCycle.map { 1000 / max($0.value, 1e-3) } ?? clock
    megahertz = arguments.has("--clock") ? clock : own
    let samples = try Files.samples(try arguments.required("--data"), for: image)
    let wanted = try arguments.integer("--samples", in: 1...Int(Int32.max)) ?? samples.count
    let count = min(wanted, samples.count)
    let emulator = try Emulator(image: image, profile: profile)
    var replays: [TinyODINReplay] = []
    for index in 0..<count {
      replays.append(try emulator.replayOnTinyODIN(samples, index: index))
    }
    self.replays = replays
    let record = try emulator.run(samples, range: 0..<count)
    analyticNanoseconds = record.latencyNanoseconds / Double(max(count, 1))
  }

  private func mean(_ value: (TinyODINReplay) -> Int) -> Double {
    Double(replays.reduce(0) { $0 + value($1) }) / Double(max(replays.count, 1))
  }

  /// What was found, by key: means of the samples, but for the longest step.
  private var facts: [(key: String, title: String, value: Double)] {
    let cycles = mean { $0.stepCycles.reduce(0, +) }
    var facts = [
      ("samples", "samples", Double(replays.count)),
      ("stepsPerSample", "steps a sample", mean { $0.stepCycles.count }),
      ("cyclesPerSample", "cycles a sample", cycles),
      ("longestStepCycles", "longest step, cycles", Double(longestStep)),
      ("latencyNanoseconds", "latency to the cycle, ns", cycles * 1_000 / megahertz),
      ("analyticNanoseconds", "latency by the profile, ns", analyticNanoseconds),
      ("spikes", "spikes a sample, at ends of steps", mean(\.spikes)),
      ("lostSpikes", "of these lost by the queue", mean(\.lostSpikes)),
    ]
    if replays.allSatisfy({ $0.eventwiseSpikes != nil }) {
      facts.append(
        ("eventwiseSpikes", "spikes of the core, event by event", mean { $0.eventwiseSpikes ?? 0 }))
    }
    return facts.map { (key: $0.0, title: $0.1, value: $0.2) }
  }

  private var longestStep: Int { replays.flatMap(\.stepCycles).max() ?? 0 }

  /// The facts as JSON.
  var document: JSONValue {
    var members: [String: JSONValue] = ["clockMegahertz": .number(megahertz)]
    for fact in facts {
      members[fact.key] = Int(exactly: fact.value).map { .integer($0) } ?? .number(fact.value)
    }
    return .object([
      "schema": .text("spikeloom.tinyodin/1"), "kind": .text("image"), "replay": .object(members),
    ])
  }

  /// The facts as a table.
  var text: String {
    var table = TextTable(["On tinyODIN, \(ScaledUnits.number(megahertz)) MHz", ""])
    for fact in facts { table.add([fact.title, ScaledUnits.number(fact.value)]) }
    return table.render()
  }
}
