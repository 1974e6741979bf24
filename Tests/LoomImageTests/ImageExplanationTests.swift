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

  @Test("the code is said, and when its populations listen and emit")
  func codes() throws {
    let image = RandomImage.make(seed: 6, options: .init(code: .timeToFirstSpike))
    let steps = image.schedule.timesteps
    let whole = try ImageExplanation.json(image, .whole)
    #expect(whole["code"]?.string == "ttfs" && whole["steps"]?.int == 3 * steps + 1)
    #expect(whole.value(at: "/populations/1/code")?.string == "ttfs")
    #expect(whole.value(at: "/populations/4/code")?.string == "rate")
    let text = try ImageExplanation.text(image, .whole)
    #expect(text.contains("ttfs code, T = \(steps)"))
    #expect(text.contains("listens 1...\(steps), emits \(steps)..<\(2 * steps)"))
    #expect(text.contains("listens \(2 * steps + 1)...\(3 * steps), on"))
    #expect(text.contains("has nothing to listen to, emits 0..<\(steps)"))
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
