import LoomBase

/// The system's zlib (RFC 1950, 1951, 1952): only what unpacking needs.
@safe struct Zlib: Sendable {
  /// zlib's `z_stream` on 64-bit systems, field by field.
  @unsafe struct Stream {
    var nextInput: UnsafePointer<UInt8>?
    var availableInput: UInt32 = 0
    var totalInput: UInt = 0
    var nextOutput: UnsafeMutablePointer<UInt8>?
    var availableOutput: UInt32 = 0
    var totalOutput: UInt = 0
    var message: UnsafePointer<CChar>?
    var state: UnsafeMutableRawPointer?
    var allocate: UnsafeMutableRawPointer?
    var free: UnsafeMutableRawPointer?
    var opaque: UnsafeMutableRawPointer?
    var dataType: Int32 = 0
    var checksum: UInt = 0
    var reserved: UInt = 0
  }

  typealias Initialize =
    @Sendable @convention(c) (
      UnsafeMutableRawPointer, Int32, UnsafePointer<CChar>, Int32
    ) -> Int32
  typealias Step = @Sendable @convention(c) (UnsafeMutableRawPointer, Int32) -> Int32
  typealias Call = @Sendable @convention(c) (UnsafeMutableRawPointer) -> Int32

  static let streamEnd: Int32 = 1
  static let ok: Int32 = 0
  static let bufferError: Int32 = -5

  let initialize: Initialize
  let inflate: Step
  let reset: Call
  let end: Call

  private init() throws(DiagnosticsError) {
    let library = try SystemLibrary(
      named: "zlib", files: ["libz.so.1", "libz.so", "libz.1.dylib", "libz.dylib"],
      remedy: "install zlib (Debian and Ubuntu: apt-get install zlib1g), or unpack the file first")
    unsafe initialize = try library.function("inflateInit2_", as: Initialize.self)
    unsafe inflate = try library.function("inflate", as: Step.self)
    unsafe reset = try library.function("inflateReset", as: Call.self)
    unsafe end = try library.function("inflateEnd", as: Call.self)
  }

  private static let loaded: Result<Zlib, DiagnosticsError> = {
    do throws(DiagnosticsError) {
      return .success(try Zlib())
    } catch {
      return .failure(error)
    }
  }()

  /// The library, loaded once.
  static func library() throws(DiagnosticsError) -> Zlib { try loaded.get() }
}
