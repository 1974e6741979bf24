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

  package init(
    firstBit: UInt32, count: UInt32, firstRun: UInt32, runCount: UInt32, synapses: UInt32,
    weightBase: UInt32, weightStep: Int32 = 0, targetStep: Int32 = 0, firstAxon: UInt32 = 0
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
  }
}

/// What a block takes from one slice: a range of segments.
struct BlockSource: Sendable {
  var slice: Int
  var segments: Range<Int>
}

/// Neurons in a row that send one message each into a flow when they fire.
struct SpanInfo: Sendable {
  var firstBit: Int
  var count: Int
}

/// The spikes of the last steps, one bit for each neuron: every slice begins a word of 64.
struct SpikeBits: Sendable {
  /// Step after step, as many as the longest delay needs, then round again.
  var words: [UInt64]
  /// By step and slice: whether any neuron fired; where not, the words say nothing.
  var isAny: [Bool]
  /// Where those of the present step begin.
  private(set) var nowWord = 0
  private(set) var nowSlice = 0
  let wordsPerStep: Int
  let slices: Int
  let steps: Int

  init(_ machine: Machine) {
    wordsPerStep = machine.wordCount
    slices = machine.slices.count
    steps = machine.longestDelay + 1
    words = Array(repeating: 0, count: wordsPerStep * steps)
    isAny = Array(repeating: false, count: slices * steps)
  }

  /// Forgets all spikes.
  mutating func clear() {
    for index in isAny.indices { isAny[index] = false }
  }

  /// Opens a step, of which nothing is known yet.
  mutating func open(step: Int) {
    (nowWord, nowSlice) = place(step: step)
    for index in nowSlice..<(nowSlice + slices) { isAny[index] = false }
  }

  /// Where the words and the marks of a step begin.
  func place(step: Int) -> (word: Int, slice: Int) {
    (step % steps * wordsPerStep, step % steps * slices)
  }

  /// Notes a list of neurons that fired.
  mutating func set(_ firing: [UInt32], count: Int, firstWord: Int, words wordCount: Int) {
    for word in firstWord..<(firstWord + wordCount) { words[word] = 0 }
    for position in 0..<count {
      let place = Int(firing[position])
      words[firstWord + place >> 6] |= 1 << UInt64(place & 63)
    }
  }

  /// Takes over the present step's spikes of some slices, noted elsewhere.
  mutating func take(_ other: SpikeBits, _ slices: Range<Int>, _ machine: Machine) {
    for slice in slices where other.isAny[nowSlice + slice] {
      isAny[nowSlice + slice] = true
      let first = nowWord + machine.slices[slice].firstWord
      for word in first..<(first + (machine.slices[slice].count + 63) / 64) {
        words[word] = other.words[word]
      }
    }
  }

  /// How many neurons of a span fired; its bits count from `firstWord` on.
  static func count(_ words: [UInt64], from firstWord: Int, _ span: SpanInfo) -> Int {
    var sum = 0
    var bit = span.firstBit
    let end = bit + span.count
    while bit < end {
      let word = words[firstWord &+ bit &>> 6]
      let taken = min(64 &- bit & 63, end &- bit)
      let mask: UInt64 = taken == 64 ? .max : (1 &<< UInt64(taken)) &- 1
      sum &+= ((word &>> UInt64(bit & 63)) & mask).nonzeroBitCount
      bit &+= taken
    }
    return sum
  }
}
