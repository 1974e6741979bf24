import LoomBase
import LoomHardware
import LoomImage

/// Chooses how each population is cut: fewest cores first, then fewest duplicated input axons.
///
/// Before: 16 × 32 × 32 soft-reset neurons, 512 on a core. After: 32 boxes of 16 × 4 × 8, each with a
/// receptive field of 16 × 6 × 10 axons.
struct TileSearch {
  let builder: TileBuilder
  let budget: CoreBudget
  /// Output entries of every neuron (channel-last), by population.
  var fanOut: [[UInt32]]
  var findings: [Diagnostic] = []
  private var cache: [SearchKey: [Tiling]] = [:]

  init(_ builder: TileBuilder) {
    self.builder = builder
    budget = CoreBudget(profile: builder.profile)
    fanOut = builder.images.map { [UInt32](repeating: 0, count: $0.shape.count) }
  }

  /// The tiles of a population, none if it fits no core (then a finding says why).
  mutating func tiles(_ population: Int) -> [Tile] {
    let image = builder.images[population]
    if !builder.network.populations[population].parts.isEmpty { return planned(population) }
    let key = SearchKey(population, builder)
    let ordered = cache[key] ?? ordered(population, image)
    cache[key] = ordered
    var rejected = 0
    for tiling in ordered {
      var exceeded = exceeded(population, tiling.largest(image.shape))
      if exceeded.isEmpty {
        let tiles = tiling.boxes(image.shape).map { complete(builder.tile(population, $0)) }
        exceeded = Set(tiles.flatMap { budget.exceeded($0) })
        if exceeded.isEmpty {
          // Populations of the same kind need not try what failed here.
          cache[key]?.removeSubrange(0..<rejected)
          return tiles
        }
      }
      // Output entries and copies depend on what lies behind, which the key does not say.
      if exceeded == [.axonsOut] || builder.profile.routing.fanOut > 0 { cache[key] = nil }
      rejected += 1
    }
    refuse(population, image)
    return []
  }

  /// The tiles of a renumbered population: its parts, in halves where one is more than a core holds.
  private mutating func planned(_ population: Int) -> [Tile] {
    var result: [Tile] = []
    for part in builder.network.populations[population].parts {
      var rest = [MapBox(row: part)]
      while let box = rest.popLast() {
        let tile = complete(builder.tile(population, box))
        if budget.exceeded(tile).isEmpty {
          result.append(tile)
        } else if let (first, second) = box.halves {
          rest += [second, first]
        } else {
          refuse(population, builder.images[population])
          return []
        }
      }
    }
    return result
  }

  private func exceeded(_ population: Int, _ box: MapBox) -> Set<CoreResource> {
    Set(budget.exceeded(complete(builder.tile(population, box))))
  }

  /// A tile with its output entries, and the copies of neurons that take them.
  func complete(_ tile: Tile) -> Tile {
    var result = tile
    let image = builder.images[tile.population]
    let limit = builder.profile.routing.fanOut
    var sum = 0
    var columns = 0
    for row in tile.box.rows {
      for column in tile.box.columns {
        let base = (row * image.shape.width + column) * image.shape.channels
        for channel in tile.box.channels {
          let destinations = Int(fanOut[tile.population][base + channel])
          sum += destinations
          columns += NeuronCopies.count(destinations: destinations, fanOut: limit)
        }
      }
    }
    result.axonsOut = sum
    result.neurons = columns * image.compartments
    result.columns = columns * image.sites
    return result
  }

  /// Candidates that are not excluded by simple sums, best first.
  private func ordered(_ population: Int, _ image: ImagePopulation) -> [Tiling] {
    let estimate = TileEstimate(population, builder)
    let all = Tiling.candidates(image.shape, neuronsPerTile: budget.neuronsPerTile(image))
    let rated = all.compactMap { tiling -> (Tiling, Int)? in
      let box = tiling.largest(image.shape)
      guard estimate.mayFit(box, budget) else { return nil }
      return (tiling, estimate.axons(box) * tiling.count)
    }
    return rated.sorted { left, right in
      (left.0.count, left.1, left.0.channels, left.0.rows)
        < (right.0.count, right.1, right.0.channels, right.0.rows)
    }.map(\.0)
  }

  private mutating func refuse(_ population: Int, _ image: ImagePopulation) {
    let box = MapBox(neuronInMiddleOf: image.shape, channel: image.shape.channels / 2)
    let tile = complete(builder.tile(population, box))
    let name = builder.network.populations[population].name
    let exceeded = budget.exceeded(tile)
    if let finding = copiesFinding(tile, name) {
      findings.append(finding)
      return
    }
    for resource in exceeded {
      findings.append(
        Diagnostic(
          .error, "SL4010",
          "needs \(budget.use(resource, tile)) \(resource.name) for a single neuron, has "
            + "\(budget.limit(resource) ?? 0)", at: .layer(name), notes: sumsNote,
          remedy: remedy(resource)))
    }
    if exceeded.isEmpty {
      findings.append(
        Diagnostic(
          .error, "SL4011", "needs a box of neurons that fits a core, has none",
          at: .layer(name), remedy: "choose a profile with larger cores"))
    }
  }

  /// A neuron that needs more copies than a core has columns.
  ///
  /// No splitter neurons instead: they would delay these spikes by a step that every other path would have to
  /// wait for.
  private func copiesFinding(_ tile: Tile, _ name: String) -> Diagnostic? {
    let most = min(budget.profile.core.neurons, budget.limit(.columns) ?? .max)
    let limit = budget.profile.routing.fanOut
    guard limit > 0, max(tile.neurons, tile.columns) > most else { return nil }
    return Diagnostic(
      .error, "SL4015",
      "needs \(max(tile.neurons, tile.columns)) copies of a neuron to reach \(tile.axonsOut) axons, "
        + "has \(most) columns in a core", at: .layer(name),
      notes: ["each neuron of this chip sends to \(limit) \(limit == 1 ? "axon" : "axons")"],
      remedy:
        "quantize with fewer bits (fewer axons for each source), or narrow the layers behind it")
  }

  /// Why partial sums do not help on a chip that has them.
  private var sumsNote: [String] {
    guard budget.profile.neuron.partialSums != nil else { return [] }
    return [
      "partial sums are added in one level: a neuron takes as many shares as its core has axons"
    ]
  }

  private func remedy(_ resource: CoreResource) -> String {
    switch resource {
    case .axonsIn:
      "narrow the layer before it, or choose a profile with more input axons"
        + (budget.profile.neuron.partialSums == nil ? " or with partial sums" : "")
    case .axonsOut: "narrow the layers behind it, or choose a profile with more output axons"
    case .arrays: "narrow the layer before it, or choose a profile with more crossbars per core"
    default: "choose a profile with larger cores"
    }
  }
}

/// What two populations must have in common to be cut alike.
private struct SearchKey: Hashable {
  var shape: MapShape
  var compartments: Int
  var sites: Int
  var inputs: [Input]
  /// The population itself where its thresholds limit its tiles.
  var crowded: Int

  struct Input: Hashable {
    var source: MapShape
    var delay: Int
    var shifts: [UInt8]
    var geometry: TemplateGeometry?
    var share: Range<Int>?
    /// The template itself where kinds with lists of their own must not be compared.
    var identity: Int
  }

  init(_ population: Int, _ builder: TileBuilder) {
    let image = builder.images[population]
    shape = image.shape
    compartments = image.compartments
    sites = image.sites
    let limit = builder.profile.neuron.distinctThresholds
    let whole = builder.thresholds(population, MapBox(image.shape)).count
    crowded = limit > 0 && whole > limit ? population : -1
    inputs = builder.incoming[population].map { index in
      let template = builder.network.templates[index]
      var geometry: TemplateGeometry?
      if case .convolution(let value) = template.kind { geometry = value }
      return Input(
        source: builder.images[template.source].shape, delay: builder.network.delays[index],
        shifts: template.shifts, geometry: geometry, share: template.sourceRange,
        identity: geometry == nil || builder.profile.splitsWeights ? index : -1)
    }
  }
}
