import LoomBase
import LoomHardware

/// How often a run pays each constant of a profile, per sample, from a file that tells of it.
struct RunCounts {
  /// Counts by JSON pointer of the price.
  private(set) var prices: [String: Double] = [:]
  /// Counts by JSON pointer of the duration that add up to the latency; nil: not a plain sum, see `whyNoTimes`.
  private(set) var times: [String: Double]?
  /// Why the latency is no sum of counts times durations.
  private(set) var whyNoTimes = "the file has no counts by core"

  /// How much of the steps one core must bound for the latency to be its serial sum.
  private static let boundShare = 0.99

  /// Key of the run file and key of the profile.
  private static let coreKeys = [
    ("synapticOperations", "synapticOperation"), ("neuronUpdates", "neuronUpdate"),
    ("spikes", "neuronSpike"), ("messagesIn", "axonIn"), ("messagesOut", "axonOut"),
    ("hopsEastWest", "hopEastWest"), ("hopsNorthSouth", "hopNorthSouth"),
    ("hopsWithinTile", "hopWithinTile"), ("hopsBetweenChips", "hopBetweenChips"),
    ("arrayReads", "arrayRead"), ("columnAdds", "columnAdd"), ("partialSums", "partialSum"),
  ]
  private static let hostKeys = [
    ("biasWrites", "biasWrite"), ("readouts", "readout"), ("inputMessages", "hostSpike"),
    ("frontEndMacs", "hostMac"), ("neuronUpdates", "hostMac"), ("chipResets", "chipReset"),
  ]
  /// Events that are serial work of a core.
  private static let serialKeys: Set<String> = [
    "synapticOperation", "neuronUpdate", "neuronSpike", "axonIn", "axonOut", "partialSum",
  ]

  /// Reads the counts of a run or a comparison.
  ///
  /// - Parameter intervalNanoseconds: The measured time between samples, for static power; nil: as modelled.
  init(_ document: RunDocument, profile: Profile, intervalNanoseconds: Double?) {
    let json = document.json
    let samples = document.samples
    let chips = json["chips"]?.double ?? json.value(at: "/chip/chips")?.double ?? 1
    if let cores = json["cores"]?.elements {
      let lowering = json["loweringCores"]?.elements ?? []
      for counts in cores + lowering { add(counts, Self.coreKeys, samples) }
      if let host = json["host"] { add(host, Self.hostKeys, samples) }
      if profile.synchronisation == .barrier,
        let steps = json["stepsPerInterval"]?.double ?? json["stepsPerSample"]?.double
      {
        prices["/prices/barrier", default: 0] += steps * chips
        if profile.prices.management != nil { prices["/prices/management"] = steps * chips }
      }
      if let interval = json["intervalNanoseconds"]?.double {
        prices["/prices/staticPowerPerChip", default: 0] += interval / samples * chips
      }
      setTimes(json, cores, lowering, profile)
    } else {
      for line in json.value(at: "/energy/lines")?.elements ?? [] {
        guard let pointer = line["pointer"]?.string, let count = line["count"]?.double else {
          continue
        }
        prices[pointer, default: 0] += count
      }
    }
    if let intervalNanoseconds {
      prices["/prices/staticPowerPerChip"] = intervalNanoseconds * chips
    }
    prices = prices.filter { $0.value > 0 }
  }

  private mutating func add(_ counts: JSONValue, _ keys: [(String, String)], _ samples: Double) {
    for (key, price) in keys {
      guard let count = counts[key]?.double, count > 0 else { continue }
      prices["/prices/\(price)", default: 0] += count / samples
    }
  }

  /// Steps as long as one core's serial work and the barrier, on one chip.
  private mutating func setTimes(
    _ json: JSONValue, _ cores: [JSONValue], _ lowering: [JSONValue], _ profile: Profile
  ) {
    guard profile.synchronisation == .barrier, json["chips"]?.int == 1,
      let steps = json["stepsPerSample"]?.double, let tiles = json["tiles"]?.int
    else {
      whyNoTimes = "steps are no plain sums on several chips or without barriers"
      return
    }
    let slowest = (json["slowestCoreSteps"]?.elements ?? []).map { $0.double ?? 0 }
    let all = slowest.reduce(0, +)
    let core = slowest.indices.max { slowest[$0] < slowest[$1] }
    let bound = json.value(at: "/stepsBoundBy/core")?.double ?? 0
    guard let core, core < cores.count, all > 0, slowest[core] >= Self.boundShare * all,
      bound >= Self.boundShare * all
    else {
      whyNoTimes = "no single core bounds the steps"
      return
    }
    var times: [String: Double] = [:]
    let samples = json["samples"]?.double ?? 1
    for counts in [cores[core]] + (lowering.indices.contains(core) ? [lowering[core]] : []) {
      for (key, time) in Self.coreKeys where Self.serialKeys.contains(time) {
        guard let count = counts[key]?.double, count > 0 else { continue }
        times["/times/\(time)", default: 0] += count / samples
      }
    }
    for (pointer, share) in Self.barrier(profile.times.barrierByTiles, at: tiles) {
      times[pointer, default: 0] += steps * share
    }
    if profile.times.management != nil { times["/times/management"] = steps }
    self.times = times
  }

  /// The shares of the points that a barrier is interpolated between.
  private static func barrier(_ points: [BarrierPoint], at units: Int) -> [(String, Double)] {
    func pointer(_ index: Int) -> String { "/times/barrierByTiles/\(index)/duration" }
    guard let first = points.first, let last = points.last else { return [] }
    if units <= first.units { return [(pointer(0), 1)] }
    if units >= last.units { return [(pointer(points.count - 1), 1)] }
    for index in 1..<points.count where units <= points[index].units {
      let width = points[index].units - points[index - 1].units
      guard width > 0 else { continue }
      let share = Double(units - points[index - 1].units) / Double(width)
      return [(pointer(index - 1), 1 - share), (pointer(index), share)]
    }
    return []
  }
}
