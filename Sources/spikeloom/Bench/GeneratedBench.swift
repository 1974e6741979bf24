import Foundation
import LoomBase
import LoomCompiler
import LoomEmulator
import LoomEnergy
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import LoomReport

/// A generated network compiled for a chip, written, loaded again and run, measured.
///
/// Each stage lets go of what it no longer needs, as the commands do that work stage by stage: the peak is that of the
/// dearest stage.
struct GeneratedBench {
  /// Wall and CPU seconds of a stage, and the most memory of the process in it.
  struct Stage {
    var seconds = 0.0
    var cpuSeconds = 0.0
    var peakMebibytes = 0.0
  }

  /// What one mode did and took.
  struct Figures {
    var synapticOperations = 0
    var spikes = 0
    var packets = 0.0
    var packetHops = 0.0
    /// Setting up the emulator.
    var setUp = Stage()
    /// CPU seconds of one run, median of the rounds.
    var runCpuSeconds = 0.0
    /// Wall seconds of one run, median of the rounds.
    var runSeconds = 0.0
    var runs = 0
    /// Set-up and runs.
    var peakMebibytes = 0.0
    /// Nil where only spikes are computed.
    var latencyNanoseconds: Double?
    /// Nil too where the profile has no prices.
    var picojoules: Double?
  }

  let network: GeneratedNetwork
  let profile: Profile
  /// Threads of a run.
  let threads: Int
  private(set) var neurons = 0
  private(set) var synapses = 0
  private(set) var weights = 0
  private(set) var cores = 0
  private(set) var chips = 0
  private(set) var inputAxons = 0
  private(set) var memoryBytes = 0
  private(set) var fileBytes = 0
  private(set) var generation = Stage()
  private(set) var compilation = Stage()
  private(set) var writing = Stage()
  private(set) var loading = Stage()
  private(set) var figures: [WorkloadMode: Figures] = [:]
  /// Whether spikes and synaptic operations are the same in every mode.
  private(set) var agrees = true

  init(_ network: GeneratedNetwork, profile: Profile, threads: Int) {
    self.network = network
    self.profile = profile
    self.threads = threads
  }

  /// Generates and compiles, writes the image to a file and reads it back; the one compiled is let go before.
  mutating func prepare(
    file: String, options: CompilerOptions, _ progress: Progress
  ) throws -> HardwareImage {
    let made = try compile(options, progress)
    progress.stage("writing \(file)")
    try write(made, to: file)
    return try load(file, progress)
  }

  private mutating func write(_ image: consuming HardwareImage, to file: String) throws {
    memoryBytes = image.storedBytes
    let start = Measure()
    let bytes = ChipFile.encode(image)
    try AtomicFile.write(bytes, to: file)
    writing = start.stage
    fileBytes = bytes.count
  }

  private mutating func load(_ file: String, _ progress: Progress) throws -> HardwareImage {
    progress.stage("loading")
    let start = Measure()
    let image = try Files.image(file)
    loading = start.stage
    return image
  }

  private mutating func compile(
    _ options: CompilerOptions, _ progress: Progress
  ) throws -> HardwareImage {
    progress.stage("generating \(network.kind.rawValue)")
    var start = Measure()
    let made = network.network(GeneratedFormats(profile))
    generation = start.stage
    neurons = made.populations.dropFirst().reduce(0) { $0 + $1.shape.count }
    weights = made.projections.reduce(0) { $0 + $1.weights.count }
    progress.stage(
      "compiling \(ScaledUnits.number(Double(neurons))) neurons for \(profile.name)")
    start = Measure()
    let (image, report) = try Compiler.compile(made, profile: profile, options: options)
    compilation = start.stage
    cores = report.cores
    chips = report.chips
    inputAxons = report.inputAxons
    synapses = report.layers.reduce(0) { $0 + $1.synapses }
    return image
  }

  /// Runs the modes in turn, each until so many CPU seconds are spent and at least once.
  mutating func measure(
    _ image: HardwareImage, modes: [WorkloadMode], seconds: Double, _ progress: Progress
  ) throws {
    let samples = network.samples
    for mode in modes {
      progress.stage("running, \(mode.rawValue)")
      var figures = Figures()
      let start = Measure()
      let emulator = try mode.emulator(image, profile)
      figures.setUp = start.stage
      figures.peakMebibytes = figures.setUp.peakMebibytes
      var rounds: [Stage] = []
      repeat {
        let start = Measure()
        let record = try emulator.run(samples, threads: threads)
        rounds.append(start.stage)
        if rounds.count == 1 { try figures.take(record, image, profile, mode) }
      } while rounds.reduce(0) { $0 + $1.cpuSeconds } < seconds
      figures.take(rounds)
      agrees = agrees && self.figures.values.allSatisfy { $0.hasCounts(of: figures) }
      self.figures[mode] = figures
    }
  }

  /// A stage that has begun.
  private struct Measure {
    private let wall: ContinuousClock.Instant
    private let cpu: Double

    init() {
      HostProcess.forgetPeak()
      wall = .now
      cpu = HostProcess.cpuSeconds()
    }

    /// What it took until now.
    var stage: Stage {
      Stage(
        seconds: (ContinuousClock.now - wall) / .seconds(1),
        cpuSeconds: HostProcess.cpuSeconds() - cpu, peakMebibytes: HostProcess.peakMebibytes())
    }
  }
}

extension GeneratedBench.Figures {
  /// Whether another mode computed the same.
  fileprivate func hasCounts(of other: Self) -> Bool {
    spikes == other.spikes && synapticOperations == other.synapticOperations
  }

  fileprivate mutating func take(_ rounds: [GeneratedBench.Stage]) {
    runs = rounds.count
    runSeconds = rounds.map(\.seconds).median
    runCpuSeconds = rounds.map(\.cpuSeconds).median
    peakMebibytes = rounds.reduce(peakMebibytes) { max($0, $1.peakMebibytes) }
  }

  fileprivate mutating func take(
    _ record: RunRecord, _ image: HardwareImage, _ profile: Profile, _ mode: WorkloadMode
  ) throws {
    synapticOperations = Int(record.cores.reduce(0) { $0 + $1.synapticOperations })
    spikes = record.populations.dropFirst().reduce(0) { $0 + Int($1.spikes) }
    guard mode != .functional else { return }
    let report = try ComparisonReport(
      bench: record, of: image.provenance?.network ?? "", method: "generated", image, profile)
    packets = report.operations.packets
    packetHops = report.operations.packetHops
    latencyNanoseconds = report.latencyNanoseconds
    picojoules = report.ledger?.totalPicojoules
  }
}

extension GeneratedFormats {
  /// What a profile's cores want.
  init(_ profile: Profile) {
    let neuron = profile.neuron
    let reset: ResetMode = neuron.hardReset ? .hard : .soft
    let step = 1 << min(neuron.thresholdShift, 20)
    let register = ((1 << min(neuron.thresholdMantissaBits, 30)) - 1) * step
    self.init(
      profileName: profile.name, potentialBits: neuron.potentialBits,
      comparison: neuron.firesOnGreaterOnly ? .greater : .greaterOrEqual, reset: reset,
      thresholdStep: step,
      largestThreshold: min(register, 1 << (min(neuron.potentialBits, 32) - 2)),
      largestWeight: profile.weight.largestMantissa)
  }
}

extension HardwareImage {
  /// Bytes of its lists of numbers in memory: weights, sources and targets, routes, values of neurons.
  var storedBytes: Int {
    var bytes = hostRoutes.storedBytes
    for template in templates {
      bytes += template.weights.count * MemoryLayout<Int16>.stride + template.shifts.count
      if case .sparse(let offsets, let targets) = template.kind {
        bytes += 4 * (offsets.count + targets.count)
      }
    }
    for core in cores {
      bytes += core.routes.storedBytes
      for slice in core.slices {
        bytes += MemoryLayout<NeuronSlice>.stride
        for values in [slice.thresholds, slice.initialPotentials, slice.biases] {
          switch values {
          case .uniform: break
          case .perChannel(let list), .perNeuron(let list): bytes += 4 * list.count
          }
        }
      }
      for block in core.axonBlocks {
        bytes += MemoryLayout<AxonBlock>.stride
        if case .list(let sources) = block.sources { bytes += 4 * sources.count }
      }
    }
    return bytes
  }
}

extension RouteTable {
  fileprivate var storedBytes: Int { 4 * (offsets.count + cores.count + axons.count) }
}
