import LoomBase
import LoomEmulator
import LoomHardware
import LoomReport

/// The mesh that `noc` runs packets on: a model's or a profile's.
struct NocSubject {
  /// What reports say of it.
  let facts: NetworkFacts
  private let times: RouterTimes
  private let chip: (rows: Int, columns: Int)?

  init(_ arguments: ParsedArguments) throws {
    let (rows, columns) = try NocSubject.sides(try arguments.required("--mesh"))
    let name = try arguments.required("--preset")
    if let model = RouterModel.presets.first(where: { $0.name == name }) {
      try arguments.refuse(["--set"], "needs a profile, not '\(name)'")
      times = RouterTimes(model)
      chip = nil
      facts = NetworkFacts(
        rows: rows, columns: columns, name: name, source: model.source, ticksPerCycle: 1)
    } else {
      let overrides = arguments.all("--set")
      let profile = try ProfileFile.load(name, overrides: overrides)
      for override in overrides { Console.note("· \(profile.name): \(override) (assumed)") }
      let topology = profile.topology
      guard topology.kind == .mesh else {
        throw DiagnosticsError(
          Diagnostic(
            .error, "SL6043", "needs a chip whose routers form a mesh, has a tree",
            at: .jsonPointer(file: profile.name, pointer: "/topology/kind")))
      }
      times = try RouterTimes(
        picosecondsOf: profile,
        crossesChips: rows > topology.tileRows || columns > topology.tileColumns)
      chip = (topology.tileRows, topology.tileColumns)
      facts = NetworkFacts(
        rows: rows, columns: columns, name: profile.name, source: profile.summary,
        ticksPerCycle: 1000, profileDigest: profile.digest, overrides: profile.overrides)
      let spans = rows > topology.tileRows || columns > topology.tileColumns
      let chips = "; the mesh spans chips of \(topology.tileRows) x \(topology.tileColumns)"
      Console.note("· a cycle of the list is 1 ns\(spans ? chips : "")")
    }
    try requireRoom()
  }

  /// The mesh, without ways.
  func mesh() -> MeshNetwork {
    MeshNetwork(
      rows: facts.rows, columns: facts.columns, chipRows: chip?.rows, chipColumns: chip?.columns,
      times)
  }

  private static func sides(_ word: String) throws(UsageError) -> (rows: Int, columns: Int) {
    let parts = word.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let rows = parts[0], let columns = parts[1],
      (1...4096).contains(rows), (1...4096).contains(columns), rows * columns <= 1 << 16
    else {
      throw UsageError("'--mesh' needs ROWSxCOLS of at most 65536 routers, has '\(word)'")
    }
    return (rows, columns)
  }

  private func requireRoom() throws {
    let slots = MeshNetwork.slots(
      rows: facts.rows, columns: facts.columns, depth: times.depth)
    guard slots <= NetworkPlan.maximumSlots else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL6044",
          "needs at most \(NetworkPlan.maximumSlots) slots in all FIFOs, has \(slots)",
          remedy: "a smaller mesh, or a smaller /router/fifoDepth"))
    }
  }
}
