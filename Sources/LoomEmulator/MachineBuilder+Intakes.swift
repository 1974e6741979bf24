extension MachineBuilder {
  /// Turns segments round for every block in which several lead to the same targets.
  mutating func addIntakes() {
    var lists = NeuronLists()
    for block in machine.blocks.indices {
      guard var intakes = Intakes(machine, machine.blocks[block], leastShared: Intakes.leastShared)
      else { continue }
      intakes.group()
      let first = machine.intakes.count
      let firstSpan = UInt32(machine.intakeSpans.count)
      machine.intakes += intakes.intakes.map { intake in
        IntakeInfo(
          target: intake.target, width: intake.width,
          firstSpan: intake.firstSpan + firstSpan,
          spanCount: intake.spanCount)
      }
      for span in intakes.spans { machine.intakeSpans.append(lists.add(span)) }
      machine.blocks[block].intakes = first..<machine.intakes.count
      machine.blocks[block].leastSpikes = intakes.spans.count / Intakes.spansPerSpike
    }
    machine.listedNeurons = lists.neurons
  }
}

/// Neurons of one word whose weights to some targets stand equally far apart; `weight` is where those of the word's first
/// bit would begin.
struct WeightedNeurons {
  var neurons: ListedNeurons
  var weight: UInt32

  /// Whether other neurons of the word go on where these end.
  func goesOn(in other: WeightedNeurons) -> Bool {
    neurons.word == other.neurons.word && neurons.weightStep == other.neurons.weightStep
      && weight == other.weight
  }
}

/// The lists that intakes share.
private struct NeuronLists {
  private(set) var neurons: [ListedNeurons] = []
  private var firstEntries: [UInt32] = []
  private var places: [ListedNeurons: UInt32] = [:]
  private var entries: UInt32 = 0

  /// A span of neurons listed with those of other intakes.
  mutating func add(_ span: WeightedNeurons) -> IntakeSpan {
    let place = places[span.neurons] ?? append(span.neurons)
    return IntakeSpan(
      neurons: place, firstEntry: firstEntries[Int(place)], weight: span.weight)
  }

  private mutating func append(_ new: ListedNeurons) -> UInt32 {
    let place = UInt32(neurons.count)
    places[new] = place
    neurons.append(new)
    firstEntries.append(entries)
    entries += UInt32(new.room)
    return place
  }
}

/// The segments of one block, target by target.
struct Intakes {
  /// A spike in so many spans, or more, pays for looking at all of them.
  static let spansPerSpike = 8
  /// Segments' runs that lead to one target on average, from which turning them round is worth it.
  static let leastShared = 2

  /// A run of a segment: the first neuron's bit and weights.
  private struct Entry {
    var target: UInt32
    var width: UInt32
    var firstBit: UInt32
    var count: UInt32
    var weight: UInt32
    var weightStep: Int32
  }

  private var entries: [Entry] = []
  private(set) var intakes: [IntakeInfo] = []
  private(set) var spans: [WeightedNeurons] = []

  /// The runs of segments in the order of their targets; nil where too few segments share them.
  init?(_ machine: Machine, _ block: BlockInfo, leastShared: Int) {
    // Segments stand block after block.
    guard let first = machine.sources[block.sources].first?.segments.lowerBound,
      let end = machine.sources[block.sources].last?.segments.upperBound,
      end - first >= leastShared
    else { return nil }
    var targets: Set<UInt64> = []
    for segment in machine.segments[first..<end] {
      let runs = machine.segmentRuns[
        Int(segment.firstRun)..<Int(segment.firstRun + segment.runCount)]
      guard segment.targetStep == 0, runs.reduce(0, { $0 + $1.count }) == segment.synapses else {
        return nil
      }
      for run in runs {
        targets.insert(UInt64(run.target) << 32 | UInt64(run.count))
        entries.append(
          Entry(
            target: run.target, width: run.count, firstBit: segment.firstBit,
            count: segment.count, weight: segment.weightBase &+ run.weight,
            weightStep: segment.weightStep))
      }
    }
    guard entries.count >= leastShared * targets.count else { return nil }
    entries.sort { ($0.target, $0.width, $0.firstBit) < ($1.target, $1.width, $1.firstBit) }
  }

  /// Where runs begin and end.
  var bounds: Set<UInt32> {
    entries.reduce(into: []) {
      $0.insert($1.target)
      $0.insert($1.target + $1.width)
    }
  }

  var runCount: Int { entries.count }

  /// Cuts runs at all of some targets, which ascend.
  mutating func cut(at targets: [UInt32]) {
    entries = entries.flatMap { entry in
      let next = targets.partitioningIndex { $0 > entry.target }
      var pieces: [Entry] = []
      var begin = entry.target
      let end = entry.target + entry.width
      for place in next..<targets.count {
        let piece = min(end, targets[place])
        var part = entry
        (part.target, part.width) = (begin, piece - begin)
        part.weight = entry.weight &+ (begin - entry.target)
        pieces.append(part)
        begin = piece
        if begin == end { break }
      }
      return pieces
    }
    entries.sort { ($0.target, $0.width, $0.firstBit) < ($1.target, $1.width, $1.firstBit) }
  }

  /// Gathers what leads to the same targets.
  mutating func group() {
    for entry in entries {
      if intakes.last?.target != entry.target || intakes.last?.width != entry.width {
        intakes.append(
          IntakeInfo(
            target: entry.target, width: entry.width, firstSpan: UInt32(spans.count), spanCount: 0))
      }
      add(entry)
    }
  }

  /// Adds an entry word by word; what goes on in the same word is one span.
  private mutating func add(_ entry: Entry) {
    var bit = entry.firstBit
    let end = bit + entry.count
    while bit < end {
      let taken = min(64 - bit & 63, end - bit)
      let first = Int32(truncatingIfNeeded: bit & ~63) - Int32(truncatingIfNeeded: entry.firstBit)
      let span = WeightedNeurons(
        neurons: ListedNeurons(
          mask: (UInt64.max >> UInt64(64 - taken)) << UInt64(bit & 63), word: bit / 64,
          weightStep: entry.weightStep),
        weight: entry.weight &+ UInt32(bitPattern: first &* entry.weightStep))
      if let last = spans.last, intakes[intakes.count - 1].spanCount > 0, last.goesOn(in: span) {
        spans[spans.count - 1].neurons.mask |= span.neurons.mask
      } else {
        spans.append(span)
        intakes[intakes.count - 1].spanCount += 1
      }
      bit += taken
    }
  }
}

extension [UInt32] {
  /// The first index from which on a condition holds, by bisection.
  fileprivate func partitioningIndex(_ holds: (UInt32) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
