import Foundation
import LoomBase
import LoomEmulator
import LoomHardware
import LoomImport
import Testing

/// The staged bursts: packets with the cycles in which independent simulators delivered them.
enum StagedBursts {
  static let folder = ProcessInfo.processInfo.environment["SPIKELOOM_DATA"].map {
    URL(fileURLWithPath: $0).appendingPathComponent("noc-bursts")
  }
  static var isThere: Bool { folder != nil }
  static let message: Comment = "set SPIKELOOM_DATA to the folder of staged data"

  static let names = ((try? folder?.names()) ?? []).filter {
    $0.hasSuffix("x8.csv.gz") || $0.hasSuffix("x4.csv.gz") || $0.hasSuffix("x16.csv.gz")
  }

  /// The rows of a burst as numbers, the columns by name, and the mesh's sides.
  static func read(
    _ name: String
  ) throws -> (packets: PacketList, columns: [String: [Int64]], rows: Int, width: Int) {
    let path = try #require(folder).appendingPathComponent(name).path
    let bytes = try PackedFile.read(path: path)
    let sides = try #require(name.split(separator: ".").first?.split(separator: "-").last)
      .split(separator: "x").compactMap { Int($0) }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let names = try #require(lines.first).split(separator: ",").map(String.init)
    var columns: [String: [Int64]] = [:]
    for line in lines.dropFirst() {
      for (name, word) in zip(names, line.split(separator: ",")) {
        columns[name, default: []].append(try #require(Int64(word)))
      }
    }
    let packets = try PacketList(csv: bytes, nodes: sides[0] * sides[1], name: name)
    return (packets, columns, sides[0], sides[1])
  }
}

@Suite("Staged bursts of packets", .enabled(if: StagedBursts.isThere, StagedBursts.message))
struct NetworkBurstTests {
  @Test(
    "every packet arrives in the cycle of the independent simulator", arguments: StagedBursts.names)
  func exact(name: String) throws {
    let burst = try StagedBursts.read(name)
    for model in RouterModel.presets {
      let wanted = try #require(burst.columns["delivered_\(model.name)"])
      var mesh = MeshNetwork(rows: burst.rows, columns: burst.width, RouterTimes(model))
      let replay = PacketReplay(burst.packets, on: &mesh)
      let differing = zip(replay.delivered, wanted).count { $0 != $1 }
      #expect(differing == 0, "\(name) \(model.name): \(differing) of \(wanted.count) packets")
      #expect(replay.undelivered == 0)
    }
  }

  @Test("no drain is sooner than its lower bounds", arguments: StagedBursts.names)
  func lowerBounds(name: String) throws {
    let burst = try StagedBursts.read(name)
    var ofSource: [Int32: Int64] = [:]
    var ofGoal: [Int32: Int64] = [:]
    for source in burst.packets.sources { ofSource[source, default: 0] += 1 }
    for goal in burst.packets.destinations { ofGoal[goal, default: 0] += 1 }
    for model in RouterModel.presets {
      var mesh = MeshNetwork(rows: burst.rows, columns: burst.width, RouterTimes(model))
      let replay = PacketReplay(burst.packets, on: &mesh)
      #expect(replay.lastDelivery >= ofSource.values.max() ?? 0)
      #expect(replay.lastDelivery >= ofGoal.values.max() ?? 0)
      #expect(replay.lastDelivery >= replay.links.map { Int64($0.load.flits) }.max() ?? 0)
      let distance = zip(burst.packets.sources, burst.packets.destinations).reduce(0) {
        let (from, to, width) = (Int($1.0), Int($1.1), burst.width)
        return $0 + abs(from % width - to % width) + abs(from / width - to / width)
      }
      #expect(replay.packetHops == distance)
    }
  }
}
