import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Window codes worked by hand")
struct HandWorkedWindowTests {
  let profile = HandWorkedWindows.profile()

  private func trace(_ image: HardwareImage) throws -> EmulatorTrace {
    try Emulator(image: image, profile: profile).trace(HandWorkedImage.sample, index: 0)
  }

  /// Steps in which a neuron spikes.
  private func times(_ trace: EmulatorTrace, _ population: Int, _ neuron: Int) -> [Int] {
    (0..<trace.steps).filter { trace.didSpike(population: population, step: $0, neuron: neuron) }
  }

  @Test("bit-serial: bits, potentials, answer")
  func bitSerial() throws {
    // A0: u = 21: 42→10 one, 20, 40→8 one: 5. A1: u = 29: 58→26, 52→20, 40→8, three ones: 7.
    // C: sites 20·5 − 8·7 = 44 and 3·5 + 15·7 = 120; u = 123: 246→46 one, 92, 184: 4.
    // R: −7·4 + 5·5 + 2·7 = 11; u = 11 + 1 + 10.
    let trace = try trace(HandWorkedWindows.make(.bitSerial))
    #expect(trace.steps == 7)
    #expect(times(trace, 0, 0) == [0, 2] && times(trace, 0, 1) == [0, 1, 2])
    #expect(times(trace, 1, 0) == [3] && times(trace, 2, 0).isEmpty)
    #expect(trace.finalPotentials == [[8, 8], [184], [22]])
    #expect(trace.scores == [12])
  }

  @Test("time to first spike: times, potentials, answer")
  func firstSpike() throws {
    // A0: u = 21 against 24, 16, 8: at 1, worth 2. A1: u = 29: at 0, worth 3.
    // C: sites 20·2 − 8·3 = 16 and 3·2 + 15·3 = 51; u = 54 against 60, 40: at 1, worth 2.
    // R: −7·2 + 5·2 + 2·3 = 2; u = 2 + 1 + 10.
    let trace = try trace(HandWorkedWindows.make(.timeToFirstSpike))
    #expect(times(trace, 0, 0) == [1] && times(trace, 0, 1) == [0])
    #expect(times(trace, 1, 0) == [4])
    let lowest: Int32 = -(1 << 23)
    #expect(trace.finalPotentials == [[lowest, lowest], [lowest], [13]])
    #expect(trace.scores == [3])
  }

  @Test(
    "outputs that emit answer with their code", arguments: [SpikeCode.bitSerial, .timeToFirstSpike])
  func hiddenOutput(code: SpikeCode) throws {
    var image = HandWorkedWindows.make(code)
    image.outputs = [1, 0]
    let codes: [Int64] = code == .bitSerial ? [4, 5, 7] : [2, 2, 3]
    #expect(try trace(image).scores == codes)
    let record = try Emulator(image: image, profile: profile).run(HandWorkedImage.sample)
    #expect(record.host.readouts == 3)
  }

  @Test("a code of ones stays so when its potential saturates")
  func saturation() throws {
    // C, 8 bits, θ = 100: 246 → 146, held at 127; 254 → 154, held at 127; again: 7.
    var image = HandWorkedWindows.make(.bitSerial)
    image.populations[1].potentialBits = 8
    image.cores[1].slices[0].thresholds = .uniform(100)
    let trace = try trace(image)
    #expect(times(trace, 1, 0) == [3, 4, 5] && trace.finalPotentials[1] == [127])
    // A1 of 7 bits and θ = 2: each u is 63 at most.
    image.populations[0].potentialBits = 7
    image.cores[0].slices[0].thresholds = .uniform(2)
    #expect(try self.trace(image).finalPotentials[0] == [63, 63])
  }

  @Test("a site's current counts at its site")
  func frontEndAtSites() throws {
    // Sites of A: (17, 25) and (10, 60); u = (21, 64): 42→10, 20, 40→8 and 128→96, 192→160, 320→288.
    var image = HandWorkedWindows.make(.bitSerial)
    image.populations[0].sites = 2
    image.frontEnd.append(
      ImageFrontEnd(
        kind: .dense, target: 0, weights: [1, 6], offsets: [0, 0], rightShift: 0,
        biasMantissaBits: 0, biasMaximumExponent: 0, site: 1))
    #expect(try trace(image).finalPotentials[0] == [8, 288])
  }

  @Test(
    "counts: an update is a state word written",
    arguments: [SpikeCode.bitSerial, .timeToFirstSpike])
  func counts(code: SpikeCode) throws {
    let record = try Emulator(image: HandWorkedWindows.make(code), profile: profile).run(
      HandWorkedImage.sample)
    let isBits = code == .bitSerial
    // A: 2 × 3 emitting steps. C: 3 listening, 3 emitting. R: 3 listening.
    let updates: [UInt64] = isBits ? [6, 6, 3] : [6, 9, 6]
    let spikes: [UInt64] = isBits ? [5, 1, 0] : [2, 1, 0]
    // Each spike of A has three axons, that of C one.
    let messages: [UInt64] = isBits ? [15, 1] : [6, 1]
    let operations: [UInt64] = isBits ? [0, 10, 6] : [0, 4, 3]
    #expect(record.populations.map(\.neuronUpdates) == updates)
    #expect(record.populations.map(\.spikes) == spikes)
    #expect(record.cores.map(\.messagesOut) == messages)
    #expect(record.cores[1].messagesIn == messages[0] + messages[1])
    #expect(record.populations.map(\.synapticOperations) == operations)
    #expect(record.host.biasWrites == 2 && record.host.readouts == 1)
  }

  @Test("nanoseconds: bit-serial")
  func bitSerialTime() throws {
    // Barrier 150; the route from A is 14, from C to R 2.
    // 0: 2·10 + 2·30 + 6·5 = 110, arrives 124. 1: A 65→79; C 4·16 + 4·4 + 10 = 90. 2: as 0.
    // 3: C 80 + listening 10 + emitting 10 + 30 + 5 = 135→137. 4: R gets 3 events: 60 + C 10 + R 10.
    // 5: 20 + 10 + 10. 6: 40 + 10.
    let record = try Emulator(image: HandWorkedWindows.make(.bitSerial), profile: profile).run(
      HandWorkedImage.sample)
    #expect(record.stepNanoseconds == [274, 240, 274, 287, 230, 190, 200])
    #expect(record.latencyNanoseconds == 1695)
    let interval: Double = 1695 + 500 + 14 + 9
    #expect(record.intervalNanoseconds == interval)
    var overlapping = profile
    overlapping.neuron.perPopulationReset = true
    let pipelined = try Emulator(image: HandWorkedWindows.make(.bitSerial), profile: overlapping)
      .run(HandWorkedImage.sample)
    // Steps 0, 3, 6 fall together, 1 and 4, 2 and 5; C and R share a core, so their work adds up:
    // 135 + 50 and the route 2; 90 + 80; A's 110 and the route 14 beside C's and R's 50 + 40.
    #expect(pipelined.intervalNanoseconds == (187 + 150) + (170 + 150) + (124 + 150))
    #expect(pipelined.hostBoundIntervals == 0 && pipelined.inputNanoseconds == 2 * 7)
    #expect(pipelined.latencyNanoseconds == 1695)
  }

  @Test("nanoseconds: time to first spike")
  func firstSpikeTime() throws {
    // 0: 20 + 30 + 15 = 65→79. 1: A the same; C 2·20 + 2·10. 2: C 2·20 + 20. 3: C 20 + 10.
    // 4: R 20 + 2·10, C 10 + 30 + 5, 85→87. 5: 2·20 + 10 + 20. 6: 20.
    let record = try Emulator(image: HandWorkedWindows.make(.timeToFirstSpike), profile: profile)
      .run(HandWorkedImage.sample)
    #expect(record.stepNanoseconds == [229, 229, 210, 180, 237, 220, 170])
  }

  @Test("spikes due outside the listening steps are counted and change nothing")
  func lateSpikes() throws {
    // One step late, C hears bits 0 and 1 of A as bits 1 and 2: sites 20·2 − 8·3 = 16, 3·2 + 15·3 = 51;
    // u = 54: 108, 216→16 one, 32. The last bits come in step 4, after its start.
    var image = HandWorkedWindows.make(.bitSerial)
    image.cores[1].axonBlocks[0].delay = 2
    image.cores[1].axonBlocks[1].delay = 2
    let record = try Emulator(image: image, profile: profile).run(HandWorkedImage.sample)
    #expect(times(try trace(image), 1, 0) == [4])
    #expect(record.populations[1].synapticOperations == 10)
    let findings = ImageVerifier.check(image, profile: nil)
    #expect(findings.map(\.code) == ["SL5103", "SL5103"])
  }

  @Test("a chip without the code is refused by the code's name")
  func missingCode() {
    var rateOnly = profile
    rateOnly.neuron.codes = [.rate, .timeToFirstSpike]
    let error = #expect(throws: DiagnosticsError.self) {
      try Emulator(image: HandWorkedWindows.make(.bitSerial), profile: rateOnly)
    }
    #expect(error?.diagnostics.map(\.code) == ["SL6007"])
    #expect(
      error?.diagnostics.first?.message
        == "needs neurons of 'bit-serial' codes, has 'rate', 'ttfs'")
    var mixed = HandWorkedWindows.make(.bitSerial)
    mixed.populations[1].code = .rate
    let findings = #expect(throws: DiagnosticsError.self) {
      try Emulator(image: mixed, profile: profile)
    }
    #expect(findings?.diagnostics.map(\.code) == ["SL5110"])
  }
}
