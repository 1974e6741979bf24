import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Compiled images on the tinyODIN core")
struct TinyODINReplayTests {
  private func image(_ profile: Profile) throws -> HardwareImage {
    let fixed = try Quantizer.quantize(HostGateTests.network(), profile: profile).network
    return try Compiler.compile(fixed, profile: profile).image
  }

  /// Rows met by the host's events, step by step, from the trace and the image's tables.
  private func hostEvents(_ image: HardwareImage, _ trace: EmulatorTrace) -> [Int] {
    var counts = [Int](repeating: 0, count: trace.steps)
    let routes = image.hostRoutes
    var first = 0
    for slice in image.hostNeurons {
      for neuron in 0..<slice.box.count {
        let entries = Int(routes.offsets[first + neuron])..<Int(routes.offsets[first + neuron + 1])
        for step in 0..<trace.steps
        where trace.didSpike(population: slice.population, step: step, neuron: neuron) {
          for axon in routes.axons[entries] {
            let delay = image.cores[0].axonBlocks.last { $0.firstAxon <= Int(axon) }?.delay ?? 0
            if step + delay < trace.steps { counts[step + delay] += 1 }
          }
        }
      }
      first += slice.box.count
    }
    return counts
  }

  @Test("steps take what their events, their spikes and the time reference add up to")
  func cycles() throws {
    let profile = try ProfileFile.load("tinyodin")
    let image = try image(profile)
    let emulator = try Emulator(image: image, profile: profile)
    let samples = Samples(
      storage: .bytes([200, 40, 255, 90, 10, 130, 60, 250]), sampleShape: [4], count: 2)
    let numbers = try #require(OwnRows.numbers(ofCore: 0, in: image, limit: 256))
    let last = try #require(numbers.joined().max())
    var total = 0
    for index in 0..<2 {
      let trace = try emulator.trace(samples, index: index)
      let replay = try emulator.replayOnTinyODIN(samples, index: index)
      let events = hostEvents(image, trace)
      var queued = 0
      for step in 0..<trace.steps {
        var fired: [Int] = []
        var local = 0
        for slice in image.cores[0].slices {
          let spikes = (0..<slice.box.count).filter {
            image.populations[slice.population].role != .readout
              && trace.didSpike(population: slice.population, step: step, neuron: $0)
          }
          fired += spikes.flatMap { numbers[local + $0] }
          local += slice.box.count
        }
        let isLast = fired.contains(last)
        let loop = 2 * (last + 1)
        let expected =
          (queued == 0 && events[step] > 0 ? 2 : 0) + 5 * events[step]
          + (queued + events[step]) * (loop + 2)
          + 2 + loop + 6 * (fired.count - (isLast ? 1 : 0)) + (isLast ? 7 : 4)
        #expect(replay.stepCycles[step] == expected, "sample \(index) step \(step)")
        queued = fired.count
        total += fired.count
      }
      #expect(replay.stepCycles.count == trace.steps)
      #expect(replay.lostSpikes == 0)
      #expect(replay.eventwiseSpikes != nil)
    }
    #expect(total > 10)
  }

  @Test("an image of another chip is refused")
  func refused() throws {
    let profile = try ProfileFile.load("loihi1-silicon-fit")
    let emulator = try Emulator(image: try image(profile), profile: profile)
    let samples = Samples(storage: .bytes([200, 40, 255, 90]), sampleShape: [4], count: 1)
    let error = #expect(throws: DiagnosticsError.self) {
      try emulator.replayOnTinyODIN(samples, index: 0)
    }
    #expect(error?.diagnostics.map(\.code) == ["SL6052"])
  }
}
