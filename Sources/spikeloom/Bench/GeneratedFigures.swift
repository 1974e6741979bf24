import LoomBase
import LoomHardware
import LoomImport
import LoomReport

/// What `bench --generate` found, as JSON and as tables.
extension GeneratedBench {
  /// All figures; synaptic operations are those of one run.
  var json: JSONValue {
    var modes: [String: JSONValue] = [:]
    for (mode, figures) in figures { modes[mode.rawValue] = figures.json }
    return .object([
      "schema": .text("spikeloom.bench/1"),
      "generated": .object([
        "kind": .text(network.kind.rawValue), "profile": .text(profile.name),
        "seed": .integer(Int(clamping: network.seed)), "steps": .integer(network.steps),
        "rate": .number(network.rate), "threads": .integer(threads), "neurons": .integer(neurons),
        "synapses": .integer(synapses), "weights": .integer(weights), "cores": .integer(cores),
        "chips": .integer(chips), "synapsesPerAxon": .number(synapsesPerAxon),
        "memoryBytes": .integer(memoryBytes), "imageBytes": .integer(fileBytes),
        "generate": generation.json, "compile": compilation.json, "write": writing.json,
        "load": loading.json, "modes": .object(modes), "modesAgree": .boolean(agrees),
      ]),
    ])
  }

  /// Targets of a spike on one core.
  private var synapsesPerAxon: Double { Double(synapses) / Double(max(1, inputAxons)) }

  /// A table of stages and one of modes.
  var text: String {
    var stages = TextTable(["stage", "s", "CPU s", "peak MiB"])
    for (name, stage) in [
      ("generate", generation), ("compile and map", compilation), ("write", writing),
      ("load", loading),
    ] {
      stages.add([name] + stage.cells)
    }
    let columns = figures.sorted { $0.key.rawValue < $1.key.rawValue }
    for (mode, figures) in columns {
      stages.add(["set up, \(mode.rawValue)"] + figures.setUp.cells)
    }
    return """
      \(network.kind.rawValue) on \(profile.name): \(ScaledUnits.number(Double(neurons))) neurons, \
      \(ScaledUnits.number(Double(synapses))) synapses, \(ScaledUnits.number(Double(weights))) weights
      \(cores) cores on \(chips) chips, \(ScaledUnits.number(synapsesPerAxon)) synapses an axon; \
      image \(ScaledUnits.number(Double(memoryBytes))) bytes in memory, \
      \(ScaledUnits.number(Double(fileBytes))) as a file

      \(stages.render())

      \(modeTable.render())
      """
  }

  private var modeTable: TextTable {
    let columns = figures.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value)
    let names = figures.keys.map(\.rawValue).sorted()
    var table = TextTable(["\(network.steps) steps"] + names)
    func add(_ title: String, _ value: (Figures) -> Double) {
      table.add([title] + columns.map { ScaledUnits.number(value($0)) })
    }
    add("spikes") { Double($0.spikes) }
    add("synaptic operations") { Double($0.synapticOperations) }
    add("run, s") { $0.runSeconds }
    add("run, CPU s") { $0.runCpuSeconds }
    add("per CPU second, millions") { $0.perCpuSecond / 1e6 }
    add("ns a synaptic operation") { $0.nanosecondsPerOperation }
    add("peak memory, MiB") { $0.peakMebibytes }
    add("packets") { $0.packets }
    add("packet-hops per CPU second, millions") {
      $0.packetHops / max($0.runCpuSeconds, 1e-9) / 1e6
    }
    table.add(["energy"] + columns.map { $0.picojoules.map { ScaledUnits.energy($0) } ?? "-" })
    table.add(
      ["latency"] + columns.map { $0.latencyNanoseconds.map { ScaledUnits.time($0) } ?? "-" })
    return table
  }
}

extension GeneratedBench.Stage {
  fileprivate var json: JSONValue {
    .object([
      "seconds": .number(seconds), "cpuSeconds": .number(cpuSeconds),
      "peakMebibytes": .number(peakMebibytes),
    ])
  }

  fileprivate var cells: [String] {
    [seconds, cpuSeconds, peakMebibytes].map { ScaledUnits.number($0) }
  }
}

extension GeneratedBench.Figures {
  /// Synaptic operations per CPU second of the median run.
  var perCpuSecond: Double {
    runCpuSeconds > 0 ? Double(synapticOperations) / runCpuSeconds : 0
  }

  /// CPU time of a synaptic operation, all else of the run included.
  var nanosecondsPerOperation: Double {
    synapticOperations > 0 ? runCpuSeconds * 1e9 / Double(synapticOperations) : 0
  }

  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = [
      "spikes": .integer(spikes), "synapticOperations": .integer(synapticOperations),
      "runs": .integer(runs), "runSeconds": .number(runSeconds),
      "runCpuSeconds": .number(runCpuSeconds), "perCpuSecond": .number(perCpuSecond),
      "nanosecondsPerOperation": .number(nanosecondsPerOperation), "setUp": setUp.json,
      "peakMebibytes": .number(peakMebibytes), "packets": .number(packets),
      "packetHops": .number(packetHops),
      "packetHopsPerCpuSecond": .number(runCpuSeconds > 0 ? packetHops / runCpuSeconds : 0),
    ]
    members["energyPicojoules"] = picojoules.map { .number($0) }
    members["latencyNanoseconds"] = latencyNanoseconds.map { .number($0) }
    return .object(members)
  }
}
