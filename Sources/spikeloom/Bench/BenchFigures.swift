import LoomBase
import LoomEnergy
import LoomHardware
import LoomImage
import LoomImport
import LoomReport

/// What `bench` found, as JSON and as tables.
struct BenchFigures {
  var workloads: [WorkloadBench]

  /// Keys that outside checks rely on stand under each mode; everything else is beside them.
  var json: JSONValue {
    var members: [String: JSONValue] = [:]
    for workload in workloads { members[workload.folder.name] = workload.json }
    return .object(["schema": .text("spikeloom.bench/1"), "workloads": .object(members)])
  }

  /// One table a workload.
  var text: String { workloads.map(\.text).joined(separator: "\n\n") }
}

extension WorkloadBench {
  private func ratio(_ figures: Figures) -> Double {
    barePerCpuSecond > 0 ? figures.perCpuSecond / barePerCpuSecond : 0
  }

  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = [
      "profile": .text(profile.name), "cores": .integer(image.cores.count),
      "imageBytes": .integer(imageBytes), "compileSeconds": .number(compileSeconds),
      "loadSeconds": .number(decodeSeconds), "strides": .array(strides.map { .integer($0) }),
      "spikes": .array(found.spikes.map { .integer($0) }),
      "expected": folder.reference.map { reference in
        .object([
          "spikes": .array(reference.spikes.map { .integer($0) }),
          "synapticOperations": .integer(reference.synapticOperations),
        ])
      } ?? .null,
      "matches": matches.map { .boolean($0) } ?? .null,
      "bareLoop": .object(["perCpuSecond": .number(barePerCpuSecond)]),
    ]
    if let thinning {
      members["activity"] = .number(thinning.share)
      members["matchesBareLoop"] = isAsBareLoops.map { .boolean($0) } ?? .null
    }
    for (mode, figures) in figures { members[mode.rawValue] = json(figures) }
    return .object(members)
  }

  private func json(_ figures: Figures) -> JSONValue {
    var members: [String: JSONValue] = [
      "synapticOperations": .integer(figures.synapticOperations),
      "perCpuSecond": .number(figures.perCpuSecond), "ratioToBareLoop": .number(ratio(figures)),
      "peakMebibytes": .number(figures.peakMebibytes),
      "startToEndSeconds": .number(figures.child.seconds),
      "processStatus": .integer(Int(figures.child.status)),
      "setUpSeconds": .number(figures.setUpSeconds),
      "runsPerCpuSecond": .number(figures.runsPerCpuSecond),
    ]
    guard let report = figures.report?.jsonValue else { return .object(members) }
    members["packets"] = .number(figures.packets)
    members["packetHops"] = .number(figures.packetHops)
    members["packetsPerCpuSecond"] = .number(figures.packets * figures.runsPerCpuSecond)
    members["packetHopsPerCpuSecond"] = .number(figures.packetHops * figures.runsPerCpuSecond)
    members["energy"] = report["energy"]
    members["latency"] = report["latency"]
    return .object(members)
  }

  fileprivate var text: String {
    var table = TextTable(
      ["\(folder.name) on \(profile.name), \(image.cores.count) cores"]
        + figures.keys
        .sorted { $0.rawValue < $1.rawValue }.map(\.rawValue))
    let columns = figures.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value)
    table.add(
      ["synaptic operations"] + columns.map { ScaledUnits.number(Double($0.synapticOperations)) })
    table.add(
      ["per CPU second, millions"] + columns.map { ScaledUnits.number($0.perCpuSecond / 1e6) })
    table.add(["of the bare loop"] + columns.map { ScaledUnits.percent(ratio($0)) })
    table.add(["start to end, s"] + columns.map { ScaledUnits.number($0.child.seconds) })
    table.add(["peak memory, MiB"] + columns.map { ScaledUnits.number($0.peakMebibytes) })
    table.add(["packets"] + columns.map { ScaledUnits.number($0.packets) })
    table.add(
      ["packet-hops per CPU second, millions"]
        + columns.map { ScaledUnits.number($0.packetHops * $0.runsPerCpuSecond / 1e6) })
    table.add(
      ["energy"]
        + columns.map {
          $0.report?.ledger.map { ScaledUnits.energy($0.totalPicojoules) } ?? "-"
        })
    table.add(
      ["latency"] + columns.map { $0.report.map { ScaledUnits.time($0.latencyNanoseconds) } ?? "-" }
    )
    let spikes = found.spikes.map { "\($0)" }.joined(separator: ", ")
    let verdict =
      matches.map { $0 ? "as expected" : "NOT as expected: \(expectedText)" } ?? uncheckedText
    return table.render()
      + "\nbare loop \(ScaledUnits.number(barePerCpuSecond / 1e6)) M/s; compiled in "
      + "\(ScaledUnits.number(compileSeconds)) s, loaded in \(ScaledUnits.number(decodeSeconds)) s, "
      + "\(imageBytes) bytes\nspikes \(spikes): \(verdict)"
  }

  /// What stands in place of a comparison with the reference.
  private var uncheckedText: String {
    guard let thinning else { return "not checked" }
    return "input thinned to \(ScaledUnits.percent(thinning.share)), not compared with "
      + "reference.json; \(isAsBareLoops == true ? "as" : "NOT as") bare loops"
  }

  /// What the reference says, in words.
  var expectedText: String {
    guard let reference = folder.reference else { return "nothing" }
    return reference.spikes.map { "\($0)" }.joined(separator: ", ")
      + " spikes, \(reference.synapticOperations) synaptic operations"
  }
}
