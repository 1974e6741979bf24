import LoomBase
import LoomExecution
import LoomNetwork

/// Turns stored tensors into `Tensor`s.
enum TensorDecoding {
  /// How the elements of a type code lie in bytes.
  private struct Layout {
    /// The type the elements have as a `Tensor`.
    var type: ElementType
    /// Bits of one element.
    var bits: Int
  }

  /// The element type of a code of `TensorProto.DataType` that has elements of its own.
  static func elementType(_ code: Int) -> ElementType? {
    switch code {
    case 1: .float32
    case 2: .uint8
    case 3: .int8
    case 4: .uint16
    case 5: .int16
    case 6: .int32
    case 7: .int64
    case 8: .text
    case 9: .boolean
    case 10: .float16
    case 11: .float64
    case 12: .uint32
    case 13: .uint64
    case 16: .bfloat16
    default: nil
    }
  }

  /// The layout of a type code; 4- and 8-bit floats and 4-bit integers are widened.
  private static func layout(_ code: Int) -> Layout? {
    switch code {
    case 1: Layout(type: .float32, bits: 32)
    case 2: Layout(type: .uint8, bits: 8)
    case 3: Layout(type: .int8, bits: 8)
    case 4: Layout(type: .uint16, bits: 16)
    case 5: Layout(type: .int16, bits: 16)
    case 6: Layout(type: .int32, bits: 32)
    case 7: Layout(type: .int64, bits: 64)
    case 9: Layout(type: .boolean, bits: 8)
    case 10: Layout(type: .float16, bits: 16)
    case 11: Layout(type: .float64, bits: 64)
    case 12: Layout(type: .uint32, bits: 32)
    case 13: Layout(type: .uint64, bits: 64)
    case 16: Layout(type: .bfloat16, bits: 16)
    case 17, 18, 19, 20: Layout(type: .float32, bits: 8)
    case 21: Layout(type: .uint8, bits: 4)
    case 22: Layout(type: .int8, bits: 4)
    case 23: Layout(type: .float32, bits: 4)
    default: nil
    }
  }

  /// Decodes a tensor; external data comes from `store`.
  static func tensor(
    _ message: TensorMessage, store: ExternalStore
  ) throws(ImportFault) -> Tensor {
    guard let layout = layout(message.type) else {
      throw fault("needs a tensor of numbers, has element type \(message.type)")
    }
    guard !message.isSegmented else { throw fault("needs a whole tensor, has a segment") }
    var shape: [Int] = []
    for extent in message.shape {
      guard extent >= 0, extent < 1 << 46 else {
        throw fault("needs extents of at least 0, has \(message.shape)")
      }
      shape.append(Int(extent))
    }
    guard let count = try? ShapeArithmetic.count(shape), count < 1 << 46 else {
      throw fault("needs a countable shape, has \(message.shape)")
    }
    let byteCount = (count * layout.bits + 7) / 8
    if message.isExternal {
      let bytes = try store.bytes(message.external, count: byteCount)
      return try decode(bytes[...], code: message.type, layout, shape, count)
    }
    if let raw = message.raw {
      guard raw.count == byteCount else {
        throw fault("needs \(byteCount) bytes for shape \(shape), has \(raw.count)")
      }
      return try decode(raw, code: message.type, layout, shape, count)
    }
    return try typed(message, layout, shape, count)
  }

  private static func fault(_ message: String) -> ImportFault {
    ImportFault(FaultCode.tensor, message)
  }

  /// Elements from the typed lists.
  private static func typed(
    _ message: TensorMessage, _ layout: Layout, _ shape: [Int], _ count: Int
  ) throws(ImportFault) -> Tensor {
    let stored = [message.floats.count, message.doubles.count, message.integers.count].max() ?? 0
    let packed = layout.bits == 4 ? (count + 1) / 2 : count
    guard stored == packed else {
      throw fault("needs \(packed) elements for shape \(shape), has \(stored)")
    }
    switch message.type {
    case 1 where message.floats.count == count:
      return Tensor(shape: shape, floats: message.floats)
    case 11 where message.doubles.count == count:
      return Tensor(shape: shape, type: .float64, storage: .doubles(message.doubles))
    case 1, 11: throw fault("needs \(count) elements of the tensor's own type")
    default: break
    }
    guard message.integers.count == packed else {
      throw fault("needs \(packed) integers for shape \(shape), has \(message.integers.count)")
    }
    // Small types stand one to an integer, their bit pattern in the low bits.
    var bytes: [UInt8] = []
    let width = max(1, layout.bits / 8)
    bytes.reserveCapacity(packed * width)
    for value in message.integers {
      for place in 0..<width {
        bytes.append(UInt8(truncatingIfNeeded: value >> Int64(8 * place)))
      }
    }
    return try decode(bytes[...], code: message.type, layout, shape, count)
  }

  /// Elements from little-endian bytes, exactly as many as there are.
  private static func decode(
    _ bytes: ArraySlice<UInt8>, code: Int, _ layout: Layout, _ shape: [Int], _ count: Int
  ) throws(ImportFault) -> Tensor {
    do {
      var reader = ByteReader(bytes)
      return Tensor(
        shape: shape, type: layout.type, storage: try elements(&reader, code, count))
    } catch {
      throw fault("needs \(count) elements: \(error)")
    }
  }

  private static func elements(
    _ reader: inout ByteReader, _ code: Int, _ count: Int
  ) throws(ByteError) -> Tensor.Storage {
    switch code {
    case 1:
      let bits = try reader.readArray(UInt32.self, count: count)
      return .floats(bits.map { Float(bitPattern: $0) })
    case 2: return .integers(try reader.readArray(UInt8.self, count: count).map { Int64($0) })
    case 3: return .integers(try reader.readArray(Int8.self, count: count).map { Int64($0) })
    case 4: return .integers(try reader.readArray(UInt16.self, count: count).map { Int64($0) })
    case 5: return .integers(try reader.readArray(Int16.self, count: count).map { Int64($0) })
    case 6: return .integers(try reader.readArray(Int32.self, count: count).map { Int64($0) })
    case 7, 13: return .integers(try reader.readArray(Int64.self, count: count))
    case 9:
      return .integers(try reader.readArray(UInt8.self, count: count).map { $0 == 0 ? 0 : 1 })
    case 10:
      return .floats(
        try reader.readArray(UInt16.self, count: count).map { HalfPrecision.half($0) })
    case 11:
      let bits = try reader.readArray(UInt64.self, count: count)
      return .doubles(bits.map { Double(bitPattern: $0) })
    case 12: return .integers(try reader.readArray(UInt32.self, count: count).map { Int64($0) })
    case 16:
      return .floats(
        try reader.readArray(UInt16.self, count: count).map { HalfPrecision.brain($0) })
    default: return try small(&reader, code, count)
    }
  }

  /// Elements of 4 bits, two to a byte with the low half first, and 8-bit floats.
  private static func small(
    _ reader: inout ByteReader, _ code: Int, _ count: Int
  ) throws(ByteError) -> Tensor.Storage {
    if (17...20).contains(code) {
      let bytes = try reader.readArray(UInt8.self, count: count)
      return .floats(bytes.map { SmallFloat.value($0, code: code) })
    }
    let bytes = try reader.readArray(UInt8.self, count: (count + 1) / 2)
    let halves: [UInt8] = (0..<count).map { index in
      let pair: UInt8 = bytes[index / 2]
      return index % 2 == 0 ? pair & 15 : pair >> 4
    }
    switch code {
    case 21: return .integers(halves.map { Int64($0) })
    case 22: return .integers(halves.map { Int64($0) - ($0 >= 8 ? 16 : 0) })
    default: return .floats(halves.map { SmallFloat.value($0, code: code) })
    }
  }
}

/// The floating-point formats of 4 and 8 bits (OCP and the FNUZ variants).
enum SmallFloat {
  /// The value of a bit pattern of a type code of ONNX (17 to 20 and 23).
  static func value(_ bits: UInt8, code: Int) -> Float {
    let (width, mantissa, bias): (Int, Int, Int)
    switch code {
    case 17: (width, mantissa, bias) = (8, 3, 7)
    case 18: (width, mantissa, bias) = (8, 3, 8)
    case 19: (width, mantissa, bias) = (8, 2, 15)
    case 20: (width, mantissa, bias) = (8, 2, 16)
    default: (width, mantissa, bias) = (4, 1, 1)
    }
    let magnitude = Int(bits) & ((1 << (width - 1)) - 1)
    let isNegative = Int(bits) >> (width - 1) & 1 == 1
    if code == 18 || code == 20, isNegative, magnitude == 0 { return .nan }
    if code == 17, magnitude == 0x7f { return .nan }
    if code == 19, magnitude >= 0x7c {
      return magnitude > 0x7c ? .nan : (isNegative ? -.infinity : .infinity)
    }
    let exponent = magnitude >> mantissa
    let fraction = Float(magnitude & ((1 << mantissa) - 1)) / Float(1 << mantissa)
    let value =
      exponent == 0
      ? Float(sign: .plus, exponent: 1 - bias, significand: 1) * fraction
      : Float(sign: .plus, exponent: exponent - bias, significand: 1 + fraction)
    return isNegative ? -value : value
  }
}
