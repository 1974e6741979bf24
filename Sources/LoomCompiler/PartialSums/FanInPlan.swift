import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// How the inputs of a population are divided among populations of partial sums.
struct FanInPlan: Hashable {
  /// Some of the sources of a projection (`SourceSlice.inputs`).
  struct Part: Hashable {
    var projection: Int
    var range: Range<Int>
  }

  /// What one population of partial sums takes in.
  struct Share: Hashable {
    var site: Int
    var parts: [Part]
  }

  var shares: [Share]
  /// Convolutions that are cut within an input channel, written out synapse by synapse.
  var listed: Set<Int>

  /// Plans for the populations of which no core can hold a single neuron for its inputs.
  ///
  /// None where the chip has no partial sums, or where cutting would not help.
  static func plans(_ lowering: Lowering) -> [Int: FanInPlan] {
    guard lowering.profile.neuron.partialSums != nil, lowering.findings.isEmpty else { return [:] }
    let builder = TileBuilder(lowering.result, lowering.profile)
    var plans: [Int: FanInPlan] = [:]
    for population in lowering.network.populations.indices
    where lowering.result.populations[population].image.role.isOnCores {
      guard WideFanIn.isWide(population, builder) else { continue }
      var search = FanInSearch(population, lowering)
      plans[population] = search.plan()
    }
    return plans
  }
}

/// Whether a neuron has more inputs than a core takes.
enum WideFanIn {
  /// What a core runs out of for a neuron's inputs.
  private static let resources: Set<CoreResource> = [.axonsIn, .synapseMemory, .formats, .arrays]

  /// Whether a single neuron of a population, one with most inputs, is too much for a core.
  static func isWide(_ population: Int, _ builder: TileBuilder) -> Bool {
    let shape = builder.images[population].shape
    let budget = CoreBudget(profile: builder.profile)
    var boxes = [MapBox(neuronInMiddleOf: shape, channel: shape.channels / 2)]
    if let widest = widest(population, builder) { boxes.append(widest) }
    return boxes.contains { box in
      !resources.isDisjoint(with: budget.exceeded(builder.tile(population, box)))
    }
  }

  /// The neuron with most listed synapses; nil where none are listed.
  private static func widest(_ population: Int, _ builder: TileBuilder) -> MapBox? {
    let shape = builder.images[population].shape
    var counts: [Int] = []
    for index in builder.incoming[population] {
      guard case .sparse(_, let targets) = builder.network.templates[index].kind else { continue }
      if counts.isEmpty { counts = [Int](repeating: 0, count: shape.count) }
      for target in targets { counts[Int(target)] += 1 }
    }
    guard let most = counts.max(), let neuron = counts.firstIndex(of: most) else { return nil }
    let position = neuron / shape.channels
    let (channel, row) = (neuron % shape.channels, position / shape.width)
    let column = position % shape.width
    return MapBox(
      channels: channel..<channel + 1, rows: row..<row + 1, columns: column..<column + 1)
  }
}

/// Finds a division of a population's inputs, of the coarse ones that which takes fewest cores by its own count.
struct FanInSearch {
  private let population: Int
  private let lowering: Lowering
  /// The projections onto the population, by current site.
  private var sites: [(site: Int, inputs: [Input])]
  private var listed: Set<Int> = []

  /// One projection with what each of its sources adds to a neuron's inputs, summed up.
  private struct Input {
    var projection: Int
    var template: SynapseTemplate
    var sums: [Double]

    var total: Double { sums[sums.count - 1] }
  }

  /// Divisions tried beyond the coarsest that fits.
  private static let finer = 2
  /// More populations of partial sums for one population are not tried.
  private static let mostShares = 4_096

  init(_ population: Int, _ lowering: Lowering) {
    self.population = population
    self.lowering = lowering
    sites = []
    let indices = lowering.network.projections.indices.filter {
      lowering.network.projections[$0].target.index == population
    }
    for site in Set(indices.map { lowering.network.projections[$0].site }).sorted() {
      let own = indices.filter { lowering.network.projections[$0].site == site }
      sites.append((site, own.map { input($0, lowering.result.templates[lowering.templates[$0]]) }))
    }
  }

  private func shape(_ index: Int) -> MapShape { lowering.result.populations[index].image.shape }

  private func input(_ projection: Int, _ template: SynapseTemplate) -> Input {
    var bare = template
    // Geometry alone decides what fits.
    bare.weights = []
    var sums = [0.0]
    for inputs in SourceSlice.inputs(
      template, source: shape(template.source), target: shape(population))
    {
      sums.append(sums[sums.count - 1] + inputs)
    }
    return Input(projection: projection, template: bare, sums: sums)
  }

  /// The division; nil if none makes a neuron fit.
  mutating func plan() -> FanInPlan? {
    if let plan = coarsest() { return plan }
    guard listConvolutions() else { return nil }
    return coarsest()
  }

  /// Cuts convolutions between synapses rather than channels; false where there are none, or too large ones.
  private mutating func listConvolutions() -> Bool {
    for (site, entry) in sites.enumerated() {
      for (index, input) in entry.inputs.enumerated() {
        let listed = SourceSlice.listed(
          input.template, source: shape(input.template.source), target: shape(population))
        guard let listed else { continue }
        self.listed.insert(input.projection)
        sites[site].inputs[index] = self.input(input.projection, listed)
      }
    }
    return !listed.isEmpty
  }

  /// Of the coarsest division that fits and some finer ones the one with fewest tiles.
  private func coarsest() -> FanInPlan? {
    let limit = Double(lowering.profile.core.axonsIn)
    var counts = sites.map { entry in
      max(1, Int((entry.inputs.reduce(0) { $0 + $1.total } / limit).rounded(.up)))
    }
    if counts.reduce(0, +) == 1 { counts[0] = 2 }
    var best: (plan: FanInPlan, tiles: Int)?
    var left = Self.finer
    while counts.reduce(0, +) <= min(Self.mostShares, lowering.profile.core.axonsIn) {
      guard let shares = shares(counts) else { break }
      let tiles = tiles(shares)
      let refused = sites.indices.filter { site in
        zip(shares, tiles).contains { $0.site == sites[site].site && $1 == nil }
      }
      if refused.isEmpty {
        let total = tiles.reduce(targetCores(shares.count)) { $0 + ($1 ?? 0) }
        if total < best?.tiles ?? .max { best = (FanInPlan(shares: shares, listed: listed), total) }
        guard left > 0 else { break }
        left -= 1
      } else if best != nil {
        break
      }
      for site in refused.isEmpty ? Array(sites.indices) : refused {
        counts[site] += max(1, counts[site] / 8)
      }
    }
    return best?.plan
  }

  /// The least cores that the population itself takes, with an axon for each neuron and share.
  private func targetCores(_ shares: Int) -> Int {
    let image = lowering.result.populations[population].image
    let core = lowering.profile.core
    let axons = (image.shape.count * shares + core.axonsIn - 1) / core.axonsIn
    let neurons = (image.shape.count * image.compartments + core.neurons - 1) / core.neurons
    return max(axons, neurons)
  }

  /// Shares of the inputs of each site, so many as `counts` says; nil where there are too few sources.
  private func shares(_ counts: [Int]) -> [FanInPlan.Share]? {
    var result: [FanInPlan.Share] = []
    for (entry, count) in zip(sites, counts) {
      let total = entry.inputs.reduce(0) { $0 + $1.total }
      for number in 0..<count {
        let range =
          (total * Double(number) / Double(count))...(total * Double(number + 1) / Double(count))
        let parts = parts(entry.inputs, range, isLast: number == count - 1, of: count)
        guard !parts.isEmpty else { return nil }
        result.append(FanInPlan.Share(site: entry.site, parts: parts))
      }
    }
    return result
  }

  /// The sources whose inputs begin within a range of the sum over all.
  private func parts(
    _ inputs: [Input], _ range: ClosedRange<Double>, isLast: Bool, of count: Int
  ) -> [FanInPlan.Part] {
    var before = 0.0
    var parts: [FanInPlan.Part] = []
    for input in inputs {
      let end = input.sums.count - 1
      let first = cut(input, range.lowerBound - before, of: count)
      let last = isLast ? end : cut(input, range.upperBound - before, of: count)
      if first < last {
        parts.append(FanInPlan.Part(projection: input.projection, range: first..<last))
      }
      before += input.total
    }
    return parts
  }

  /// The first source at or behind a place in the sum.
  private func cut(_ input: Input, _ place: Double, of count: Int) -> Int {
    if place <= 0 { return 0 }
    if place >= input.total { return input.sums.count - 1 }
    var (low, high) = (0, input.sums.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if input.sums[middle] >= place { high = middle } else { low = middle + 1 }
    }
    return SourceSlice.aligned(
      low, input.template, source: shape(input.template.source), parts: count)
  }

  /// The tiles of each share; nil where a core does not hold one of its neurons.
  private func tiles(_ shares: [FanInPlan.Share]) -> [Int?] {
    var network = LoweredNetwork()
    network.populations = lowering.result.populations.map { population in
      var source = population
      source.image.role = .input
      return source
    }
    let target = lowering.result.populations[population]
    let first = network.populations.count
    let templates = Dictionary(
      uniqueKeysWithValues: sites.flatMap(\.inputs).map { ($0.projection, $0.template) })
    for (number, share) in shares.enumerated() {
      network.populations.append(
        PartialLowering.population(
          "", of: target, start: 1, active: 0..<1,
          bits: lowering.profile.neuron.partialSums?.bits ?? 2))
      for part in share.parts {
        guard let template = templates[part.projection] else { continue }
        var slice = SourceSlice.part(
          template, part.range, source: shape(template.source), target: target.image.shape)
        slice.target = first + number
        slice.site = 0
        network.add(slice, delay: 1, origin: [])
      }
    }
    let builder = TileBuilder(network, lowering.profile)
    let cut = InteriorCut.cut(builder, offChip: false)
    return shares.indices.map { number in
      let isRefused =
        cut.refusals[first + number] != nil || WideFanIn.isWide(first + number, builder)
      return isRefused ? nil : cut.groups[first + number].reduce(0) { $0 + $1.count }
    }
  }
}
