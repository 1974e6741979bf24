/// Groups of cores in the order in which spikes reach them: each group hears of itself and of groups before it only.
///
/// A group of one core is a core nobody behind it answers to; cores that hear of one another in a ring are a group. So a group
/// can do several steps before the next one does any, while its weights and neurons are in the nearest cache.
package struct CoreOrder {
  private let targets: [[Int]]
  /// Tarjan 1972: by core the order in which it was met (−1: not yet) and the earliest core it leads back to.
  private var met: [Int]
  private var earliest: [Int]
  private var isOpen: [Bool]
  private var open: [Int] = []
  private var count = 0
  /// The groups found, those that hear of others first.
  private var groups: [[Int]] = []

  /// The groups of cores that send to each other as `targets` says, a list of cores for each core.
  package static func groups(_ targets: [[Int]]) -> [[Int]] {
    var order = CoreOrder(targets)
    for core in targets.indices where order.met[core] < 0 { order.visit(core) }
    return order.sorted()
  }

  private init(_ targets: [[Int]]) {
    self.targets = targets
    met = Array(repeating: -1, count: targets.count)
    earliest = met
    isOpen = Array(repeating: false, count: targets.count)
  }

  /// Follows all ways from a core, without recursion: chains of cores may be long.
  private mutating func visit(_ first: Int) {
    var way = [(core: first, next: 0)]
    enter(first)
    while let (core, next) = way.last {
      if next < targets[core].count {
        way[way.count - 1].next += 1
        let target = targets[core][next]
        if met[target] < 0 {
          enter(target)
          way.append((target, 0))
        } else if isOpen[target] {
          earliest[core] = min(earliest[core], met[target])
        }
        continue
      }
      way.removeLast()
      if let before = way.last?.core { earliest[before] = min(earliest[before], earliest[core]) }
      if earliest[core] == met[core] { close(core) }
    }
  }

  private mutating func enter(_ core: Int) {
    met[core] = count
    earliest[core] = count
    count += 1
    isOpen[core] = true
    open.append(core)
  }

  /// A core that leads back to none before it ends a group.
  private mutating func close(_ core: Int) {
    var group: [Int] = []
    repeat {
      group.append(open.removeLast())
      isOpen[group[group.count - 1]] = false
    } while group[group.count - 1] != core
    groups.append(group.sorted())
  }

  /// By the longest way that leads to a group, then by cores, whatever way the search took.
  private func sorted() -> [[Int]] {
    var groupOfCore = [Int](repeating: 0, count: targets.count)
    for (index, group) in groups.enumerated() {
      for core in group { groupOfCore[core] = index }
    }
    var depth = [Int](repeating: 0, count: groups.count)
    for index in groups.indices.reversed() {
      for target in groups[index].lazy.flatMap({ targets[$0] }) where groupOfCore[target] != index {
        depth[groupOfCore[target]] = max(depth[groupOfCore[target]], depth[index] + 1)
      }
    }
    return groups.indices
      .sorted { (depth[$0], groups[$0][0]) < (depth[$1], groups[$1][0]) }
      .map { groups[$0] }
  }
}

extension Machine {
  /// The cores that the spikes of each core go to.
  var targetCores: [[Int]] {
    var seen = [Int](repeating: -1, count: coreSlices.count)
    return coreSlices.indices.map { core in
      var targets: [Int] = []
      for slice in slices[coreSlices[core]] {
        let first = Int(routes.offsets[slice.firstNeuron])
        let end = Int(routes.offsets[slice.firstNeuron + slice.count])
        for entry in first..<end {
          let target = blocks[Int(routes.entries[entry].block)].core
          if seen[target] != core {
            seen[target] = core
            targets.append(target)
          }
        }
      }
      return targets
    }
  }
}
