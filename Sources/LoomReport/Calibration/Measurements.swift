public import LoomBase
public import LoomEnergy
public import LoomHardware

/// Measured points that constants of a profile are fitted to: a file `spikeloom.measurements/1`.
public struct Measurements: Sendable, Hashable {
  /// The schema such a file states.
  public static let schema = "spikeloom.measurements/1"

  /// The file's name, for diagnostics and sources.
  public var name: String
  /// Where the numbers come from.
  public var source: String
  /// JSON pointers of the constants to fit.
  public var chosen: [String]
  /// Points with measured energy.
  public var energy: [CalibrationPoint] = []
  /// Points with measured latency.
  public var latency: [CalibrationPoint] = []

  private static let keys: Set<String> = ["schema", "source", "fit", "points", "notes"]

  /// Reads a document and the runs it names.
  ///
  /// - Parameters:
  ///   - bytes: The document.
  ///   - name: What to call it.
  ///   - chosen: Constants to fit in place of the document's own list; empty: those.
  ///   - profile: The profile whose constants are meant.
  ///   - read: Reads a run file by its path as the document gives it.
  /// - Throws: `DiagnosticsError`, all findings with their JSON pointers: SL8301 if it is no such document, SL8302 for
  ///   an unknown key or constant, SL8303 for a value that is missing or impossible, SL8304 for counts that a run does
  ///   not tell; whatever `read` throws.
  public init(
    bytes: [UInt8], name: String, chosen: [String], profile: Profile,
    read: (String) throws(DiagnosticsError) -> [UInt8]
  ) throws(DiagnosticsError) {
    let document = try Measurements.document(bytes, name)
    var reader = MeasurementReader(file: name, profile: profile)
    reader.refuseUnknown(document, Measurements.keys, at: "")
    self.name = name
    source = document["source"]?.string ?? ""
    self.chosen =
      chosen.isEmpty ? reader.texts(document["fit"], at: "/fit") : chosen
    reader.checkChosen(self.chosen)
    let entries = document["points"]?.elements ?? []
    if entries.isEmpty { reader.report("SL8303", "needs points, has none", at: "/points") }
    for (index, entry) in entries.enumerated() {
      let point = try reader.point(entry, index, read)
      if let energy = point.energy { self.energy.append(energy) }
      if let latency = point.latency { self.latency.append(latency) }
    }
    if !reader.findings.isEmpty { throw DiagnosticsError(.badInput, reader.findings) }
  }

  private static func document(
    _ bytes: [UInt8], _ name: String
  ) throws(DiagnosticsError) -> JSONValue {
    let document = try JSONText.document(bytes, named: name, code: "SL8301")
    guard document["schema"] == .text(schema) else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL8301", "needs the schema '\(schema)', has another or none",
          at: .jsonPointer(file: name, pointer: "/schema")))
    }
    return document
  }
}

/// Reads points and collects what is wrong with them.
struct MeasurementReader {
  let file: String
  let profile: Profile
  private(set) var findings: [Diagnostic] = []

  private static let pointKeys: Set<String> = [
    "name", "run", "counts", "energyPicojoules", "latencyNanoseconds", "intervalNanoseconds",
    "weight", "notes",
  ]

  init(file: String, profile: Profile) {
    self.file = file
    self.profile = profile
  }

  mutating func report(
    _ code: String, _ message: String, at pointer: String, remedy: String? = nil
  ) {
    findings.append(
      Diagnostic(
        .error, code, message, at: .jsonPointer(file: file, pointer: pointer), remedy: remedy))
  }

  mutating func refuseUnknown(_ value: JSONValue, _ known: Set<String>, at pointer: String) {
    for key in (value.members ?? [:]).keys.sorted() where !known.contains(key) {
      report(
        "SL8302", "needs a known key, has '\(key.prefix(60))'",
        at: "\(pointer)/\(key.jsonPointerToken)",
        remedy: "known keys: \(known.sorted().joined(separator: ", "))")
    }
  }

  mutating func texts(_ value: JSONValue?, at pointer: String) -> [String] {
    let elements = value?.elements ?? []
    let texts = elements.compactMap(\.string)
    if texts.isEmpty || texts.count != elements.count {
      report(
        "SL8303", "needs a list of JSON pointers of constants to fit, has none", at: pointer,
        remedy: "give them here, or with --fit POINTER")
    }
    return texts
  }

  /// A constant may be fitted if the profile states it or may state it.
  mutating func checkChosen(_ chosen: [String]) {
    for (index, pointer) in chosen.enumerated() {
      if chosen[..<index].contains(pointer) {
        report("SL8302", "needs each constant once, has '\(pointer)' twice", at: "/fit/\(index)")
      } else if profile.constant(at: pointer) == nil, Profile.unit(ofConstant: pointer) == nil {
        report(
          "SL8302", "needs the JSON pointer of a price or duration, has '\(pointer.prefix(80))'",
          at: "/fit/\(index)", remedy: "such as /prices/synapticOperation or /times/axonIn")
      }
    }
  }

  mutating func point(
    _ entry: JSONValue, _ index: Int, _ read: (String) throws(DiagnosticsError) -> [UInt8]
  ) throws(DiagnosticsError) -> (energy: CalibrationPoint?, latency: CalibrationPoint?) {
    let place = "/points/\(index)"
    refuseUnknown(entry, Self.pointKeys, at: place)
    let name = entry["name"]?.string ?? entry["run"]?.string ?? "point \(index)"
    let weight = positive(entry["weight"], at: "\(place)/weight") ?? 1
    let energy = positive(entry["energyPicojoules"], at: "\(place)/energyPicojoules")
    let latency = positive(entry["latencyNanoseconds"], at: "\(place)/latencyNanoseconds")
    let interval = positive(entry["intervalNanoseconds"], at: "\(place)/intervalNanoseconds")
    if energy == nil, latency == nil {
      report("SL8303", "needs energyPicojoules or latencyNanoseconds, has neither", at: place)
    }
    guard (entry["run"] == nil) != (entry["counts"] == nil) else {
      report("SL8303", "needs either a run or counts", at: place)
      return (nil, nil)
    }
    var prices: [String: Double] = [:]
    var times: [String: Double]? = [:]
    if let path = entry["run"] {
      guard let counts = try run(path, place, interval, read) else { return (nil, nil) }
      prices = counts.prices
      times = counts.times
      if latency != nil, times == nil {
        report(
          "SL8304", "needs counts that add up to the latency: \(counts.whyNoTimes)",
          at: "\(place)/run", remedy: "give the counts of this point inline")
      }
    } else if let counts = entry["counts"] {
      (prices, times) = inline(counts, "\(place)/counts", energy != nil, latency != nil)
    }
    return (
      energy.map {
        CalibrationPoint(name: name, counts: prices, measured: $0, weight: weight)
      },
      latency.map {
        CalibrationPoint(name: name, counts: times ?? [:], measured: $0, weight: weight)
      }
    )
  }

  private mutating func positive(_ value: JSONValue?, at pointer: String) -> Double? {
    guard let value else { return nil }
    guard let number = value.double, number.isFinite, number > 0 else {
      report("SL8303", "needs a positive number, has something else", at: pointer)
      return nil
    }
    return number
  }

  private mutating func run(
    _ path: JSONValue, _ place: String, _ interval: Double?,
    _ read: (String) throws(DiagnosticsError) -> [UInt8]
  ) throws(DiagnosticsError) -> RunCounts? {
    guard let path = path.string else {
      report("SL8303", "needs the path of a run or report", at: "\(place)/run")
      return nil
    }
    let bytes = try read(path)
    guard let json = try? JSONText.decode(bytes), let document = RunDocument(json) else {
      report(
        "SL8304", "needs JSON of 'emulate --json' or 'compare --json', has something else",
        at: "\(place)/run")
      return nil
    }
    let counts = RunCounts(document, profile: profile, intervalNanoseconds: interval)
    if counts.prices.isEmpty {
      report("SL8304", "needs counts of events, has none", at: "\(place)/run")
    }
    return counts
  }

  /// Counts by key of the profile (`synapticOperation`) or by JSON pointer.
  private mutating func inline(
    _ counts: JSONValue, _ place: String, _ hasEnergy: Bool, _ hasLatency: Bool
  ) -> ([String: Double], [String: Double]) {
    var prices: [String: Double] = [:]
    var times: [String: Double] = [:]
    for (key, value) in (counts.members ?? [:]).sorted(by: { $0.key < $1.key }) {
      let pointer = "\(place)/\(key.jsonPointerToken)"
      guard let count = value.double, count.isFinite, count >= 0 else {
        report("SL8303", "needs a count that is not negative", at: pointer)
        continue
      }
      let names = key.hasPrefix("/") ? [key] : ["/prices/\(key)", "/times/\(key)"]
      let known = names.filter {
        profile.constant(at: $0) != nil || Profile.unit(ofConstant: $0) != nil
      }
      if known.isEmpty {
        report("SL8302", "needs a key of the profile's prices or times", at: pointer)
      }
      for name in known {
        if name.hasPrefix("/prices/"), hasEnergy { prices[name] = count }
        if name.hasPrefix("/times/"), hasLatency { times[name] = count }
      }
    }
    return (prices, times)
  }
}
