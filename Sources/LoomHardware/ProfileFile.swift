import Foundation
public import LoomBase

/// Profile documents (`spikeloom.profile/1`): decoding, look-up, the profiles inside the program.
public enum ProfileFile {
  /// The schema identifier every profile states.
  public static let schema: String = "spikeloom.profile/1"

  /// Other names of bundled profiles.
  public static let aliases: [String: String] = ["loihi1": "loihi1-silicon-fit"]

  /// Names of the profiles inside the program, sorted.
  public static var bundledNames: [String] { BundledProfiles.files.map(\.name).sorted() }

  /// Larger files are not profiles.
  private static let maximumBytes = 1 << 22

  /// Decodes and checks a profile document.
  ///
  /// All problems are collected, each with its JSON pointer.
  /// - Parameters:
  ///   - bytes: The document, UTF-8.
  ///   - name: What to call the file in diagnostics.
  ///   - overrides: `--set` values such as `/core/neurons=2048`, applied in order and marked `assumed`.
  /// - Returns: A profile in which every number is possible and carries its source.
  /// - Throws: `DiagnosticsError` of kind `badInput` with codes SL7001 to SL7013.
  public static func decode(
    _ bytes: [UInt8], name: String, overrides: [String] = []
  ) throws(DiagnosticsError) -> Profile {
    var document = try parse(bytes, name: name)
    let pointers = try apply(overrides, to: &document, name: name)
    var reader = ProfileReader(file: name, overridden: Set(pointers))
    var profile = read(document, with: &reader)
    guard reader.isClean else { throw DiagnosticsError(.badInput, reader.diagnostics) }
    profile.quantities = reader.quantities
    profile.overrides = pointers
    profile.structureDigest = ProfileDigest.structure(reader.structure)
    profile.digest = ProfileDigest.whole(document, overrides: pointers)
    return profile
  }

  /// The document of a profile with every override applied, as `load` reads it: for comparing two.
  ///
  /// - Throws: `DiagnosticsError` as `load`, if the profile cannot be loaded.
  public static func document(
    _ nameOrPath: String, overrides: [String] = []
  ) throws(DiagnosticsError) -> (profile: Profile, json: JSONValue) {
    let profile = try load(nameOrPath, overrides: overrides)
    let isPath = nameOrPath.contains("/") || nameOrPath.hasSuffix(".json")
    let bytes: [UInt8]
    if !isPath, let text = bundledText(nameOrPath) {
      bytes = Array(text.utf8)
    } else {
      bytes = try contents(nameOrPath)
    }
    var json = try parse(bytes, name: nameOrPath)
    _ = try apply(overrides, to: &json, name: nameOrPath)
    return (profile, json)
  }

  /// Loads a profile by path (anything with a `/` or ending in `.json`), bundled name or alias.
  ///
  /// - Throws: `DiagnosticsError` of kind `badInput`: SL7010 if there is no such profile or the file cannot
  ///   be read, else as `decode`.
  public static func load(
    _ nameOrPath: String, overrides: [String] = []
  ) throws(DiagnosticsError) -> Profile {
    let source = try source(nameOrPath)
    return try decode(source.bytes, name: source.name, overrides: overrides)
  }

  /// The text that `load` reads, and what to call it in diagnostics.
  ///
  /// - Throws: SL7010 as `load`.
  public static func source(
    _ nameOrPath: String
  ) throws(DiagnosticsError) -> (name: String, bytes: [UInt8]) {
    let isPath = nameOrPath.contains("/") || nameOrPath.hasSuffix(".json")
    if !isPath, let text = bundledText(nameOrPath) {
      return ("\(aliases[nameOrPath] ?? nameOrPath).json", Array(text.utf8))
    }
    guard isPath || FileManager.default.fileExists(atPath: nameOrPath) else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL7010", "needs the name of a profile or a file, has '\(nameOrPath)'",
          notes: ["bundled profiles: \(bundledNames.joined(separator: ", "))"],
          remedy: "choose one of these, or give the path of a profile of your own"))
    }
    return (nameOrPath, try contents(nameOrPath))
  }

  /// The text of a bundled profile, by name or alias; nil if there is none.
  public static func bundledText(_ name: String) -> String? {
    let wanted = aliases[name] ?? name
    return BundledProfiles.files.first { $0.name == wanted }?.text
  }

  private static func contents(_ path: String) throws(DiagnosticsError) -> [UInt8] {
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: maximumBytes + 1)
    else {
      throw DiagnosticsError(
        Diagnostic(.error, "SL7010", "needs a readable profile file", at: .file(path)))
    }
    return Array(data)
  }

  private static func parse(
    _ bytes: [UInt8], name: String
  ) throws(DiagnosticsError) -> JSONValue {
    guard bytes.count <= maximumBytes else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL7001", "needs at most \(maximumBytes) bytes of JSON", at: .file(name)))
    }
    let document = try JSONText.document(bytes, named: name, code: "SL7001")
    guard document["schema"] == .text(schema) else {
      let found = document["schema"]?.kindName ?? "none"
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL7011", "needs the schema '\(schema)', has \(found)",
          at: .jsonPointer(file: name, pointer: "/schema")))
    }
    return document
  }

  private static func apply(
    _ overrides: [String], to document: inout JSONValue, name: String
  ) throws(DiagnosticsError) -> [String] {
    var problems: [Diagnostic] = []
    var pointers: [String] = []
    for text in overrides {
      let problem: String?
      var pointer = text
      if let override = ProfileOverride(text) {
        pointer = override.pointer
        problem = override.apply(to: &document)
      } else {
        problem = "needs the form /pointer=value"
      }
      pointers.append(pointer)
      guard let problem else { continue }
      problems.append(
        Diagnostic(
          .error, "SL7009", "--set '\(text)': \(problem)",
          at: .jsonPointer(file: name, pointer: pointer),
          remedy: "`profiles show` lists the pointers of a profile"))
    }
    guard problems.isEmpty else { throw DiagnosticsError(.badInput, problems) }
    return pointers
  }

  private static func read(_ document: JSONValue, with reader: inout ProfileReader) -> Profile {
    let root = reader.object(
      document, at: "",
      required: [
        "schema", "name", "summary", "synchronisation", "topology", "core", "neuron", "weight",
        "bias", "delay", "prices", "times",
      ], optional: ["$schema", "notes", "routing", "router"])
    let endings = [Synchronisation.barrier, .fixedTick, .asynchronous]
    let synchronisation = reader.choice("synchronisation", of: root, at: "", among: endings)
    let none = Digest(of: [])
    let profile = Profile(
      name: reader.text("name", of: root, at: ""),
      summary: reader.text("summary", of: root, at: ""),
      synchronisation: synchronisation ?? .barrier,
      topology: reader.topology(root["topology"]), routing: reader.routing(root["routing"]),
      core: reader.core(root["core"]),
      neuron: reader.neuron(root["neuron"]), weight: reader.weight(root["weight"]),
      bias: reader.bias(root["bias"]), delay: reader.delay(root["delay"]),
      prices: reader.prices(root["prices"]), times: reader.times(root["times"]),
      router: reader.router(root["router"]),
      quantities: [:], overrides: [], structureDigest: none, digest: none)
    reader.checkClasses(profile)
    reader.checkRouting(profile)
    reader.checkPartialSums(profile)
    return profile
  }
}
