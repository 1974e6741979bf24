public import LoomBase

/// The IDX format of the MNIST files: 0, 0, type, axes, big-endian lengths, big-endian numbers.
public enum IdxFile {
  /// Whether bytes begin as an IDX file does.
  public static func isLikely(_ bytes: ArraySlice<UInt8>) -> Bool {
    let head = Array(bytes.prefix(4))
    return head.count == 4 && head[0] == 0 && head[1] == 0 && type(head[2]) != nil && head[3] > 0
  }

  /// Reads an IDX file's array.
  ///
  /// - Throws: SL1201 with the offset if the bytes are not a whole IDX file.
  public static func read(
    _ bytes: ArraySlice<UInt8>, name: String
  ) throws(DiagnosticsError) -> NumericArray {
    let header: Header
    do throws(ByteError) {
      header = try self.header(bytes)
    } catch {
      throw .malformed(error, name)
    }
    let available = bytes.count - header.length
    guard available == header.byteCount else {
      throw .malformed(
        .truncated(offset: header.length, needed: header.byteCount, available: available), name)
    }
    return NumericArray(
      shape: header.shape,
      elements: header.type.elements(
        bytes.dropFirst(header.length), count: header.byteCount / header.type.width))
  }

  /// The whole file's length as its header declares it; nil if there is no sound header.
  static func declaredLength(_ prefix: ArraySlice<UInt8>) -> Int? {
    do throws(ByteError) {
      let header = try header(prefix)
      return header.length + header.byteCount
    } catch {
      return nil
    }
  }

  private struct Header {
    var type: NumberType
    var shape: [Int]
    var length: Int
    var byteCount: Int
  }

  private static func type(_ code: UInt8) -> NumberType? {
    switch code {
    case 0x08: NumberType(kind: .unsigned, width: 1, isBigEndian: true)
    case 0x09: NumberType(kind: .signed, width: 1, isBigEndian: true)
    case 0x0b: NumberType(kind: .signed, width: 2, isBigEndian: true)
    case 0x0c: NumberType(kind: .signed, width: 4, isBigEndian: true)
    case 0x0d: NumberType(kind: .floating, width: 4, isBigEndian: true)
    case 0x0e: NumberType(kind: .floating, width: 8, isBigEndian: true)
    default: nil
    }
  }

  private static func header(_ bytes: ArraySlice<UInt8>) throws(ByteError) -> Header {
    var reader = ByteReader(bytes)
    let zeros = try reader.read(UInt16.self)
    let code = try reader.read(UInt8.self)
    let axes = try reader.read(UInt8.self)
    guard zeros == 0, let type = type(code) else {
      throw .invalid(offset: 0, reason: "needs an IDX header, has other bytes")
    }
    var shape: [Int] = []
    for _ in 0..<axes { shape.append(Int(try reader.read(UInt32.self).byteSwapped)) }
    guard let count = elementCount(shape) else {
      throw .invalid(offset: 4, reason: "needs a possible number of elements, has \(shape)")
    }
    return Header(
      type: type, shape: shape, length: reader.offset, byteCount: count * type.width)
  }
}

extension DiagnosticsError {
  /// A file whose bytes are not what its format says.
  static func malformed(_ error: ByteError, _ name: String) -> DiagnosticsError {
    switch error {
    case .truncated(let offset, let needed, let available):
      DiagnosticsError(
        Diagnostic(
          .error, "SL1201", "needs \(needed) bytes from there on, has \(available)",
          at: .byteOffset(file: name, offset: offset)))
    case .invalid(let offset, let reason):
      DiagnosticsError(
        Diagnostic(.error, "SL1201", reason, at: .byteOffset(file: name, offset: offset)))
    }
  }
}
