import Foundation
import LoomBase

/// Tensors kept in files beside the model.
struct ExternalStore {
  /// The folder of the model file; nil if the model came as bytes alone.
  var folder: String?

  /// The bytes an external tensor names; only files in the model's own folder are opened.
  func bytes(_ entries: [String: String], count: Int) throws(ImportFault) -> [UInt8] {
    guard let location = entries["location"], !location.isEmpty else {
      throw fault("needs a location for external data, has none")
    }
    let path = try path(location)
    let offset = try number(entries["offset"], key: "offset") ?? 0
    if let length = try number(entries["length"], key: "length"), length != count {
      throw fault("needs \(count) bytes from '\(location)', has a length of \(length)")
    }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw fault("needs a readable file '\(location)' beside the model")
    }
    defer { try? file.close() }
    do {
      let size = try file.seekToEnd()
      let (end, overflow) = offset.addingReportingOverflow(count)
      guard !overflow, UInt64(end) <= size else {
        throw fault("needs \(count) bytes at \(offset) of '\(location)', has \(size) bytes")
      }
      guard count > 0 else { return [] }
      try file.seek(toOffset: UInt64(offset))
      let data = try file.read(upToCount: count) ?? Data()
      guard data.count == count else { throw fault("needs \(count) bytes of '\(location)'") }
      return [UInt8](data)
    } catch let error as ImportFault {
      throw error
    } catch {
      throw fault("needs a readable file '\(location)' beside the model")
    }
  }

  private func fault(_ message: String) -> ImportFault {
    ImportFault(FaultCode.externalData, message)
  }

  private func number(_ text: String?, key: String) throws(ImportFault) -> Int? {
    guard let text else { return nil }
    guard let value = Int(text), value >= 0 else {
      throw fault("needs a number of bytes as \(key), has '\(text)'")
    }
    return value
  }

  /// The path of a location, after symbolic links, inside the model's folder.
  private func path(_ location: String) throws(ImportFault) -> String {
    guard let folder else {
      throw fault("needs the model's folder for external data '\(location)'")
    }
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.hasPrefix("/"), !location.contains("\0"), !location.contains("\\"),
      parts.allSatisfy({ !$0.isEmpty && $0 != ".." })
    else { throw fault("needs external data in the model's own folder, has '\(location)'") }
    let root = URL(fileURLWithPath: folder).resolvingSymlinksInPath().standardizedFileURL.path
    let file = URL(fileURLWithPath: root).appendingPathComponent(location)
      .resolvingSymlinksInPath().standardizedFileURL.path
    guard file.hasPrefix(root.hasSuffix("/") ? root : root + "/") else {
      throw fault("needs external data in the model's own folder, has '\(location)' outside it")
    }
    guard
      (try? FileManager.default.attributesOfItem(atPath: file)[.type]) as? FileAttributeType
        == .typeRegular
    else { throw fault("needs the file '\(location)' beside the model") }
    return file
  }
}
