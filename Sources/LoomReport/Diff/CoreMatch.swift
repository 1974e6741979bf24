import LoomBase
import LoomImage

/// Which cores of two images are the same, and which slices went from one to another.
struct CoreMatch {
  /// A part of a population, by the population's number in the second image.
  private struct Part: Hashable {
    var population: Int
    var box: MapBox
    /// Of renumbered populations the neurons of the network, ascending: a box says where, not who.
    var neurons: [UInt32] = []

    init(_ slice: NeuronSlice, _ population: Int, in image: HardwareImage) {
      self.population = population
      box = slice.box
      if let order = image.populations[slice.population].order {
        neurons = order.neurons[slice.box.channels].sorted()
      }
    }
  }

  private let pair: ImagePair
  /// Cores of the first image with their counterparts, ascending.
  private(set) var pairs: [(before: Int, after: Int)] = []
  private(set) var removed: [Int] = []
  private(set) var added: [Int] = []
  private(set) var movedSlices: [ImageDifference.SliceMove] = []
  private(set) var cuts: [FieldChange] = []

  init(_ pair: ImagePair) {
    self.pair = pair
    let parts = (
      pair.before.cores.map { core in
        // What has no counterpart gets numbers that no population of the second image has.
        core.slices.map {
          Part($0, pair.populationAfter[$0.population] ?? -1 - $0.population, in: pair.before)
        }
      },
      pair.after.cores.map { core in
        core.slices.map { Part($0, $0.population, in: pair.after) }
      }
    )
    let equal = ListMatch(parts.0.map(Set.init), parts.1.map(Set.init))
    pairs = equal.pairs
    pairByNeurons(parts.0, parts.1, equal)
    pairs.sort { $0.before < $1.before }
    findMoves(parts.0, parts.1)
  }

  /// Pairs what is left by the neurons of equal slices: the largest number first, then the lowest numbers.
  private mutating func pairByNeurons(_ before: [[Part]], _ after: [[Part]], _ equal: ListMatch) {
    var holders: [Part: Int] = [:]
    for core in equal.added { for part in after[core] { holders[part] = core } }
    var candidates: [(neurons: Int, before: Int, after: Int)] = []
    for core in equal.removed {
      var shared: [Int: Int] = [:]
      for part in before[core] {
        if let holder = holders[part] { shared[holder, default: 0] += part.box.count }
      }
      candidates += shared.keys.sorted().map { (shared[$0] ?? 0, core, $0) }
    }
    candidates.sort { ($1.neurons, $0.before, $0.after) < ($0.neurons, $1.before, $1.after) }
    var free = (Set(equal.removed), Set(equal.added))
    for candidate in candidates
    where free.0.contains(candidate.before) && free.1.contains(candidate.after) {
      pairs.append((candidate.before, candidate.after))
      free.0.remove(candidate.before)
      free.1.remove(candidate.after)
    }
    removed = equal.removed.filter { free.0.contains($0) }
    added = equal.added.filter { free.1.contains($0) }
  }

  private mutating func findMoves(_ before: [[Part]], _ after: [[Part]]) {
    var counterpart: [Int: Int] = [:]
    for pair in pairs { counterpart[pair.before] = pair.after }
    func list(_ cores: [[Part]]) -> [(part: Part, core: Int)] {
      cores.enumerated().flatMap { core, parts in parts.map { ($0, core) } }
    }
    let lists = (list(before), list(after))
    let match = ListMatch(lists.0.map(\.part), lists.1.map(\.part))
    for (old, new) in match.pairs {
      let (from, to) = (lists.0[old], lists.1[new])
      guard counterpart[from.core] != to.core else { continue }
      movedSlices.append(
        ImageDifference.SliceMove(
          population: ImagePair.name(pair.after, to.part.population), box: to.part.box,
          from: from.core, to: to.core))
    }
    for population in pair.populations.pairs {
      let only = (
        match.removed.count { lists.0[$0].part.population == population.after },
        match.added.count { lists.1[$0].part.population == population.after }
      )
      guard only.0 + only.1 > 0 else { continue }
      cuts.append(
        FieldChange(
          name: ImagePair.name(pair.after, population.after), before: .integer(only.0),
          after: .integer(only.1)))
    }
  }

  /// Numbers and routes of cores that are otherwise as they were.
  func wiring() -> [FieldChange] {
    var changes: [FieldChange] = []
    let renumbered = pairs.filter { $0.before != $0.after }
    if let first = renumbered.first {
      changes.append(
        FieldChange(
          name: "coreNumbers", before: .integer(first.before), after: .integer(first.after),
          count: renumbered.count, total: pairs.count))
    }
    guard removed.isEmpty, added.isEmpty, movedSlices.isEmpty, cuts.isEmpty else { return changes }
    let (old, new) = (pair.before, pair.after)
    let reordered = pairs.count { !isSame(old.cores[$0.before], new.cores[$0.after]) }
    guard reordered == 0 else {
      return changes + [
        FieldChange(
          name: "axonsOfCores", before: nil, after: nil, count: reordered, total: pairs.count)
      ]
    }
    var counterpart = [UInt32](repeating: 0, count: old.cores.count)
    for pair in pairs { counterpart[pair.before] = UInt32(pair.after) }
    var neurons = 0
    for pair in pairs {
      neurons += rerouted(old.cores[pair.before].routes, new.cores[pair.after].routes, counterpart)
    }
    neurons += rerouted(old.hostRoutes, new.hostRoutes, counterpart)
    guard neurons > 0 else { return changes }
    return changes + [
      FieldChange(name: "neuronsSentElsewhere", before: .integer(0), after: .integer(neurons))
    ]
  }

  /// Whether two cores have the same slices in the same order, and the same axons.
  private func isSame(_ old: ImageCore, _ new: ImageCore) -> Bool {
    old.slices.map(\.box) == new.slices.map(\.box)
      && old.slices.map { pair.populationAfter[$0.population] } == new.slices.map(\.population)
      && old.axonBlocks.count == new.axonBlocks.count
      && zip(old.axonBlocks, new.axonBlocks).allSatisfy {
        pair.templateAfter[$0.template] == $1.template && $0.sources == $1.sources
          && $0.slice == $1.slice
      }
  }

  /// Neurons whose spikes reach other axons, cores taken by their new numbers.
  private func rerouted(_ old: RouteTable, _ new: RouteTable, _ counterpart: [UInt32]) -> Int {
    let count = min(old.offsets.count, new.offsets.count) - 1
    guard count > 0 else { return 0 }
    func entries(_ table: RouteTable, _ neuron: Int, _ core: (UInt32) -> UInt32) -> [[UInt32]] {
      (Int(table.offsets[neuron])..<Int(table.offsets[neuron + 1])).map {
        [core(table.cores[$0]), table.axons[$0]]
      }.sorted { $0.lexicographicallyPrecedes($1) }
    }
    return (0..<count).count { neuron in
      entries(old, neuron) { counterpart[Int($0)] } != entries(new, neuron) { $0 }
    }
  }
}
