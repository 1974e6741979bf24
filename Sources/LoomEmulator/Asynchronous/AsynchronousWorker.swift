import LoomBase
import LoomImage

/// Runs chunks of samples on one thread.
protocol ChunkRunner {
  /// What was counted so far.
  var tally: Tally { get }
  /// The spikes of the last sample, if they are kept.
  var raster: Raster? { get }

  /// Runs the samples of a chunk.
  mutating func run(chunk: Int) -> ChunkResult
}

extension SampleWorker: ChunkRunner {}

/// Runs samples of an asynchronous image one after another on one thread.
struct AsynchronousWorker: ChunkRunner {
  private let batch: SampleBatch
  private var loop: AsynchronousLoop

  init(_ batch: SampleBatch, raster: Raster? = nil) {
    self.batch = batch
    var observer = Observer(batch.emulator.image, batch.emulator.machine)
    observer.raster = raster
    loop = AsynchronousLoop(batch.emulator, observer: observer)
  }

  var tally: Tally { loop.tally }

  var raster: Raster? { loop.observer.raster }

  mutating func run(chunk: Int) -> ChunkResult {
    var result = ChunkResult(
      chunk: chunk,
      stepDurations: Array(repeating: 0, count: batch.emulator.image.schedule.steps))
    for index in batch.samples(ofChunk: chunk) {
      run(sample: index, &result)
      if loop.isOverrun {
        result.overrunSample = index
        return result
      }
    }
    return result
  }

  private mutating func run(sample index: Int, _ result: inout ChunkResult) {
    let emulator = batch.emulator
    let image = emulator.image
    let injected = emulator.host.injected(batch.samples, index: index, layout: batch.layout)
    let hostSpikes = injected.spikes
    if let run = injected.neurons { loop.observer.raster?.record(emulator.host.neurons, run) }
    if emulator.host.biasWrites > 0 {
      emulator.host.drive(
        batch.samples, index: index, layout: batch.layout, into: &loop.currents)
    }
    loop.begin()
    let messages = loop.tally.inputMessages
    var latency = 0.0
    for bin in 0..<image.schedule.steps {
      let spikes = bin < hostSpikes.count ? hostSpikes[bin][...] : []
      let duration = loop.run(bin: bin, hostSpikes: spikes)
      latency += duration
      result.stepDurations[bin] += duration
      if loop.isOverrun { break }
    }
    let scores = loop.observer.finish(emulator.machine)
    let host = emulator.hostNanoseconds(
      readouts: emulator.readouts, inputMessages: Int(loop.tally.inputMessages - messages))
    result.latency += latency
    result.interval += latency + emulator.timing.reset + host
    result.predictions.append(emulator.prediction(scores))
    result.scores += scores
  }
}

extension Emulator {
  /// What runs the image's samples: step by step, or spike by spike.
  func runner(_ batch: SampleBatch, raster: Raster? = nil, lanes: Int = 1) -> any ChunkRunner {
    image.schedule.isAsynchronous
      ? AsynchronousWorker(batch, raster: raster)
      : SampleWorker(batch, raster: raster, lanes: lanes)
  }

  /// Throws if a population of an asynchronous image sent more spikes in a bin than are kept.
  static func requireRest(_ chunks: [ChunkResult?]) throws(DiagnosticsError) {
    guard let sample = chunks.lazy.compactMap({ $0?.overrunSample }).first else { return }
    throw DiagnosticsError(
      Diagnostic(
        .error, "SL6030",
        "needs at most \(EventKernel.mostSpikes) spikes of a population in one bin, has more in sample \(sample)",
        remedy:
          "raise thresholds: a neuron sends a spike for every θ that a single addition is worth"))
  }
}
