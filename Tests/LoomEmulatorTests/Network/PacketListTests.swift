import LoomBase
import LoomEmulator
import LoomHardware
import Testing

@Suite("Packet lists")
struct PacketListTests {
  private func read(_ text: String, nodes: Int = 16) throws -> PacketList {
    try PacketList(csv: Array(text.utf8), nodes: nodes, name: "p.csv")
  }

  private func problems(_ text: String, nodes: Int = 16) -> [String] {
    do {
      _ = try read(text, nodes: nodes)
      return []
    } catch let error as DiagnosticsError {
      return error.diagnostics.map { "\($0.code) \($0.message)" }
    } catch {
      return ["\(error)"]
    }
  }

  @Test(
    "columns are found by name, others ignored; blanks, carriage returns and empty lines do not matter"
  )
  func reads() throws {
    let list = try read("cycle,note, src ,dst\r\n7,x,1,2\r\n\n 0 ,,15,\t15 \n")
    #expect(list.sources == [1, 15])
    #expect(list.destinations == [2, 15])
    #expect(list.cycles == [7, 0])
    #expect(try read("\u{feff}src,dst,cycle\n0,1,2").count == 1)
    #expect(try read("src,dst,cycle").count == 0)
  }

  @Test(
    "what is no packet of the mesh is refused with its line",
    arguments: [
      ("16,0,0", "src"), ("0,16,0", "dst"), ("0,1,-1", "cycle"), ("0,1,1.5", "cycle"),
      ("0,1,", "cycle"), ("0,1", "cycle"), ("0,1,9223372036854775808", "cycle"),
      ("0,1,99999999999999999999999999", "cycle"), ("0,1,1099511627777", "cycle"),
      ("4294967297,1,0", "src"), ("a,1,0", "src"), ("0,é,0", "dst"), ("0 0,1,0", "src"),
      ("+1,1,0", "src"), ("0x1,1,0", "src"),
    ])
  func refuses(line: String, column: String) {
    let found = problems("src,dst,cycle\n0,1,0\n\(line)\n")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("SL1402 line 3 needs") == true, "\(found)")
    #expect(found.first?.contains(column) == true, "\(found)")
  }

  @Test("headers without the columns and endless mistakes are refused briefly")
  func refusesFiles() {
    #expect(problems("").first?.hasPrefix("SL1401") == true)
    #expect(problems("\n").first?.hasPrefix("SL1401") == true)
    #expect(problems("src,dst,time\n0,1,2").first?.hasPrefix("SL1401") == true)
    let many = "src,dst,cycle\n" + String(repeating: "99,0,0\n", count: 500)
    #expect(problems(many).count == 20)
  }

  @Test("mutilated files are read or refused, never trapped on")
  func fuzzed() {
    var random = SeededGenerator(seed: 5)
    let whole = Array("src,dst,cycle,delivered\n1,2,3,9\n15,0,1099511627776,4\n3,3,0,0\n".utf8)
    var read = 0
    for _ in 0..<3000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes.randomElement(using: &random) ?? 0, at: place)
        }
      }
      guard let list = try? PacketList(csv: bytes, nodes: 16, name: "f") else { continue }
      read += 1
      #expect(list.sources.allSatisfy { $0 < 16 } && list.destinations.allSatisfy { $0 < 16 })
      var mesh = MeshNetwork(rows: 4, columns: 4, RouterTimes(.bs3))
      let replay = PacketReplay(list, on: &mesh)
      #expect(replay.undelivered == 0)
    }
    #expect(read > 100)
  }

  @Test(
    "packets of one source leave in the order of the file, whatever their cycles; one to itself takes no hop"
  )
  func order() throws {
    let list = try read("src,dst,cycle\n0,1,20\n0,1,0\n2,2,5\n0,3,1\n")
    var mesh = MeshNetwork(rows: 4, columns: 4, RouterTimes(.min1))
    let replay = PacketReplay(list, on: &mesh)
    // The source goes on a cycle after its first packet, at 21 and 22; latency 2 + hops.
    #expect(replay.entered == [20, 21, 5, 22])
    #expect(replay.delivered == [23, 24, 7, 27])
    #expect(replay.packetHops == 1 + 1 + 0 + 3)
    #expect(
      String(decoding: list.csv(delivered: replay.delivered.map(String.init)), as: UTF8.self)
        == "src,dst,cycle,delivered\n0,1,20,23\n0,1,0,24\n2,2,5,7\n0,3,1,27\n")
  }

  @Test("the latest cycle in every packet does not overflow")
  func latest() {
    var list = PacketList()
    for packet in 0..<200 {
      list.add(from: packet % 4, to: 3 - packet % 4, cycle: PacketList.latestCycle)
    }
    var times = RouterTimes(.min1)
    times.eastWest = ChannelClass(latency: .max, occupancy: .max, credit: .max)
    times.northSouth = times.eastWest
    var mesh = MeshNetwork(rows: 2, columns: 2, times)
    let replay = PacketReplay(list, on: &mesh, ticksPerCycle: 1000)
    #expect(replay.undelivered == 0)
    #expect(replay.latencies.allSatisfy { $0 > NetworkPlan.longestTime })
  }
}
