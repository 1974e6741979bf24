import LoomBase
import LoomHardware
import LoomImage
import Testing

@Suite("Synapse layout")
struct SynapseLayoutTests {
  @Test(
    "memory words read back to the template's synapses, as many as accounted",
    arguments: 0..<UInt64(12))
  func bijection(seed: UInt64) throws {
    var profile = TestProfiles.profile()
    if seed % 2 == 1 {
      profile.core.synapses = .packedEntries(
        PackedEntryFormat(
          memoryBits: 1 << 20, wordBits: 32, prefixBits: 9, indexBits: 11, tagBits: 3,
          maximumSynapsesPerEntry: 7, maximumWordsPerAxon: 4096, maximumFormats: 64))
    }
    let image = RandomImage.make(
      seed: seed, options: .init(freeRunning: seed % 3 == 0))
    for (index, core) in image.cores.enumerated() {
      let memory = try PackedMemory(core: index, of: image, profile: profile)
      let usage = SynapseLayout.usage(ofCore: index, in: image, profile: profile)
      #expect(memory.axons.reduce(0) { $0 + $1.count } == usage.synapseWords)
      #expect((memory.axons.map(\.count).max() ?? 0) == usage.longestAxonList)
      #expect(memory.axons.count == usage.axonsIn)
      var axon = 0
      var stored = 0
      for block in core.axonBlocks {
        let template = image.templates[block.template]
        let source = image.populations[template.source].shape
        let target = image.populations[template.target].shape
        let all = TemplateOracle.synapses(template, source, target)
        var first = template.site * core.slices[block.slice].box.count
        for slice in core.slices[..<block.slice] {
          first += slice.box.count * image.populations[slice.population].sites
        }
        let places = AxonSources.box(core.slices[block.slice].box).indices(in: target)
        let columns = Dictionary(
          uniqueKeysWithValues: places.enumerated().map { (Int($1), first + $0) })
        for neuron in block.sources.indices(in: source) {
          let expected = all.filter { $0.source == Int(neuron) && columns[$0.target] != nil }.map {
            [columns[$0.target] ?? 0, Int(template.weights[$0.weight]), $0.shift, block.delay]
          }
          let found = memory.synapses(axon: axon).map {
            [$0.target, $0.weight, $0.shift, $0.delay]
          }
          #expect(sorted(found) == sorted(expected))
          stored += found.count
          axon += 1
        }
      }
      #expect(stored == usage.synapses)
    }
  }

  @Test("entry sizes by hand")
  func entrySizes() {
    // Dense 16 targets: 10 + 10 + 16·8 = 148 bits, 3 words; 100 targets: 60 + 40: 500 and 340 bits, 8 + 6.
    for (targets, words) in [(16, 3), (100, 14)] {
      let shape = MapShape(channels: targets)
      let populations = [MapShape(channels: 2), shape].map {
        ImagePopulation(
          shape: $0, role: .hidden, reset: .soft, firesOnGreaterOnly: false, potentialBits: 24,
          sites: 1, start: 0, activeSteps: 0..<4, compartments: 1)
      }
      let template = SynapseTemplate(
        kind: .dense, source: 0, target: 1, weights: Array(repeating: 1, count: 2 * targets),
        shifts: [6], site: 0, isLowering: false)
      let usage = SynapseLayout.blockUsage(
        template: template, sources: .box(MapBox(MapShape(channels: 2))), box: MapBox(shape),
        delay: 1, populations: populations, profile: TestProfiles.profile())
      #expect(usage.words == 2 * words && usage.longestAxonList == words)
      #expect(usage.synapses == 2 * targets && usage.axons == 2)
      #expect(usage.formats == [SynapseFormat(shift: 6, delayBits: 0, isDense: true)])
    }
    #expect([0, 1, 2, 3, 5, 6].map { SynapseFormat.delayBits(of: $0) } == [0, 0, 1, 2, 3, 3])
  }

  @Test("crossbar rows with other shifts take arrays of their own")
  func crossbars() {
    let shape = MapShape(channels: 2)
    let populations = [MapShape(channels: 3), shape].map {
      ImagePopulation(
        shape: $0, role: .hidden, reset: .soft, firesOnGreaterOnly: false, potentialBits: 24,
        sites: 1, start: 0, activeSteps: 0..<4, compartments: 1)
    }
    func template(_ shifts: [UInt8]) -> SynapseTemplate {
      SynapseTemplate(
        kind: .dense, source: 0, target: 1, weights: Array(repeating: 1, count: 6),
        shifts: shifts, site: 0, isLowering: false)
    }
    let slice = NeuronSlice(
      population: 1, box: MapBox(shape), thresholds: .uniform(1), initialPotentials: .uniform(0),
      biases: .uniform(0))
    let blocks = (0..<3).map {
      AxonBlock(
        firstAxon: 3 * $0, template: $0, sources: .box(MapBox(MapShape(channels: 3))), slice: 0,
        delay: 1)
    }
    let placement = CrossbarPlacement(
      blocks: blocks, slices: [slice],
      templates: [template([2]), template([1, 2]), template([2, 2])],
      populations: populations, format: CrossbarFormat(rows: 4, columns: 8, arrays: 9))
    // Blocks 0 and 2 share: 6 rows, 2 arrays of 4; block 1: 1 array.
    #expect(placement.arrayCount == 3 && placement.rowCount == 9)
    #expect(placement.arrays == [0, 0, 0, 2, 2, 2, 0, 1, 1])
  }

  private func sorted(_ rows: [[Int]]) -> [[Int]] {
    rows.sorted { $0.lexicographicallyPrecedes($1) }
  }
}
