/// Why parts of runs cannot be put together.
public enum PartMismatch: Error, Sendable, Hashable, CustomStringConvertible {
  /// Something that is the same in all parts of one run is not.
  case differs(String)
  /// Numbers that no run gives.
  case impossible(String)

  /// What is needed and what there is.
  public var description: String {
    switch self {
    case .differs(let what): "needs \(what) as in the other parts, has another"
    case .impossible(let what): "needs \(what)"
    }
  }
}

/// Checks and sums of numbers that come from part files.
enum PartArithmetic {
  /// The most events of one part: sums over all parts stay far from overflow.
  static let mostEvents: UInt64 = 1 << 53

  /// Adds element by element.
  static func add(
    _ values: [UInt64], to sums: inout [UInt64], _ what: String
  ) throws(PartMismatch) {
    guard values.count == sums.count else { throw .differs("the number of \(what)") }
    for index in sums.indices { try add(values[index], to: &sums[index], what) }
  }

  /// Adds one number.
  static func add(
    _ value: UInt64, to sum: inout UInt64, _ what: String
  ) throws(PartMismatch) {
    let (result, overflow) = sum.addingReportingOverflow(value)
    guard !overflow else { throw .impossible("sums of \(what) below 2^64") }
    sum = result
  }

  /// Adds counts, which `requirePossible` has seen.
  static func add(
    _ values: [CoreCounts], to sums: inout [CoreCounts], _ what: String
  ) throws(PartMismatch) {
    guard values.count == sums.count else { throw .differs("the number of \(what)") }
    for index in sums.indices { sums[index].add(values[index]) }
  }

  /// Throws if a part counts more events than any run does.
  static func requirePossible(
    _ counts: [[CoreCounts]], _ hosts: [HostCounts]
  ) throws(PartMismatch) {
    var sum: UInt64 = 0
    var numbers: [UInt64] = hosts.flatMap(\.numbers)
    for list in counts { for entry in list { numbers += entry.numbers } }
    for number in numbers {
      guard number <= mostEvents, sum + number <= mostEvents else {
        throw .impossible("fewer than 2^53 events in one part")
      }
      sum += number
    }
  }

  /// Throws unless times are possible.
  static func requirePossible(times: [Double], _ what: String) throws(PartMismatch) {
    guard times.allSatisfy({ $0 >= 0 && $0 < 1e300 }) else {
      throw .impossible("\(what) of 0 ns or more")
    }
  }
}

extension CoreCounts {
  fileprivate var numbers: [UInt64] {
    [
      neuronUpdates, spikes, synapticOperations, messagesIn, messagesOut, hopsEastWest,
      hopsNorthSouth, hopsWithinTile, hopsBetweenChips, arrayReads, columnAdds, partialSums,
    ]
  }
}

extension HostCounts {
  fileprivate var numbers: [UInt64] {
    [
      biasWrites, readouts, inputSpikes, inputMessages, clockedMessages, neuronUpdates,
      frontEndMacs, chipResets,
    ]
  }

  /// Adds what the host did for other samples.
  mutating func add(_ other: HostCounts) {
    biasWrites += other.biasWrites
    readouts += other.readouts
    inputSpikes += other.inputSpikes
    inputMessages += other.inputMessages
    clockedMessages += other.clockedMessages
    neuronUpdates += other.neuronUpdates
    frontEndMacs += other.frontEndMacs
    chipResets += other.chipResets
  }
}
