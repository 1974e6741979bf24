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
  /// The word, and the neurons' bits in it.
  var mask: UInt64
  var word: UInt32
  /// Where the weights of the word's first bit would begin (modulo 2^32), and how much further on the next one's.
  var weight: UInt32
  var weightStep: Int32

  package init(mask: UInt64, word: UInt32, weight: UInt32, weightStep: Int32) {
    self.mask = mask
    self.word = word
    self.weight = weight
    self.weightStep = weightStep
  }
}
