public import LoomBase

/// NumPy's `.npy` format, versions 1 to 3 (NEP 1).
public enum NumpyFile {
  private static let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

  /// Whether bytes begin as an `.npy` file does.
  public static func isLikely(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.starts(with: magic)
  }

  /// Reads an `.npy` file's array; Fortran order is turned into C order.
  ///
  /// Understood: bool, signed and unsigned integers of 1 to 8 bytes, floats of 2, 4 and 8, either byte order.
  ///
  /// - Throws: SL1201 with the offset if the bytes are not a whole `.npy` file of such a type.
  public static func read(
    _ bytes: ArraySlice<UInt8>, name: String
  ) throws(DiagnosticsError) -> NumericArray {
    let header: NumpyHeader
    do throws(ByteError) {
      header = try NumpyHeader(bytes)
    } catch {
      throw .malformed(error, name)
    }
    try check(header, length: bytes.count, name)
    let elements = header.type.elements(
      bytes.dropFirst(header.length), count: header.byteCount / header.type.width)
    guard header.isTransposed else {
      return NumericArray(shape: header.shape, elements: elements)
    }
    return NumericArray(shape: header.shape, elements: reordered(elements, header.shape))
  }

  /// The samples of a file in C order, left where they are; nil: it is another file, or has none.
  ///
  /// - Throws: as `read`.
  static func stored(_ file: OpenFile, name: String) throws(DiagnosticsError) -> Samples? {
    let prefix = file.bytes(0..<min(file.count, 1 << 16))[...]
    guard isLikely(prefix), let header = try? NumpyHeader(prefix) else { return nil }
    try check(header, length: file.count, name)
    guard let count = header.shape.first, !header.isTransposed else { return nil }
    let (type, first) = (header.type, header.length)
    let isBytes = if case .bytes = type.elements([], count: 0) { true } else { false }
    let stored = StoredSamples(
      isBytes: isBytes, elementCount: header.byteCount / type.width,
      read: { range in
        let bytes = file.bytes(
          (first + range.lowerBound * type.width)..<(first + range.upperBound * type.width))
        return type.elements(bytes[...], count: range.count).stored
      }, isUnchanged: { file.isUnchanged })
    return Samples(stored: stored, sampleShape: Array(header.shape.dropFirst()), count: count)
  }

  /// Throws if a file of so many bytes is not what its header declares.
  private static func check(
    _ header: NumpyHeader, length: Int, _ name: String
  ) throws(DiagnosticsError) {
    let available = length - header.length
    guard available == header.byteCount else {
      throw .malformed(
        .truncated(offset: header.length, needed: header.byteCount, available: available), name)
    }
  }

  /// The whole file's length as its header declares it; nil if there is no sound header.
  static func declaredLength(_ prefix: ArraySlice<UInt8>) -> Int? {
    do throws(ByteError) {
      let header = try NumpyHeader(prefix)
      return header.length + header.byteCount
    } catch {
      return nil
    }
  }

  private static func reordered(
    _ elements: NumericArray.Elements, _ shape: [Int]
  ) -> NumericArray.Elements {
    switch elements {
    case .bytes(let values): .bytes(rowMajor(values, shape))
    case .integers(let values): .integers(rowMajor(values, shape))
    case .floats(let values): .floats(rowMajor(values, shape))
    case .doubles(let values): .doubles(rowMajor(values, shape))
    }
  }

  /// Column-major numbers in row-major order.
  private static func rowMajor<Value>(_ values: [Value], _ shape: [Int]) -> [Value] {
    var strides: [Int] = []
    var stride = 1
    for length in shape {
      strides.append(stride)
      stride *= length
    }
    var position = [Int](repeating: 0, count: shape.count)
    var place = 0
    return values.indices.map { _ in
      let value = values[place]
      var axis = shape.count - 1
      while axis >= 0 {
        position[axis] += 1
        place += strides[axis]
        if position[axis] < shape[axis] { break }
        place -= strides[axis] * shape[axis]
        position[axis] = 0
        axis -= 1
      }
      return value
    }
  }
}

extension NumpyFile {
  /// An `.npy` file of bytes (`|u1`); they must be as many as the shape says.
  public static func encode(shape: [Int], bytes: [UInt8]) -> [UInt8] {
    encode(shape: shape, type: "|u1", count: bytes.count, body: bytes)
  }

  /// An `.npy` file of 32-bit integers (`<i4`); they must be as many as the shape says.
  public static func encode(shape: [Int], int32 values: [Int32]) -> [UInt8] {
    encode(shape: shape, type: "<i4", count: values.count, body: littleEndianBytes(values))
  }

  /// An `.npy` file of 64-bit integers (`<i8`); they must be as many as the shape says.
  public static func encode(shape: [Int], int64 values: [Int64]) -> [UInt8] {
    encode(shape: shape, type: "<i8", count: values.count, body: littleEndianBytes(values))
  }

  /// An `.npy` file of 32-bit floats (`<f4`); they must be as many as the shape says.
  public static func encode(shape: [Int], floats values: [Float]) -> [UInt8] {
    encode(
      shape: shape, type: "<f4", count: values.count,
      body: littleEndianBytes(values.map(\.bitPattern)))
  }

  private static func encode(
    shape: [Int], type: String, count: Int, body: [UInt8]
  ) -> [UInt8] {
    precondition(count == shape.reduce(1, *), "an array holds as many numbers as its shape says")
    let lengths = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(lengths)), }"
    let unpadded = magic.count + 4 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    var writer = ByteWriter()
    writer.write(raw: magic)
    writer.write(raw: [1, 0])
    writer.write(UInt16(header.utf8.count))
    writer.write(raw: Array(header.utf8))
    return writer.bytes + body
  }
}
