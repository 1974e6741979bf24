import Foundation
import LoomBase
import LoomHardware
import LoomImage
import LoomImport
import LoomReport

/// `diff`: what changed between two images, two profiles or two runs, and what it cost.
enum DiffCommand {
  static let command = Command(
    name: "diff", summary: "what changed between two images, profiles or runs",
    positionals: "A B",
    options: [
      .flag("--exit-code", help: "end with 3 if there is a difference (else 0 either way)"),
      .value(
        "--profile", placeholder: "P",
        help: "images: count hops and memory with this profile (default: each image's own)"),
      .value(
        "--set", placeholder: "/POINTER=VALUE",
        help: "profiles: overrides a number of B; images: of the profile that counts",
        repeatable: true),
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let names = try arguments.positionals("A", "B")
    let sides = try names.map { try DiffSide($0) }
    let isSame: Bool
    let document: [String: JSONValue]
    let text: String
    switch (sides[0].content, sides[1].content) {
    case (.image(let first), .image(let second)):
      let found = try images((names[0], first), (names[1], second), arguments)
      (isSame, document, text) = (found.isEmpty, found.members, found.text)
    case (.profile, .profile):
      try arguments.refuse(["--profile"], "has no meaning here: profiles are compared as they are")
      let first = try ProfileFile.document(names[0])
      let second = try ProfileFile.document(names[1], overrides: arguments.all("--set"))
      let found = ProfileDifference(
        first.json, second.json,
        hasSameStructure: first.profile.structureDigest == second.profile.structureDigest)
      (isSame, document, text) = (found.isEmpty, found.members, found.text)
    case (.run(let first), .run(let second)):
      try arguments.refuse(
        ["--profile", "--set"], "has no meaning here: runs are compared as they are")
      let found = RunDifference(first, second)
      (isSame, document, text) = (found.isEmpty, found.members, found.text)
    default:
      throw UsageError(
        "diff needs two of a kind: '\(names[0])' is \(sides[0].kindName), '\(names[1])' is \(sides[1].kindName)"
      )
    }
    if arguments.has("--json") {
      Console.print(json: json(document, sides, names, isSame))
    } else if !isSame {
      Console.print(text)
    }
    return arguments.has("--exit-code") && !isSame ? .differs : .done
  }

  private static func images(
    _ before: (name: String, bytes: [UInt8]), _ after: (name: String, bytes: [UInt8]),
    _ arguments: ParsedArguments
  ) throws -> ImageDifference {
    let first = try ChipFile.decode(before.bytes, name: Files.name(of: before.name))
    guard before.bytes != after.bytes else {
      return ImageDifference(first, first, profiles: (nil, nil))
    }
    let second = try ChipFile.decode(after.bytes, name: Files.name(of: after.name))
    return ImageDifference(
      first, second,
      profiles: (try profile(first, arguments), try profile(second, arguments)))
  }

  /// The profile that counts an image's hops: the one asked for, else its own if it is known here.
  private static func profile(
    _ image: HardwareImage, _ arguments: ParsedArguments
  ) throws -> Profile? {
    if arguments.has("--profile") || arguments.has("--set") {
      return try ProfileFlags.load(arguments, default: image.profileName)
    }
    return try? ProfileFile.load(image.profileName)
  }

  private static func json(
    _ document: [String: JSONValue], _ sides: [DiffSide], _ names: [String], _ isSame: Bool
  ) -> JSONValue {
    var members = document
    members["schema"] = .text("spikeloom.diff/1")
    members["kind"] = .text(sides[0].kind)
    members["identical"] = .boolean(isSame)
    members["before"] = .object(["sha256": .text(sides[0].digest)])
    members["after"] = .object(["sha256": .text(sides[1].digest)])
    members["host"] = .object(["before": .text(names[0]), "after": .text(names[1])])
    return .object(members)
  }
}

/// One of the two things compared, known by what it holds.
struct DiffSide {
  enum Content {
    case image([UInt8])
    case profile
    case run(RunDocument)
  }

  var content: Content
  /// SHA-256 of its bytes.
  var digest: String

  /// Reads a file, or takes a bundled profile's name.
  init(_ name: String) throws {
    let isPath = name.contains("/") || name.hasSuffix(".json")
    if !isPath, let text = ProfileFile.bundledText(name) {
      content = .profile
      digest = "\(Digest(of: Array(text.utf8)))"
      return
    }
    let bytes = try DiffSide.bytes(name)
    digest = "\(Digest(of: bytes))"
    if bytes.starts(with: "LOOMCHIP".utf8) {
      content = .image(bytes)
      return
    }
    content = try DiffSide.document(bytes, name)
  }

  private static func bytes(_ name: String) throws -> [UInt8] {
    guard FileManager.default.fileExists(atPath: name) else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL8101", "needs a file or the name of a profile, has '\(name)'",
          notes: ["bundled profiles: \(ProfileFile.bundledNames.joined(separator: ", "))"]))
    }
    return try AtomicFile.read(path: name)
  }

  private static func document(_ bytes: [UInt8], _ name: String) throws -> Content {
    let wanted = "needs an image (it begins with LOOMCHIP), a profile or a run (JSON)"
    let document: JSONValue
    do {
      document = try JSONText.decode(bytes)
    } catch {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL8102", "\(wanted), has neither: as JSON it \(error.reason)",
          at: .byteOffset(file: Files.name(of: name), offset: error.offset)))
    }
    if document["schema"]?.string == ProfileFile.schema { return .profile }
    if let run = RunDocument(document) { return .run(run) }
    let found = document["schema"]?.string.map { "the schema '\($0)'" } ?? "JSON without a schema"
    throw DiagnosticsError(
      Diagnostic(.error, "SL8102", "\(wanted), has \(found)", at: .file(Files.name(of: name))))
  }

  /// What it is, for machines.
  var kind: String {
    switch content {
    case .image: "images"
    case .profile: "profiles"
    case .run: "runs"
    }
  }

  /// What it is, for people.
  var kindName: String {
    switch content {
    case .image: "an image"
    case .profile: "a profile"
    case .run: "a run"
    }
  }
}
