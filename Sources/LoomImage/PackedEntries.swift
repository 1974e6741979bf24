package import LoomHardware

/// A synapse format of a core with packed entries: what the entries of one list part have in common.
public struct SynapseFormat: Sendable, Hashable, Comparable {
  /// The left shift of every weight.
  public var shift: Int
  /// Bits of the delay field: those that hold delay − 1; none for a delay of 1 or 0.
  public var delayBits: Int
  /// Whether an entry is a run of consecutive targets; else every synapse has its target index.
  public var isDense: Bool

  /// Creates a format.
  public init(shift: Int, delayBits: Int, isDense: Bool) {
    self.shift = shift
    self.delayBits = delayBits
    self.isDense = isDense
  }

  /// The bits of the delay field for a delay in steps.
  public static func delayBits(of delay: Int) -> Int {
    delay <= 1 ? 0 : Int.bitWidth - (delay - 1).leadingZeroBitCount
  }

  /// Orders formats by shift, then delay bits, dense before sparse.
  public static func < (left: SynapseFormat, right: SynapseFormat) -> Bool {
    if left.shift != right.shift { return left.shift < right.shift }
    if left.delayBits != right.delayBits { return left.delayBits < right.delayBits }
    return left.isDense && !right.isDense
  }
}

/// The synapses of one axon that have one format, as consecutive targets.
struct FormatGroup {
  var format: SynapseFormat
  /// Runs of consecutive targets: first target and count, in the order of the synapses.
  var runs: [(target: Int, count: Int)]
  var words: Int
}

/// The rule by which lists of packed entries are laid out (see `PackedEntryFormat`).
///
/// The synapses of an axon are grouped by shift, ascending; a group is stored as dense entries (one for
/// each run of consecutive targets) or as sparse ones, whichever takes fewer words (dense if equal);
/// entries hold at most `maximumSynapsesPerEntry` synapses and start at a word. NxTF's compiler adds a
/// word where the remainder of an entry is 0 or at least 59 bits; that is left out here.
package struct PackedEntryRule {
  let format: PackedEntryFormat
  let weightBits: Int

  /// The rule of a format for weights of some bits.
  package init(format: PackedEntryFormat, weightBits: Int) {
    self.format = format
    self.weightBits = weightBits
  }

  /// Bits of one synapse without its target index.
  func synapseBits(delayBits: Int) -> Int { weightBits + delayBits + format.tagBits }

  /// Words of one entry.
  func words(synapses: Int, delayBits: Int, isDense: Bool) -> Int {
    let perSynapse = synapseBits(delayBits: delayBits) + (isDense ? 0 : format.indexBits)
    let bits = format.prefixBits + (isDense ? format.indexBits : 0) + synapses * perSynapse
    return (bits + format.wordBits - 1) / format.wordBits
  }

  /// Words of `count` synapses cut into entries.
  package func cutWords(count: Int, delayBits: Int, isDense: Bool) -> Int {
    let most = format.maximumSynapsesPerEntry
    let rest = count % most
    let full = words(synapses: most, delayBits: delayBits, isDense: isDense)
    return count / most * full
      + (rest > 0 ? words(synapses: rest, delayBits: delayBits, isDense: isDense) : 0)
  }

  /// The format groups of one axon's runs.
  func groups(_ runs: [SynapseRun], delay: Int) -> [FormatGroup] {
    let delayBits = SynapseFormat.delayBits(of: delay)
    return PackedEntryRule.distinctShifts(runs).map { shift in
      var merged: [(target: Int, count: Int)] = []
      for run in runs where run.shift == shift {
        if let last = merged.last, last.target + last.count == run.firstTarget {
          merged[merged.count - 1].count += run.count
        } else {
          merged.append((run.firstTarget, run.count))
        }
      }
      return choose(merged, shift: shift, delayBits: delayBits)
    }
  }

  private func choose(
    _ runs: [(target: Int, count: Int)], shift: Int, delayBits: Int
  ) -> FormatGroup {
    var dense = 0
    var total = 0
    for run in runs {
      dense += cutWords(count: run.count, delayBits: delayBits, isDense: true)
      total += run.count
    }
    let sparse = cutWords(count: total, delayBits: delayBits, isDense: false)
    let isDense = dense <= sparse
    return FormatGroup(
      format: SynapseFormat(shift: shift, delayBits: delayBits, isDense: isDense), runs: runs,
      words: isDense ? dense : sparse)
  }

  static func distinctShifts(_ runs: [SynapseRun]) -> [Int] {
    guard let first = runs.first?.shift else { return [] }
    if runs.allSatisfy({ $0.shift == first }) { return [first] }
    return Set(runs.map(\.shift)).sorted()
  }
}

extension PackedEntryRule {
  /// For each synapse of an axon's runs, in their order, the first word of its entry (from the start of the
  /// axon's list) and the lowest bit of its weight (from the start of the entry).
  func places(_ runs: [SynapseRun], delay: Int) -> [(word: Int, bit: Int)] {
    var numbers: [Int: [Int]] = [:]
    var count = 0
    for run in runs {
      numbers[run.shift, default: []] += count..<(count + run.count)
      count += run.count
    }
    var places = [(word: Int, bit: Int)](repeating: (0, 0), count: count)
    var word = 0
    for group in groups(runs, delay: delay) {
      let isDense = group.format.isDense
      let delayBits = group.format.delayBits
      let head = format.prefixBits + (isDense ? format.indexBits : 0)
      let step = synapseBits(delayBits: delayBits) + (isDense ? 0 : format.indexBits)
      var rest = (numbers[group.format.shift] ?? [])[...]
      let lengths = isDense ? group.runs.map(\.count) : [rest.count]
      for length in lengths {
        var left = length
        while left > 0 {
          let taken = min(format.maximumSynapsesPerEntry, left)
          for (place, number) in rest.prefix(taken).enumerated() {
            places[number] = (word, head + place * step)
          }
          rest = rest.dropFirst(taken)
          left -= taken
          word += words(synapses: taken, delayBits: delayBits, isDense: isDense)
        }
      }
    }
    return places
  }
}
