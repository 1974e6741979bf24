import LoomBase
public import LoomHardware

/// Where a synapse lies in the memory of its core.
public enum SynapseMemoryPlace: Sendable, Hashable {
  /// Packed entries: the first and last word of the axon's list that hold the weight, and its lowest bit
  /// in the first one.
  case words(first: Int, last: Int, bit: Int)
  /// A crossbar: array, row and column of the cell.
  case cell(array: Int, row: Int, column: Int)
}

/// One stored synapse of a core.
public struct SynapseLocation: Sendable, Hashable {
  /// The core.
  public var core: Int
  /// The input axon.
  public var axon: Int
  /// Its number in the axon's list (the order of `explain axon N.M`).
  public var synapse: Int
  /// Its number in the core: axon after axon, in the order of their lists.
  public var number: Int
  /// The column of the core that it feeds.
  public var column: Int
  /// The template and weight it stores.
  public var template: Int
  /// Its weight's position in the template.
  public var weight: Int
  /// The source neuron, channel-last in its population's map.
  public var source: Int
  /// The target neuron, channel-last in its population's map.
  public var target: Int
  /// The steps from sending to being due.
  public var delay: Int
  /// Where it lies; nil without a profile.
  public var memory: SynapseMemoryPlace?
}

/// The synapses of one core in the order of its axons: from a place in the core to the weight and back.
public struct CoreSynapses: Sendable {
  private let image: HardwareImage
  private let index: Int
  private let storage: SynapseStorage?
  private let weightBits: Int
  private let placement: CrossbarPlacement?

  /// The synapses of a core; a profile tells where they lie in memory.
  public init(core index: Int, of image: HardwareImage, profile: Profile? = nil) {
    self.image = image
    self.index = index
    storage = profile?.core.synapses
    weightBits = profile?.weight.bits ?? 0
    if case .crossbar(let format)? = storage {
      let core = image.cores[index]
      placement = CrossbarPlacement(
        blocks: core.axonBlocks, slices: core.slices, templates: image.templates,
        populations: image.populations, format: format)
    } else {
      placement = nil
    }
  }

  /// The synapse of a number in the core; nil beyond the last.
  public func location(number: Int) -> SynapseLocation? {
    guard number >= 0 else { return nil }
    var first = 0
    for block in image.cores[index].axonBlocks {
      let stored = stored(block)
      if number < first + stored {
        var found: SynapseLocation?
        visit(block, firstNumber: first) { axon in
          let synapse = number - axon.firstNumber
          guard synapse < axon.count else { return true }
          found = location(axon, synapse)
          return false
        }
        return found
      }
      first += stored
    }
    return nil
  }

  /// A synapse of an axon; nil if there is no such axon or synapse.
  public func location(axon: Int, synapse: Int) -> SynapseLocation? {
    var first = 0
    for block in image.cores[index].axonBlocks {
      let axons = block.firstAxon..<(block.firstAxon + block.sources.count)
      if axons.contains(axon) {
        var found: SynapseLocation?
        visit(block, firstNumber: first) { entry in
          guard entry.axon == axon else { return true }
          if synapse >= 0, synapse < entry.count { found = location(entry, synapse) }
          return false
        }
        return found
      }
      first += stored(block)
    }
    return nil
  }

  /// Every synapse that stores one of some weights, in the order of their numbers.
  public func locations(of positions: [WeightPosition]) -> [SynapseLocation] {
    var result: [SynapseLocation] = []
    var first = 0
    for block in image.cores[index].axonBlocks {
      let wanted = positions.filter { $0.template == block.template }.map(\.weight)
      if !wanted.isEmpty {
        visit(block, firstNumber: first) { axon in
          for synapse in axon.synapses(of: wanted).sorted() {
            result.append(location(axon, synapse))
          }
          return true
        }
      }
      first += stored(block)
    }
    return result
  }

  private func stored(_ block: AxonBlock) -> Int {
    SynapseLayout.storedSynapses(
      template: image.templates[block.template], sources: block.sources,
      box: image.cores[index].slices[block.slice].box, populations: image.populations)
  }

  /// Goes through the axons of a block until told to stop.
  private func visit(
    _ block: AxonBlock, firstNumber: Int, _ body: (AxonSynapses) -> Bool
  ) {
    let template = image.templates[block.template]
    let source = image.populations[template.source].shape
    let geometry = SynapseRuns(
      template, source: source, target: image.populations[template.target].shape)
    var number = firstNumber
    for (offset, neuron) in block.sources.indices(in: source).enumerated() {
      let axon = AxonSynapses(
        block: block, axon: block.firstAxon + offset, source: Int(neuron), firstNumber: number,
        runs: geometry.runs(source: Int(neuron), box: image.cores[index].slices[block.slice].box))
      guard body(axon) else { return }
      number += axon.count
    }
  }

  private func location(_ axon: AxonSynapses, _ synapse: Int) -> SynapseLocation {
    let (run, offset) = axon.run(of: synapse)
    let core = image.cores[index]
    let slice = core.slices[axon.block.slice]
    let inSlice = run.firstTarget + offset
    let shape = image.populations[slice.population].shape
    var location = SynapseLocation(
      core: index, axon: axon.axon, synapse: synapse, number: axon.firstNumber + synapse,
      column: PackedMemory.firstColumn(axon.block, core, image) + inSlice,
      template: axon.block.template, weight: run.firstWeight + offset,
      source: image.populations[image.templates[axon.block.template].source]
        .neuron(at: axon.source),
      target: image.populations[slice.population]
        .neuron(at: slice.box.neuron(inSlice, in: shape)),
      delay: axon.block.delay, memory: nil)
    switch storage {
    case .packedEntries(let format)?:
      let places = PackedEntryRule(format: format, weightBits: weightBits)
        .places(axon.runs, delay: axon.block.delay)
      let place = places[synapse]
      let last = (place.bit + max(1, weightBits) - 1) / format.wordBits
      location.memory = .words(
        first: place.word + place.bit / format.wordBits, last: place.word + last,
        bit: place.bit % format.wordBits)
    case .crossbar?:
      guard let placement else { break }
      // A broadcast takes one row for each plane; its runs come plane after plane.
      let rows = placement.offsets[axon.axon]..<placement.offsets[axon.axon + 1]
      let row = rows.lowerBound + synapse / max(1, axon.count / max(1, rows.count))
      location.memory = .cell(
        array: placement.arrays[row], row: placement.rows[row], column: location.column)
    case .sharedKernels?, nil: break
    }
    return location
  }
}

/// One axon's list.
private struct AxonSynapses {
  let block: AxonBlock
  let axon: Int
  let source: Int
  let firstNumber: Int
  let runs: [SynapseRun]

  var count: Int { runs.reduce(0) { $0 + $1.count } }

  func run(of synapse: Int) -> (SynapseRun, Int) {
    var rest = synapse
    for run in runs {
      if rest < run.count { return (run, rest) }
      rest -= run.count
    }
    preconditionFailure("the synapse is one of the axon's")
  }

  func synapses(of weights: [Int]) -> [Int] {
    var first = 0
    var found: [Int] = []
    for run in runs {
      for weight in weights where weight >= run.firstWeight && weight < run.firstWeight + run.count
      {
        found.append(first + weight - run.firstWeight)
      }
      first += run.count
    }
    return found
  }
}

extension MapBox {
  /// The channel-last index in its map of a neuron of the box (channel-last within it).
  fileprivate func neuron(_ index: Int, in shape: MapShape) -> Int {
    let channel = channels.lowerBound + index % channels.count
    let position = index / channels.count
    let row = rows.lowerBound + position / columns.count
    let column = columns.lowerBound + position % columns.count
    return (row * shape.width + column) * shape.channels + channel
  }
}
