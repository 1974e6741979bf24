import LoomBase
import LoomImage
import Testing

@Suite("Image explanation")
struct ImageExplanationTests {
  @Test("sums of cores are the totals, and axons list their synapses")
  func totals() throws {
    var image = RandomImage.make(seed: 6)
    image.provenance = ChipFileTests.provenance(image)
    let whole = try ImageExplanation.json(image, .whole)
    let neurons = image.populations.reduce(0) { $0 + $1.shape.count }
    #expect(whole.value(at: "/totals/neurons")?.int == neurons)
    var synapses = 0
    for core in image.cores.indices {
      for axon in 0..<image.cores[core].axonCount {
        let value = try ImageExplanation.json(image, .axon(core: core, axon: axon))
        synapses += value["synapses"]?.elements?.count ?? 0
      }
    }
    #expect(whole.value(at: "/totals/synapses")?.int == synapses)
    let layer = try ImageExplanation.json(image, .layer("layer1"))
    #expect(layer["population"]?.int == 1)
    #expect(try ImageExplanation.text(image, .core(0)).contains("axonBlocks"))
    #expect(try ImageExplanation.text(image, .whole).contains("layer1"))
  }

  @Test("what is not there is said, not trapped on")
  func missing() {
    let image = RandomImage.make(seed: 6)
    for scope in [
      ExplanationScope.core(999), .axon(core: 0, axon: 1 << 40), .axon(core: -1, axon: 0),
      .layer("none"),
    ] {
      #expect(throws: DiagnosticsError.self) { try ImageExplanation.json(image, scope) }
    }
    #expect(throws: DiagnosticsError.self) {
      try ImageExplanation.expand(
        image, core: 0, profile: TestProfiles.profile(TestProfiles.crossbar))
    }
  }
}
