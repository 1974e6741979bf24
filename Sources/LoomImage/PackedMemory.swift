public import LoomBase
public import LoomHardware

/// The synapse memory of one core with packed entries, word by word.
///
/// Bits fill a word from its least significant end. An entry is: format index (the prefix's bits that the
/// count does not take), count of synapses (as many bits as the most synapses of an entry need), for a
/// dense entry the first target, then each synapse: weight (two's complement), delay − 1, tag (0), and in
/// a sparse entry its target. Targets are columns: site after site of slice after slice. Unused bits of an
/// entry's last word are 0.
public struct PackedMemory: Sendable {
  /// One synapse as the words hold it.
  public struct Synapse: Sendable, Hashable {
    /// The column: first column of the slice + site · slice neurons + neuron.
    public var target: Int
    /// The mantissa.
    public var weight: Int
    /// The left shift.
    public var shift: Int
    /// The delay in steps (0 reads as 1).
    public var delay: Int

    /// Creates a synapse.
    public init(target: Int, weight: Int, shift: Int, delay: Int) {
      self.target = target
      self.weight = weight
      self.shift = shift
      self.delay = delay
    }
  }

  /// The formats, by index.
  public var formats: [SynapseFormat] = []
  /// For each axon its words.
  public var axons: [[UInt64]] = []

  private let rule: PackedEntryRule
  private var countBits: Int {
    Int.bitWidth - rule.format.maximumSynapsesPerEntry.leadingZeroBitCount
  }
  private var formatBits: Int { max(0, rule.format.prefixBits - countBits) }

  /// The memory of a core.
  ///
  /// Throws if the profile has no packed entries, or more formats, targets or weights than fields hold.
  public init(
    core index: Int, of image: HardwareImage, profile: Profile
  ) throws(DiagnosticsError) {
    guard case .packedEntries(let format) = profile.core.synapses, format.wordBits <= 64 else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL5202", "needs a profile with packed entries, has '\(profile.name)'",
          remedy: "explain --expand shows the memory words of Loihi-like cores"))
    }
    rule = PackedEntryRule(format: format, weightBits: profile.weight.bits)
    let usage = SynapseLayout.usage(ofCore: index, in: image, profile: profile)
    formats = usage.formats
    let fits =
      formats.count <= 1 << min(30, formatBits) && usage.columns <= 1 << format.indexBits
      && profile.weight.bits >= 1 && profile.weight.bits <= 16
    guard fits else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL5202",
          "needs fields for \(formats.count) formats and \(usage.columns) targets, has \(formatBits) and \(format.indexBits) bits",
          at: .core(index)))
    }
    let core = image.cores[index]
    for block in core.axonBlocks { append(block, core, image) }
  }

  private mutating func append(_ block: AxonBlock, _ core: ImageCore, _ image: HardwareImage) {
    let template = image.templates[block.template]
    let source = image.populations[template.source].shape
    let geometry = SynapseRuns(
      template, source: source, target: image.populations[template.target].shape)
    let first = PackedMemory.firstColumn(block, core, image)
    for index in block.sources.indices(in: source) {
      let runs = geometry.runs(source: Int(index), box: core.slices[block.slice].box)
      var writer = BitWriter(wordBits: rule.format.wordBits)
      for group in rule.groups(runs, delay: block.delay) {
        var synapses: [Synapse] = []
        for run in runs where run.shift == group.format.shift {
          for offset in 0..<run.count {
            synapses.append(
              Synapse(
                target: first + run.firstTarget + offset,
                weight: Int(template.weights[run.firstWeight + offset]), shift: run.shift,
                delay: block.delay))
          }
        }
        write(synapses, group, &writer)
      }
      axons.append(writer.words)
    }
  }

  /// The first column of the site a block feeds.
  static func firstColumn(_ block: AxonBlock, _ core: ImageCore, _ image: HardwareImage) -> Int {
    var column = 0
    for slice in core.slices[..<block.slice] {
      column += slice.box.count * image.populations[slice.population].sites
    }
    return column + image.templates[block.template].site * core.slices[block.slice].box.count
  }

  /// Writes the entries of one format group.
  private func write(_ synapses: [Synapse], _ group: FormatGroup, _ writer: inout BitWriter) {
    let runs = group.format.isDense ? group.runs.map(\.count) : [synapses.count]
    var next = 0
    for run in runs {
      let end = next + run
      while next < end {
        let count = min(rule.format.maximumSynapsesPerEntry, end - next)
        write(entry: synapses[next..<(next + count)], group.format, &writer)
        next += count
      }
    }
  }

  private func write(
    entry synapses: ArraySlice<Synapse>, _ format: SynapseFormat, _ writer: inout BitWriter
  ) {
    writer.startWord()
    writer.write(formats.firstIndex(of: format) ?? 0, bits: formatBits)
    writer.write(synapses.count, bits: rule.format.prefixBits - formatBits)
    if format.isDense { writer.write(synapses.first?.target ?? 0, bits: rule.format.indexBits) }
    for synapse in synapses {
      writer.write(synapse.weight, bits: rule.weightBits)
      writer.write(max(0, synapse.delay - 1), bits: format.delayBits)
      writer.write(0, bits: rule.format.tagBits)
      if !format.isDense { writer.write(synapse.target, bits: rule.format.indexBits) }
    }
  }

  /// Reads an axon's words back: the inverse of what was written.
  public func synapses(axon: Int) -> [Synapse] {
    var reader = BitReader(words: axons[axon], wordBits: rule.format.wordBits)
    var result: [Synapse] = []
    while !reader.isAtEnd {
      let format = formats[reader.read(bits: formatBits)]
      let count = reader.read(bits: rule.format.prefixBits - formatBits)
      let first = format.isDense ? reader.read(bits: rule.format.indexBits) : 0
      for position in 0..<count {
        let raw = reader.read(bits: rule.weightBits)
        let weight = raw >= 1 << (rule.weightBits - 1) ? raw - 1 << rule.weightBits : raw
        let delay = reader.read(bits: format.delayBits) + 1
        _ = reader.read(bits: rule.format.tagBits)
        let target = format.isDense ? first + position : reader.read(bits: rule.format.indexBits)
        result.append(
          Synapse(target: target, weight: weight, shift: format.shift, delay: delay))
      }
      reader.startWord()
    }
    return result
  }
}

/// Writes bits, least significant first, into words.
private struct BitWriter {
  let wordBits: Int
  var words: [UInt64] = []
  private var used: Int

  init(wordBits: Int) {
    self.wordBits = wordBits
    used = wordBits
  }

  mutating func startWord() { used = wordBits }

  mutating func write(_ value: Int, bits: Int) {
    for bit in 0..<bits {
      if used == wordBits {
        words.append(0)
        used = 0
      }
      if value >> bit & 1 == 1 { words[words.count - 1] |= 1 << UInt64(used) }
      used += 1
    }
  }
}

/// Reads bits, least significant first, out of words.
private struct BitReader {
  let words: [UInt64]
  let wordBits: Int
  private var position = 0

  init(words: [UInt64], wordBits: Int) {
    self.words = words
    self.wordBits = wordBits
  }

  var isAtEnd: Bool { position >= words.count * wordBits }

  mutating func startWord() { position = (position + wordBits - 1) / wordBits * wordBits }

  mutating func read(bits: Int) -> Int {
    var value = 0
    for bit in 0..<bits where !isAtEnd {
      let word = words[position / wordBits]
      if word >> UInt64(position % wordBits) & 1 == 1 { value |= 1 << bit }
      position += 1
    }
    return value
  }
}
