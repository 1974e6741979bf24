/// Collects the parts of a network and the ways through it.
///
/// The order in which channels are added is the order of a router's inputs in the round robin of its outputs;
/// its sources come last, in their own order. Ways are added from their ends: a waypoint is a flit's stay in a
/// router's FIFO and names the ports it asks for and the waypoints behind them, so ways to one destination may
/// share their last waypoints.
public struct NetworkPlanBuilder: Sendable {
  /// One output that a flit asks for.
  public enum Exit: Sendable, Hashable {
    /// A channel and the waypoint at its end.
    case channel(Int, then: Int)
    /// An ejection port.
    case ejection(Int)
  }

  private let routers: Int
  private let depth: Int
  private let choosesEarly: Bool
  private let registers: OutputRegisters?
  private var channels: [(from: Int32, to: Int32, times: ChannelClass)] = []
  private var sources: [(router: Int32, times: SourceClass)] = []
  /// Where channels and sources stand in the turn of registers.
  private var channelPlaces: [Int32] = []
  private var sourcePlaces: [Int32] = []
  private var ejections: [(router: Int32, times: EjectionClass)] = []
  private var wayStart: [Int32] = [0]
  /// Channels, or ejections as −1 − number.
  private var wayPorts: [Int32] = []
  private var wayNext: [Int32] = []
  private var wayCopies: [Int32] = []
  private var wayRouter: [Int32] = []

  /// Begins a network of routers whose FIFOs all hold `depth` flits.
  public init(
    routers: Int, depth: Int, choosesEarly: Bool, registers: OutputRegisters? = nil
  ) {
    precondition(routers > 0 && routers < 1 << 28 && depth > 0, "a network has routers and slots")
    self.routers = routers
    self.depth = depth
    self.choosesEarly = choosesEarly
    self.registers = registers
  }

  /// Adds a channel from one router to another, with registers at a place of the turn; returns its number.
  public mutating func addChannel(
    from: Int, to: Int, _ times: ChannelClass, place: Int = 0
  ) -> Int {
    precondition(from >= 0 && from < routers && to >= 0 && to < routers, "routers exist")
    channels.append((Int32(from), Int32(to), times))
    channelPlaces.append(Int32(place))
    return channels.count - 1
  }

  /// Adds a source at a router, with registers at a place of the turn; returns its number.
  public mutating func addSource(at router: Int, _ times: SourceClass, place: Int = 0) -> Int {
    precondition(router >= 0 && router < routers, "the router exists")
    sources.append((Int32(router), times))
    sourcePlaces.append(Int32(place))
    return sources.count - 1
  }

  /// Adds an ejection port at a router; returns its number.
  public mutating func addEjection(at router: Int, _ times: EjectionClass) -> Int {
    precondition(router >= 0 && router < routers, "the router exists")
    ejections.append((Int32(router), times))
    return ejections.count - 1
  }

  /// Adds a stay in a router with one output; returns the waypoint.
  public mutating func addWaypoint(_ exit: Exit) -> Int {
    let router = add(exit)
    return finishWaypoint(at: router)
  }

  /// Adds a stay in a router where a flit is copied to several outputs, no two the same; returns the waypoint.
  public mutating func addWaypoint(_ exits: [Exit]) -> Int {
    precondition(!exits.isEmpty && Set(exits.map(port)).count == exits.count, "outputs differ")
    var router: Int32 = -1
    for exit in exits {
      let here = add(exit)
      precondition(router < 0 || router == here, "the outputs of a waypoint are of one router")
      router = here
    }
    return finishWaypoint(at: router)
  }

  private func port(_ exit: Exit) -> Int {
    switch exit {
    case .channel(let channel, _): channel
    case .ejection(let ejection): -1 - ejection
    }
  }

  /// Adds an output to the waypoint in the making; returns its router.
  private mutating func add(_ exit: Exit) -> Int32 {
    wayPorts.append(Int32(port(exit)))
    switch exit {
    case .channel(let channel, let next):
      precondition(
        next >= 0 && next < wayRouter.count && wayRouter[next] == channels[channel].to,
        "the next waypoint is at the end of the channel")
      wayNext.append(Int32(next))
      return channels[channel].from
    case .ejection(let ejection):
      wayNext.append(-1)
      return ejections[ejection].router
    }
  }

  private mutating func finishWaypoint(at router: Int32) -> Int {
    let first = Int(wayStart[wayStart.count - 1])
    var copies: Int32 = 0
    for next in wayNext[first...] { copies += next < 0 ? 1 : wayCopies[Int(next)] }
    wayCopies.append(copies)
    wayRouter.append(router)
    wayStart.append(Int32(wayPorts.count))
    return wayRouter.count - 1
  }

  /// The FIFOs of each router by place, and the place of each FIFO.
  private func inputs(_ routerOfFifo: [Int32]) -> (ofRouter: [[Int32]], places: [Int32]) {
    guard let registers else {
      var ofRouter = [[Int32]](repeating: [], count: routers)
      var places: [Int32] = []
      for (fifo, router) in routerOfFifo.enumerated() {
        places.append(Int32(ofRouter[Int(router)].count))
        ofRouter[Int(router)].append(Int32(fifo))
      }
      return (ofRouter, places)
    }
    let empty = [Int32](repeating: -1, count: registers.places)
    var ofRouter = [[Int32]](repeating: empty, count: routers)
    let places = channelPlaces + sourcePlaces
    for (fifo, router) in routerOfFifo.enumerated() {
      precondition(
        ofRouter[Int(router)][Int(places[fifo])] < 0, "every input has a place of its own")
      ofRouter[Int(router)][Int(places[fifo])] = Int32(fifo)
    }
    return (ofRouter, places)
  }

  /// The finished network.
  public consuming func plan() -> NetworkPlan {
    let fifos = channels.map(\.to) + sources.map(\.router)
    precondition(fifos.count * depth <= NetworkPlan.maximumSlots, "the slots fit the memory")
    let (ofRouter, places) = inputs(fifos)
    var firstInput: [Int32] = [0]
    for inputs in ofRouter {
      firstInput.append(firstInput[firstInput.count - 1] + Int32(inputs.count))
    }
    let portRouter = channels.map(\.from) + ejections.map(\.router)
    let channelCount = Int32(channels.count)
    let ports =
      channels.map { ($0.times.latency, $0.times.occupancy) }
      + ejections.map { ($0.times.latency, $0.times.occupancy) }
    let times =
      channels.map { ($0.times.credit, $0.times.readInterval) }
      + sources.map { ($0.times.credit, $0.times.occupancy) }
    return NetworkPlan(
      depth: depth, choosesEarly: choosesEarly, registers: registers, routers: routers,
      channels: channels.count,
      ports: zip(ports, portRouter).map {
        NetworkPlan.Port(
          latency: $0.0, occupancy: $0.1, firstInput: firstInput[Int($1)])
      },
      fifos: zip(times, places).map {
        NetworkPlan.Fifo(credit: $0.0, occupancy: $0.1, place: $1)
      },
      sourceEntry: sources.map(\.times.entry), sourceRouter: sources.map(\.router),
      portRouter: portRouter, channelTarget: channels.map(\.to), inputs: ofRouter.flatMap(\.self),
      words: ((ofRouter.map(\.count).max() ?? 0) + 63) / 64,
      wayStart: wayStart, wayPorts: wayPorts.map { $0 < 0 ? channelCount - 1 - $0 : $0 },
      wayNext: wayNext, wayCopies: wayCopies, wayRouter: wayRouter)
  }
}
