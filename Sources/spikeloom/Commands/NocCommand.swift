import LoomBase
import LoomEmulator
import LoomHardware
import LoomImport
import LoomReport

/// `noc`: packets alone through a mesh, a list or a steady load.
enum NocCommand {
  static let command = Command(
    name: "noc", summary: "runs a packet list, or a steady load, through a mesh of routers",
    positionals: "",
    options: [
      .value(
        "--replay", placeholder: "FILE",
        help: "packets to run: CSV with columns src, dst, cycle (plain or gzip)"),
      .value("--mesh", placeholder: "ROWSxCOLS", help: "routers in y and x"),
      .value(
        "--preset", placeholder: "P",
        help: "bs3, min1, rtl2, or a profile's name or file (its times; a cycle is 1 ns)"),
      .value(
        "--output", "-o", placeholder: "FILE",
        help: "write src,dst,cycle,delivered in the order of the list"),
      .value(
        "--open-loop", placeholder: "RATE,…",
        help: "instead of a list: each node sends so many packets a cycle, uniformly"),
      .value("--cycles", placeholder: "N", help: "open loop: cycles measured (default 20000)"),
      .value("--warmup", placeholder: "N", help: "open loop: cycles before (default 2000)"),
      ProfileFlags.set,
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    _ = try arguments.positionals()
    let subject = try NocSubject(arguments)
    switch (arguments.text("--replay"), try arguments.numbers("--open-loop")) {
    case (let path?, nil):
      try arguments.refuse(["--cycles", "--warmup"], "belongs to --open-loop")
      return try replay(path, subject, arguments)
    case (nil, let rates?):
      try arguments.refuse(["--output"], "belongs to --replay")
      return try openLoop(rates, subject, arguments)
    default: throw UsageError("one of '--replay' and '--open-loop' is needed")
    }
  }

  private static func replay(
    _ path: String, _ subject: NocSubject, _ arguments: ParsedArguments
  ) throws -> ExitStatus {
    try Files.requireFolders(arguments, "--output")
    let packets = try PacketList(
      csv: try PackedFile.read(path: path), nodes: subject.facts.rows * subject.facts.columns,
      name: Files.name(of: path))
    var mesh = subject.mesh()
    let replay = PacketReplay(packets, on: &mesh, ticksPerCycle: subject.facts.ticksPerCycle)
    if let output = arguments.text("--output") {
      let delivered = replay.delivered.map(subject.facts.text)
      try AtomicFile.write(packets.csv(delivered: delivered), to: output)
    }
    let report = ReplayReport(subject.facts, replay, host: host(replay))
    if arguments.has("--json") {
      Console.print(json: report.json)
    } else {
      Console.print(report.text)
    }
    return .done
  }

  private static func openLoop(
    _ rates: [Double], _ subject: NocSubject, _ arguments: ParsedArguments
  ) throws -> ExitStatus {
    let cycles = try arguments.integer("--cycles", in: 1...1 << 24) ?? 20000
    let warmup = try arguments.integer("--warmup", in: 0...1 << 24) ?? 2000
    let seed = try arguments.integer("--seed", in: 0...Int.max) ?? 0
    for rate in rates {
      guard rate > 0, rate <= 1 else {
        throw UsageError("'--open-loop' needs rates above 0 and at most 1, has \(rate)")
      }
      let packets = OpenLoop.expectedPackets(
        rate: rate, cycles: cycles, warmup: warmup,
        nodes: subject.facts.rows * subject.facts.columns)
      guard packets < 0.9 * Double(PacketList.maximumPackets) else {
        throw UsageError(
          "'--open-loop' makes at most \(PacketList.maximumPackets) packets; fewer cycles are needed"
        )
      }
    }
    var mesh = subject.mesh()
    let start = ContinuousClock.now
    let loads = rates.map {
      OpenLoop(
        rate: $0, cycles: cycles, warmup: warmup, seed: UInt64(seed), on: &mesh,
        ticksPerCycle: subject.facts.ticksPerCycle)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let report = OpenLoopReport(subject.facts, loads, host: ["seconds": .number(seconds)])
    if arguments.has("--json") {
      Console.print(json: report.json)
    } else {
      Console.print(report.text)
    }
    return .done
  }

  private static func host(_ replay: PacketReplay) -> [String: JSONValue] {
    let seconds = replay.hostSeconds
    return [
      "seconds": .number(seconds),
      "packetHopsPerSecond": .number(seconds > 0 ? Double(replay.packetHops) / seconds : 0),
    ]
  }
}
