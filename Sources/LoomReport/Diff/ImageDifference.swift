public import LoomBase
public import LoomHardware
public import LoomImage

/// What is different between two hardware images, and what that does to the mapping's cost.
///
/// Populations are the same if their provenance gives them one name, else if they have one number; templates
/// if they join the same populations at the same site. Cores are the same if they hold the same slices,
/// whatever their numbers; what is left is paired by most neurons in common.
public struct ImageDifference: Sendable, Equatable {
  /// A core that sits elsewhere.
  public struct CoreMove: Sendable, Equatable {
    /// Its number before.
    public var coreBefore: Int
    /// Its number after.
    public var coreAfter: Int
    /// Where it sat.
    public var from: CorePosition
    /// Where it sits.
    public var to: CorePosition

    /// Creates a move.
    public init(coreBefore: Int, coreAfter: Int, from: CorePosition, to: CorePosition) {
      self.coreBefore = coreBefore
      self.coreAfter = coreAfter
      self.from = from
      self.to = to
    }
  }

  /// A slice of a population that another core holds.
  public struct SliceMove: Sendable, Equatable {
    /// The population.
    public var population: String
    /// The part of its map.
    public var box: MapBox
    /// The core before, by its number then.
    public var from: Int
    /// The core after, by its number now.
    public var to: Int

    /// Creates a move.
    public init(population: String, box: MapBox, from: Int, to: Int) {
      self.population = population
      self.box = box
      self.from = from
      self.to = to
    }
  }

  /// Profile, structure, schedule, input, answers, provenance.
  public var header: [FieldChange] = []
  /// Populations.
  public var populations: [ItemChange] = []
  /// Templates.
  public var templates: [ItemChange] = []
  /// The integer first layer on the host.
  public var frontEnds: [ItemChange] = []
  /// Populations cut in another way: the number of slices that only one image has.
  public var cuts: [FieldChange] = []
  /// Slices that exist in both, on cores that are not the same.
  public var movedSlices: [SliceMove] = []
  /// Cores that exist in both, at places that are not the same.
  public var movedCores: [CoreMove] = []
  /// Cores that only the first image has, by number.
  public var removedCores: [Int] = []
  /// Cores that only the second image has, by number.
  public var addedCores: [Int] = []
  /// Numbering and routes.
  public var wiring: [FieldChange] = []
  /// Cost of the mapping: the numbers that changed.
  public var costs: [MetricChange] = []
  /// What else to know.
  public var remarks: [String] = []

  /// Compares two images.
  ///
  /// - Parameters:
  ///   - before: The first image.
  ///   - after: The second image.
  ///   - profiles: The profiles that measure hops and memory, of the first and of the second image.
  public init(
    _ before: HardwareImage, _ after: HardwareImage, profiles: (before: Profile?, after: Profile?)
  ) {
    guard before != after else { return }
    let pair = ImagePair(before, after)
    header = pair.header()
    populations = pair.populationChanges()
    templates = pair.templateChanges()
    frontEnds = pair.frontEndChanges()
    let cores = CoreMatch(pair)
    cuts = cores.cuts
    movedSlices = cores.movedSlices
    removedCores = cores.removed
    addedCores = cores.added
    movedCores = cores.pairs.compactMap { old, new in
      let (from, to) = (before.cores[old].position, after.cores[new].position)
      return from == to ? nil : CoreMove(coreBefore: old, coreAfter: new, from: from, to: to)
    }
    wiring = cores.wiring()
    let costs = (
      MappingCost(before, profile: profiles.before), MappingCost(after, profile: profiles.after)
    )
    self.costs = zip(costs.0.numbers, costs.1.numbers).compactMap { old, new in
      old.value == new.value
        ? nil : MetricChange(name: old.name, before: old.value, after: new.value)
    }
    for (which, image, profile) in [
      ("first", before, profiles.before), ("second", after, profiles.after),
    ] {
      remarks += ImageDifference.remarks(which, image, profile)
    }
    if hasNoChange {
      remarks.append("the images mean the same; they are written in different ways")
    }
  }

  /// Why numbers of an image are missing or may mislead.
  private static func remarks(
    _ which: String, _ image: HardwareImage, _ profile: Profile?
  ) -> [String] {
    guard let profile else {
      return ["no profile for the \(which) image: its hops and memory are not counted"]
    }
    guard MappingCost.canPlace(image, profile.topology) else {
      return ["the \(which) image has cores beyond the mesh of '\(profile.name)': no hops counted"]
    }
    guard profile.structureDigest != image.structureDigest else { return [] }
    return ["the \(which) image was compiled for another structure than '\(profile.name)' has"]
  }

  private var hasNoChange: Bool {
    header.isEmpty && populations.isEmpty && templates.isEmpty && frontEnds.isEmpty && cuts.isEmpty
      && movedSlices.isEmpty && movedCores.isEmpty && removedCores.isEmpty && addedCores.isEmpty
      && wiring.isEmpty && costs.isEmpty
  }

  /// Whether nothing is different.
  public var isEmpty: Bool { hasNoChange && remarks.isEmpty }
}

/// Two images and which of their populations and templates are the same.
struct ImagePair {
  let before: HardwareImage
  let after: HardwareImage
  /// Whether both images name their populations.
  let hasNames: Bool
  let populations: ListMatch
  let templates: ListMatch
  /// For each population of the first image its number in the second.
  let populationAfter: [Int?]
  /// For each template of the first image its number in the second.
  let templateAfter: [Int?]

  init(_ before: HardwareImage, _ after: HardwareImage) {
    self.before = before
    self.after = after
    let hasNames = [before, after].allSatisfy {
      $0.provenance?.populations.count == $0.populations.count
    }
    self.hasNames = hasNames
    func keys(_ image: HardwareImage) -> [String] {
      image.populations.indices.map { hasNames ? ImagePair.name(image, $0) : "\($0)" }
    }
    let names = (keys(before), keys(after))
    populations = ListMatch(names.0, names.1)
    func keys(_ image: HardwareImage, _ names: [String]) -> [[String]] {
      image.templates.map {
        [names[$0.source], names[$0.target], "\($0.site)", "\($0.isLowering)"]
      }
    }
    templates = ListMatch(keys(before, names.0), keys(after, names.1))
    populationAfter = populations.counterparts(count: before.populations.count)
    templateAfter = templates.counterparts(count: before.templates.count)
  }

  static func name(_ image: HardwareImage, _ population: Int) -> String {
    guard let names = image.provenance?.populations, names.indices.contains(population) else {
      return "population \(population)"
    }
    return names[population].name
  }

  static func name(_ image: HardwareImage, template index: Int) -> String {
    let template = image.templates[index]
    let site = template.site > 0 ? " (site \(template.site))" : ""
    return "\(name(image, template.source)) → \(name(image, template.target))\(site)"
  }

  /// Where a channel-last index is in a map.
  static func place(_ index: Int, in shape: MapShape) -> String {
    let position = index / shape.channels
    return
      "channel \(index % shape.channels), row \(position / shape.width), column \(position % shape.width)"
  }

  /// Parts that came and went.
  static func comings(
    _ match: ListMatch, _ before: (Int) -> String, _ after: (Int) -> String
  ) -> [ItemChange] {
    match.removed.map { ItemChange(name: before($0), kind: .removed) }
      + match.added.map { ItemChange(name: after($0), kind: .added) }
  }
}
