import Foundation
import LoomNetwork
import Testing

/// The staged data, named by the environment variable SPIKELOOM_DATA.
enum StagedModels {
  static let folder = ProcessInfo.processInfo.environment["SPIKELOOM_DATA"]
  static var isThere: Bool { folder != nil }
  static let message: Comment = "set SPIKELOOM_DATA to the folder of staged data"

  static func path(_ name: String) -> String { (folder ?? "") + "/" + name }

  /// A float32 array of a version-1 `.npy` file in C order.
  static func array(_ name: String) throws -> Tensor {
    let data = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    let headerEnd = 10 + Int(data[8]) + 256 * Int(data[9])
    let header = String(decoding: data[10..<headerEnd], as: UTF8.self)
    try #require(header.contains("'<f4'") && header.contains("'fortran_order': False"))
    let open = try #require(header.firstIndex(of: "("))
    let close = try #require(header.firstIndex(of: ")"))
    let shape = header[open..<close].dropFirst().split(separator: ",")
      .compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    let floats = stride(from: headerEnd, to: data.count, by: 4).map { place in
      Float(
        bitPattern: UInt32(data[place]) | UInt32(data[place + 1]) << 8
          | UInt32(data[place + 2]) << 16 | UInt32(data[place + 3]) << 24)
    }
    return Tensor(shape: shape, floats: floats)
  }
}
