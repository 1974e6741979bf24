import LoomEmulator
import LoomHardware
import Testing

@Suite("The network engine")
struct NetworkEngineTests {
  /// The engine's results against the plain network's, packet by packet and channel by channel.
  static func expectEqual(
    _ network: RandomNetwork, _ engine: NetworkEngine, _ label: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let plain = network.plain
    let outcome = engine.outcome
    let order = network.order
    #expect(
      outcome.entered == order.map { plain.entered[$0] }, "\(label)", sourceLocation: sourceLocation
    )
    #expect(
      outcome.delivered == order.map { plain.delivered[$0] }, "\(label)",
      sourceLocation: sourceLocation)
    #expect(
      outcome.stalls == network.traffic.sources.map { plain.stalls[Int($0)] }, "\(label)",
      sourceLocation: sourceLocation)
    #expect(
      outcome.undelivered == plain.delivered.count { $0 < 0 }, "\(label)",
      sourceLocation: sourceLocation)
    for port in 0..<network.plan.portCount {
      let load = engine.load(ofPort: port)
      #expect(Int(load.flits) == plain.flits[port], "\(label)", sourceLocation: sourceLocation)
      // A flit that never gets on is held for ever; only what got on is counted.
      if outcome.undelivered == 0 {
        #expect(load.held == plain.held[port], "\(label)", sourceLocation: sourceLocation)
      }
    }
  }

  @Test(
    "equals a network run tick by tick: packets, stalls, flits, held ticks",
    arguments: [false, true], [1, 2, 5])
  func equalsPlainNetwork(choosesEarly: Bool, copies: Int) {
    for seed in 0..<150 as Range<UInt64> {
      let network = RandomNetwork(
        seed: seed, copies: copies, choosesEarly: choosesEarly, isTree: seed % 3 == 0,
        cores: 1 + Int(seed % 2))
      network.plain.run(network.packets)
      let engine = NetworkEngine(network.plan)
      engine.run(network.traffic)
      Self.expectEqual(network, engine, "seed \(seed)")
      if copies == 1 { #expect(engine.outcome.undelivered == 0) }
      // A second run knows nothing of the first.
      engine.run(network.traffic)
      Self.expectEqual(network, engine, "seed \(seed), again")
    }
  }

  @Test(
    "equals it where most packets meet nobody, few each other, with short FIFOs too",
    arguments: [1, 2], [20, 60, 200])
  func equalsPlainNetworkWhenQuiet(copies: Int, pause: Int64) {
    for seed in 0..<150 as Range<UInt64> {
      let network = RandomNetwork(
        seed: seed, copies: copies, choosesEarly: seed % 4 == 0, isTree: seed % 3 == 0,
        cores: 1 + Int(seed % 2), most: 4 + Int64(seed % 5) * 4, pause: pause)
      network.plain.run(network.packets)
      let engine = NetworkEngine(network.plan)
      engine.run(network.traffic)
      Self.expectEqual(network, engine, "seed \(seed)")
      engine.run(network.traffic)
      Self.expectEqual(network, engine, "seed \(seed), again")
    }
  }

  @Test(
    "equals it where packets from near and far come to one core, the far ones first",
    arguments: [25, 100])
  func equalsPlainNetworkAtSink(pause: Int64) {
    for seed in 0..<100 as Range<UInt64> {
      let network = RandomNetwork(
        seed: seed, copies: 1, choosesEarly: false, cores: 2, most: 40, pause: pause, sinks: 1)
      network.plain.run(network.packets)
      let engine = NetworkEngine(network.plan)
      engine.run(network.traffic)
      Self.expectEqual(network, engine, "seed \(seed)")
    }
  }

  @Test("an engine that follows no packets gives the same totals", arguments: [1, 3])
  func totalsAlone(copies: Int) {
    for seed in 0..<60 as Range<UInt64> {
      let network = RandomNetwork(
        seed: seed, copies: copies, choosesEarly: false, isTree: seed % 3 == 0,
        pause: 3 + Int64(seed % 4) * 20)
      let (full, short) = (
        NetworkEngine(network.plan), NetworkEngine(network.plan, followsPackets: false)
      )
      full.run(network.traffic)
      short.run(network.traffic)
      #expect(short.outcome.entered.isEmpty && short.outcome.delivered.isEmpty)
      #expect(short.outcome.stalls == full.outcome.stalls, "seed \(seed)")
      #expect(short.outcome.lastEntries == full.outcome.lastEntries, "seed \(seed)")
      #expect(short.outcome.lastDelivery == full.outcome.lastDelivery, "seed \(seed)")
      #expect(short.outcome.undelivered == full.outcome.undelivered, "seed \(seed)")
      #expect(short.outcome.packetHops == full.outcome.packetHops, "seed \(seed)")
      for port in 0..<network.plan.portCount {
        #expect(short.load(ofPort: port) == full.load(ofPort: port), "seed \(seed)")
      }
    }
  }

  @Test("equals it with registers at the outputs and a turn of inputs", arguments: [1, 3])
  func equalsPlainNetworkWithRegisters(copies: Int) {
    for seed in 0..<200 as Range<UInt64> {
      let network = RandomNetwork(
        seed: seed, copies: copies, choosesEarly: false, isTree: seed % 3 == 0,
        cores: 1 + Int(seed % 2), hasRegisters: true)
      network.plain.run(network.packets)
      let engine = NetworkEngine(network.plan)
      engine.run(network.traffic)
      Self.expectEqual(network, engine, "seed \(seed)")
      if copies == 1 { #expect(engine.outcome.undelivered == 0) }
      engine.run(network.traffic)
      Self.expectEqual(network, engine, "seed \(seed), again")
    }
  }

  @Test("equals it with more than 64 sources at a router and with long times")
  func equalsPlainNetworkWide() {
    for seed in 0..<6 as Range<UInt64> {
      let network = RandomNetwork(
        seed: seed, copies: 1, choosesEarly: seed % 2 == 0, cores: 70, most: 40)
      network.plain.run(network.packets)
      let engine = NetworkEngine(network.plan)
      engine.run(network.traffic)
      Self.expectEqual(network, engine, "seed \(seed)")
    }
  }

  @Test("ticks can be scaled: times × 1,000 give results × 1,000")
  func scales() {
    let times = RouterTimes(.bs3)
    var large = times
    large.eastWest = ChannelClass(latency: 3000, occupancy: 1000, credit: 2000)
    large.northSouth = large.eastWest
    large.source = SourceClass(entry: 1000, occupancy: 1000, credit: 3000)
    large.ejection = EjectionClass(latency: 4000, occupancy: 1000)
    var list = PacketList()
    for packet in 0..<600 { list.add(from: packet % 12, to: packet * 7 % 12, cycle: 0) }
    var (small, big) = (
      MeshNetwork(rows: 3, columns: 4, times), MeshNetwork(rows: 3, columns: 4, large)
    )
    let cycles = PacketReplay(list, on: &small)
    let ticks = PacketReplay(list, on: &big, ticksPerCycle: 1000)
    #expect(ticks.delivered == cycles.delivered.map { $0 * 1000 })
    #expect(ticks.stalls.map(\.ticks) == cycles.stalls.map { $0.ticks * 1000 })
  }

  @Test("two routers with one slot each, worked by hand")
  func handWorked() {
    // A enters at 0, leaves at 1, can leave router 1 from 3, is delivered at 4; its slots come back at 2 (source) and 5.
    // B, ready at 1, enters at 2, could leave at 3, leaves at 5: delivered at 8. Slots back at 6 and 9.
    // C, ready at 3, enters at 6, could leave at 7, leaves at 9: delivered at 12.
    let model = RouterModel(
      name: "hand", source: "test", depth: 1, hop: 2, credit: 2, entry: 1, sourceCredit: 1,
      ejection: 1, occupancy: 1, choosesEarly: false)
    var mesh = MeshNetwork(rows: 1, columns: 2, RouterTimes(model))
    let way = mesh.way(from: 0, to: 1)
    var traffic = NetworkTraffic()
    traffic.begin(source: 0)
    for packet in 0..<3 { traffic.add(waypoint: way, notBefore: 0, work: packet == 0 ? 0 : 1) }
    let engine = NetworkEngine(mesh.plan)
    engine.run(traffic)
    #expect(engine.outcome.entered == [0, 2, 6])
    #expect(engine.outcome.delivered == [4, 8, 12])
    #expect(engine.outcome.stalls == [4])
    #expect(engine.outcome.lastEntries == [6])
    #expect(engine.outcome.lastDelivery == 12)
    #expect(engine.outcome.packetHops == 3)
    let channels = (0..<engine.plan.channels).filter { engine.plan.ends(ofChannel: $0).to == 1 }
    let loads = channels.map { engine.load(ofPort: $0) }
    #expect(loads.map(\.flits) == [3] && loads.map(\.busy) == [3] && loads.map(\.held) == [4])
  }

  @Test("an empty network's latency is the model's: 5 + 3 h, 2 + h and 2 + 2 h", arguments: 0...6)
  func emptyNetwork(hops: Int) {
    let models: [(RouterModel, Int)] = [
      (.bs3, 5 + 3 * hops), (.min1, 2 + hops), (.rtl2, 2 + 2 * hops),
    ]
    for (model, latency) in models {
      var mesh = MeshNetwork(rows: 4, columns: 4, RouterTimes(model))
      var list = PacketList()
      list.add(from: 0, to: min(hops, 3) + 4 * max(0, hops - 3), cycle: 7)
      let replay = PacketReplay(list, on: &mesh)
      #expect(replay.latencies == [Int64(latency)])
      #expect(replay.packetHops == hops)
    }
  }

  @Test(
    "a small depth holds up the senders of a hot spot and delays their work, a large one does not")
  func backpressure() {
    var drains: [Int64] = []
    for (depth, isHeld) in [(2, true), (2000, false)] {
      var times = RouterTimes(.min1)
      times.depth = depth
      var mesh = MeshNetwork(rows: 4, columns: 4, times)
      var traffic = NetworkTraffic()
      for source in 1..<16 {
        traffic.begin(source: source)
        let way = mesh.way(from: source, to: 0)
        for _ in 0..<40 { traffic.add(waypoint: way, notBefore: 0, work: 3) }
      }
      let engine = NetworkEngine(mesh.plan)
      engine.run(traffic)
      let outcome = engine.outcome
      #expect(outcome.undelivered == 0)
      #expect(outcome.stalls.contains { $0 > 0 } == isHeld)
      // Without stalls a packet enters every 3 ticks; each tick of stall delays all that follows.
      for (stall, last) in zip(outcome.stalls, outcome.lastEntries) { #expect(last == 120 + stall) }
      drains.append(outcome.lastDelivery)
      #expect(outcome.lastDelivery >= 15 * 40)
    }
    #expect(drains[0] >= drains[1])
  }

  @Test("copies of a packet meet every link once and the last arrival counts")
  func multicast() {
    var mesh = MeshNetwork(rows: 3, columns: 3, RouterTimes(.min1))
    let way = mesh.way(from: 3, toAll: [3, 5, 2, 8])
    var traffic = NetworkTraffic()
    traffic.begin(source: 3)
    traffic.add(waypoint: way, notBefore: 0, work: 0)
    let engine = NetworkEngine(mesh.plan)
    engine.run(traffic)
    // Two hops east, then one north and one south.
    #expect(engine.outcome.packetHops == 4)
    #expect(engine.outcome.delivered == [2 + 3])
    #expect(engine.outcome.undelivered == 0)
  }

  /// Four routers in a row, channels of latency 10 and occupancy 3: when packets to the last router are delivered, by
  /// where and when they enter.
  private static func row(_ entries: [(router: Int, tick: Int64)]) -> [Int64] {
    let times = ChannelClass(latency: 10, occupancy: 3, credit: 1)
    var builder = NetworkPlanBuilder(routers: 4, depth: 8, choosesEarly: false)
    let channels = (0..<3).map { builder.addChannel(from: $0, to: $0 + 1, times) }
    let end = builder.addEjection(at: 3, EjectionClass(latency: 2, occupancy: 1))
    var ways = [builder.addWaypoint(.ejection(end))]
    for channel in channels.reversed() {
      ways.insert(builder.addWaypoint(.channel(channel, then: ways[0])), at: 0)
    }
    var traffic = NetworkTraffic()
    for entry in entries {
      let source = builder.addSource(
        at: entry.router, SourceClass(entry: 1, occupancy: 1, credit: 1))
      traffic.begin(source: source)
      traffic.add(waypoint: ways[entry.router], notBefore: entry.tick, work: 0)
    }
    let engine = NetworkEngine(builder.plan())
    engine.run(traffic)
    return engine.outcome.delivered
  }

  @Test("one that entered later passes before one that entered earlier far away, by hand")
  func insertion() {
    // From router 2: entered at 0, granted the last channel at 1, at the end at 11, out at 13. From router 0:
    // entered at 1, granted at 2, 12, 22, out at 34.
    #expect(Self.row([(2, 0), (0, 1)]) == [13, 34])
    // A third asks for the last channel at 3, which is free at 4, long before the second comes.
    #expect(Self.row([(2, 0), (0, 1), (2, 2)]) == [13, 34, 16])
    // It asks at 5 and gets it; a fourth asks at 7 and waits until 8.
    #expect(Self.row([(2, 0), (0, 1), (2, 4), (2, 6)]) == [13, 34, 17, 20])
    // One that asks at 20 gets it, and the second, there at 22, waits until 23.
    #expect(Self.row([(2, 0), (0, 1), (2, 19)]) == [13, 35, 32])
    // One that asks at 19 leaves the second just enough room.
    #expect(Self.row([(2, 0), (0, 1), (2, 18)]) == [13, 34, 31])
  }

  @Test("copies that wait for one another in a ring end the run and are counted")
  func deadlock() {
    // Two routers, one slot each way; both packets want their own way back through the full FIFO.
    let times = ChannelClass(latency: 1, occupancy: 1, credit: 1)
    var builder = NetworkPlanBuilder(routers: 2, depth: 1, choosesEarly: false)
    let there = builder.addChannel(from: 0, to: 1, times)
    let back = builder.addChannel(from: 1, to: 0, times)
    for router in 0..<2 {
      _ = builder.addSource(at: router, SourceClass(entry: 1, occupancy: 1, credit: 1))
      _ = builder.addEjection(at: router, EjectionClass(latency: 1, occupancy: 1))
    }
    let endAt0 = builder.addWaypoint(.ejection(0))
    let endAt1 = builder.addWaypoint(.ejection(1))
    let from1 = builder.addWaypoint(.channel(back, then: endAt0))
    let from0 = builder.addWaypoint(.channel(there, then: endAt1))
    let round0 = builder.addWaypoint(.channel(there, then: from1))
    let round1 = builder.addWaypoint(.channel(back, then: from0))
    var traffic = NetworkTraffic()
    for (source, way) in [(0, round0), (1, round1)] {
      traffic.begin(source: source)
      traffic.add(waypoint: way, notBefore: 0, work: 0)
    }
    let engine = NetworkEngine(builder.plan())
    engine.run(traffic)
    #expect(engine.outcome.undelivered == 2)
    #expect(engine.outcome.delivered == [-1, -1])
    let short = NetworkEngine(engine.plan, followsPackets: false)
    short.run(traffic)
    #expect(short.outcome.undelivered == 2)
    // What stood in the FIFOs is gone in the next run.
    var single = NetworkTraffic()
    single.begin(source: 0)
    single.add(waypoint: round0, notBefore: 0, work: 0)
    engine.run(single)
    #expect(engine.outcome.delivered == [4])
  }
}
