/// Neurons in a row whose spikes meet synapses alike: the channels at one position of a map, the rows of a dense block.
///
/// The synapses of the segment's neuron number i are those of its runs with all weight positions i · `weightStep` and
/// all targets i · `targetStep` further on. A core then needs no message to know them: a bit for each neuron that fired says it all.
package struct SegmentInfo: Sendable {
  /// The first neuron's bit in the spikes of a step.
  var firstBit: UInt32
  var count: UInt32
  /// The first neuron's runs, and their synapses.
  var firstRun: UInt32
  var runCount: UInt32
  var synapses: UInt32
  /// What is added to the runs' weight positions.
  var weightBase: UInt32
  var weightStep: Int32
  /// 0 where all neurons meet the same targets.
  var targetStep: Int32
  /// The first neuron's axon; the others follow.
  var firstAxon: UInt32
  /// Whether each neuron meets, run after run, one target beside its neighbour's through a weight beside its neighbour's
  /// (depthwise): both steps are 1, all runs of one synapse.
  var isAbreast = false

  package init(
    firstBit: UInt32, count: UInt32, firstRun: UInt32, runCount: UInt32, synapses: UInt32,
    weightBase: UInt32, weightStep: Int32 = 0, targetStep: Int32 = 0, firstAxon: UInt32 = 0,
    isAbreast: Bool = false
  ) {
    self.firstBit = firstBit
    self.count = count
    self.firstRun = firstRun
    self.runCount = runCount
    self.synapses = synapses
    self.weightBase = weightBase
    self.weightStep = weightStep
    self.targetStep = targetStep
    self.firstAxon = firstAxon
    self.isAbreast = isAbreast
  }
}

/// What a block takes from one slice: a range of segments.
struct BlockSource: Sendable {
  /// The slice; the one after the last: the host's inputs.
  var slice: Int
  var segments: Range<Int>
  /// The field of its segments' neurons.
  var field = -1
}

/// Neurons of one slice whose spikes are counted together: each sends one message to every block that takes the field.
struct FieldInfo: Sendable {
  /// The first word of spikes that has any of them, and in `Machine.fieldMasks` their bits from that word on.
  var firstWord: Int
  var masks: Range<Int>
  var count: Int
}

/// Neurons in a row.
struct SpanInfo: Sendable, Hashable {
  var firstBit: Int
  var count: Int
}

/// The spikes of the last steps, one bit for each neuron: every slice begins a word of 64.
struct SpikeBits: Sendable {
  /// Where the words and counts of a step begin.
  struct Place: Sendable {
    var word = 0
    var field = 0
    var step = 0
  }

  /// Step after step, as many as the longest delay needs, then round again.
  var words: [UInt64]
  /// By step and field how many of its neurons fired.
  var counts: [Int]
  /// Where those of the present step begin.
  private(set) var now = Place()
  private let wordsPerStep: Int
  private let fields: Int
  private let steps: Int

  init(_ machine: Machine) {
    wordsPerStep = machine.wordCount
    fields = machine.fields.count
    steps = machine.longestDelay + machine.stepsTogether
    words = LargePages.array(repeating: 0, count: wordsPerStep * steps)
    counts = LargePages.array(repeating: 0, count: fields * steps)
  }

  /// Opens a step, in which nobody has fired yet.
  mutating func open(step: Int) {
    enter(step: step)
    for field in now.field..<(now.field + fields) { counts[field] = 0 }
    for word in now.word..<(now.word + wordsPerStep) { words[word] = 0 }
  }

  /// Goes to a step that is open.
  mutating func enter(step: Int) { now = place(step: step) }

  /// Where the words and the counts of a step begin.
  func place(step: Int) -> Place {
    Place(word: step % steps * wordsPerStep, field: step % steps * fields, step: step)
  }

  /// Counts the present step's spikes of a slice, or of the host, field by field.
  ///
  /// - Parameters:
  ///   - spikes: How many of the neurons fired.
  ///   - fields: Its fields.
  ///   - neurons: How many neurons there are.
  mutating func count(_ spikes: Int, _ fields: Range<Int>, of neurons: Int, _ machine: Machine) {
    for field in fields {
      var sum = spikes
      if machine.fields[field].count < neurons {
        let info = machine.fields[field]
        sum = BitCount.masked(
          words, from: now.word + info.firstWord, machine.fieldMasks, info.masks)
      }
      counts[now.field + field] = sum
    }
  }

  /// Notes a list of neurons that fired.
  mutating func set(_ firing: [UInt32], count: Int, firstWord: Int) {
    for position in 0..<count {
      let place = Int(firing[position])
      words[firstWord + place >> 6] |= 1 << UInt64(place & 63)
    }
  }

  /// Takes over the present step's spikes of some slices, noted elsewhere.
  mutating func take(_ other: SpikeBits, _ slices: Range<Int>, _ machine: Machine) {
    for slice in slices {
      let info = machine.slices[slice]
      for field in info.fields { counts[now.field + field] = other.counts[now.field + field] }
      let first = now.word + info.firstWord
      for word in first..<(first + (info.count + 63) / 64) { words[word] = other.words[word] }
    }
  }

  /// How many neurons of a span fired; its bits count from `firstWord` on.
  static func count(_ words: [UInt64], from firstWord: Int, _ span: SpanInfo) -> Int {
    let (start, end) = (span.firstBit, span.firstBit + span.count)
    let (first, last) = (firstWord + start >> 6, firstWord + (end - 1) >> 6)
    let (from, to) = (
      UInt64.max << UInt64(start & 63), UInt64.max >> UInt64(63 - (end - 1) & 63)
    )
    guard first < last else { return (words[first] & from & to).nonzeroBitCount }
    var sum = (words[first] & from).nonzeroBitCount &+ (words[last] & to).nonzeroBitCount
    for word in (first + 1)..<last { sum &+= words[word].nonzeroBitCount }
    return sum
  }
}
