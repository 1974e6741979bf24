public import LoomBase
import LoomExecution
import LoomNetwork

extension HybridSplit {
  /// Samples run at once through host parts, so that a large set never stands in memory as tensors.
  static let block = 64

  /// Raw samples as the chip part wants them: the head's outputs, channels × height × width; without a head
  /// the samples as they are.
  ///
  /// - Throws: SL2001, SL2002, SL2201, SL2204 about input and samples, SL2035 if the head cannot be run.
  public func boundary(
    _ samples: Samples, preprocessing: Preprocessing, threads: Int, progress: ((Int) -> Void)? = nil
  ) throws(DiagnosticsError) -> Samples {
    guard let head else { return samples }
    let layout = try InputPlan.make(chip, samples: nil).layout
    let executor = FloatExecutor(head)
    let indices = layout.indices
    var values: [Float] = []
    values.reserveCapacity(samples.count * layout.count)
    for start in stride(from: 0, to: samples.count, by: Self.block) {
      let range = start..<min(start + Self.block, samples.count)
      let input = try SamplePreparation.tensor(
        samples, range: range, network: whole, preprocessing: preprocessing)
      let output = try Self.run { () throws(ExecutionError) in
        try executor.runSamples(input, threads: threads)
      }[0].floats
      guard output.count == range.count * layout.count else {
        throw DiagnosticsError(
          Self.failure("'\(entering.name)' needs \(layout.count) numbers for each sample"))
      }
      var map = [Float](repeating: 0, count: layout.count)
      for sample in 0..<range.count {
        let base = sample * layout.count
        for element in 0..<layout.count { map[Int(indices[element])] = output[base + element] }
        values += map
      }
      progress?(range.upperBound)
    }
    var boundary = Samples(
      storage: .floats(values),
      sampleShape: [layout.map.channels, layout.map.height, layout.map.width],
      count: samples.count)
    boundary.numbers = samples.numbers
    return boundary
  }

  /// What the chip part's samples need: nothing behind a head, for its outputs are taken as they are.
  public func chipPreprocessing(_ preprocessing: Preprocessing) -> Preprocessing {
    head == nil ? preprocessing : Preprocessing(scale: 1)
  }

  /// SL2035: a host part that fails on samples.
  static func failure(_ what: String) -> Diagnostic {
    Diagnostic(
      .error, "SL2035", "needs a host part that runs: \(what)",
      remedy: "spikeloom import MODEL --check says what cannot be executed")
  }

  /// Runs a host part; what stops it becomes a diagnostic.
  static func run<Value>(
    _ body: () throws(ExecutionError) -> Value
  ) throws(DiagnosticsError) -> Value {
    do throws(ExecutionError) {
      return try body()
    } catch {
      throw DiagnosticsError(failure(error.description))
    }
  }
}
