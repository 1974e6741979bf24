/// Neighbouring targets and all neurons whose spikes meet them as bits in a block: a position of a map and its receptive field.
///
/// Where many neurons fire, the sums of a target are better read and written once for all of them than once for each
/// segment (`SegmentInfo`) that leads there; the synapses are the same.
package struct IntakeInfo: Sendable {
  /// The first target's accumulator, and how many follow each other.
  var target: UInt32
  var width: UInt32
  var firstSpan: UInt32
  var spanCount: UInt32

  package init(target: UInt32, width: UInt32, firstSpan: UInt32, spanCount: UInt32) {
    self.target = target
    self.width = width
    self.firstSpan = firstSpan
    self.spanCount = spanCount
  }
}

/// Neurons of one word of spikes whose weights to an intake's targets stand equally far apart.
package struct IntakeSpan: Sendable {
  /// The neurons, and where their list begins.
  var neurons: UInt32
  var firstEntry: UInt32
  /// Where the weights of the word's first bit would begin (modulo 2^32).
  var weight: UInt32

  package init(neurons: UInt32, firstEntry: UInt32, weight: UInt32) {
    self.neurons = neurons
    self.firstEntry = firstEntry
    self.weight = weight
  }
}

/// Neurons of one word of spikes that are listed together, once a step for all intakes that hear them.
package struct ListedNeurons: Sendable, Hashable {
  /// The word, and the neurons' bits in it.
  var mask: UInt64
  var word: UInt32
  /// How much further on a neuron's weights begin than those of the bit before it.
  var weightStep: Int32

  package init(mask: UInt64, word: UInt32, weightStep: Int32) {
    self.mask = mask
    self.word = word
    self.weightStep = weightStep
  }

  /// Places that their list takes: it is written four at a time.
  package var room: Int { (mask.nonzeroBitCount + 3) & ~3 }
}

/// Who fired of listed neurons: for each how far behind the word's first bit its weights begin.
package struct SpikeLists: Sendable {
  /// How many of a list's neurons fired in which step.
  struct Head: Sendable {
    /// The step, plus one.
    var stamp: UInt32 = 0
    var count: UInt32 = 0
  }

  /// Entries are read eight at a time.
  static let readTogether = 8

  var heads: [Head]
  var entries: [UInt32]

  package init(_ neurons: [ListedNeurons]) {
    heads = Array(repeating: Head(), count: neurons.count)
    let room = neurons.reduce(0) { $0 + $1.room }
    entries = LargePages.array(repeating: 0, count: room + SpikeLists.readTogether)
  }
}
