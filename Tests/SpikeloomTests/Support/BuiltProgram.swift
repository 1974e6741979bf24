import Foundation
import LoomBase
import Synchronization
import Testing

/// What a finished run of the program left behind.
struct ProgramRun {
  /// The exit code.
  var status: Int32
  /// Standard output.
  var output: String
  /// Standard error.
  var errors: String

  /// Standard output as a JSON document.
  func json() throws -> JSONValue {
    try JSONText.decode(Array(output.utf8))
  }
}

/// The `spikeloom` program these tests were built with, run as a user runs it.
enum BuiltProgram {
  /// Starting a process may change this process's folder for a moment; one at a time.
  private static let starting = Mutex(())

  /// Where the program lies: beside the test bundle, or in the build folder of this check-out.
  static func location() throws -> URL {
    let starts =
      [
        Bundle.main.executableURL, URL(fileURLWithPath: CommandLine.arguments.first ?? ""),
      ].compactMap(\.self) + Bundle.allBundles.map(\.bundleURL)
    for start in starts {
      var folder = start.deletingLastPathComponent()
      while folder.path.contains(".build") {
        if let found = program(in: folder) { return found }
        folder.deleteLastPathComponent()
      }
    }
    let build = CheckOut.root.appendingPathComponent(".build")
    let found = ["release", "debug"].lazy
      .compactMap { program(in: build.appendingPathComponent($0)) }.first
    return try #require(found, "the tests need the built program 'spikeloom' beside them")
  }

  private static func program(in folder: URL) -> URL? {
    let file = folder.appendingPathComponent("spikeloom")
    guard (try? file.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true,
      FileManager.default.isExecutableFile(atPath: file.path)
    else { return nil }
    return file
  }

  /// Runs the program in a folder to its end.
  static func run(_ arguments: [String], in folder: URL) throws -> ProgramRun {
    try withEmptyFolder { capture in
      let output = capture.appendingPathComponent("output")
      let errors = capture.appendingPathComponent("errors")
      try Data().write(to: output)
      try Data().write(to: errors)
      let process = Process()
      process.executableURL = try location()
      process.arguments = arguments
      process.currentDirectoryURL = folder
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = try FileHandle(forWritingTo: errors)
      try starting.withLock { _ in try process.run() }
      process.waitUntilExit()
      try #require(process.terminationReason == .exit, "'\(arguments)' was ended by a signal")
      return ProgramRun(
        status: process.terminationStatus,
        output: try String(contentsOf: output, encoding: .utf8),
        errors: try String(contentsOf: errors, encoding: .utf8))
    }
  }

  /// Runs the program and requires that it ends well.
  @discardableResult
  static func succeed(_ arguments: [String], in folder: URL) throws -> ProgramRun {
    let run = try run(arguments, in: folder)
    try #require(run.status == 0, "\(arguments): \(run.errors)")
    return run
  }
}

/// Gives a fresh folder and removes it afterwards.
func withEmptyFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("spikeloom-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

extension URL {
  /// The bytes of a file in this folder.
  func bytes(of name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: appendingPathComponent(name)))
  }

  /// Writes a file into this folder.
  func put(_ bytes: [UInt8], as name: String) throws {
    try Data(bytes).write(to: appendingPathComponent(name))
  }

  /// The names of everything in this folder, sorted.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}
