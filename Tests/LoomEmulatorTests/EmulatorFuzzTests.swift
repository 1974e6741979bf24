import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Emulator on damaged images")
struct EmulatorFuzzTests {
  @Test("runs or refuses whatever the decoder lets through", arguments: 0..<UInt64(6))
  func fuzz(seed: UInt64) throws {
    let image = RandomImage.make(seed: seed, options: .init(spikes: seed % 2 == 1))
    let packed = try Repacked(ChipFile.encode(image))
    let samples = RandomImage.samples(image, count: 1, seed: seed)
    var generator = SeededGenerator(seed: seed &+ 100)
    var ran = 0
    for _ in 0..<(150 * Repacked.effort) {
      guard let decoded = try? ChipFile.decode(packed.mutated(&generator), name: "x"),
        decoded.schedule.steps < 500,
        decoded.cores.allSatisfy({ $0.axonBlocks.allSatisfy { $0.delay < 500 } }),
        let emulator = try? Emulator(
          image: decoded, profile: TestProfiles.profile(), allowInconsistentRoutes: true)
      else { continue }
      guard let record = try? emulator.together(1).run(samples) else { continue }
      ran += 1
      let isSame = try emulator.together(5).run(samples) == record
      #expect(isSame, "whatever the routes say")
    }
    #expect(ran > 3)
  }
}
