public import LoomBase

/// Packets of a network: source, destination and the first cycle in which each may leave.
///
/// As a file: CSV with a header that names the columns `src`, `dst` and `cycle`, in any order and among others,
/// which are ignored. Packets of one source leave in the order of the file, whatever their cycles; a packet may
/// go to its own source.
public struct PacketList: Sendable, Hashable {
  /// Where each packet comes from.
  public private(set) var sources: [Int32] = []
  /// Where it goes.
  public private(set) var destinations: [Int32] = []
  /// The first cycle in which it may leave.
  public private(set) var cycles: [Int64] = []

  /// The most packets of a list.
  public static let maximumPackets = 1 << 26
  /// The latest cycle in which a packet may leave.
  public static let latestCycle: Int64 = 1 << 40
  /// More problems than this are not worth listing.
  private static let maximumDiagnostics = 20

  /// Creates an empty list.
  public init() {}

  /// Packets.
  public var count: Int { sources.count }

  /// Adds a packet.
  public mutating func add(from source: Int, to destination: Int, cycle: Int64) {
    precondition(
      source >= 0 && source <= Int32.max && destination >= 0 && destination <= Int32.max
        && cycle >= 0 && cycle <= PacketList.latestCycle, "a packet of a network")
    sources.append(Int32(source))
    destinations.append(Int32(destination))
    cycles.append(cycle)
  }

  /// Reads a CSV file for a network of so many nodes.
  ///
  /// - Throws: SL1401 for a header without the columns, SL1402 for each line (the first 20) that is not a packet of
  ///   this network, SL1403 for too many packets.
  public init(csv bytes: [UInt8], nodes: Int, name: String) throws(DiagnosticsError) {
    var lines = CSVLines(bytes: bytes)
    guard let header = lines.next() else {
      throw PacketList.wrongHeader("an empty file", name)
    }
    let names = header.map { String(decoding: $0, as: UTF8.self) }
    let columns = ["src", "dst", "cycle"].compactMap { names.firstIndex(of: $0) }
    guard columns.count == 3 else {
      throw PacketList.wrongHeader("'\(names.joined(separator: ",").prefix(80))'", name)
    }
    var findings: [Diagnostic] = []
    while let fields = lines.next(), findings.count < PacketList.maximumDiagnostics {
      if fields.count == 1, fields[0].isEmpty { continue }
      if let problem = read(fields, columns, nodes: nodes) {
        findings.append(
          Diagnostic(.error, "SL1402", "line \(lines.number) \(problem)", at: .file(name)))
      }
      guard count <= PacketList.maximumPackets else {
        throw DiagnosticsError(
          Diagnostic(
            .error, "SL1403", "needs at most \(PacketList.maximumPackets) packets, has more",
            at: .file(name)))
      }
    }
    if !findings.isEmpty { throw DiagnosticsError(.badInput, findings) }
  }

  private static func wrongHeader(_ found: String, _ name: String) -> DiagnosticsError {
    DiagnosticsError(
      Diagnostic(
        .error, "SL1401", "needs a first line with the columns src, dst and cycle, has \(found)",
        at: .file(name)))
  }

  /// Adds the packet of a line; else what is wrong with it.
  private mutating func read(
    _ fields: [ArraySlice<UInt8>], _ columns: [Int], nodes: Int
  ) -> String? {
    var numbers: [Int64] = []
    for (column, name) in zip(columns, ["src", "dst", "cycle"]) {
      guard column < fields.count else { return "needs the column \(name), has \(fields.count)" }
      let limit = name == "cycle" ? PacketList.latestCycle : Int64(nodes - 1)
      guard let number = PacketList.number(fields[column]), number <= limit else {
        let word = String(decoding: fields[column].prefix(40), as: UTF8.self)
        return "needs a whole number from 0 to \(limit) as \(name), has '\(word)'"
      }
      numbers.append(number)
    }
    add(from: Int(numbers[0]), to: Int(numbers[1]), cycle: numbers[2])
    return nil
  }

  /// Decimal digits as a number; nil for anything else and for more than 18 of them.
  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var number: Int64 = 0
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      number = number * 10 + Int64(digit - 0x30)
    }
    return number
  }

  /// The list with the cycle of each packet's delivery in a further column; −1: never.
  public func csv(delivered: [String]) -> [UInt8] {
    precondition(delivered.count == count, "one delivery for each packet")
    var text: [UInt8] = Array("src,dst,cycle,delivered\n".utf8)
    text.reserveCapacity(count * 16)
    for packet in 0..<count {
      text += "\(sources[packet]),\(destinations[packet]),\(cycles[packet]),".utf8
      text += delivered[packet].utf8
      text.append(0x0a)
    }
    return text
  }
}

/// The lines of a CSV file without quotes, cut at commas, blanks around fields left out.
private struct CSVLines {
  private let bytes: [UInt8]
  private var position = 0
  /// The number of the line read last, from 1.
  private(set) var number = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
    // A byte order mark is no part of the first name.
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
  }

  mutating func next() -> [ArraySlice<UInt8>]? {
    guard position < bytes.count else { return nil }
    let end = bytes[position...].firstIndex(of: 0x0a) ?? bytes.count
    defer { position = end + 1 }
    number += 1
    return bytes[position..<end].split(separator: 0x2c, omittingEmptySubsequences: false)
      .map(trimmed)
  }

  private func trimmed(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let blanks: [UInt8] = [0x20, 0x09, 0x0d]
    var field = field
    while let first = field.first, blanks.contains(first) { field.removeFirst() }
    while let last = field.last, blanks.contains(last) { field.removeLast() }
    return field
  }
}
