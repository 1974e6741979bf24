public import LoomBase
import LoomEmulator
import LoomEnergy
public import LoomHardware
public import LoomImage

/// What part of a run's synaptic operations and energy belongs to a part of its image (estimate).
///
/// Only what the run's file tells is used: counts by core and layer, energy by core (and by layer in
/// comparisons). Where it tells nothing the share is null and a note says why.
public enum RunShare {
  /// The shares of what a scope explains; nil for the whole image.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - image: The image explained.
  ///   - digest: The SHA-256 of its file.
  ///   - scope: What is explained.
  ///   - profile: Prices for layers of a run that lists counts only; used if it is the run's own profile.
  /// - Throws: SL7301 if the run is of another image; SL5201 if there is no such layer.
  public static func json(
    _ run: RunDocument, image: HardwareImage, digest: String, scope: ExplanationScope,
    profile: Profile
  ) throws(DiagnosticsError) -> JSONValue? {
    if let of = run.imageSHA256, of != digest {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL7301", "needs a run of this image (\(digest.prefix(12))…), has one of \(of)",
          remedy: "emulate this image with --json and give that file"))
    }
    switch scope {
    case .whole: return nil
    case .core(let core): return members(run, .core(core), run.core(core))
    case .layer(let name):
      let population = try ImageExplanation.known(image, name)
      let label = image.provenance.flatMap { provenance in
        provenance.populations.indices.contains(population)
          ? provenance.populations[population].name : nil
      }
      let found = run.layer(population, label ?? "population \(population)", profile)
      return members(run, scope, found)
    case .axon, .synapse, .axonSynapse, .kernel:
      return .object([
        "note": .text("the run counts by core and by layer, not by axon or synapse"),
        "synapticOperations": .null, "picojoules": .null,
      ])
    }
  }

  /// What a run tells of one part.
  struct Part {
    var operations: Double?
    var allOperations: Double?
    var picojoules: Double?
    var notes: [String] = []
  }

  private static func members(
    _ run: RunDocument, _ scope: ExplanationScope, _ part: Part
  ) -> JSONValue {
    func share(_ value: Double?, of whole: Double?) -> Double? {
      guard let value, let whole, whole > 0 else { return nil }
      return value / whole
    }
    guard
      case .object(var members) = JSONValue.members([
        "synapticOperations": part.operations,
        "synapticOperationShare": share(part.operations, of: part.allOperations),
        "picojoules": part.picojoules,
        "energyShare": share(part.picojoules, of: run.totalPicojoules),
      ])
    else { return .null }
    members["estimate"] = .text(
      "means per sample; energy is modelled, its share is of the total with static power and host")
    members["notes"] = .texts(part.notes)
    return .object(members)
  }

  /// The shares as a line for people.
  public static func text(_ share: JSONValue) -> String {
    if let note = share["note"]?.string { return "run: \(note)" }
    func part(_ what: String, _ value: String, _ shareKey: String) -> String {
      guard let number = share[shareKey]?.double else { return "\(what) not known" }
      return "\(ScaledUnits.percent(number)) of \(what) (\(value))"
    }
    let operations = share["synapticOperations"]?.double.map(ScaledUnits.number) ?? "-"
    let energy = share["picojoules"]?.double.map(ScaledUnits.energy) ?? "-"
    let line =
      "run: \(part("synaptic operations", operations, "synapticOperationShare")), \(part("energy", energy, "energyShare")), per sample (estimate)"
    let notes = (share["notes"]?.elements ?? []).compactMap(\.string).map { "note: \($0)" }
    return ([line] + notes).joined(separator: "\n")
  }
}

extension RunDocument {
  /// What the file tells of one core.
  fileprivate func core(_ index: Int) -> RunShare.Part {
    var part = RunShare.Part()
    if let cores = json["cores"]?.elements {
      let operations = cores.map { $0["synapticOperations"]?.double ?? 0 }
      part.operations = operations.indices.contains(index) ? operations[index] / samples : nil
      part.allOperations = operations.reduce(0, +) / samples
    } else {
      part.notes.append("the file has no counts by core; emulate --json has")
    }
    if let cores = json.value(at: "/energy/corePicojoules")?.elements,
      cores.indices.contains(index)
    {
      part.picojoules = cores[index].double
    } else {
      part.notes.append("the file has no energy by core")
    }
    return part
  }

  /// What the file tells of one layer: its own energy, or its counts times the prices of its profile.
  fileprivate func layer(_ index: Int, _ name: String, _ profile: Profile) -> RunShare.Part {
    var part = RunShare.Part()
    let layers = layers
    let isByNumber = json["populations"]?.elements != nil && json["layers"] == nil
    let found =
      isByNumber
      ? (layers.indices.contains(index) ? index : nil) : layers.firstIndex { $0.name == name }
    guard let found else {
      part.notes.append("the file tells nothing of layer '\(name)'")
      return part
    }
    part.operations = layers[found].numbers["synapticOperations"]
    part.allOperations = layers.reduce(0) { $0 + ($1.numbers["synapticOperations"] ?? 0) }
    part.picojoules = layers[found].numbers["picojoules"]
    guard part.picojoules == nil else { return part }
    guard profileSHA256 == "\(profile.digest)" else {
      part.notes.append("energy by layer needs the profile of the run (--profile)")
      return part
    }
    part.picojoules = priced(found, profile.prices)
    if part.picojoules == nil { part.notes.append("a price or count that is needed is missing") }
    return part
  }

  /// Counts of a population, lowering included, times prices; nil if one of them is missing.
  private func priced(_ index: Int, _ prices: Prices) -> Double? {
    var counts = CoreCounts()
    for list in ["populations", "loweringPopulations"] {
      guard let all = json[list]?.elements, all.indices.contains(index),
        let more = CoreCounts(all[index])
      else { return nil }
      counts.add(more)
    }
    var sum = 0.0
    for kind in EventKind.all where kind.count(in: counts) > 0 {
      guard let price = kind.price(in: prices) else { return nil }
      sum += kind.count(in: counts) * price.value
    }
    return sum / samples
  }
}

extension CoreCounts {
  /// Counts out of a run's file; nil if one is missing or no count.
  fileprivate init?(_ json: JSONValue) {
    self.init()
    let places: [(String, WritableKeyPath<CoreCounts, UInt64>)] = [
      ("neuronUpdates", \.neuronUpdates), ("spikes", \.spikes),
      ("synapticOperations", \.synapticOperations), ("messagesIn", \.messagesIn),
      ("messagesOut", \.messagesOut), ("hopsEastWest", \.hopsEastWest),
      ("hopsNorthSouth", \.hopsNorthSouth), ("hopsWithinTile", \.hopsWithinTile),
      ("hopsBetweenChips", \.hopsBetweenChips), ("arrayReads", \.arrayReads),
      ("columnAdds", \.columnAdds),
    ]
    for (key, path) in places {
      // Below 2^53 sums of two counts fit whatever a file says.
      guard let count = json[key]?.int, (0...(1 << 53)).contains(count) else { return nil }
      self[keyPath: path] = UInt64(count)
    }
    // Runs of before there were any do not have it.
    guard let sums = json["partialSums"] else { return }
    guard let count = sums.int, (0...(1 << 53)).contains(count) else { return nil }
    partialSums = UInt64(count)
  }
}
