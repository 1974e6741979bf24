public import LoomBase
public import LoomEnergy
public import LoomHardware

/// Constants of a profile fitted to measurements: what was found, how well it holds, and the profile with it.
public struct CalibrationReport: Sendable {
  /// The profile before.
  public var profile: Profile
  /// What it was fitted to.
  public var measurements: Measurements
  /// Prices fitted to energies; nil: none chosen.
  public var energy: CalibrationFit?
  /// Durations fitted to latencies; nil: none chosen.
  public var latency: CalibrationFit?

  /// How many standard errors the range of a fitted constant reaches to either side.
  public static let rangeErrors = 2.0

  /// Fits the chosen prices to energies and the chosen durations to latencies.
  ///
  /// - Throws: `DiagnosticsError`: SL8305 for a constant that points count, that is not chosen and that the profile
  ///   does not state; SL8306 if the points do not determine the chosen constants, with their names.
  public init(profile: Profile, measurements: Measurements) throws(DiagnosticsError) {
    self.profile = profile
    self.measurements = measurements
    energy = try CalibrationReport.fit("/prices/", measurements.energy, profile, measurements)
    latency = try CalibrationReport.fit("/times/", measurements.latency, profile, measurements)
  }

  private static func fit(
    _ prefix: String, _ points: [CalibrationPoint], _ profile: Profile, _ source: Measurements
  ) throws(DiagnosticsError) -> CalibrationFit? {
    let chosen = source.chosen.filter { $0.hasPrefix(prefix) }
    guard !chosen.isEmpty else { return nil }
    var fixed: [String: Double] = [:]
    var missing: Set<String> = []
    for pointer in Set(points.flatMap(\.counts.keys)).sorted() where !chosen.contains(pointer) {
      if let quantity = profile.constant(at: pointer) {
        fixed[pointer] = quantity.value
      } else if points.contains(where: { ($0.counts[pointer] ?? 0) > 0 }) {
        missing.insert(pointer)
      }
    }
    guard missing.isEmpty else {
      throw DiagnosticsError(
        .badInput,
        missing.sorted().map { pointer in
          Diagnostic(
            .error, "SL8305", "needs a value because points count it, has none",
            at: .jsonPointer(file: profile.name, pointer: pointer),
            remedy: "fit it too, or state it: --set \(pointer)=VALUE")
        })
    }
    do {
      return try CalibrationFit(pointers: chosen, fixed: fixed, points: points)
    } catch {
      throw DiagnosticsError(.badInput, findings(error, source.name))
    }
  }

  private static func findings(_ failure: CalibrationFailure, _ file: String) -> [Diagnostic] {
    let anchor = Anchor.jsonPointer(file: file, pointer: "/points")
    switch failure {
    case .notCounted(let pointers):
      return [
        Diagnostic(
          .error, "SL8306",
          "needs points that count \(pointers.joined(separator: ", ")), has none", at: anchor)
      ]
    case .tooFewPoints(let points, let constants):
      return [
        Diagnostic(
          .error, "SL8306", "needs at least \(constants) points, one a constant, has \(points)",
          at: anchor)
      ]
    case .notTold(let groups):
      return groups.map { group in
        Diagnostic(
          .error, "SL8306",
          "needs points that tell apart \(group.joined(separator: ", ")), has none", at: anchor,
          notes: ["their counts are proportional, or add up, in every point"],
          remedy: "measure at other rates or sizes, or fit fewer of them")
      }
    }
  }

  /// Both fits that were made.
  var fits: [(quantity: String, fit: CalibrationFit)] {
    [("energy", energy), ("latency", latency)].compactMap { name, fit in fit.map { (name, $0) } }
  }

  /// The unit of a constant.
  func unit(_ pointer: String) -> String {
    profile.constant(at: pointer)?.unit ?? Profile.unit(ofConstant: pointer) ?? ""
  }

  /// The range of a fitted constant from its standard error; nil if that is not known.
  func range(_ constant: CalibrationFit.Constant) -> ClosedRange<Double>? {
    guard let error = constant.standardError, constant.value.isFinite else { return nil }
    let reach = CalibrationReport.rangeErrors * error
    guard (constant.value + reach).isFinite else { return nil }
    return max(constant.value - reach, 0)...(constant.value + reach)
  }

  /// The profile's document with the fitted constants, method `derived`.
  ///
  /// - Parameter document: The document before, overrides applied.
  public func updated(_ document: JSONValue) -> JSONValue {
    var result = document
    for (_, fit) in fits {
      for constant in fit.constants {
        var members: [String: JSONValue] = [
          "value": .number(constant.value), "unit": .text(unit(constant.pointer)),
          "method": .text(QuantityMethod.derived.rawValue), "source": .text(source(of: fit)),
        ]
        if let range = range(constant) {
          members["range"] = .array([.number(range.lowerBound), .number(range.upperBound)])
        }
        CalibrationReport.put(.object(members), at: constant.pointer, in: &result)
      }
    }
    return result
  }

  private static func put(_ value: JSONValue, at pointer: String, in document: inout JSONValue) {
    if document.replace(at: pointer, with: value) { return }
    let tokens = pointer.split(separator: "/").map(String.init)
    guard tokens.count == 2, var section = document[tokens[0]]?.members else { return }
    section[tokens[1]] = value
    _ = document.replace(at: "/\(tokens[0])", with: .object(section))
  }

  private func source(of fit: CalibrationFit) -> String {
    let names = fit.residuals.map(\.name)
    let shown = names.prefix(8).joined(separator: ", ")
    let rest = names.count > 8 ? " and \(names.count - 8) more" : ""
    let origin = measurements.source.isEmpty ? "" : "; \(measurements.source)"
    return "spikeloom calibrate: least squares of \(names.count) points of "
      + "\(measurements.name) (\(shown)\(rest))\(origin)"
  }
}
