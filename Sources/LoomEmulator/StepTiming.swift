import LoomBase
import LoomHardware
import LoomImage

/// The durations of a profile as the step loop needs them, ns.
struct StepTiming: Sendable {
  var synapticOperation = 0.0
  var neuronUpdate = 0.0
  var neuronSpike = 0.0
  var axonIn = 0.0
  var axonOut = 0.0
  var partialSum = 0.0
  var hops = HopTimes()
  var linkOccupancy = 0.0
  var chipLinkOccupancy = 0.0
  /// The barrier, or 0 with a fixed tick.
  var barrier = 0.0
  /// What managing a step adds to it, beside the barrier.
  var management = 0.0
  /// The least length of a step (fixed tick).
  var tick = 0.0
  /// Resetting between samples, where they are not pipelined.
  var reset = 0.0
  var biasWrite = 0.0
  var hostSpike = 0.0
  var readout = 0.0
  /// Samples follow one another every T steps.
  var isPipelined = false

  /// A step's duration, tick, barrier and management included, ns.
  func duration(boundBy work: Double) -> Double { max(tick, work) + barrier + management }

  /// What one spike of a slice takes before its messages, ns.
  func firing(_ slice: SliceInfo) -> Double {
    neuronSpike + (slice.hasSecondCompartment ? synapticOperation : 0)
  }
}

/// Finds the durations a run needs and reports those that are missing.
struct TimingReader {
  let image: HardwareImage
  let profile: Profile
  private var findings: [Diagnostic] = []

  init(image: HardwareImage, profile: Profile) {
    self.image = image
    self.profile = profile
  }

  /// The durations; throws those that are needed and missing, by JSON pointer.
  mutating func timing() throws(DiagnosticsError) -> StepTiming {
    let times = profile.times
    let places = Places(image, profile.topology)
    var timing = StepTiming()
    let hasAxons = image.cores.contains { !$0.axonBlocks.isEmpty }
    let hasRoutes = image.cores.contains { !$0.routes.cores.isEmpty }
    timing.neuronUpdate = need(times.neuronUpdate, "neuronUpdate")
    timing.neuronSpike = need(times.neuronSpike, "neuronSpike", if: hasRoutes)
    timing.synapticOperation = need(times.synapticOperation, "synapticOperation", if: hasAxons)
    timing.axonIn = need(times.axonIn, "axonIn", if: hasAxons)
    timing.axonOut = need(
      times.axonOut, "axonOut", if: hasRoutes || image.spikeCounts != nil)
    timing.partialSum = need(
      times.partialSum, "partialSum", if: image.populations.contains { $0.role == .partial })
    timing.hops.withinTile = need(times.hopWithinTile, "hopWithinTile", if: hasRoutes)
    let spreads = hasRoutes && places.tiles > 1
    timing.hops.eastWest = need(
      times.hopEastWest, "hopEastWest", if: spreads && profile.topology.kind == .mesh)
    timing.hops.northSouth = need(times.hopNorthSouth, "hopNorthSouth", if: spreads)
    timing.linkOccupancy = need(times.linkOccupancy, "linkOccupancy", if: spreads)
    let spans = hasRoutes && places.chips > 1
    timing.hops.betweenChips = need(times.hopBetweenChips, "hopBetweenChips", if: spans)
    timing.chipLinkOccupancy = need(times.chipLinkOccupancy, "chipLinkOccupancy", if: spans)
    switch profile.synchronisation {
    case .fixedTick: timing.tick = need(times.tick, "tick")
    // The length of a bin, where the host plays them at a fixed pace.
    case .asynchronous: timing.tick = times.tick?.value ?? 0
    case .barrier:
      timing.barrier = barrier(places)
      timing.management = times.management?.value ?? 0
    }
    timing.isPipelined = profile.neuron.perPopulationReset
    timing.reset = need(times.reset, "reset", if: !timing.isPipelined)
    let writes = image.frontEnd.contains { image.populations[$0.target].role.isOnCores }
    timing.biasWrite = need(times.biasWrite, "biasWrite", if: writes)
    let injects = image.input.isSpikes || !image.hostNeurons.isEmpty
    // Input spikes enter during ticks of a fixed length.
    timing.hostSpike = need(
      times.hostSpike ?? times.biasWrite, "hostSpike",
      if: injects && profile.synchronisation != .fixedTick)
    timing.readout = need(times.readout, "readout")
    if !findings.isEmpty { throw DiagnosticsError(.badInput, findings) }
    return timing
  }

  private mutating func need(
    _ quantity: Quantity?, _ key: String, if isNeeded: Bool = true
  ) -> Double {
    guard isNeeded else { return 0 }
    guard let quantity else {
      // With ticks of a fixed length what goes on inside one tells only whether it is long enough.
      if profile.synchronisation == .fixedTick, TickWork.keys.contains(key) { return 0 }
      // `axonIn` may be all the time a spike takes in an asynchronous core, which has no steps to tell apart.
      if profile.synchronisation == .asynchronous, key != "axonIn",
        TickWork.keys.contains(key)
      {
        return 0
      }
      report(key)
      return 0
    }
    return quantity.value
  }

  private mutating func report(_ key: String) {
    findings.append(
      Diagnostic(
        .error, "SL6002", "needs the duration '\(key)', has none",
        at: .jsonPointer(file: profile.name, pointer: "/times/\(key)"),
        remedy: "state it in the profile, 'assumed' with a reason if it must be"))
  }

  private mutating func barrier(_ places: Places) -> Double {
    if profile.times.barrierByTiles.isEmpty { report("barrierByTiles") }
    let onChip = TimingReader.interpolate(
      profile.times.barrierByTiles, at: places.mostTilesOfAChip)
    guard places.chips > 1 else { return onChip }
    if profile.times.barrierByChips.isEmpty { report("barrierByChips") }
    return max(onChip, TimingReader.interpolate(profile.times.barrierByChips, at: places.chips))
  }

  /// Linear between the points, constant beyond the ends.
  private static func interpolate(_ points: [BarrierPoint], at units: Int) -> Double {
    let sorted = points.sorted { $0.units < $1.units }
    guard let first = sorted.first, let last = sorted.last else { return 0 }
    if units <= first.units { return first.duration.value }
    if units >= last.units { return last.duration.value }
    for (left, right) in zip(sorted, sorted.dropFirst()) where units <= right.units {
      let part = Double(units - left.units) / Double(right.units - left.units)
      return left.duration.value + part * (right.duration.value - left.duration.value)
    }
    return last.duration.value
  }
}

/// Chips and tiles in use.
struct Places: Sendable {
  var chips = 0
  var tiles = 0
  var mostTilesOfAChip = 0

  init(_ image: HardwareImage, _ topology: Topology) {
    var tilesOfChips: [Int: Set<Int>] = [:]
    for core in image.cores {
      tilesOfChips[core.position.chip, default: []].insert(
        core.position.row * topology.tileColumns + core.position.column)
    }
    chips = tilesOfChips.count
    tiles = tilesOfChips.values.reduce(0) { $0 + $1.count }
    mostTilesOfAChip = tilesOfChips.values.map(\.count).max() ?? 0
  }
}
