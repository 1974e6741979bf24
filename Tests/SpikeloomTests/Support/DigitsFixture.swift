import Foundation
import LoomBase
import LoomHardware
import LoomImage

/// The checked-out repository these tests were compiled from.
enum CheckOut {
  /// Its root folder.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}

/// The digits example, converted and compiled by the program once for all tests.
enum DigitsFixture {
  /// The folder of the example.
  static let folder = CheckOut.root.appendingPathComponent("Examples/digits")
  /// The profiles every check runs on.
  static let profiles = ["loihi1-silicon-fit", "crossbar-256"]

  static let model = file("digits_cnn.onnx")
  static let images = file("test_images.npy")
  static let labels = file("test_labels.npy")
  static let training = file("train_images.npy")

  /// A quick conversion: few steps, few calibration samples.
  static let conversion = [
    "--calibration", training, "--calibration-samples", "100", "--iterations", "50", "-T", "8",
  ]

  private static func file(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private static let converted = Result {
    try withEmptyFolder { folder in
      try BuiltProgram.succeed(["convert", model] + conversion + ["-o", "digits.snn"], in: folder)
      return try folder.bytes(of: "digits.snn")
    }
  }

  private static let compiled: [String: Result<[UInt8], any Error>] = Dictionary(
    uniqueKeysWithValues: profiles.map { profile in
      let chip = Result {
        try withEmptyFolder { folder in
          try folder.put(try network(), as: "digits.snn")
          try BuiltProgram.succeed(
            ["compile", "digits.snn", "--profile", profile, "-o", "digits.chip"], in: folder)
          return try folder.bytes(of: "digits.chip")
        }
      }
      return (profile, chip)
    })

  /// The bytes of the spiking network.
  static func network() throws -> [UInt8] { try converted.get() }

  /// The bytes of the image for a profile.
  static func chip(_ profile: String) throws -> [UInt8] {
    guard let chip = compiled[profile] else { throw CocoaError(.fileNoSuchFile) }
    return try chip.get()
  }
}
