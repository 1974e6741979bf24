import LoomBase

/// The patches of one core's slices.
struct CorePatches {
  struct Span {
    var neurons: TimedNeurons
    var weight: UInt32
    var weightStep: Int32
  }

  struct Patch {
    var target: UInt32
    var width: UInt32
    var spans: [Span]
  }

  /// Cutting runs so that none overlaps another may make so many times as many of them.
  private static let mostPieces = 64
  /// A patch is so wide on average, or its core does step after step.
  private static let leastWidth = 4

  private(set) var patches: [(slice: Int, patches: [Patch])] = []
  /// By block and list the synapses of each neuron.
  private(set) var charges: [(block: Int, charges: [TimedNeurons: Int])] = []

  /// The patches of a core; nil where it must do step after step.
  init?(_ machine: Machine, _ core: Int) {
    let slices = machine.coreSlices[core]
    guard slices.allSatisfy({ CorePatches.canBePatched(machine.slices[$0]) }),
      !machine.coreBlocks[core].isEmpty
    else { return nil }
    var ofSlice: [Int: [(block: Int, intakes: Intakes)]] = [:]
    for block in machine.coreBlocks[core] {
      let info = machine.blocks[block]
      guard !info.isGate, !info.takesSums, !info.sources.isEmpty,
        // What its own neurons send is not known before they are done.
        machine.sources[info.sources].allSatisfy({ !slices.contains($0.slice) }),
        let intakes = Intakes(machine, info, leastShared: 1)
      else { return nil }
      ofSlice[info.slice, default: []].append((block, intakes))
    }
    for slice in slices {
      guard let found = take(machine, machine.slices[slice], ofSlice[slice] ?? []) else {
        return nil
      }
      patches.append((slice, found))
    }
  }

  private static func canBePatched(_ slice: SliceInfo) -> Bool {
    slice.shortReach > 0 && slice.sites == 1 && !slice.code.isWindowed && !slice.sendsSums
      && !slice.isReadout && !slice.queuesSpikes && slice.extraCopies == 0
  }

  /// Cuts a slice into patches that share no target; nil where that does not pay.
  private mutating func take(
    _ machine: Machine, _ slice: SliceInfo, _ blocks: [(block: Int, intakes: Intakes)]
  ) -> [Patch]? {
    guard let cuts = CorePatches.cuts(slice, blocks.map(\.intakes)) else { return nil }
    var patches = zip(cuts, cuts.dropFirst()).map {
      Patch(target: $0, width: $1 - $0, spans: [])
    }
    let places = Dictionary(uniqueKeysWithValues: zip(cuts, patches.indices))
    let runs = blocks.reduce(0) { $0 + $1.intakes.runCount }
    var pieces = 0
    for (block, intakes) in blocks {
      var intakes = intakes
      intakes.cut(at: cuts)
      pieces += intakes.runCount
      guard pieces <= CorePatches.mostPieces * runs else { return nil }
      intakes.group()
      take(intakes, block, machine.blocks[block], places, &patches)
    }
    return patches
  }

  /// Where a slice is cut: where runs begin and end, and where patches would be too wide; nil where they would be too narrow.
  private static func cuts(_ slice: SliceInfo, _ intakes: [Intakes]) -> [UInt32]? {
    let first = UInt32(slice.firstAccumulator)
    let end = first + UInt32(slice.count)
    let bounds = intakes.reduce(into: Set([first, end])) { $0.formUnion($1.bounds) }.sorted()
    guard (bounds.count - 1) * leastWidth <= slice.count else { return nil }
    return zip(bounds, bounds.dropFirst()).flatMap { begin, end in
      stride(from: begin, to: end, by: StretchKernel.lanes)
    } + [end]
  }

  /// Takes what a block brings to each patch.
  private mutating func take(
    _ intakes: Intakes, _ block: Int, _ info: BlockInfo, _ places: [UInt32: Int],
    _ patches: inout [Patch]
  ) {
    let delay = UInt32(info.isFromHost ? info.delay : max(1, info.delay))
    var charges: [TimedNeurons: Int] = [:]
    for intake in intakes.intakes {
      guard let place = places[intake.target] else { continue }
      let last = intake.firstSpan + intake.spanCount
      for span in intakes.spans[Int(intake.firstSpan)..<Int(last)] {
        for half in [span.neurons.mask & 0xffff_ffff, span.neurons.mask & ~0xffff_ffff]
        where half != 0 {
          let neurons = TimedNeurons(mask: half, word: span.neurons.word, delay: delay)
          charges[neurons, default: 0] += Int(intake.width)
          patches[place].spans.append(
            Span(neurons: neurons, weight: span.weight, weightStep: span.neurons.weightStep))
        }
      }
    }
    self.charges.append((block, charges))
  }
}
