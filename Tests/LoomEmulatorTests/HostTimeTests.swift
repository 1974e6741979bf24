import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Ticks without durations, and the host's spikes")
struct HostTimeTests {
  @Test("with a fixed tick what goes on inside may be unknown, and is named")
  func tickAlone() throws {
    var profile = TestProfiles.profile()
    var times = Times()
    times.tick = TestProfiles.quantity(100_000)
    times.reset = TestProfiles.quantity(500)
    times.biasWrite = TestProfiles.quantity(7)
    times.readout = TestProfiles.quantity(9)
    profile.times = times
    #expect(TickWork.missing(profile).isEmpty)
    let error = #expect(throws: DiagnosticsError.self) {
      try Emulator(image: HandWorkedImage.make(), profile: profile)
    }
    #expect(
      error?.diagnostics.contains {
        $0.anchor == .jsonPointer(file: "test", pointer: "/times/neuronUpdate")
      } == true)
    profile.synchronisation = .fixedTick
    #expect(TickWork.missing(profile) == TickWork.keys.filter { $0 != "partialSum" })
    var summing = profile
    summing.neuron.partialSums = PartialSumFormat(bits: 24)
    #expect(TickWork.missing(summing) == TickWork.keys)
    let record = try Emulator(image: HandWorkedImage.make(), profile: profile)
      .run(HandWorkedImage.sample)
    #expect(record.stepNanoseconds == [100_000, 100_000, 100_000, 100_000])
    let interval: Double = 400_000 + 500 + 14 + 9
    #expect(record.intervalNanoseconds == interval)
    profile.times.neuronUpdate = TestProfiles.quantity(90_000)
    profile.times.axonIn = TestProfiles.quantity(1)
    #expect(!TickWork.missing(profile).contains("neuronUpdate"))
    let long = try Emulator(image: HandWorkedImage.make(), profile: profile)
      .run(HandWorkedImage.sample)
    // A's two updates take 180 us, longer than the tick.
    #expect(long.stepNanoseconds[0] == 180_000)
    profile.times.tick = nil
    #expect(throws: DiagnosticsError.self) {
      try Emulator(image: HandWorkedImage.make(), profile: profile)
    }
  }

  @Test("an injected spike takes the host as long as stated, else as a bias write")
  func hostSpikes() throws {
    let image = RandomImage.make(seed: 1, options: .init(spikes: true))
    let samples = RandomImage.samples(image, count: 2, seed: 1)
    var profile = TestProfiles.profile()
    let plain = try Emulator(image: image, profile: profile).run(samples)
    let spikes = Double(plain.host.inputMessages)
    #expect(spikes > 0 && plain.inputNanoseconds == spikes * 7)
    profile.times.hostSpike = TestProfiles.quantity(1000)
    let slow = try Emulator(image: image, profile: profile).run(samples)
    #expect(slow.inputNanoseconds == spikes * 1000)
    #expect(abs(slow.intervalNanoseconds - plain.intervalNanoseconds - spikes * 993) < 1e-6)
    #expect(slow.latencyNanoseconds == plain.latencyNanoseconds)
  }

  @Test("without both durations spikes are refused, but for a fixed tick, during which they enter")
  func missing() throws {
    let image = RandomImage.make(seed: 1, options: .init(spikes: true))
    var profile = TestProfiles.profile()
    profile.times.biasWrite = nil
    let error = #expect(throws: DiagnosticsError.self) {
      try Emulator(image: image, profile: profile)
    }
    #expect(
      error?.diagnostics.map(\.anchor) == [.jsonPointer(file: "test", pointer: "/times/hostSpike")])
    profile.synchronisation = .fixedTick
    profile.times.hostSpike = TestProfiles.quantity(1000)
    let record = try Emulator(image: image, profile: profile)
      .run(RandomImage.samples(image, count: 1, seed: 1))
    #expect(record.inputNanoseconds == 0)
  }
}
