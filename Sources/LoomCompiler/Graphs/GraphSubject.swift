import LoomBase
import LoomHardware
import LoomImage

/// A population as a hypergraph, with what a core holds of it.
///
/// Sources that feed more than half of the population are on every core whatever the cut: they take axons and words
/// everywhere and join nobody.
struct GraphSubject {
  private(set) var graph: NeuronHypergraph
  private(set) var limits: PartLimits
  /// Sources that every part needs, by template.
  private(set) var common: [(template: Int, count: Int)] = []
  /// The source and template of each net.
  private(set) var origins: [(template: Int, source: UInt32)] = []

  /// The share of a weight that the source with most spikes has.
  private static let finest = 32.0

  /// Nil where no cut helps: no nets, or no room beside the sources that all parts need.
  init?(_ population: Int, _ builder: TileBuilder, entries: [UInt32]) {
    let image = builder.images[population]
    var nets = Nets(population, builder)
    for template in builder.incoming[population] { nets.add(template) }
    origins = nets.origins
    common = nets.common
    graph = NeuronHypergraph(
      vertexCount: image.shape.count, netOffsets: nets.offsets, netVertices: nets.vertices)
    let most = origins.reduce(0.0) {
      max($0, builder.spikes[builder.network.templates[$1.template].source])
    }
    graph.weights = origins.map { origin in
      let spikes = builder.spikes[builder.network.templates[origin.template].source]
      return most > 0 ? Int32(max(1, (spikes / most * Self.finest).rounded())) : 1
    }
    let fanOut = builder.profile.routing.fanOut
    graph.entries = entries.map { Int32(clamping: $0) }
    graph.sizes = entries.map { Int32(NeuronCopies.count(destinations: Int($0), fanOut: fanOut)) }
    let budget = CoreBudget(profile: builder.profile)
    limits = PartLimits(
      size: budget.neuronsPerTile(image),
      axons: common.reduce(Self.axons(builder.profile)) { $0 - $1.count },
      entries: builder.profile.core.axonsOut)
    guard !origins.isEmpty, limits.axons > 0, limits.size > 1 else { return nil }
    limitWords(population, builder)
  }

  private static func axons(_ profile: Profile) -> Int {
    guard case .crossbar(let format) = profile.core.synapses else { return profile.core.axonsIn }
    return min(profile.core.axonsIn, format.rows * format.arrays)
  }

  /// Words of axons by template and number of targets, all of one format each unless targets have shifts of their own.
  private mutating func limitWords(_ population: Int, _ builder: TileBuilder) {
    guard case .packedEntries(let format) = builder.profile.core.synapses else { return }
    limits.memory = format.memoryBits / max(1, format.wordBits)
    let rule = PackedEntryRule(format: format, weightBits: builder.profile.weight.bits)
    let most = min(graph.vertexCount, limits.size + Int(graph.sizes.max() ?? 1)) + 2
    var rules: [Int: UInt16] = [:]
    limits.words = []
    func table(_ template: Int) -> [Int32] {
      let shifts = Set(builder.network.templates[template].shifts).count
      let bits = SynapseFormat.delayBits(of: builder.network.delays[template])
      return (0...most).map { count in
        guard count > 0 else { return 0 }
        let groups = min(count, max(1, shifts))
        let each = (count + groups - 1) / groups
        return Int32(
          clamping: groups * rule.cutWords(count: each, delayBits: bits, isDense: false))
      }
    }
    for template in builder.incoming[population] {
      rules[template] = UInt16(clamping: limits.words.count)
      limits.words.append(table(template))
    }
    graph.rules = origins.map { rules[$0.template] ?? 0 }
    limits.commonWords = (0...most).map { count in
      common.reduce(0) { $0 + $1.count * Int(limits.words[Int(rules[$1.template] ?? 0)][count]) }
    }
  }

  /// Counts an output entry at the source of every axon that a cut needs.
  func listen(_ cut: GraphCut, _ builder: TileBuilder, entries: UInt32, to fanOut: inout [[UInt32]])
  {
    let owners = cut.owners
    var last = [Int32](repeating: -1, count: cut.parts.count)
    for (net, origin) in origins.enumerated() {
      let source = builder.network.templates[origin.template].source
      for pin in graph.vertices(net) {
        let part = Int(owners[Int(graph.netVertices[pin])])
        guard last[part] != Int32(net) else { continue }
        last[part] = Int32(net)
        fanOut[source][Int(origin.source)] += entries
      }
    }
  }
}

/// Collects the nets of a population's templates.
private struct Nets {
  let builder: TileBuilder
  let count: Int
  var offsets = [0]
  var vertices: [Int32] = []
  var origins: [(template: Int, source: UInt32)] = []
  /// By template the sources that feed more than half.
  var common: [(template: Int, count: Int)] = []
  private var buffer: [Int32] = []

  init(_ population: Int, _ builder: TileBuilder) {
    self.builder = builder
    count = builder.images[population].shape.count
  }

  mutating func add(_ index: Int) {
    let template = builder.network.templates[index]
    guard case .sparse(let starts, let targets) = template.kind else {
      common.append((index, builder.images[template.source].shape.count))
      return
    }
    var everywhere = 0
    // On axons with a type or a sign a plane's cells without weight need no axon.
    let skipsZeros = builder.profile.splitsWeights
    for source in 0..<(starts.count - 1) {
      buffer.removeAll(keepingCapacity: true)
      for entry in Int(starts[source])..<Int(starts[source + 1])
      where !skipsZeros || template.weights[entry] != 0 {
        buffer.append(Int32(targets[entry]))
      }
      guard !buffer.isEmpty else { continue }
      if 2 * buffer.count > count {
        everywhere += 1
      } else {
        vertices += buffer
        offsets.append(vertices.count)
        origins.append((index, UInt32(source)))
      }
    }
    if everywhere > 0 { common.append((index, everywhere)) }
  }
}
