package import LoomBase

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A shared library of the system, loaded when it is first needed so that the build never is.
@safe package struct SystemLibrary {
  private let handle: UnsafeMutableRawPointer
  private let name: String
  private let remedy: String

  /// Loads the first of several file names that the system's loader finds.
  ///
  /// - Throws: SL1205 with the remedy if there is none.
  package init(
    named name: String, files: [String], remedy: String
  ) throws(DiagnosticsError) {
    for file in files {
      if let handle = unsafe dlopen(file, RTLD_NOW | RTLD_LOCAL) {
        unsafe self.handle = unsafe handle
        self.name = name
        self.remedy = remedy
        return
      }
    }
    throw DiagnosticsError(
      Diagnostic(
        .error, "SL1205",
        "needs the system library \(name), has none of \(files.joined(separator: ", "))",
        remedy: remedy))
  }

  /// The function of a name; the caller states its C type.
  ///
  /// - Throws: SL1205 if the library has no such symbol.
  package func function<Function>(
    _ symbol: String, as type: Function.Type
  ) throws(DiagnosticsError) -> Function {
    unsafe precondition(
      MemoryLayout<Function>.size == MemoryLayout<UnsafeMutableRawPointer>.size,
      "a C function is one pointer")
    guard let address = unsafe dlsym(handle, symbol) else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1205", "needs '\(symbol)' in the system library \(name), has none",
          remedy: remedy))
    }
    return unsafe unsafeBitCast(address, to: type)
  }
}
