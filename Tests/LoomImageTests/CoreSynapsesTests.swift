import LoomBase
import LoomHardware
import LoomImage
import Testing

@Suite("Synapses and weights")
struct CoreSynapsesTests {
  @Test("every weight of a template is found again by its position", arguments: 0..<UInt64(10))
  func positions(seed: UInt64) throws {
    let image = RandomImage.make(seed: seed)
    for (index, template) in image.templates.enumerated() where !template.isLowering {
      for weight in template.weights.indices {
        let position = try #require(image.position(template: index, weight: weight))
        let found = image.weights(
          ofPopulation: template.target, channel: position.outputChannel,
          input: position.inputChannel, row: position.row, column: position.column)
        #expect(found.contains(position))
        #expect(position.mantissa == Int(template.weights[weight]))
      }
      #expect(image.position(template: index, weight: template.weights.count) == nil)
    }
    #expect(image.position(template: -1, weight: 0) == nil)
    #expect(image.weights(ofPopulation: 1, channel: 0, input: -1, row: 0, column: 0).isEmpty)
    #expect(image.weights(ofPopulation: 9, channel: 0, input: 0, row: 0, column: 0).isEmpty)
  }

  @Test("a convolution's weight by hand: groups, kernel rows and columns")
  func byHand() throws {
    var image = RandomImage.make(seed: 1)
    let (source, target) = (MapShape(channels: 4, height: 3, width: 3), MapShape(channels: 6))
    image.populations[0].shape = source
    image.populations[1].shape = target
    let geometry = TemplateGeometry(
      kernelHeight: 2, kernelWidth: 3, strideY: 1, strideX: 1, padTop: 0, padLeft: 0,
      dilationY: 1, dilationX: 1, groups: 2)
    image.templates = [
      SynapseTemplate(
        kind: .convolution(geometry), source: 0, target: 1,
        weights: (0..<72).map { Int16($0) }, shifts: [0, 1, 2, 3, 4, 5], site: 0, isLowering: false)
    ]
    // Input channel 3 is of the second group: output channels 3, 4, 5. ((3·2 + 1)·3 + 2)·3 + 1 = 70.
    let position = try #require(image.position(template: 0, weight: 70))
    #expect((position.inputChannel, position.outputChannel) == (3, 4))
    #expect((position.row, position.column, position.shift, position.value) == (1, 2, 4, 70 << 4))
    #expect(
      image.weights(ofPopulation: 1, channel: 4, input: 3, row: 1, column: 2) == [position])
    #expect(image.weights(ofPopulation: 1, channel: 4, input: 1, row: 1, column: 2).isEmpty)
  }

  @Test(
    "numbers, axons and memory bits of every synapse agree with the axon's list and the words",
    arguments: 0..<UInt64(6))
  func packed(seed: UInt64) throws {
    let profile = TestProfiles.profile()
    let image = RandomImage.make(seed: seed, options: .init(freeRunning: seed % 2 == 0))
    for core in image.cores.indices {
      let synapses = CoreSynapses(core: core, of: image, profile: profile)
      let memory = try PackedMemory(core: core, of: image, profile: profile)
      var number = 0
      for axon in 0..<image.cores[core].axonCount {
        let list = try ImageExplanation.json(image, .axon(core: core, axon: axon))
        for (index, entry) in (list["synapses"]?.elements ?? []).enumerated() {
          let location = try #require(synapses.location(axon: axon, synapse: index))
          #expect(location.number == number)
          if number % 7 == 0 { #expect(synapses.location(number: number) == location) }
          let position = try #require(
            image.position(template: location.template, weight: location.weight))
          #expect(entry["weight"]?.int == position.mantissa)
          #expect(entry["shift"]?.int == position.shift)
          #expect(entry["target"]?.int == location.column)
          #expect(stored(memory.axons[axon], location.memory) == position.mantissa)
          number += 1
        }
      }
      #expect(synapses.location(number: number) == nil)
      #expect(synapses.location(number: -1) == nil)
      #expect(synapses.location(axon: image.cores[core].axonCount, synapse: 0) == nil)
    }
  }

  /// The 8 bits at a place, as a signed number.
  private func stored(_ words: [UInt64], _ place: SynapseMemoryPlace?) -> Int? {
    guard case .words(let first, let last, let bit)? = place else { return nil }
    let bits = (0..<8).map { (bit + $0) }
    guard first + (bit + 7) / 64 == last, last < words.count else { return nil }
    let raw = bits.enumerated().reduce(0) { sum, entry in
      sum | Int(words[first + entry.element / 64] >> UInt64(entry.element % 64) & 1) << entry.offset
    }
    return raw >= 128 ? raw - 256 : raw
  }

  @Test("no two synapses of a core share a crossbar cell", arguments: 0..<UInt64(6))
  func crossbar(seed: UInt64) throws {
    let profile = TestProfiles.profile(TestProfiles.crossbar)
    let image = RandomImage.make(seed: seed)
    for core in image.cores.indices {
      let synapses = CoreSynapses(core: core, of: image, profile: profile)
      var cells: Set<SynapseMemoryPlace> = []
      var count = 0
      for axon in 0..<image.cores[core].axonCount {
        var index = 0
        while let place = synapses.location(axon: axon, synapse: index)?.memory {
          cells.insert(place)
          index += 1
        }
        count += index
      }
      #expect(cells.count == count)
      let used = SynapseLayout.usage(ofCore: core, in: image, profile: profile)
      #expect(count == used.synapses)
    }
  }

  @Test("from a weight to all its places and back, and what is not there is said")
  func roundTrip() throws {
    var image = RandomImage.make(seed: 3)
    image.provenance = ChipFileTests.provenance(image)
    let profile = TestProfiles.profile()
    for template in image.templates where !template.isLowering {
      let scope = ExplanationScope.kernel(
        layer: "layer\(template.target)", channel: 0, input: 0, row: 0, column: 0)
      guard let found = try? ImageExplanation.json(image, scope, profile: profile) else { continue }
      for place in found["locations"]?.elements ?? [] {
        let back = try ImageExplanation.json(
          image,
          .synapse(
            core: try #require(place["core"]?.int), number: try #require(place["weight"]?.int)),
          profile: profile)
        #expect(back["population"]?.int == template.target && back["outputChannel"]?.int == 0)
        #expect(back["inputChannel"]?.int == 0 && back["row"]?.int == 0 && back["column"]?.int == 0)
        #expect(back["word"] == place["word"] && back["axon"] == place["axon"])
      }
      #expect(try !ImageExplanation.text(image, scope, profile: profile).isEmpty)
    }
    for scope in [
      ExplanationScope.synapse(core: 0, number: 1 << 40), .synapse(core: 99, number: 0),
      .axonSynapse(core: 0, axon: 0, synapse: -1), .axonSynapse(core: 0, axon: -1, synapse: 0),
      .kernel(layer: "layer1", channel: 99, input: 0, row: 0, column: 0),
      .kernel(layer: "layer1", channel: 0, input: 0, row: -1, column: 0),
      .kernel(layer: "nobody", channel: 0, input: 0, row: 0, column: 0),
    ] {
      #expect(throws: DiagnosticsError.self) { try ImageExplanation.json(image, scope) }
    }
  }
}
