import LoomBase
import LoomImage

/// What currents can bring the neurons of a slice in one step, without bias.
struct CurrentRange {
  var lowest: Int64 = 0
  var highest: Int64 = 0

  /// Whether all sums stay within 16 bits in units of 2^shift, whichever events come.
  func isNarrow(shift: Int) -> Bool {
    lowest >= Int64(Int16.min) << Int64(shift) && highest <= Int64(Int16.max) << Int64(shift)
  }
}

extension MachineBuilder {
  /// Writes weights out for the kernels, those of populations in 16 bits, as are their sums, where both fit: half the memory to
  /// read, twice the numbers in a vector.
  ///
  /// Gates do not count: what they bring is added to biases (`findGates`). A population's weights are held in units of
  /// the greatest power of two that divides all of them. In 16 bits sums wrap and come out right all the same as long as the sum of all events of a step fits, which `ranges` says of every slice.
  mutating func narrow(_ ranges: [CurrentRange]) {
    let isGate = gateTemplates
    let shifts =
      image.schedule.isAsynchronous
      ? image.populations.map { _ in nil }
      : image.populations.indices.map { narrowShift(ofPopulation: $0, ranges, isGate) }
    for index in machine.slices.indices {
      guard let shift = shifts[machine.slices[index].population] else { continue }
      machine.slices[index].narrowShift = Int32(shift)
      machine.slices[index].isNarrow = true
    }
    let ofTemplate = image.templates.indices.map {
      isGate[$0] ? nil : shifts[image.templates[$0].target]
    }
    moveEvents(by: writeWeights(ofTemplate))
  }

  /// The shift of a population's weights; nil where 16 bits are too few, or where other kernels take the sums.
  private func narrowShift(
    ofPopulation population: Int, _ ranges: [CurrentRange], _ isGate: [Bool]
  ) -> Int? {
    let slices = machine.slices.indices.filter { machine.slices[$0].population == population }
    guard
      !slices.isEmpty,
      slices.allSatisfy({
        machine.slices[$0].sites == 1 && !machine.slices[$0].code.isWindowed
          && !machine.slices[$0].sendsSums
      })
    else { return nil }
    let templates = image.templates.indices.filter {
      image.templates[$0].target == population && !isGate[$0]
    }
    guard !templates.isEmpty, templates.allSatisfy({ image.templates[$0].kind != .sums }) else {
      return nil
    }
    var bits: Int32 = 0
    var greatest: UInt32 = 0
    for template in templates {
      templateWeights[template].forEach {
        bits |= $0
        greatest = max(greatest, $0.magnitude)
      }
    }
    let shift = bits == 0 ? 0 : bits.trailingZeroBitCount
    guard greatest >> UInt32(shift) <= UInt32(Int16.max),
      slices.allSatisfy({ ranges[$0].isNarrow(shift: shift) })
    else { return nil }
    return shift
  }

  /// Weights after the last that kernels may read.
  static let paddingWeights = 8

  /// Weights of sums in 16, and those of sums in 32 bits, are held in half the bits beyond this number, if these are
  /// enough for all.
  private static let manyWeights = 1 << 18

  /// Writes the weights of templates with a shift to their own array, all others to theirs; returns how far from where they were
  /// numbered each template's stand.
  private mutating func writeWeights(_ shifts: [Int?]) -> [Int] {
    var counts = (narrow: 0, wide: 0)
    var moves: [Int] = []
    for index in image.templates.indices {
      let (start, count) = (templateStarts[index], templateWeights[index].count)
      if shifts[index] == nil {
        moves.append(counts.wide - start)
        counts.wide += count
      } else {
        moves.append(counts.narrow - start)
        counts.narrow += count
      }
    }
    let narrow = image.templates.indices.filter { shifts[$0] != nil }
    let wide = image.templates.indices.filter { shifts[$0] == nil }
    if counts.narrow > Self.manyWeights, fit(bits: 8, narrow, shifts) {
      machine.byteWeights = weights(of: narrow, shifts, count: counts.narrow)
    } else if !narrow.isEmpty {
      machine.narrowWeights = weights(of: narrow, shifts, count: counts.narrow)
    }
    // Asynchronous images take their events one by one, with kernels of their own.
    if counts.wide > Self.manyWeights, !image.schedule.isAsynchronous, fit(bits: 16, wide, shifts) {
      machine.shortWeights = weights(of: wide, shifts, count: counts.wide)
    } else {
      machine.weights = weights(of: wide, shifts, count: counts.wide)
    }
    return moves
  }

  /// Whether so many bits are enough for all weights of some templates, in units of their shifts.
  private func fit(bits: UInt32, _ templates: [Int], _ shifts: [Int?]) -> Bool {
    let half = UInt32(1) << (bits - 1)
    return templates.allSatisfy { index in
      let shift = Int32(shifts[index] ?? 0)
      var beyond: UInt32 = 0
      templateWeights[index].forEach {
        beyond |= UInt32(truncatingIfNeeded: $0 &>> shift) &+ half
      }
      return beyond < 2 * half
    }
  }

  /// The weights of some templates, one after another, in units of their shifts if they have one, and some zeros after them.
  private func weights<Weight: ScatterWeight>(
    of templates: [Int], _ shifts: [Int?], count: Int
  ) -> [Weight] {
    unsafe LargePages.array(count: count + Self.paddingWeights) { room in
      var place = 0
      for index in templates {
        let shift = Int32(shifts[index] ?? 0)
        templateWeights[index].forEach { weight in
          unsafe room.initializeElement(
            at: place, to: Weight(truncatingIfNeeded: weight &>> shift))
          place &+= 1
        }
      }
      for rest in place..<room.count {
        unsafe room.initializeElement(at: rest, to: Weight(truncatingIfNeeded: 0))
      }
    }
  }

  private mutating func moveEvents(by moves: [Int]) {
    guard moves.contains(where: { $0 != 0 }) else { return }
    let ofBlock = templateOfBlock.map { moves[$0] }
    for (block, info) in machine.blocks.enumerated() where !info.takesSums {
      for axon in info.firstAxon..<(info.firstAxon + info.axonCount) {
        machine.axons[axon].move(by: ofBlock[block])
      }
    }
    MachineBuilder.move(&machine.routes, machine.blocks, by: ofBlock)
    MachineBuilder.move(&machine.hostRoutes, machine.blocks, by: ofBlock)
  }

  private static func move(_ routes: inout FlatRoutes, _ blocks: [BlockInfo], by moves: [Int]) {
    for entry in routes.entries.indices {
      let block = Int(routes.entries[entry].block)
      if !blocks[block].takesSums { routes.entries[entry].event.move(by: moves[block]) }
    }
  }
}

extension Event {
  /// Moves where the weights begin.
  fileprivate mutating func move(by distance: Int) {
    weightBase = UInt32(truncatingIfNeeded: Int(weightBase) &+ distance)
  }
}
