import Foundation
import LoomBase
import LoomImage

/// A file taken apart by its table, to be put together again with right checksums.
struct Repacked {
  var sections: [(name: String, flags: UInt32, bytes: [UInt8])] = []

  init(_ bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    _ = try reader.take(12)
    for _ in 0..<(try reader.read(UInt32.self)) {
      let name = try reader.readText(count: 4)
      let flags = try reader.read(UInt32.self)
      let offset = Int(try reader.read(UInt64.self))
      let length = Int(try reader.read(UInt64.self))
      _ = try reader.take(8)
      sections.append((name, flags, Array(bytes[offset..<(offset + length)])))
    }
  }

  func adding(_ name: String, isOptional: Bool) -> [UInt8] {
    var copy = self
    copy.sections.insert((name, isOptional ? 1 : 0, [1, 2, 3]), at: 2)
    return copy.bytes
  }

  /// How many times more mutations to try than usual: SPIKELOOM_FUZZ, else 1.
  static let effort: Int =
    ProcessInfo.processInfo.environment["SPIKELOOM_FUZZ"].flatMap(Int.init) ?? 1

  /// One to three bytes of one section changed, taken away or put in.
  func mutated(_ generator: inout SeededGenerator) -> [UInt8] {
    var copy = self
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let section = Int.random(in: 0..<copy.sections.count, using: &generator)
      guard !copy.sections[section].bytes.isEmpty else { continue }
      let place = Int.random(in: 0..<copy.sections[section].bytes.count, using: &generator)
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: copy.sections[section].bytes.remove(at: place)
      case 1: copy.sections[section].bytes.insert(255, at: place)
      case 2: copy.sections[section].bytes[place] = 255
      default:
        copy.sections[section].bytes[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator))
      }
    }
    return copy.bytes
  }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.write(raw: Array("LOOMCHIP".utf8))
    writer.write(UInt16(2))
    writer.write(UInt16(0))
    writer.write(UInt32(sections.count))
    var offset = 16 + 32 * sections.count
    for section in sections {
      writer.write(raw: Array(section.name.utf8))
      writer.write(section.flags)
      writer.write(UInt64(offset))
      writer.write(UInt64(section.bytes.count))
      writer.write(CyclicRedundancyCheck.checksum(section.bytes[...]))
      writer.write(UInt32(0))
      offset = (offset + section.bytes.count + 7) / 8 * 8
    }
    for section in sections {
      writer.write(raw: section.bytes)
      writer.pad(to: 8)
    }
    writer.write(raw: Digest(of: writer.bytes).bytes)
    return writer.bytes
  }
}
