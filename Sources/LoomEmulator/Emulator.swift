import Dispatch
public import LoomBase
public import LoomHardware
public import LoomImage
import Synchronization

/// Runs a hardware image, event by event, in the integers and on the cores the image names.
///
/// It knows the image and the profile and nothing else. In every chip step each core (a) adds the spikes
/// due, (b) updates the neurons of populations that are active in the step, (c) sends their spikes; a
/// message through an axon block of delay d is due d steps later (a neuron's at least one). Events due
/// while their population is not active are counted and change nothing. Asynchronous images have no steps:
/// spikes are taken in one by one (`AsynchronousLoop`). Durations are estimates from
/// counts (`RunRecord`); they never change what is computed.
public struct Emulator: Sendable {
  /// The image.
  public let image: HardwareImage
  /// The profile.
  public let profile: Profile

  let machine: Machine
  let timing: StepTiming
  let host: HostSide
  let places: Places
  /// How durations are found.
  public let mode: TimingMode
  /// The routers, where packets are moved one by one.
  let network: EventNetwork?
  /// The cores' controller, where its cycles are followed.
  let controller: ControllerTiming?
  /// Potentials (or counters) the host reads for one sample.
  let readouts: Int
  /// Neurons and axons of a thread below which one sample's cores are not divided among more of them.
  package var leastLaneWork = CoreTeam.leastWork

  /// Prepares an image for running.
  ///
  /// Throws what is wrong: an image whose structure is broken or was compiled for another structure than
  /// the profile's, a neural code the profile's neurons do not run, cores off the mesh, missing durations (by JSON pointer), an image with steps on an asynchronous chip or the reverse, and
  /// (unless allowed) routes that lead to axons of other neurons. With `allowInconsistentRoutes` routes
  /// are followed as they are written. With `timing` `event` the figures of routers are needed too (SL6041), and
  /// steps (SL6047); what is computed does not depend on it.
  public init(
    image: HardwareImage, profile: Profile, allowInconsistentRoutes: Bool = false,
    timing mode: TimingMode = .analytic
  ) throws(DiagnosticsError) {
    try Emulator.check(image, profile, allowInconsistentRoutes)
    var reader = TimingReader(image: image, profile: profile)
    let timing = try reader.timing()
    var builder = MachineBuilder(image: image, profile: profile)
    let machine = try builder.build(timing.hops)
    guard max(machine.queueCapacity * 12, machine.slotCount * 4) < 1 << 30 else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL6004",
          "needs event queues below 1 GiB, has delays up to \(machine.longestDelay) steps on \(machine.axons.count) axons"
        ))
    }
    self.mode = mode
    controller = mode == .event ? try ControllerTiming.make(image, profile, machine) : nil
    if mode == .event, controller == nil {
      network = try Emulator.network(image, profile, machine)
    } else {
      network = nil
    }
    self.image = image
    self.profile = profile
    self.timing = timing
    self.machine = machine
    host = HostSide(image, machine)
    places = Places(image, profile.topology)
    readouts = Observer(image, machine).readouts
  }

  /// The steps whose bottlenecks are told one by one.
  var stepsTold: Int { image.schedule.isAsynchronous ? 0 : image.schedule.steps }

  /// An emulator of the same image with another machine and other durations, by counts.
  init(_ other: Emulator, machine: Machine, timing: StepTiming) {
    image = other.image
    profile = other.profile
    self.machine = machine
    self.timing = timing
    host = other.host
    places = other.places
    mode = .analytic
    network = nil
    controller = nil
    readouts = other.readouts
  }

  private static func network(
    _ image: HardwareImage, _ profile: Profile, _ machine: Machine
  ) throws(DiagnosticsError) -> EventNetwork? {
    try TimingMode.event.requireSteps(of: profile)
    return try EventNetwork.make(image, profile, machine)
  }

  private static func check(
    _ image: HardwareImage, _ profile: Profile, _ allowInconsistentRoutes: Bool
  ) throws(DiagnosticsError) {
    var findings = ImageStructure.findings(image)
    if !findings.isEmpty { throw DiagnosticsError(.badInput, findings) }
    if image.structureDigest != profile.structureDigest {
      findings.append(
        Diagnostic(
          .error, "SL6001",
          "needs the structure of profile '\(image.profileName)' (\(image.structureDigest)), has '\(profile.name)' (\(profile.structureDigest))",
          notes: profile.overrides.isEmpty
            ? [] : ["the profile is changed by \(profile.overrides.joined(separator: ", "))"],
          remedy:
            "give the same --profile and --set as at compile time, or compile again; only prices and times may differ"
        ))
    }
    if (profile.synchronisation == .asynchronous) != image.schedule.isAsynchronous {
      let has = image.schedule.isAsynchronous ? "an asynchronous image" : "an image with steps"
      findings.append(
        Diagnostic(
          .error, "SL6006",
          "needs an image of the profile's synchronisation '\(profile.synchronisation.rawValue)', has \(has)",
          at: .jsonPointer(file: profile.name, pointer: "/synchronisation")))
    }
    findings += ImageVerifier.asynchronousFindings(image)
    findings += ImageVerifier.placementFindings(image, profile)
    findings += ImageVerifier.neuronFindings(image)
    findings += codeFindings(image, profile)
    if !allowInconsistentRoutes { findings += ImageVerifier.routeFindings(image) }
    if !findings.isEmpty { throw DiagnosticsError(.badInput, findings) }
  }

  /// The chip's neurons know the image's code, and the image uses it as it is defined.
  private static func codeFindings(_ image: HardwareImage, _ profile: Profile) -> [Diagnostic] {
    var findings = ImageVerifier.codeFindings(image)
    if !profile.neuron.codes.contains(image.schedule.code) {
      findings.append(
        Diagnostic(
          .error, "SL6007",
          "needs neurons of '\(image.schedule.code.rawValue)' codes, has \(profile.neuron.codes.map { "'\($0.rawValue)'" }.joined(separator: ", "))",
          at: .jsonPointer(file: profile.name, pointer: "/neuron/codes"),
          remedy: "convert with a method of another code, or compile for a chip that has this one"))
    }
    return findings
  }

  /// Runs the samples in `range` (all if nil) and counts what happens.
  ///
  /// The record is the same for any number of threads; with more threads than samples each sample's cores are divided
  /// among them (`CoreTeam`). `progress` is told how many samples are done.
  /// Throws if the samples do not fit the image's input.
  public func run(
    _ samples: Samples, range: Range<Int>? = nil, threads: Int = 1,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws(DiagnosticsError) -> RunRecord {
    try sums(samples, range: range, threads: threads, progress: progress).record
  }

  /// Runs a part of the samples in `range` (all if nil): what `run` does, before sums of durations are formed.
  ///
  /// All parts of a run, appended in order, give the record of `run`, bit for bit. `progress` is told how many
  /// samples of the part are done. Throws as `run`.
  public func sums(
    _ samples: Samples, range: Range<Int>? = nil, shard: Shard = .whole, threads: Int = 1,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws(DiagnosticsError) -> RunSums {
    let layout = try host.layout(of: samples)
    let range = range ?? 0..<samples.count
    precondition(range.lowerBound >= 0 && range.upperBound <= samples.count, "samples exist")
    let batch = SampleBatch(
      emulator: self, samples: samples, layout: layout, range: range, shard: shard)
    let workers = max(1, min(threads, batch.chunks.count))
    let merged = Mutex(MergedRun(batch, machine))
    let nextChunk = Atomic<Int>(batch.chunks.lowerBound)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      var worker = runner(batch, lanes: threads / workers)
      while true {
        let chunk = nextChunk.add(1, ordering: .relaxed).oldValue
        guard chunk < batch.chunks.upperBound else { break }
        let result = worker.run(chunk: chunk)
        let done = merged.withLock { $0.add(result) }
        progress?(done)
      }
      merged.withLock { $0.tally.add(worker.tally) }
    }
    try samples.requireUnchanged()
    let whole = merged.withLock { $0 }
    try Emulator.requireRest(whole.chunks)
    return sums(whole, of: range.count)
  }

  /// Runs one sample and returns every spike.
  public func trace(_ samples: Samples, index: Int) throws(DiagnosticsError) -> EmulatorTrace {
    let layout = try host.layout(of: samples)
    precondition((0..<samples.count).contains(index), "the sample exists")
    let batch = SampleBatch(
      emulator: self, samples: samples, layout: layout, range: index..<(index + 1))
    var worker = runner(batch, raster: Raster(image))
    let result = worker.run(chunk: 0)
    try Emulator.requireRest([result])
    return EmulatorTrace(image, worker.raster, scores: result.scores)
  }
}
