import LoomBase
import LoomImage
import Testing

@Suite("Readout by spike counts in the chip file")
struct SpikeCountReadoutTests {
  /// A random image whose output fires.
  private func image() -> HardwareImage {
    var image = RandomImage.make(seed: 4)
    let hidden = image.populations.indices.filter { image.populations[$0].role == .hidden }
    image.outputs = Array(hidden.prefix(1))
    let channels = image.populations[image.outputs[0]].shape.channels
    image.spikeCounts = SpikeCountReadout(
      worth: [(0..<channels).map { 0.5 + Double($0) / 3 }],
      offset: [(0..<channels).map { -0.1 * Double($0) }])
    return image
  }

  @Test("the constants survive, and an image without them has the bytes it always had")
  func roundTrip() throws {
    let image = image()
    let bytes = ChipFile.encode(image)
    #expect(try ChipFile.decode(bytes, name: "x") == image)
    var plain = image
    plain.spikeCounts = nil
    let before = ChipFile.encode(plain)
    #expect(try ChipFile.decode(before, name: "x").spikeCounts == nil)
    let name = Array("CNTS".utf8)
    func has(_ bytes: [UInt8]) -> Bool {
      bytes.indices.dropLast(3).contains { Array(bytes[$0..<($0 + 4)]) == name }
    }
    #expect(has(bytes) && !has(before))
    // Marked required, so that a reader that would count from step 0 refuses it.
    let entry = 16 + 32 * 6
    #expect(Array(bytes[entry..<(entry + 8)]) == name + [0, 0, 0, 0])
  }

  @Test("constants that do not suit the outputs are refused")
  func tampered() throws {
    let sound = image()
    let channels = sound.populations[sound.outputs[0]].shape.channels
    let one = [Double](repeating: 1, count: channels)
    let wrong = [
      SpikeCountReadout(worth: [], offset: []),
      SpikeCountReadout(worth: [one + [1]], offset: [one]),
      SpikeCountReadout(worth: [one], offset: [one, one]),
      SpikeCountReadout(worth: [one.map { _ in .nan }], offset: [one]),
      SpikeCountReadout(worth: [one], offset: [one.map { _ in .infinity }]),
      SpikeCountReadout(worth: [one.map { _ in 0 }], offset: [one]),
    ]
    for readout in wrong {
      var image = sound
      image.spikeCounts = readout
      #expect(!ImageStructure.findings(image).isEmpty, "\(readout)")
    }
    var silent = sound
    silent.populations[silent.outputs[0]].role = .readout
    #expect(!ImageStructure.findings(silent).isEmpty)
    var coded = sound
    coded.schedule.code = .bitSerial
    #expect(!ImageStructure.findings(coded).isEmpty)
  }

  @Test("damage with mended checksums never traps")
  func fuzz() throws {
    let packed = try Repacked(ChipFile.encode(image()))
    var generator = SeededGenerator(seed: 12)
    var refused = 0
    for _ in 0..<200 {
      var mutated = packed
      let section = try #require(mutated.sections.firstIndex { $0.name == "CNTS" })
      let place = Int.random(in: 0..<mutated.sections[section].bytes.count, using: &generator)
      mutated.sections[section].bytes[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator))
      do {
        _ = try ChipFile.decode(mutated.bytes, name: "x")
      } catch {
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  @Test("explain says what is read")
  func explained() throws {
    let image = image()
    let value = try ImageExplanation.json(image, .whole)
    #expect(value["readout"]?["kind"] == .text("spikeCounts"))
    #expect(value["readout"]?["worth"]?.elements?.count == 1)
    #expect(try ImageExplanation.text(image, .whole).contains("spike counts of steps"))
    let plain = try ImageExplanation.json(RandomImage.make(seed: 4), .whole)
    #expect(plain["readout"] == nil)
  }
}
