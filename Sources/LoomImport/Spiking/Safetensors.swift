import LoomBase

/// A safetensors file: an 8-byte little-endian header length, a JSON header, raw tensors.
///
/// See https://github.com/huggingface/safetensors for the format.
struct Safetensors: Sendable {
  /// The number types understood, by their safetensors names.
  enum NumberKind: String, Sendable {
    case bool = "BOOL"
    case u8 = "U8"
    case i8 = "I8"
    case u16 = "U16"
    case i16 = "I16"
    case u32 = "U32"
    case i32 = "I32"
    case u64 = "U64"
    case i64 = "I64"
    case f16 = "F16"
    case f32 = "F32"
    case f64 = "F64"

    var type: NumberType {
      let kind: NumberType.Kind =
        switch self {
        case .bool: .boolean
        case .u8, .u16, .u32, .u64: .unsigned
        case .i8, .i16, .i32, .i64: .signed
        case .f16, .f32, .f64: .floating
        }
      let width =
        switch self {
        case .bool, .u8, .i8: 1
        case .u16, .i16, .f16: 2
        case .u32, .i32, .f32: 4
        case .u64, .i64, .f64: 8
        }
      return NumberType(kind: kind, width: width, isBigEndian: false)
    }
  }

  /// One tensor as it stands in the file.
  struct Tensor: Sendable {
    var kind: NumberKind
    var shape: [Int]
    var bytes: ArraySlice<UInt8>
  }

  private static let longestHeader = 1 << 26

  /// The texts under `__metadata__`.
  var metadata: [String: String]
  /// The tensors by name.
  var tensors: [String: Tensor]

  init(metadata: [String: String] = [:], tensors: [String: Tensor] = [:]) {
    self.metadata = metadata
    self.tensors = tensors
  }
}

extension Safetensors {
  /// The file's bytes: wider number types first so that all are aligned, then by name.
  func encoded() -> [UInt8] {
    let order = tensors.keys.sorted { left, right in
      let widths = (tensors[left]?.kind.type.width ?? 0, tensors[right]?.kind.type.width ?? 0)
      return widths.0 == widths.1 ? left < right : widths.0 > widths.1
    }
    var header: [String: JSONValue] = ["__metadata__": .object(metadata.mapValues { .text($0) })]
    var offset = 0
    for name in order {
      guard let tensor = tensors[name] else { continue }
      let end = offset + tensor.bytes.count
      header[name] = .object([
        "dtype": .text(tensor.kind.rawValue),
        "shape": .array(tensor.shape.map { .integer($0) }),
        "data_offsets": .array([.integer(offset), .integer(end)]),
      ])
      offset = end
    }
    var text = Array(JSONText.encode(.object(header), layout: .compact).utf8)
    while text.count % 8 != 0 { text.append(0x20) }
    var writer = ByteWriter()
    writer.write(UInt64(text.count))
    writer.write(raw: text)
    var bytes = writer.bytes
    bytes.reserveCapacity(bytes.count + offset)
    for name in order { if let tensor = tensors[name] { bytes += tensor.bytes } }
    return bytes
  }

  /// Reads a file; every offset and shape is checked, no two tensors share bytes.
  init(_ bytes: [UInt8], name: String) throws(DiagnosticsError) {
    do throws(ByteError) {
      try self.init(bytes)
    } catch {
      throw .malformed(error, name)
    }
  }

  private init(_ bytes: [UInt8]) throws(ByteError) {
    self.init()
    var reader = ByteReader(bytes)
    let length = try reader.read(UInt64.self)
    guard length <= Safetensors.longestHeader else {
      throw .invalid(offset: 0, reason: "needs a header of at most 64 MiB, has \(length) bytes")
    }
    let text = try reader.take(Int(length))
    let members = try Safetensors.header(text)
    let data = bytes[(8 + Int(length))...]
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      if name == "__metadata__" {
        metadata = (value.members ?? [:]).compactMapValues(\.string)
      } else {
        tensors[name] = try Safetensors.tensor(value, name: name, data: data)
      }
    }
    try checkOverlap()
  }

  private static func header(
    _ text: ArraySlice<UInt8>
  ) throws(ByteError) -> [String: JSONValue] {
    let header: JSONValue
    do {
      header = try JSONText.decode(text)
    } catch {
      throw .invalid(offset: 8 + error.offset, reason: "needs a header in JSON: \(error.reason)")
    }
    guard let members = header.members else {
      throw .invalid(offset: 8, reason: "needs a JSON object as its header, has another value")
    }
    return members
  }

  private static func tensor(
    _ value: JSONValue, name: String, data: ArraySlice<UInt8>
  ) throws(ByteError) -> Tensor {
    func refuse(_ reason: String) -> ByteError {
      .invalid(offset: 8, reason: "tensor '\(name)' \(reason)")
    }
    guard let kind = value["dtype"]?.string.flatMap({ NumberKind(rawValue: $0) }) else {
      throw refuse("needs a known dtype, has another")
    }
    let shape = value["shape"]?.elements?.map(\.int) ?? [nil]
    guard let count = elementCount(shape.map { $0 ?? -1 }) else {
      throw refuse("needs a shape of possible lengths, has another")
    }
    let offsets = value["data_offsets"]?.elements?.compactMap(\.int) ?? []
    guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= data.count
    else { throw refuse("needs data offsets within \(data.count) bytes, has \(offsets)") }
    guard offsets[1] - offsets[0] == count * kind.type.width else {
      throw refuse("needs \(count * kind.type.width) bytes, has \(offsets[1] - offsets[0])")
    }
    let start = data.startIndex
    return Tensor(
      kind: kind, shape: shape.compactMap(\.self),
      bytes: data[(start + offsets[0])..<(start + offsets[1])])
  }

  /// Overlapping tensors would let a short file ask for much memory.
  private func checkOverlap() throws(ByteError) {
    let ranges = tensors.values.map(\.bytes.indices).filter { !$0.isEmpty }
      .sorted { $0.lowerBound < $1.lowerBound }
    for (left, right) in zip(ranges, ranges.dropFirst()) where left.upperBound > right.lowerBound {
      throw .invalid(
        offset: right.lowerBound, reason: "needs tensors that do not overlap, has two that do")
    }
  }
}
