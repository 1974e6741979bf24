public import LoomHardware

/// Where a router of a mesh sends a message on: links and cores of its own tile.
public struct RouterOutput: Sendable, Hashable {
  /// A link to a neighbouring tile, whatever chip that is on.
  public enum Link: UInt8, Sendable, Hashable, CaseIterable {
    case east = 0
    case west = 1
    case south = 2
    case north = 3
  }

  /// Whether each link is taken: bit `Link.rawValue`.
  public private(set) var links: UInt8 = 0
  /// Places within the tile that get a copy, ascending.
  public private(set) var slots: [Int] = []
  /// The link that the message goes on by if no entry matches: opposite to the one it came by; nil where it starts.
  public private(set) var straightOn: Link?

  /// An output without destinations of a message that comes in by no link.
  public init() {}

  /// An output without destinations of a message that travels along a link into the router.
  init(travelling link: Link) { straightOn = link }

  /// Whether the message goes straight on and nowhere else, which takes no entry.
  public var isDefault: Bool {
    guard let straightOn else { return false }
    return slots.isEmpty && links == 1 << straightOn.rawValue
  }

  mutating func add(_ link: Link) { links |= 1 << link.rawValue }

  mutating func add(slot: Int) {
    if !slots.contains(slot) { slots = (slots + [slot]).sorted() }
  }

  /// What an entry has to say; where the message came from is not part of it.
  public var action: RouterAction { RouterAction(links: links, slots: slots) }
}

/// What a routing-table entry says: links and places within the tile.
public struct RouterAction: Sendable, Hashable {
  /// Whether each link is taken: bit `RouterOutput.Link.rawValue`.
  public var links: UInt8
  /// Places within the tile that get a copy, ascending.
  public var slots: [Int]

  /// Creates an action.
  public init(links: UInt8, slots: [Int]) {
    self.links = links
    self.slots = slots
  }
}

/// The routers that one message passes on a mesh when it is copied where its ways part.
///
/// Each destination is reached along the row, then along the column (`MeshHops`), so that the ways together are
/// a tree: whatever two of them share they share from the start on.
public struct MulticastTree: Sendable {
  /// The router of each tile it passes, by place in the grid of all tiles (row × width + column), ascending.
  public private(set) var routers: [(tile: Int, output: RouterOutput)] = []

  /// The tree from one core to others on a mesh of `width` tiles in x.
  public init(from start: CorePosition, to ends: [CorePosition], _ topology: Topology) {
    let width = topology.chipColumns * topology.tileColumns
    var outputs: [Int: RouterOutput] = [:]
    let (startX, startY) = MeshHops.tile(of: start, topology)
    for end in ends {
      let (goalX, goalY) = MeshHops.tile(of: end, topology)
      var (x, y) = (startX, startY)
      var came: RouterOutput.Link?
      while x != goalX || y != goalY {
        let link: RouterOutput.Link =
          x != goalX ? (goalX > x ? .east : .west) : (goalY > y ? .south : .north)
        outputs[y * width + x, default: came.map { RouterOutput(travelling: $0) } ?? RouterOutput()]
          .add(link)
        came = link
        x += link == .east ? 1 : link == .west ? -1 : 0
        y += link == .south ? 1 : link == .north ? -1 : 0
      }
      outputs[y * width + x, default: came.map { RouterOutput(travelling: $0) } ?? RouterOutput()]
        .add(slot: end.slot)
    }
    routers = outputs.keys.sorted().compactMap { tile in outputs[tile].map { (tile, $0) } }
  }
}
