import LoomBase
import LoomHardware
import LoomImage

/// The routers that an image's messages meet, and the way of every message; times in picoseconds.
struct EventNetwork: Sendable {
  let plan: NetworkPlan
  /// By core, the source its packets enter at.
  let sourceOfCore: [Int]
  /// By neuron where its packets begin among `ways`, and behind the last one their end.
  let offsets: [UInt32]
  /// By packet, where its way begins: one for each route entry of a neuron, with multicast one for all.
  let ways: [Int32]
  /// What a router is called.
  let routerNames: [String]
  /// What entering the first router and leaving the last take together, ps.
  let passage: Int64

  /// Builds the network of the chips in use; nil if no message leaves its tile and the profile says nothing of routers.
  ///
  /// - Throws: figures of routers that are missing, by JSON pointer; SL6046 where the FIFOs exceed memory.
  static func make(
    _ image: HardwareImage, _ profile: Profile, _ machine: Machine
  ) throws(DiagnosticsError) -> EventNetwork? {
    guard !machine.flows.isEmpty else { return nil }
    let places = Places(image, profile.topology)
    do {
      let times = try RouterTimes(picosecondsOf: profile, crossesChips: places.chips > 1)
      try requireMemory(image, profile.topology, depth: times.depth)
      return EventNetwork(image, profile, machine, times)
    } catch {
      if places.tiles == 1 { return nil }
      throw error
    }
  }

  private static func requireMemory(
    _ image: HardwareImage, _ topology: Topology, depth: Int
  ) throws(DiagnosticsError) {
    let (rows, columns) = extent(image, topology)
    let slots = MeshNetwork.slots(
      rows: rows, columns: columns, cores: topology.coresPerTile, depth: depth)
    guard slots > NetworkPlan.maximumSlots else { return }
    throw DiagnosticsError(
      Diagnostic(
        .error, "SL6046",
        "needs at most \(NetworkPlan.maximumSlots) slots in all routers' FIFOs, has \(slots)",
        at: .jsonPointer(file: "profile", pointer: "/router/fifoDepth"),
        remedy: "shallower FIFOs, or fewer chips"))
  }

  /// Rows and columns of tiles, from the first chip's corner to the last tile in use: XY routes never leave them.
  private static func extent(
    _ image: HardwareImage, _ topology: Topology
  ) -> (rows: Int, columns: Int) {
    let tiles = image.cores.map { MeshHops.tile(of: $0.position, topology) }
    return ((tiles.map(\.y).max() ?? 0) + 1, (tiles.map(\.x).max() ?? 0) + 1)
  }

  private init(
    _ image: HardwareImage, _ profile: Profile, _ machine: Machine, _ times: RouterTimes
  ) {
    let topology = profile.topology
    var ways: any CoreWays
    if topology.kind == .tree {
      ways = TreeNetwork(image.cores.map(\.position), topology, times)
    } else {
      let (rows, columns) = Self.extent(image, topology)
      ways = MeshWays(
        MeshNetwork(
          rows: rows, columns: columns, cores: topology.coresPerTile,
          chipRows: topology.tileRows, chipColumns: topology.tileColumns, times),
        image.cores.map(\.position), topology)
    }
    (offsets, self.ways) =
      machine.flowOfNeuron.isEmpty
      ? (machine.routes.offsets, Self.unicast(machine, &ways))
      : Self.multicast(machine, Self.waysOfFlows(image, machine, &ways))
    plan = ways.plan
    sourceOfCore = image.cores.indices.map { ways.source(ofCore: $0) }
    routerNames = ways.routerNames
    passage = times.source.entry + times.ejection.latency
  }

  private static func unicast(_ machine: Machine, _ ways: inout any CoreWays) -> [Int32] {
    var result = [Int32](repeating: -1, count: machine.routes.entries.count)
    for slice in machine.slices {
      var known: [Int: Int32] = [:]
      let first = Int(machine.routes.offsets[slice.firstNeuron])
      let last = Int(machine.routes.offsets[slice.firstNeuron + slice.count])
      for entry in first..<last {
        let core = machine.blocks[Int(machine.routes.entries[entry].block)].core
        let way = known[core] ?? Int32(ways.way(from: slice.core, to: [core]))
        known[core] = way
        result[entry] = way
      }
    }
    return result
  }

  /// One packet for each neuron of a flow.
  private static func multicast(
    _ machine: Machine, _ wayOfFlow: [Int32]
  ) -> (offsets: [UInt32], ways: [Int32]) {
    var offsets: [UInt32] = [0]
    var ways: [Int32] = []
    for flow in machine.flowOfNeuron {
      if flow >= 0 { ways.append(wayOfFlow[Int(flow)]) }
      offsets.append(UInt32(ways.count))
    }
    return (offsets, ways)
  }

  private static func waysOfFlows(
    _ image: HardwareImage, _ machine: Machine, _ ways: inout any CoreWays
  ) -> [Int32] {
    var result = [Int32](repeating: -1, count: machine.flows.count)
    for (index, core) in image.cores.enumerated() {
      let sets = DestinationSets(core.routes)
      let slices = machine.coreSlices[index]
      guard let first = slices.first.map({ machine.slices[$0].firstNeuron }) else { continue }
      for (offset, set) in sets.setOfNeuron.enumerated() where set >= 0 {
        let flow = Int(machine.flowOfNeuron[first + offset])
        guard flow >= 0, result[flow] < 0 else { continue }
        result[flow] = Int32(
          ways.way(from: index, to: sets.sets[Int(set)].map { Int($0) }))
      }
    }
    return result
  }

  /// A port in words: a link by the tiles it joins, or the way out to a core.
  func name(ofPort port: Int) -> String {
    guard port < plan.channels else {
      let core = sourceOfCore.firstIndex(of: port - plan.channels)
      return core.map { "way into core \($0)" } ?? "way into a core"
    }
    let ends = plan.ends(ofChannel: port)
    return "\(routerNames[ends.from]) → \(routerNames[ends.to])"
  }
}

/// A network in which ways between cores are asked for by the cores' numbers in an image.
protocol CoreWays {
  /// The network with all ways made so far.
  var plan: NetworkPlan { get }
  /// What its routers are called.
  var routerNames: [String] { get }

  /// The source that a core's packets enter at.
  func source(ofCore core: Int) -> Int

  /// Where the way of a packet from a core to others begins; copied where ways part.
  mutating func way(from core: Int, to others: [Int]) -> Int
}

/// The mesh of all chips, asked by the cores of an image.
struct MeshWays: CoreWays {
  private var mesh: MeshNetwork
  /// By core of the image, its number in the mesh: router × cores + slot.
  private let numbers: [Int]

  init(_ mesh: MeshNetwork, _ positions: [CorePosition], _ topology: Topology) {
    self.mesh = mesh
    numbers = positions.map { position in
      let (x, y) = MeshHops.tile(of: position, topology)
      return (y * mesh.columns + x) * mesh.cores + position.slot
    }
  }

  var plan: NetworkPlan { mesh.plan }

  var routerNames: [String] {
    (0..<mesh.rows * mesh.columns).map { "tile (\($0 % mesh.columns), \($0 / mesh.columns))" }
  }

  func source(ofCore core: Int) -> Int { numbers[core] }

  mutating func way(from core: Int, to others: [Int]) -> Int {
    let start = numbers[core] / mesh.cores
    if others.count == 1 { return mesh.way(from: start, to: numbers[others[0]]) }
    return mesh.way(from: start, toAll: Set(others.map { numbers[$0] }))
  }
}
