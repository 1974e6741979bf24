package import LoomBase

extension ImageVerifier {
  /// Partial sums reach their neurons whole, once and in time: every partial neuron sends to one neuron, the
  /// step before it is due there, and no sum passes the width of a message (code SL5111).
  package static func sumFindings(_ image: HardwareImage) -> [Diagnostic] {
    guard image.populations.contains(where: { $0.role == .partial }) else { return [] }
    var check = SumCheck(image: image)
    for index in image.populations.indices where image.populations[index].role == .partial {
      check.population(index)
    }
    check.delays()
    check.widths()
    return check.findings
  }
}

/// Collects findings of code SL5111.
private struct SumCheck {
  let image: HardwareImage
  var findings: [Diagnostic] = []

  init(image: HardwareImage) { self.image = image }

  mutating func need(
    _ condition: Bool, _ message: @autoclosure () -> String, at anchor: Anchor = .none
  ) {
    if !condition { findings.append(Diagnostic(.error, "SL5111", message(), at: anchor)) }
  }

  mutating func population(_ index: Int) {
    let name = "population \(index) of partial sums"
    let readers = image.templates.filter { $0.source == index }
    need(readers.count == 1, "\(name) needs one population to send to, has \(readers.count)")
    guard let reader = readers.first, readers.count == 1 else { return }
    let population = image.populations[index]
    let target = image.populations[reader.target]
    let ahead =
      image.schedule.freeRunning ? 0 : target.code.isWindowed ? image.schedule.timesteps : 1
    need(
      population.start == target.start - ahead,
      "\(name) needs a start \(ahead) steps before \(target.start), has \(population.start)")
    var heard = [UInt8](repeating: 0, count: population.shape.count)
    for core in image.cores {
      for block in core.axonBlocks where image.templates[block.template].source == index {
        for neuron in block.sources.indices(in: population.shape) where heard[Int(neuron)] < 2 {
          heard[Int(neuron)] += 1
        }
      }
    }
    let wrong = heard.firstIndex { $0 != 1 }
    need(
      wrong == nil,
      "\(name) needs one axon for each neuron, has \(wrong.map { heard[$0] == 0 ? "none" : "several" } ?? "") for neuron \(wrong ?? 0)"
    )
  }

  mutating func delays() {
    for (index, core) in image.cores.enumerated() {
      let late = core.axonBlocks.first {
        image.templates[$0.template].kind == .sums && $0.delay != 1
      }
      need(late == nil, "needs sums due after 1 step, has \(late?.delay ?? 0)", at: .core(index))
    }
  }

  mutating func widths() {
    let reach = SumReach(image)
    for (index, population) in image.populations.enumerated() where population.role == .partial {
      let low = FixedPoint.minimum(bits: population.potentialBits)
      let high = FixedPoint.maximum(bits: population.potentialBits)
      let least = reach.low[index].min() ?? 0
      let greatest = reach.high[index].max() ?? 0
      need(
        least >= low && greatest <= high,
        "population \(index) needs messages of sums from \(least) to \(greatest), has \(population.potentialBits) bits"
      )
    }
  }
}

/// What the sums of each population of partial sums can reach in one step if every source fires.
struct SumReach {
  /// By population and neuron (channel-last) the least and the greatest sum; empty for other populations.
  private(set) var low: [[Int64]]
  private(set) var high: [[Int64]]
  /// By population of partial sums the greatest magnitude.
  private(set) var largest: [Int: Int64] = [:]

  init(_ image: HardwareImage) {
    low = image.populations.map {
      [Int64](repeating: 0, count: $0.role == .partial ? $0.shape.count : 0)
    }
    high = low
    for core in image.cores {
      for block in core.axonBlocks
      where image.populations[image.templates[block.template].target].role == .partial {
        add(block, core.slices[block.slice].box, image)
      }
    }
    for (index, population) in image.populations.enumerated() where population.role == .partial {
      largest[index] = max(high[index].max() ?? 0, -(low[index].min() ?? 0))
    }
  }

  private mutating func add(_ block: AxonBlock, _ box: MapBox, _ image: HardwareImage) {
    let template = image.templates[block.template]
    let source = image.populations[template.source].shape
    let target = image.populations[template.target].shape
    let geometry = SynapseRuns(template, source: source, target: target)
    let places = AxonSources.box(box).indices(in: target)
    var runs: [SynapseRun] = []
    for index in block.sources.indices(in: source) {
      runs.removeAll(keepingCapacity: true)
      geometry.append(source: Int(index), box: box, to: &runs)
      for run in runs {
        for offset in 0..<run.count {
          let current = Int64(template.weights[run.firstWeight + offset]) << Int64(run.shift)
          let neuron = Int(places[run.firstTarget + offset])
          low[template.target][neuron] += min(current, 0)
          high[template.target][neuron] += max(current, 0)
        }
      }
    }
  }

  /// Adds what sums can bring the neurons of a slice of a core, by site and neuron.
  func add(
    _ core: ImageCore, slice position: Int, _ image: HardwareImage, to sums: inout [Int64]
  ) {
    let box = core.slices[position].box
    for block in core.axonBlocks where block.slice == position {
      let template = image.templates[block.template]
      guard largest[template.source] != nil else { continue }
      let shape = image.populations[template.source].shape
      for neuron in block.sources.indices(in: shape) {
        let place = template.site * box.count + box.place(of: Int(neuron), in: shape)
        sums[place] += max(
          high[template.source][Int(neuron)], -low[template.source][Int(neuron)])
      }
    }
  }
}
