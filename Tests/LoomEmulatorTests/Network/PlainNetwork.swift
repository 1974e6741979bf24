import LoomEmulator

/// A network told in the plainest way, and run tick by tick: what `NetworkEngine` must equal.
final class PlainNetwork {
  /// A stay in a router and what follows each of its exits.
  final class Stay {
    /// Channel and the stay behind it, or −1 − ejection.
    let exits: [(port: Int, then: Stay?)]

    init(_ exits: [(port: Int, then: Stay?)]) { self.exits = exits }

    var copies: Int { exits.reduce(0) { $0 + ($1.then?.copies ?? 1) } }
  }

  struct Packet {
    var source: Int
    var way: Stay
    var notBefore: Int64
    var work: Int64
  }

  private struct Flit {
    var packet: Int
    var stay: Stay
    var ready: Int64
    var gone: Set<Int> = []
  }

  var depth = 1
  var choosesEarly = false
  var registers: OutputRegisters?
  /// With registers: the place of every FIFO.
  var places: [Int] = []
  var channels: [(from: Int, to: Int, times: ChannelClass)] = []
  var sources: [(router: Int, times: SourceClass)] = []
  var ejections: [(router: Int, times: EjectionClass)] = []

  private(set) var entered: [Int64] = []
  private(set) var delivered: [Int64] = []
  private(set) var stalls: [Int64] = []
  private(set) var flits: [Int] = []
  private(set) var held: [Int64] = []

  private var fifos: [[Flit]] = []
  private var credits: [Int] = []
  private var returning: [(tick: Int64, fifo: Int)] = []
  private var readFrom: [Int64] = []
  private var freeAt: [Int64] = []
  private var pointers: [Int] = []
  private var picks: [Int?] = []
  private var registered: [(flit: Flit, due: Int64)?] = []
  private var missing: [Int] = []

  /// Runs the packets, in the order in which their sources send them.
  func run(_ packets: [Packet]) {
    let (fifoCount, portCount) = (channels.count + sources.count, channels.count + ejections.count)
    fifos = Array(repeating: [], count: fifoCount)
    credits = Array(repeating: depth, count: fifoCount)
    readFrom = Array(repeating: 0, count: fifoCount)
    returning = []
    freeAt = Array(repeating: 0, count: portCount)
    pointers = Array(repeating: 0, count: portCount)
    picks = Array(repeating: nil, count: portCount)
    registered = Array(repeating: nil, count: portCount)
    flits = Array(repeating: 0, count: portCount)
    held = Array(repeating: 0, count: portCount)
    entered = Array(repeating: -1, count: packets.count)
    delivered = Array(repeating: -1, count: packets.count)
    stalls = Array(repeating: 0, count: sources.count)
    missing = packets.map { $0.way.copies }
    var waiting = sources.indices.map { source in
      packets.indices.filter { packets[$0].source == source }
    }
    var previous: [Int64] = Array(repeating: 0, count: sources.count)
    var tick: Int64 = 0
    var quiet = 0
    while missing.contains(where: { $0 > 0 }), quiet < 300 {
      for (due, fifo) in returning where due == tick { credits[fifo] += 1 }
      returning.removeAll { $0.tick <= tick }
      var moves = 0
      for source in sources.indices {
        guard let packet = waiting[source].first else { continue }
        let times = sources[source].times
        let ready = max(packets[packet].notBefore, previous[source] + packets[packet].work)
        let isFirst = !packets[..<packet].contains { $0.source == source }
        let fifo = channels.count + source
        guard tick >= ready, isFirst || tick >= previous[source] + times.occupancy,
          credits[fifo] > 0
        else { continue }
        credits[fifo] -= 1
        fifos[fifo].append(
          Flit(packet: packet, stay: packets[packet].way, ready: tick + times.entry))
        entered[packet] = tick
        stalls[source] += tick - ready
        previous[source] = tick
        waiting[source].removeFirst()
        moves += 1
      }
      moves += step(tick)
      let isDue = packets.indices.contains { entered[$0] < 0 && packets[$0].notBefore > tick }
      quiet = moves > 0 || isDue ? 0 : quiet + 1
      tick += 1
    }
    for packet in packets.indices where missing[packet] > 0 { delivered[packet] = -1 }
  }

  /// The FIFOs of a router by place; −1: nothing there.
  private func inputs(_ router: Int) -> [Int] {
    guard let registers else { return ordered(router) }
    var inputs = Array(repeating: -1, count: registers.places)
    for fifo in ordered(router) { inputs[places[fifo]] = fifo }
    return inputs
  }

  private func ordered(_ router: Int) -> [Int] {
    channels.indices.filter { channels[$0].to == router }
      + sources.indices.filter { sources[$0].router == router }.map { $0 + channels.count }
  }

  /// All grants of one tick: decided on what stood at its start, then carried out.
  private func step(_ tick: Int64) -> Int {
    var grants: [(port: Int, fifo: Int)] = []
    for port in freeAt.indices where freeAt[port] <= tick && registered[port] == nil {
      let name = port < channels.count ? port : channels.count - 1 - port
      let router =
        port < channels.count ? channels[port].from : ejections[port - channels.count].router
      let inputs = inputs(router)
      let asking = inputs.indices.filter { place in
        guard inputs[place] >= 0, let head = fifos[inputs[place]].first else { return false }
        return head.ready <= tick && readFrom[inputs[place]] <= tick
          && head.stay.exits.contains { $0.port == name } && !head.gone.contains(name)
      }
      if let registers { pointers[port] = (Int(tick) + registers.first) % registers.places }
      let chosen =
        picks[port] ?? asking.first { $0 >= pointers[port] } ?? asking.first
      guard let chosen else { continue }
      if choosesEarly { picks[port] = chosen }
      if registers == nil, port < channels.count, credits[port] == 0 {
        held[port] += 1
        continue
      }
      pointers[port] = chosen + 1
      picks[port] = nil
      grants.append((port, inputs[chosen]))
    }
    // Registers that were full before this tick's grants pass on.
    let passing = registered.indices.filter { (registered[$0]?.due ?? .max) <= tick }
    for port in passing {
      guard let flit = registered[port]?.flit, credits[port] > 0 else {
        held[port] += 1
        continue
      }
      credits[port] -= 1
      registered[port] = nil
      freeAt[port] = max(freeAt[port], tick + 1)
      fifos[port].append(Flit(packet: flit.packet, stay: flit.stay, ready: tick + 1))
    }
    for (port, fifo) in grants { carry(port, fifo, tick) }
    return grants.count + passing.count
  }

  private func carry(_ port: Int, _ fifo: Int, _ tick: Int64) {
    let name = port < channels.count ? port : channels.count - 1 - port
    let head = fifos[fifo][0]
    flits[port] += 1
    if port < channels.count {
      let times = channels[port].times
      freeAt[port] = tick + times.occupancy
      let next = head.stay.exits.first { $0.port == name }?.then
      if registers != nil, let next {
        let flit = Flit(packet: head.packet, stay: next, ready: 0)
        registered[port] = (flit, tick + max(1, times.latency - 1))
      } else if let next {
        credits[port] -= 1
        fifos[port].append(Flit(packet: head.packet, stay: next, ready: tick + times.latency))
      }
    } else {
      let times = ejections[port - channels.count].times
      freeAt[port] = tick + times.occupancy
      missing[head.packet] -= 1
      delivered[head.packet] = max(delivered[head.packet], tick + times.latency)
    }
    fifos[fifo][0].gone.insert(name)
    guard fifos[fifo][0].gone.count == head.stay.exits.count else { return }
    fifos[fifo].removeFirst()
    if fifo < channels.count {
      readFrom[fifo] = tick + channels[fifo].times.readInterval
      returning.append((tick + channels[fifo].times.credit, fifo))
    } else {
      let times = sources[fifo - channels.count].times
      readFrom[fifo] = tick + times.occupancy
      returning.append((tick + times.credit, fifo))
    }
  }
}
