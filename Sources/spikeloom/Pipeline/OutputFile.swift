import LoomBase
import LoomImport
import LoomReport

/// Whole answers as a file of 32-bit floats.
enum OutputFile {
  static let option = OptionSpecification.value(
    "--outputs", placeholder: "FILE",
    help: "write the chip's output tensors in the ANN's units (.npy)")

  /// Writes an `.npy`: N × channels × height × width for one output, N × elements for several, which are
  /// then named with their columns.
  static func write(_ answers: AnswerTensors, names: [String], to path: String) throws {
    var shape = [answers.samples, answers.elementsPerSample]
    if answers.outputs.count == 1, let only = answers.outputs.first {
      shape = [answers.samples, only.channels, only.height, only.width]
    }
    try AtomicFile.write(NumpyFile.encode(shape: shape, floats: answers.values), to: path)
    guard answers.outputs.count > 1 else { return }
    for (index, output) in answers.outputs.enumerated() {
      let first = answers.offset(ofOutput: index)
      Console.note("    columns \(first)..<\(first + output.count): \(names[index]) \(output)")
    }
  }
}
