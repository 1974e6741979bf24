/// Up to 32 neighbouring targets of a slice, and all neurons whose spikes meet them as bits.
///
/// Patches of a slice share no target. What a patch hears in many steps is added in one place that stays in the nearest
/// cache, and its potentials stay in registers from step to step.
package struct PatchInfo: Sendable {
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

/// Listed neurons whose weights to a patch's targets stand equally far apart.
package struct PatchSpan: Sendable {
  package var list: UInt32
  /// Where the weights of the word's first bit would begin (modulo 2^32).
  package var weight: UInt32
  /// How much further on a neuron's weights begin than those of the bit before it.
  package var weightStep: Int32

  package init(list: UInt32, weight: UInt32, weightStep: Int32) {
    self.list = list
    self.weight = weight
    self.weightStep = weightStep
  }
}

/// Neurons of half a word of spikes that are listed together, for all steps of a stretch in which their spikes are due.
package struct TimedNeurons: Sendable, Hashable {
  /// The word, and the neurons' bits in it.
  package var mask: UInt64
  var word: UInt32
  /// Steps from firing to being due.
  var delay: UInt32

  package init(mask: UInt64, word: UInt32, delay: UInt32) {
    self.mask = mask
    self.word = word
    self.delay = delay
  }
}

/// What each spike of listed neurons does in a block: so many synaptic operations.
package struct ListCharge: Sendable {
  package var list: UInt32
  package var synapses: UInt32

  package init(list: UInt32, synapses: UInt32) {
    self.list = list
    self.synapses = synapses
  }
}

/// Lists of one word and delay that share no neuron and have few: they are written together.
package struct ListFamily: Sendable {
  var lists: Range<Int>
  /// By bit the list, counted from the first.
  var listOfBit: [UInt8]

  package init(_ lists: Range<Int>, of neurons: [TimedNeurons]) {
    self.lists = lists
    listOfBit = (0..<64).map { bit in
      let list = lists.first { neurons[$0].mask >> UInt64(bit) & 1 == 1 }
      return UInt8((list ?? lists.lowerBound) - lists.lowerBound)
    }
  }
}
