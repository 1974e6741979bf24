import Foundation
import LoomBase
import LoomEmulator
import LoomHardware
import LoomImport

/// A part of a run as a file, schema `spikeloom.part/1`: what `merge` needs, and digests of what it came from.
struct PartFile: Codable {
  static let schemaName = "spikeloom.part/1"

  /// The commands that can be divided.
  enum Kind: String, Codable {
    case emulate
    case sweep
  }

  /// A profile as it was read.
  struct ProfileText: Codable, Equatable {
    var file: String
    var overrides: [String]
    var text: String
  }

  var schema = PartFile.schemaName
  var tool: String
  var command: Kind
  var shard: Shard
  /// SHA-256 of `image` or `model`, `profile`, `data`, `labels`, `calibration`, `options`, as far as there are any.
  var digests: [String: String]
  /// The options that say what is computed.
  var options: [String: [String]]
  var profile: ProfileText
  var emulate: EmulatePart?
  var sweep: SweepPart?
  /// Paths.
  var host: [String: String]

  /// Describes a part; what it did is added by the caller.
  init(
    _ command: Kind, _ shard: Shard, _ arguments: ParsedArguments, profile: Profile,
    defaultProfile: String? = nil, digests: [String: String]
  ) throws {
    tool = Version.tool
    self.command = command
    self.shard = shard
    self.digests = digests
    options = arguments.given(except: ShardFlag.places)
    let source = try ProfileFile.source(
      arguments.text("--profile") ?? defaultProfile ?? profile.name)
    self.profile = ProfileText(
      file: Files.name(of: source.name), overrides: arguments.all("--set"),
      text: String(decoding: source.bytes, as: UTF8.self))
    host = ["data": arguments.text("--data") ?? ""]
    self.digests["profile"] = "\(profile.digest)"
    let lines = options.sorted { $0.key < $1.key }.map {
      "\($0.key)=\($0.value.joined(separator: "\u{1f}"))"
    }
    self.digests["options"] = "\(Digest(of: Array(lines.joined(separator: "\n").utf8)))"
  }

  /// The file's bytes; they depend on the value alone.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// Reads a part file.
  ///
  /// - Throws: SL1850 for anything that no `--shard` writes.
  static func decode(_ bytes: [UInt8], name: String) throws(DiagnosticsError) -> PartFile {
    let part: PartFile
    do {
      struct Head: Decodable { var schema: String }
      let head = try JSONDecoder().decode(Head.self, from: Data(bytes))
      guard head.schema == schemaName else {
        throw failure("needs the schema '\(schemaName)', has '\(head.schema.prefix(60))'", name)
      }
      part = try JSONDecoder().decode(PartFile.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw failure(error, name)
    } catch let error as DiagnosticsError {
      throw error
    } catch {
      throw failure("needs a part file (\(schemaName))", name)
    }
    do {
      try part.check()
    } catch {
      throw failure("\(error)", name)
    }
    return part
  }

  private func check() throws(PartMismatch) {
    guard Shard.isPossible(part: shard.part, of: shard.count) else {
      throw .impossible("a part K of N, 1 ≤ K ≤ N ≤ \(Shard.limit)")
    }
    switch (command, emulate, sweep) {
    case (.emulate, let part?, nil): try part.check(shard)
    case (.sweep, nil, let part?): try part.check(shard)
    default: throw .impossible("what '\(command.rawValue)' found, and nothing else")
    }
  }

  static func failure(_ message: String, _ name: String) -> DiagnosticsError {
    DiagnosticsError(
      Diagnostic(
        .error, "SL1850", message, at: .file(name),
        remedy: "part files are written by 'emulate --shard' and 'sweep --shard'"))
  }

  private static func failure(_ error: DecodingError, _ name: String) -> DiagnosticsError {
    let context: DecodingError.Context
    let need: String
    switch error {
    case .keyNotFound(let key, let place):
      (context, need) = (place, "needs the key '\(key.stringValue)', has none")
    case .typeMismatch(let type, let place):
      (context, need) = (place, "needs \(type), has something else")
    case .valueNotFound(let type, let place):
      (context, need) = (place, "needs \(type), has null")
    case .dataCorrupted(let place): (context, need) = (place, "needs JSON of a part file")
    @unknown default: return failure("needs a part file (\(schemaName))", name)
    }
    let pointer = context.codingPath.map { "/" + $0.stringValue.jsonPointerToken }.joined()
    guard !pointer.isEmpty else { return failure("\(need) (\(schemaName))", name) }
    return DiagnosticsError(
      Diagnostic(
        .error, "SL1850", need, at: .jsonPointer(file: name, pointer: pointer),
        remedy: "part files are written by 'emulate --shard' and 'sweep --shard'"))
  }
}

extension PartFile {
  /// The profile, read again from its text.
  ///
  /// - Throws: SL1850 if it is not the one the digest names.
  func loadedProfile(_ name: String) throws(DiagnosticsError) -> Profile {
    let loaded = try ProfileFile.decode(
      Array(profile.text.utf8), name: profile.file, overrides: profile.overrides)
    guard "\(loaded.digest)" == digests["profile"] else {
      throw PartFile.failure("needs the profile its digest names, has another", name)
    }
    return loaded
  }

  /// Writes the part and says so.
  func write(_ arguments: ParsedArguments, samples: Int) throws {
    try AtomicFile.write(try encoded(), to: try arguments.required("--output"))
    let range = shard.samples(of: samples)
    if arguments.has("--json") {
      Console.print(
        json: .object([
          "schema": .text(schema), "part": .integer(shard.part), "parts": .integer(shard.count),
          "firstSample": .integer(range.lowerBound), "samples": .integer(range.count),
        ]))
      return
    }
    Console.print(
      "part \(shard.part) of \(shard.count): samples \(range.lowerBound)..<\(range.upperBound) of \(samples)"
    )
  }
}

/// Digests of what a part came from.
enum PartDigest {
  /// Of samples: type, shape and numbers, whatever file they came in.
  static func of(_ samples: Samples) -> String {
    let head = "\(samples.isBytes ? "u1" : "f4") \(samples.count) \(samples.sampleShape)"
    let blocks = stride(from: 0, to: samples.count, by: 64).lazy.map {
      bytes(samples, $0..<min($0 + 64, samples.count))
    }
    let content = Digest(ofParts: blocks)
    return "\(Digest(of: Array(head.utf8) + content.bytes))"
  }

  private static func bytes(_ samples: Samples, _ range: Range<Int>) -> [UInt8] {
    let (storage, first) = samples.stored(range)
    let numbers = first..<(first + range.count * samples.elementsPerSample)
    switch storage {
    case .bytes(let values): return Array(values[numbers])
    case .floats(let values):
      return unsafe values[numbers].withUnsafeBytes { unsafe Array($0) }
    }
  }

  /// Of labels.
  static func of(_ labels: [Int]) -> String {
    "\(Digest(of: Array(labels.map(String.init).joined(separator: ",").utf8)))"
  }
}
