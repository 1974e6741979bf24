import LoomBase

/// A place in `Prices`.
typealias PricePath = any WritableKeyPath<Prices, Quantity?> & Sendable

/// A place in `Times`.
typealias TimePath = any WritableKeyPath<Times, Quantity?> & Sendable

/// The keys of `/prices` with their units and places in `Prices`.
enum PriceKeys {
  /// Every price in the order of the guide.
  static let all: [(key: String, unit: String, path: PricePath)] =
    [
      ("synapticOperation", "pJ", \.synapticOperation),
      ("neuronUpdate", "pJ", \.neuronUpdate),
      ("neuronSpike", "pJ", \.neuronSpike),
      ("axonIn", "pJ", \.axonIn),
      ("axonOut", "pJ", \.axonOut),
      ("hopEastWest", "pJ", \.hopEastWest),
      ("hopNorthSouth", "pJ", \.hopNorthSouth),
      ("hopWithinTile", "pJ", \.hopWithinTile),
      ("hopBetweenChips", "pJ", \.hopBetweenChips),
      ("arrayRead", "pJ", \.arrayRead),
      ("columnAdd", "pJ", \.columnAdd),
      ("partialSum", "pJ", \.partialSum),
      ("barrier", "pJ", \.barrier),
      ("management", "pJ", \.management),
      ("biasWrite", "pJ", \.biasWrite),
      ("readout", "pJ", \.readout),
      ("hostSpike", "pJ", \.hostSpike),
      ("hostMac", "pJ", \.hostMac),
      ("chipReset", "pJ", \.chipReset),
      ("staticPowerPerChip", "mW", \.staticPowerPerChip),
    ]
}

/// The keys of `/times` (but the barrier tables) with their places in `Times`; all are in ns.
enum TimeKeys {
  /// Every duration in the order of the guide.
  static let all: [(key: String, path: TimePath)] = [
    ("synapticOperation", \.synapticOperation),
    ("neuronUpdate", \.neuronUpdate),
    ("neuronSpike", \.neuronSpike),
    ("axonIn", \.axonIn),
    ("axonOut", \.axonOut),
    ("partialSum", \.partialSum),
    ("hopEastWest", \.hopEastWest),
    ("hopNorthSouth", \.hopNorthSouth),
    ("hopWithinTile", \.hopWithinTile),
    ("hopBetweenChips", \.hopBetweenChips),
    ("linkOccupancy", \.linkOccupancy),
    ("chipLinkOccupancy", \.chipLinkOccupancy),
    ("management", \.management),
    ("controllerCycle", \.controllerCycle),
    ("biasWrite", \.biasWrite),
    ("hostSpike", \.hostSpike),
    ("readout", \.readout),
    ("reset", \.reset),
    ("tick", \.tick),
  ]
}

extension ProfileReader {
  /// Reads `/prices`; every price may be missing until something needs it.
  mutating func prices(_ value: JSONValue?) -> Prices {
    let members = object(
      value, at: "/prices", required: [], optional: PriceKeys.all.map(\.key) + ["unpublished"])
    var prices = Prices()
    if members["unpublished"] != nil {
      prices.unpublished = text("unpublished", of: members, at: "/prices")
    }
    for entry in PriceKeys.all {
      guard let value = members[entry.key] else { continue }
      prices[keyPath: entry.path] = quantity(
        value, at: "/prices/\(entry.key)", unit: entry.unit, in: 0...ProfileLimits.price)
    }
    return prices
  }

  /// Reads `/times`; every duration may be missing until something needs it.
  mutating func times(_ value: JSONValue?) -> Times {
    let tables = ["barrierByTiles", "barrierByChips"]
    let members = object(
      value, at: "/times", required: [], optional: TimeKeys.all.map(\.key) + tables)
    var times = Times()
    for entry in TimeKeys.all {
      guard let value = members[entry.key] else { continue }
      times[keyPath: entry.path] = quantity(
        value, at: "/times/\(entry.key)", unit: "ns", in: 0...ProfileLimits.price)
    }
    times.barrierByTiles = barrier(members["barrierByTiles"], at: "/times/barrierByTiles")
    times.barrierByChips = barrier(members["barrierByChips"], at: "/times/barrierByChips")
    return times
  }

  private mutating func barrier(_ value: JSONValue?, at pointer: String) -> [BarrierPoint] {
    guard let value else { return [] }
    guard let entries = value.elements else {
      report("SL7004", "needs an array of points, has \(value.kindName)", at: pointer)
      return []
    }
    guard entries.count <= 1024 else {
      report("SL7006", "needs at most 1024 points, has \(entries.count)", at: pointer)
      return []
    }
    var points: [BarrierPoint] = []
    for (index, entry) in entries.enumerated() {
      let place = "\(pointer)/\(index)"
      let members = object(entry, at: place, required: ["units", "duration"])
      guard let unitsValue = members["units"], let duration = members["duration"] else { continue }
      guard let units = unitsValue.int, (1...ProfileLimits.cores).contains(units) else {
        report(
          "SL7006", "needs a whole number from 1, has \(unitsValue.kindName)", at: place + "/units")
        continue
      }
      if let last = points.last, last.units >= units {
        report("SL7012", "needs more units than \(last.units), has \(units)", at: place + "/units")
      }
      let found = quantity(
        duration, at: place + "/duration", unit: "ns", in: 0...ProfileLimits.price)
      if let found { points.append(BarrierPoint(units: units, duration: found)) }
    }
    return points
  }
}
