import LoomHardware
import LoomImage

/// What a placement costs.
package struct PlacementMeasure: Sendable, Hashable {
  /// Packets of one sample × links they take, those between chips included (spike-weighted hops).
  package private(set) var packetHops = 0.0
  /// Packets of one sample × links between chips they take.
  package private(set) var chipHops = 0.0
  /// Packets of one sample on the link that carries most.
  package private(set) var busiestLink = 0.0
  /// Packets on the busiest link, where a packet between chips counts `PlacementGrid.chipHopFactor`.
  private(set) var weightedLink = 0.0
  /// The weight of the busiest link: a sixteenth of the tiles in use.
  ///
  /// A mesh whose four links a tile are all equally busy pays 1/64 more than its hops.
  private let linkShare: Double

  /// Measures traffic; `places` are places of the grid by core.
  package init(_ traffic: CoreTraffic, _ grid: PlacementGrid, places: [Int]) {
    linkShare = Self.linkShare(grid, places: places)
    if grid.topology.kind == .tree {
      addTree(traffic, places.map { grid.positions[$0] }, grid.topology)
      return
    }
    var loads = LinkLoads(grid)
    if traffic.bundles.isEmpty {
      for flow in traffic.flows {
        loads.add(flow.packets, from: places[flow.source], to: places[flow.target])
      }
    }
    for bundle in traffic.bundles {
      loads.add(
        bundle.packets, from: places[bundle.source], toAll: bundle.targets.map { places[$0] })
    }
    packetHops = loads.packets.reduce(0, +)
    chipHops = loads.betweenChips
    busiestLink = loads.packets.max() ?? 0
    weightedLink = loads.busiest.load
  }

  /// Packets on the links of trees.
  private mutating func addTree(
    _ traffic: CoreTraffic, _ positions: [CorePosition], _ topology: Topology
  ) {
    var loads: [TreeRoute.Link: Double] = [:]
    func route(_ source: Int, _ target: Int) -> [TreeRoute.Link] {
      TreeRoute(from: positions[source], to: positions[target], topology).links
    }
    if traffic.bundles.isEmpty {
      for flow in traffic.flows { add(route(flow.source, flow.target), flow.packets, &loads) }
    }
    for bundle in traffic.bundles {
      var isTaken: Set<TreeRoute.Link> = []
      for target in bundle.targets {
        let links = route(bundle.source, target).filter { isTaken.insert($0).inserted }
        add(links, bundle.packets, &loads)
      }
    }
  }

  private mutating func add(
    _ links: [TreeRoute.Link], _ packets: Double, _ loads: inout [TreeRoute.Link: Double]
  ) {
    for link in links {
      let load = loads[link, default: 0] + packets
      loads[link] = load
      packetHops += packets
      busiestLink = max(busiestLink, load)
      var weight = 1.0
      if case .between = link {
        chipHops += packets
        weight = PlacementGrid.chipHopFactor
      }
      weightedLink = max(weightedLink, load * weight)
    }
  }

  static func linkShare(_ grid: PlacementGrid, places: [Int]) -> Double {
    Double(Set(places.map { $0 / grid.coresPerTile }).count) / 16
  }

  /// Hops, those between chips counted `PlacementGrid.chipHopFactor` times.
  package var weightedHops: Double {
    packetHops + (PlacementGrid.chipHopFactor - 1) * chipHops
  }

  /// What refinement makes small: weighted hops plus the busiest link.
  package var cost: Double { weightedHops + linkShare * weightedLink }
}
