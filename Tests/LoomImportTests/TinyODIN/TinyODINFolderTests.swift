import Foundation
import LoomBase
import LoomImport
import Testing

@Suite("tinyODIN folder")
struct TinyODINFolderTests {
  /// The files of a small legal folder.
  private static let files: [String: String] = {
    var neurons = "neuron,disable,leak,thr,core\n"
    for index in 0..<256 { neurons += "\(index),\(index % 2),\(index % 128),-\(index),\(index)\n" }
    let row = (0..<256).map { "\($0 % 16 - 8)" }.joined(separator: " ")
    return [
      "config.csv": "aer_src,1\nopen_loop,0\nmax_neur,63\nack_delay,2\nmax_cycles,4000\n",
      "neurons.csv": neurons,
      "weights.txt": (0..<256).map { _ in row }.joined(separator: " \n") + " \n",
      "input.csv": "not_before,word,step,request_cycle,ack_cycle\n0,511,0,0,3\n7,12,-1,8,9\n",
    ]
  }()

  private func folder<Value>(
    _ changes: [String: [UInt8]?] = [:], _ body: (String) throws -> Value
  ) throws -> Value {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("spikeloom-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var files = Self.files.mapValues { Optional(Array($0.utf8)) }
    for (name, bytes) in changes { files[name] = bytes }
    for (name, bytes) in files {
      if let bytes { try Data(bytes).write(to: folder.appendingPathComponent(name)) }
    }
    return try body(folder.path)
  }

  @Test("is read, with the columns by name")
  func legal() throws {
    let read = try folder { try TinyODINFolder.read(path: $0) }
    #expect(read.lastNeuron == 63 && read.acknowledgeDelay == 2 && read.maximumCycles == 4000)
    #expect(read.sendsSources && !read.isOpenLoop)
    #expect(read.neurons[3].isDisabled && read.neurons[3].leak == 3)
    #expect(read.neurons[200].threshold == -200 && read.neurons[200].potential == 200)
    #expect(read.weights.count == 65_536 && read.weights[256 + 15] == 7)
    #expect(read.stimuli.map(\.word) == [511, 12] && read.stimuli.map(\.step) == [0, -1])
    #expect(read.remarks.isEmpty)
    let turned = Array("step,word,not_before\r\n4,5,6\r\n\r\n".utf8)
    let other = try folder(["input.csv": turned]) { try TinyODINFolder.read(path: $0) }
    #expect(other.stimuli.map(\.notBefore) == [6] && other.stimuli.map(\.word) == [5])
  }

  private static let faults:
    [(file: String, from: String, to: String, line: String, needs: String)] =
      [
        ("config.csv", "max_neur,63", "max_neur,256", "line 3", "max_neur from 0 to 255"),
        ("config.csv", "ack_delay,2", "ack_delay,-1", "line 4", "ack_delay from 0"),
        (
          "config.csv", "max_cycles,4000", "max_cycles,99999999999999999999", "line 5", "max_cycles"
        ),
        ("config.csv", "open_loop,0\n", "", "config.csv", "needs open_loop"),
        ("config.csv", "open_loop,0", "aer_src,0", "line 2", "'aer_src' once"),
        ("config.csv", "aer_src,1", "aer_src,yes", "line 1", "has 'yes'"),
        ("config.csv", "aer_src,1", "aer_src", "line 1", "a key and a value"),
        ("neurons.csv", "\n5,1,5,-5,5\n", "\n5,1,128,-5,5\n", "line 7", "leak from 0 to 127"),
        ("neurons.csv", "\n5,1,5,-5,5\n", "\n5,1,5,-2049,5\n", "line 7", "thr from -2048"),
        ("neurons.csv", "\n5,1,5,-5,5\n", "\n4,1,5,-5,5\n", "line 7", "neuron 4 once"),
        ("neurons.csv", "\n5,1,5,-5,5\n", "\n", "neurons.csv", "lacks 1, the first 5"),
        ("neurons.csv", "\n5,1,5,-5,5\n", "\n5,1,5,-5\n", "line 7", "needs 5 fields, has 4"),
        ("neurons.csv", "thr", "threshold", "line 1", "'thr' 0 times"),
        ("weights.txt", "-8 -7", "-9 -7", "line 1", "a weight from -8 to 7"),
        ("weights.txt", "-8 -7", "-8-7", "line 1", "256 weights, has 255"),
        ("input.csv", "7,12,-1", "7,768,-1", "line 3", "word from 0 to 767"),
        ("input.csv", "0,511", "9,511", "line 3", "has 7 after 9"),
        ("input.csv", "7,12,-1", "-7,12,-1", "line 3", "not_before from 0"),
        ("input.csv", "7,12,-1", "7,1.5,-1", "line 3", "has '1.5'"),
      ]

  @Test("says file, line and range of what is wrong", arguments: faults.indices)
  func faulty(index: Int) throws {
    let fault = Self.faults[index]
    let text = try #require(Self.files[fault.file])
    let range = try #require(text.range(of: fault.from))
    let changed = text.replacingCharacters(in: range, with: fault.to)
    let error = #expect(throws: DiagnosticsError.self) {
      try folder([fault.file: Array(changed.utf8)]) { try TinyODINFolder.read(path: $0) }
    }
    let words = error?.description ?? ""
    #expect(error?.diagnostics.map(\.code) == ["SL1701"])
    #expect(words.contains(fault.file) && words.contains(fault.line), "\(words)")
    #expect(words.contains(fault.needs), "\(words)")
  }

  @Test("names every file that is missing at once")
  func missing() throws {
    let error = #expect(throws: DiagnosticsError.self) {
      try folder(["config.csv": nil, "weights.txt": nil]) { try TinyODINFolder.read(path: $0) }
    }
    #expect(error?.diagnostics.map(\.code) == ["SL1203", "SL1203"])
    #expect(error?.description.contains("weights.txt") == true)
    #expect(throws: DiagnosticsError.self) { try TinyODINFolder.read(path: "/nowhere/at/all") }
  }

  @Test("a register it does not know is a warning")
  func unknownRegister() throws {
    let text = "key,value\nburst,7\n" + (Self.files["config.csv"] ?? "")
    let read = try folder(["config.csv": Array(text.utf8)]) { try TinyODINFolder.read(path: $0) }
    #expect(read.remarks.map(\.code) == ["SL1702"])
    #expect(read.lastNeuron == 63)
  }

  @Test("whatever the bytes, it is read or refused")
  func fuzz() throws {
    var generator = SeededGenerator(seed: 5)
    let names = Self.files.keys.sorted()
    let pieces = [
      "", ",", "\n", "-", "99999999999999999999", "\u{0}", "é", "\r", "x", "1e9", "511",
    ]
    var refused = 0
    for _ in 0..<300 {
      let name = names.randomElement(using: &generator) ?? ""
      var bytes = Array((Self.files[name] ?? "").utf8)
      for _ in 0...Int.random(in: 0...3, using: &generator) {
        let place = Int.random(in: 0..<max(bytes.count, 1), using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes = Array(bytes.prefix(place))
        case 1 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 2 where !bytes.isEmpty: bytes.remove(at: place)
        default:
          bytes.insert(
            contentsOf: (pieces.randomElement(using: &generator) ?? "").utf8,
            at: min(place, bytes.count))
        }
      }
      try folder([name: bytes]) { path in
        do throws(DiagnosticsError) {
          let read = try TinyODINFolder.read(path: path)
          #expect(read.neurons.count == 256 && read.weights.count == 65_536)
          #expect(read.stimuli.allSatisfy { (0..<768).contains($0.word) })
        } catch {
          refused += 1
          #expect(error.diagnostics.allSatisfy { $0.code.hasPrefix("SL1") })
        }
      }
    }
    #expect(refused > 50)
  }
}
