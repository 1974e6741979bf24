import Foundation
import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import LoomReport

/// One workload compiled for a chip, run in every mode, measured.
struct WorkloadBench {
  /// What one mode did and took.
  struct Figures {
    var synapticOperations = 0
    /// Synaptic operations per CPU second: median of the rounds.
    var perCpuSecond = 0.0
    /// Messages between cores of one run, and the hops they take.
    var packets = 0.0
    var packetHops = 0.0
    var runsPerCpuSecond = 0.0
    /// Setting up the emulator from a decoded image.
    var setUpSeconds = 0.0
    /// `emulate` in a process of its own, and the most memory it took.
    var child = HostProcess.ChildRun(status: -1, seconds: 0)
    var peakMebibytes = 0.0
    var report: ComparisonReport?
  }

  let folder: WorkloadFolder
  /// The strides that give the reference's counts, or the first choice.
  let strides: [Int]
  let image: HardwareImage
  let profile: Profile
  let imageBytes: Int
  let compileSeconds: Double
  let decodeSeconds: Double
  /// Spikes of each layer and synaptic operations of the analytic run.
  let found: WorkloadFolder.Reference
  /// Whether found counts equal the reference's, in every mode; nil without a reference.
  private(set) var matches: Bool?
  /// Whether found counts equal those of the bare loops; known once measured.
  private(set) var isAsBareLoops: Bool?
  /// The scores of the analytic run.
  private let scores: [Int64]
  private(set) var barePerCpuSecond = 0.0
  private(set) var figures: [WorkloadMode: Figures] = [:]

  /// The share of input spikes that are kept, and the seed of the choice; nil: all.
  let thinning: (share: Double, seed: UInt64)?

  /// Compiles a folder's network; of several readings the first that gives the reference's counts.
  ///
  /// With `thinning` it is that network all the same, and runs on a part of the spikes.
  init(
    _ folder: WorkloadFolder, profile: Profile, thinning: (share: Double, seed: UInt64)? = nil
  ) throws {
    let whole = folder
    let folder = thinning.map { whole.thinned(to: $0.share, seed: $0.seed) } ?? whole
    self.folder = folder
    self.profile = profile
    self.thinning = thinning
    var first: Compiled?
    for strides in whole.strideChoices {
      // A reading that does not give the reference's counts as bare loops is not what is meant.
      var bare = BareNetwork(whole, strides: strides)
      guard whole.reference == nil || bare.run() == whole.reference else { continue }
      first = try Compiled(folder, strides, profile)
      break
    }
    let compiled = try first ?? Compiled(folder, folder.strideChoices[0], profile)
    strides = compiled.strides
    compileSeconds = compiled.seconds
    imageBytes = compiled.bytes.count
    let start = HostProcess.cpuSeconds()
    image = try ChipFile.decode(compiled.bytes, name: folder.name)
    decodeSeconds = HostProcess.cpuSeconds() - start
    let record = try Emulator(image: image, profile: profile).run(folder.samples)
    found = WorkloadBench.counts(record, folder)
    scores = record.scores
    matches = folder.reference.map { $0 == found }
  }

  /// A network on its way to the chip.
  private struct Compiled {
    var strides: [Int]
    var bytes: [UInt8]
    var seconds: Double

    init(_ folder: WorkloadFolder, _ strides: [Int], _ profile: Profile) throws {
      let start = HostProcess.cpuSeconds()
      let fixed = try Quantizer.quantize(folder.network(strides: strides), profile: profile)
      bytes = ChipFile.encode(try Compiler.compile(fixed.network, profile: profile).image)
      seconds = HostProcess.cpuSeconds() - start
      self.strides = strides
    }
  }

  /// Spikes of each layer (lowering apart) and synaptic operations of a run.
  static func counts(_ record: RunRecord, _ folder: WorkloadFolder) -> WorkloadFolder.Reference {
    WorkloadFolder.Reference(
      spikes: record.populations.dropFirst().prefix(folder.layers.count).map { Int($0.spikes) },
      synapticOperations: Int(record.cores.reduce(0) { $0 + $1.synapticOperations }))
  }

  /// Runs every mode, `seconds` CPU seconds each in five rounds, and the bare loops between them.
  mutating func measure(seconds: Double, _ progress: Progress) throws {
    let samples = folder.samples
    var emulators: [(mode: WorkloadMode, emulator: Emulator)] = []
    for mode in WorkloadMode.allCases {
      progress.stage("\(folder.name), \(mode.rawValue)")
      let start = HostProcess.cpuSeconds()
      let emulator = try mode.emulator(image, profile)
      let setUp = HostProcess.cpuSeconds() - start
      figures[mode] = try first(emulator, mode, samples)
      figures[mode]?.setUpSeconds = setUp
      emulators.append((mode, emulator))
    }
    progress.stage("\(folder.name), five rounds")
    var bare = BareNetwork(folder, strides: strides)
    var rates = [[Double]](repeating: [], count: emulators.count)
    var bareRates: [Double] = []
    for _ in 0..<5 {
      for index in emulators.indices {
        rates[index].append(
          try WorkloadBench.rate(seconds / 5) {
            _ = try emulators[index].emulator.run(samples, threads: 1)
          })
      }
      bareRates.append(WorkloadBench.rate(seconds / 5) { _ = bare.run() })
    }
    for (index, mode) in WorkloadMode.allCases.enumerated() {
      let rate = rates[index].median
      figures[mode]?.runsPerCpuSecond = rate
      let operations = figures[mode]?.synapticOperations ?? 0
      figures[mode]?.perCpuSecond = rate * Double(operations)
    }
    let counts = bare.run()
    isAsBareLoops = counts == found
    barePerCpuSecond = bareRates.median * Double(counts.synapticOperations)
  }

  /// The first run of a mode: its counts, checked, and prices.
  private mutating func first(
    _ emulator: Emulator, _ mode: WorkloadMode, _ samples: Samples
  ) throws -> Figures {
    let record = try emulator.run(samples, threads: 1)
    let counts = WorkloadBench.counts(record, folder)
    if matches != nil { matches = matches == true && counts == found && record.scores == scores }
    var figures = Figures()
    figures.synapticOperations = counts.synapticOperations
    guard mode != .functional else { return figures }
    let report = try ComparisonReport(
      bench: record, of: folder.name, method: "native", image, profile)
    figures.packets = report.operations.packets
    figures.packetHops = report.operations.packetHops
    figures.report = report
    return figures
  }

  /// Runs per CPU second, repeated until so many are spent.
  private static func rate(_ seconds: Double, _ run: () throws -> Void) rethrows -> Double {
    let start = HostProcess.cpuSeconds()
    var runs = 0
    var spent = 0.0
    repeat {
      try run()
      runs += 1
      spent = HostProcess.cpuSeconds() - start
    } while spent < seconds
    return Double(runs) / spent
  }

  /// Runs `emulate` on the image's file in processes of their own: time from start to end, peak memory.
  mutating func measureProcesses() throws {
    let path = HostProcess.scratchPath
    let (chip, data, notes) = (path + ".chip", path + ".npy", path + ".txt")
    defer {
      for file in [chip, data, notes] { try? FileManager.default.removeItem(atPath: file) }
    }
    try AtomicFile.write(ChipFile.encode(image), to: chip)
    let samples = folder.samples
    try AtomicFile.write(
      NumpyFile.encode(shape: [1] + samples.sampleShape, bytes: folder.raster), to: data)
    for mode in WorkloadMode.allCases {
      let words = [
        "emulate", chip, "--data", data, "--threads", "1", "--timing", mode.timing.rawValue,
        "--json",
        "--profile", profile.name,
      ]
      let runs = (0..<3).map { _ in HostProcess.runAgain(words, notes: notes) }
      figures[mode]?.child = runs.sorted { $0.seconds < $1.seconds }[1]
      let said = try AtomicFile.read(path: notes)
      figures[mode]?.peakMebibytes = HostProcess.peak(
        inNotes: String(decoding: said, as: UTF8.self))
    }
  }
}
