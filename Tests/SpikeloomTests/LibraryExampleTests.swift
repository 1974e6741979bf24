import Foundation
import LoomBase
import LoomCompiler
import LoomConversion
import LoomEmulator
import LoomEnergy
import LoomHardware
import LoomImage
import LoomImport
import Testing

@Suite("The README's library example")
struct LibraryExampleTests {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test("is the code compiled here, line for line")
  func readmeShowsThisCode() throws {
    let readme = try String(
      contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    let block = try #require(
      readme.components(separatedBy: "```swift\n").dropFirst().first?
        .components(separatedBy: "```").first)
    let source = try String(contentsOf: URL(fileURLWithPath: #filePath), encoding: .utf8)
    let lines = Set(source.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
    let shown = block.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(shown.count >= 8)
    for line in shown where !line.hasPrefix("import") {
      #expect(lines.contains(line), "the README shows a line that is not compiled: \(line)")
    }
  }

  @Test("runs and gives an estimate")
  func exampleRuns() throws {
    let folder = Self.root.appendingPathComponent("Examples/digits").path + "/"
    let network = try ONNXImporter.network(path: folder + "digits_cnn.onnx")
    let images = try SampleFile.read(path: folder + "train_images.npy")
    let pixels = Preprocessing(scale: 1.0 / 16)
    let options = ConversionOptions(timesteps: 32, preprocessing: pixels, samplesAreBytes: true)
    let spiking = try Converter.convert(network, calibration: images, options: options)
    let profile = try ProfileFile.load("loihi1-silicon-fit")
    let fixed = try Quantizer.quantize(spiking, profile: profile).network
    let (image, mapping) = try Compiler.compile(fixed, profile: profile)
    let record = try Emulator(image: image, profile: profile).run(images, range: 0..<100)
    let ledger = try Ledger.ledger(record: record, image: image, profile: profile)
    print("\(mapping.cores) cores, \(ledger.totalPicojoules / 1e6) µJ a sample (estimate)")
    #expect(record.samples == 100)
    #expect(mapping.cores == image.cores.count)
    #expect(ledger.totalPicojoules > ledger.staticPicojoules)
  }
}
