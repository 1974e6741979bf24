import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage

/// What event timing must come to, told from a sample's spikes alone: who makes which packet when, step by step.
///
/// Images of rate codes on a mesh, without copies or partial sums. Only the network itself is the engine's, which
/// `NetworkEngineTests` check against a network run tick by tick.
struct EventTwin {
  /// What a core does in a step, ns.
  struct Work {
    /// When each packet is made, had none waited, and the cores it goes to.
    var packets: [(made: Double, to: [Int])] = []
    var end = 0.0
  }

  /// What steps that fall together come to, ns.
  struct Length {
    var nanoseconds = 0.0
    /// By core.
    var stalls: [Double]
    /// By core, when all its work was done.
    var finish: [Double]
    /// When the last packet was delivered, and whether any other had been in its way.
    var delivery = 0.0
    var isDeliveryHeldUp = false
    var busy = 0.0
    var held = 0.0
    /// Packets on the link that has most of them.
    var mostPackets = 0
  }

  let image: HardwareImage
  let profile: Profile
  /// By step and core.
  private(set) var work: [[Work]] = []
  private let mesh: MeshNetwork
  private let numbers: [Int]
  private let barrier: Double

  /// - Parameters:
  ///   - spikes: By population, step × neurons, channel-last; those of input populations too.
  ///   - barrier: What closes a step, ns.
  init(_ image: HardwareImage, _ profile: Profile, _ spikes: [[UInt8]], barrier: Double) throws {
    self.image = image
    self.profile = profile
    self.barrier = barrier
    let topology = profile.topology
    let places = image.cores.map { core in
      (
        x: core.position.chip % topology.chipColumns * topology.tileColumns + core.position.column,
        y: core.position.chip / topology.chipColumns * topology.tileRows + core.position.row
      )
    }
    let columns = (places.map(\.x).max() ?? 0) + 1
    mesh = MeshNetwork(
      rows: (places.map(\.y).max() ?? 0) + 1, columns: columns, cores: topology.coresPerTile,
      chipRows: topology.tileRows, chipColumns: topology.tileColumns,
      try RouterTimes(
        picosecondsOf: profile, crossesChips: Set(image.cores.map(\.position.chip)).count > 1))
    numbers = image.cores.indices.map {
      (places[$0].y * columns + places[$0].x) * topology.coresPerTile
        + image.cores[$0].position.slot
    }
    let synapses = image.templates.map {
      TemplateOracle.synapses(
        $0, image.populations[$0.source].shape, image.populations[$0.target].shape)
    }
    work = (0..<image.schedule.steps).map { step in
      image.cores.indices.map { core in
        var work = Work(end: received(core, step, spikes, synapses))
        update(core, step, spikes, &work)
        return work
      }
    }
  }

  private static func time(_ quantity: Quantity?) -> Double { quantity?.value ?? .nan }

  /// What taking in the events of a step takes.
  private func received(
    _ core: Int, _ step: Int, _ spikes: [[UInt8]], _ synapses: [[PlainSynapse]]
  ) -> Double {
    var (events, operations) = (0, 0)
    for block in image.cores[core].axonBlocks {
      let template = image.templates[block.template]
      let size = image.populations[template.source].shape.count
      let sent = step - block.delay
      guard sent >= 0, (sent + 1) * size <= spikes[template.source].count else { continue }
      let fired = Set(
        block.sources.indices(in: image.populations[template.source].shape).map { Int($0) }
          .filter { spikes[template.source][sent * size + $0] == 1 })
      let box = image.cores[core].slices[block.slice].box
      let targets = Set(
        AxonSources.box(box).indices(in: image.populations[template.target].shape).map { Int($0) })
      events += fired.count
      operations += synapses[block.template].count {
        fired.contains($0.source) && targets.contains($0.target)
      }
    }
    return Double(events) * Self.time(profile.times.axonIn)
      + Double(operations) * Self.time(profile.times.synapticOperation)
  }

  /// Updates neuron after neuron; one that fires sends its messages before the next is updated.
  private func update(_ core: Int, _ step: Int, _ spikes: [[UInt8]], _ work: inout Work) {
    let times = profile.times
    let routes = image.cores[core].routes
    var neuron = 0
    for slice in image.cores[core].slices {
      let population = image.populations[slice.population]
      for index in AxonSources.box(slice.box).indices(in: population.shape) {
        let entries =
          neuron + 1 < routes.offsets.count
          ? Int(routes.offsets[neuron])..<Int(routes.offsets[neuron + 1]) : 0..<0
        neuron += 1
        guard population.activeSteps.contains(step) else { continue }
        work.end += Self.time(times.neuronUpdate) * Double(population.compartments)
        guard spikes[slice.population][step * population.shape.count + Int(index)] == 1 else {
          continue
        }
        work.end += Self.time(times.neuronSpike)
        if population.compartments == 2 { work.end += Self.time(times.synapticOperation) }
        let cores = entries.map { Int(routes.cores[$0]) }
        let messages =
          profile.routing.multicast
          ? (cores.isEmpty ? [] : [Set(cores).sorted()]) : cores.map { [$0] }
        for message in messages {
          work.end += Self.time(times.axonOut)
          work.packets.append((work.end, message))
        }
      }
    }
  }

  /// Steps that fall together, each core doing one after the other.
  func length(_ steps: [Int]) -> Length {
    var mesh = mesh
    var traffic = NetworkTraffic()
    var groups: [(core: Int, tail: Double)] = []
    var packets: [(core: Int, to: [Int])] = []
    let none = [Double](repeating: 0, count: image.cores.count)
    var length = Length(stalls: none, finish: none)
    for core in image.cores.indices {
      var since = 0.0
      var hasBegun = false
      for step in steps {
        var last = 0.0
        for packet in work[step][core].packets {
          if !hasBegun { traffic.begin(source: numbers[core]) }
          hasBegun = true
          traffic.add(
            waypoint: way(core, packet.to, &mesh), notBefore: 0,
            work: Int64(((since + packet.made - last) * 1000).rounded()))
          packets.append((core, packet.to))
          (since, last) = (0, packet.made)
        }
        since += work[step][core].end - last
      }
      if hasBegun { groups.append((core, since)) } else { length.finish[core] = since }
    }
    let engine = NetworkEngine(mesh.plan)
    engine.run(traffic)
    for (group, sender) in groups.enumerated() {
      length.finish[sender.core] =
        Double(engine.outcome.lastEntries[group]) / 1000 + sender.tail
      length.stalls[sender.core] = Double(engine.outcome.stalls[group]) / 1000
    }
    length.delivery = Double(engine.outcome.lastDelivery) / 1000
    length.nanoseconds = max(length.finish.max() ?? 0, length.delivery) + barrier
    let loads = (0..<mesh.plan.portCount).map { engine.load(ofPort: $0) }
    length.busy = Double(loads.reduce(0) { $0 + $1.busy }) / 1000
    length.held = Double(loads.reduce(0) { $0 + $1.held }) / 1000
    length.mostPackets = loads.prefix(mesh.plan.channels).map { Int($0.flits) }.max() ?? 0
    length.isDeliveryHeldUp = packets.indices.contains {
      engine.outcome.delivered[$0] == engine.outcome.lastDelivery
        && engine.outcome.delivered[$0] - engine.outcome.entered[$0] > alone(packets[$0])
    }
    return length
  }

  private func way(_ core: Int, _ others: [Int], _ mesh: inout MeshNetwork) -> Int {
    mesh.way(
      from: numbers[core] / profile.topology.coresPerTile,
      toAll: Set(others.map { numbers[$0] }))
  }

  /// Ticks from a packet's entry to its delivery where nothing else moves.
  private func alone(_ packet: (core: Int, to: [Int])) -> Int64 {
    var mesh = mesh
    var traffic = NetworkTraffic()
    traffic.begin(source: numbers[packet.core])
    traffic.add(waypoint: way(packet.core, packet.to, &mesh), notBefore: 0, work: 0)
    let engine = NetworkEngine(mesh.plan)
    engine.run(traffic)
    return engine.outcome.lastDelivery
  }
}
