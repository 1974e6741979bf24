public import LoomBase
import LoomEmulator
import LoomHardware

extension SweepReport {
  /// The report as JSON, schema `spikeloom.sweep/1`.
  ///
  /// Everything but `host` depends on the inputs alone.
  public var jsonValue: JSONValue {
    var members: [String: JSONValue] = [
      "schema": .text("spikeloom.sweep/1"), "tool": .text(facts.tool),
      "estimate": .text("every number under energy and latency is modelled, none is measured"),
      "network": .text(facts.network), "method": .text(facts.method),
      "samples": .integer(facts.samples), "remarks": .texts(facts.remarks),
      "host": .object(facts.host),
    ]
    members["conversion"] = conversionJSON
    members["accuracy"] = .members(["ann": facts.annAccuracy])
    members["timing"] = timingJSON
    members["profile"] = .object([
      "name": .text(profile.name), "sha256": .text(profile.digest.description),
      "overrides": .texts(profile.overrides),
    ])
    members["calibration"] = .object(["source": .text(facts.calibration)])
    members["points"] = .array(points.map(pointJSON))
    members["smallest"] = smallestJSON
    members["earlyExit"] = exitJSON
    return .object(members)
  }

  private func pointJSON(_ point: SweepPoint) -> JSONValue {
    var members = point.jsonValue.members ?? [:]
    members["lossPoints"] = number(loss(point))
    return .object(members)
  }

  private func number(_ value: Double?) -> JSONValue {
    guard let value else { return .null }
    return .number(value)
  }

  private var smallestJSON: JSONValue {
    var members: [String: JSONValue] = [
      "lossPoints": .number(lossPoints), "holdsBeyond": .boolean(holdsBeyond), "point": .null,
      "timesteps": .null,
    ]
    if let smallest {
      members["point"] = smallest.jsonValue
      members["timesteps"] = .integer(smallest.timesteps)
    }
    return .object(members)
  }

  private var exitJSON: JSONValue {
    guard let exit, var members = exit.jsonValue.members else { return .null }
    members["rival"] = .null
    if let exitRival { members["rival"] = pointJSON(exitRival) }
    return .object(members)
  }

  private var conversionJSON: JSONValue {
    switch facts.conversion {
    case .once(let timesteps):
      .object([
        "mode": .text("once"), "timesteps": .integer(timesteps), "label": .text(facts.label),
      ])
    case .each:
      .object(["mode": .text("each"), "timesteps": .null, "label": .text(facts.label)])
    }
  }

  private var timingJSON: JSONValue {
    let (samples, source) =
      switch facts.timing {
      case .everySample: (facts.samples, "every sample")
      case .firstSamples(let count):
        (count, "the first \(count) samples run again at each T below the largest")
      }
    return .object([
      "samples": .integer(samples), "source": .text(source), "mode": .text(facts.mode.rawValue),
    ])
  }
}
