import LoomBase
import LoomEmulator

/// A random network with packets on it, as the engine and as the plain network take it.
struct RandomNetwork {
  let plain = PlainNetwork()
  private(set) var packets: [PlainNetwork.Packet] = []
  private(set) var plan: NetworkPlan
  private(set) var traffic = NetworkTraffic()
  /// The packet at each position of the traffic.
  private(set) var order: [Int] = []
  /// The waypoint of each packet.
  private var waypoints: [Int] = []

  /// Makes a network and its packets.
  ///
  /// - Parameters:
  ///   - copies: how many destinations a packet has at most.
  ///   - pause: the most work of a source before a packet; the plain network takes more than 299 quiet ticks for the end.
  ///   - sinks: how many cores packets go to at most.
  init(
    seed: UInt64, copies: Int, choosesEarly: Bool, isTree: Bool = false, cores: Int = 1,
    most: Int64 = 4, hasRegisters: Bool = false, pause: Int64 = 3,
    sinks: Int = .max
  ) {
    var random = SeededGenerator(seed: seed)
    let (rows, columns) = (
      Int.random(in: 1...3, using: &random), Int.random(in: 1...4, using: &random)
    )
    let routers = rows * columns
    plain.depth = Int.random(in: 1...3, using: &random)
    plain.choosesEarly = choosesEarly
    let time = { (random: inout SeededGenerator) in Int64.random(in: 1...most, using: &random) }
    let joins: [(Int, Int)] = (0..<routers).flatMap { router -> [(Int, Int)] in
      if isTree {
        return router == 0 ? [] : [(router, (router - 1) / 2), ((router - 1) / 2, router)]
      }
      let (x, y) = (router % columns, router / columns)
      return (x + 1 < columns ? [(router, router + 1), (router + 1, router)] : [])
        + (y + 1 < rows ? [(router, router + columns), (router + columns, router)] : [])
    }
    for (from, to) in joins.shuffled(using: &random) {
      plain.channels.append(
        (
          from, to,
          ChannelClass(
            latency: time(&random), occupancy: min(3, time(&random)), credit: time(&random),
            readInterval: min(3, time(&random)))
        ))
    }
    for core in 0..<routers * cores {
      plain.sources.append(
        (
          core / cores,
          SourceClass(
            entry: time(&random), occupancy: min(3, time(&random)), credit: time(&random))
        ))
      plain.ejections.append(
        (core / cores, EjectionClass(latency: time(&random), occupancy: min(3, time(&random)))))
    }
    if hasRegisters { RandomNetwork.addRegisters(to: plain, routers, &random) }
    var builder = NetworkPlanBuilder(
      routers: routers, depth: plain.depth, choosesEarly: choosesEarly, registers: plain.registers)
    let places = plain.places + Array(repeating: 0, count: 1000)
    for (number, channel) in plain.channels.enumerated() {
      _ = builder.addChannel(
        from: channel.from, to: channel.to, channel.times, place: places[number])
    }
    for core in 0..<routers * cores {
      _ = builder.addSource(
        at: core / cores, plain.sources[core].times, place: places[plain.channels.count + core])
      _ = builder.addEjection(at: core / cores, plain.ejections[core].times)
    }
    let next = isTree ? RandomNetwork.climb : RandomNetwork.walk(columns)
    for _ in 0..<Int.random(in: 1...120, using: &random) {
      let source = Int.random(in: 0..<routers * cores, using: &random)
      let goals = Set(
        (0..<Int.random(in: 1...copies, using: &random)).map { _ in
          Int.random(in: 0..<min(sinks, routers * cores), using: &random)
        })
      let way = RandomNetwork.way(source / cores, goals, cores, plain, next)
      packets.append(
        PlainNetwork.Packet(
          source: source, way: way, notBefore: Int64.random(in: 0...10 * pause, using: &random),
          work: Int64.random(in: 0...pause, using: &random)))
      waypoints.append(RandomNetwork.add(way, to: &builder))
    }
    plan = builder.plan()
    for source in plain.sources.indices {
      let own = packets.indices.filter { packets[$0].source == source }
      if own.isEmpty { continue }
      traffic.begin(source: source)
      for packet in own {
        traffic.add(
          waypoint: waypoints[packet], notBefore: packets[packet].notBefore,
          work: packets[packet].work)
        order.append(packet)
      }
    }
  }

  /// Gives every input a place in a turn longer than a router has inputs.
  private static func addRegisters(
    to plain: PlainNetwork, _ routers: Int, _ random: inout SeededGenerator
  ) {
    let ofFifo = plain.channels.map(\.to) + plain.sources.map(\.router)
    let most = (0..<routers).map { router in ofFifo.count { $0 == router } }.max() ?? 1
    let places = most + Int.random(in: 0...2, using: &random)
    plain.registers = OutputRegisters(
      places: places, first: Int.random(in: 0..<places, using: &random))
    var free = (0..<routers).map { _ in Array(0..<places).shuffled(using: &random) }
    plain.places = ofFifo.map { free[$0].removeLast() }
  }

  private static func walk(_ columns: Int) -> (Int, Int) -> Int {
    { router, goal in
      if router % columns != goal % columns {
        return goal % columns > router % columns ? router + 1 : router - 1
      }
      return goal > router ? router + columns : router - columns
    }
  }

  /// Towards a router of a heap-ordered binary tree.
  private static func climb(_ router: Int, _ goal: Int) -> Int {
    var below = goal
    while below > router {
      let above = (below - 1) / 2
      if above == router { return below }
      below = above
    }
    return (router - 1) / 2
  }

  private static func way(
    _ router: Int, _ goals: Set<Int>, _ cores: Int, _ plain: PlainNetwork,
    _ next: (Int, Int) -> Int
  ) -> PlainNetwork.Stay {
    var exits: [(port: Int, then: PlainNetwork.Stay?)] = []
    var onward: [Int: Set<Int>] = [:]
    for goal in goals.sorted() {
      if goal / cores == router {
        exits.append((-1 - goal, nil))
      } else {
        onward[next(router, goal / cores), default: []].insert(goal)
      }
    }
    for (neighbour, goals) in onward.sorted(by: { $0.key < $1.key }) {
      let channel = plain.channels.firstIndex { $0.from == router && $0.to == neighbour }
      exits.append((channel ?? -1, way(neighbour, goals, cores, plain, next)))
    }
    return PlainNetwork.Stay(exits)
  }

  private static func add(
    _ stay: PlainNetwork.Stay, to builder: inout NetworkPlanBuilder
  ) -> Int {
    builder.addWaypoint(
      stay.exits.map { exit in
        exit.then.map { .channel(exit.port, then: add($0, to: &builder)) }
          ?? .ejection(-1 - exit.port)
      })
  }
}
