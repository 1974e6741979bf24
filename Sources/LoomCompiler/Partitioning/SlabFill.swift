import LoomBase

/// Fills cores with slabs of a region, one core after another.
struct SlabFill {
  /// The cores: the one that was open (if any), then new ones; the last stays open.
  private(set) var cores: [CoreLoad]
  /// The boxes placed, with their core.
  private(set) var pieces: [(core: Int, box: MapBox)] = []
  /// Expected packets at the axons of what was placed.
  private(set) var packets = 0.0
  private let population: Int

  /// Starts on an open core, or on a new one.
  init(_ population: Int, open: CoreLoad?) {
    self.population = population
    cores = [open ?? CoreLoad()]
  }

  /// Fills cores with a region in strips; false if a slab of length 1 fits no core.
  mutating func fill(_ region: MapBox, _ shape: SlabShape, _ meter: TileMeter) -> Bool {
    var hint = 1
    for (index, strip) in shape.strips.boxes(in: region).enumerated() {
      guard fill(strip, shape.axis, isReversed: index % 2 == 1, &hint, meter) else { return false }
    }
    return true
  }

  /// Puts a part on the open core if it has room, else on a new one, in halves where one core is too small for it;
  /// false if a single neuron is too much.
  mutating func fill(part: MapBox, _ meter: TileMeter) -> Bool {
    let tile = meter.tile(population, part)
    if cores.last?.accepts(tile, meter.budget, meter.builder) ?? false {
      add(part, tile)
      return true
    }
    guard CoreLoad().accepts(tile, meter.budget, meter.builder) else {
      guard let (first, second) = part.halves else { return false }
      return fill(part: second, meter) && fill(part: first, meter)
    }
    cores.append(CoreLoad())
    add(part, tile)
    return true
  }

  /// Walks along one strip, from its end if reversed.
  private mutating func fill(
    _ strip: MapBox, _ axis: SlabAxis, isReversed: Bool, _ hint: inout Int,
    _ meter: TileMeter
  ) -> Bool {
    var rest = SlabShape.range(strip, axis)
    while !rest.isEmpty {
      func slab(_ length: Int) -> MapBox {
        let range =
          isReversed
          ? rest.upperBound - length..<rest.upperBound : rest.lowerBound..<rest.lowerBound + length
        return SlabShape.slab(strip, axis, range)
      }
      var length = longest(upTo: rest.count, hint: hint, meter, slab)
      guard length > 0 else {
        guard let last = cores.last, !last.isEmpty else { return false }
        cores.append(CoreLoad())
        continue
      }
      hint = length
      if meter.hasLists(population) { length = leastShared(upTo: length, meter, slab) }
      add(slab(length), meter)
      rest =
        isReversed
        ? rest.lowerBound..<rest.upperBound - length : rest.lowerBound + length..<rest.upperBound
    }
    return true
  }

  /// The length from three quarters up to the longest at which a neuron costs fewest packets: neurons with common
  /// inputs stay together, and those that need new ones go to the next core.
  private func leastShared(
    upTo most: Int, _ meter: TileMeter, _ slab: (Int) -> MapBox
  ) -> Int {
    var best = (length: most, share: Double.infinity)
    let least = (3 * most + 3) / 4
    for length in stride(from: most, through: least, by: -max(1, (most - least) / 12)) {
      let share = meter.tile(population, slab(length)).packets / Double(length)
      if share < best.share { best = (length, share) }
    }
    return best.length
  }

  /// Puts a box on the last core.
  mutating func add(_ box: MapBox, _ meter: TileMeter) {
    add(box, meter.tile(population, box))
  }

  private mutating func add(_ box: MapBox, _ tile: Tile) {
    cores[cores.count - 1].add(tile)
    packets += tile.packets
    pieces.append((cores.count - 1, box))
  }

  /// Closes the last core.
  mutating func open() { cores.append(CoreLoad()) }

  /// The greatest length that fits beside what is on the last core: from a guess up or down by doubling steps,
  /// then by halving.
  func longest(
    upTo most: Int, hint: Int, _ meter: TileMeter, _ slab: (Int) -> MapBox
  ) -> Int {
    guard let core = cores.last, most > 0 else { return 0 }
    func fits(_ length: Int) -> Bool {
      core.accepts(meter.tile(population, slab(length)), meter.budget, meter.builder)
    }
    var low = 0
    var high = most + 1
    var step = 1
    var next = min(max(1, hint), most)
    while low + 1 < high {
      if fits(next) { low = next } else { high = next }
      if high == most + 1 {
        next = min(low + step, most)
      } else if low == 0 {
        next = max(high - step, 1)
      } else {
        next = low + (high - low) / 2
      }
      step *= 2
    }
    return low
  }
}
