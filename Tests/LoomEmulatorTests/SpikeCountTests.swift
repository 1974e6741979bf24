import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

/// The two neurons A of `HandWorkedImage` as outputs, T = 4: currents 17 and 25, θ = 30, v(0) = 15.
///
/// A0: 32→2 spike, 19, 36→6 spike, 23. A1: 40→10 spike, 35→5 spike, 30→0 spike, 25.
@Suite("Outputs whose spikes are counted")
struct SpikeCountTests {
  private let profile = TestProfiles.profile()

  private func image(readoutStart: Int) -> HardwareImage {
    var image = HandWorkedImage.make()
    image.schedule.timesteps = 4
    image.schedule.readoutStart = readoutStart
    for index in image.populations.indices {
      let start = image.populations[index].start
      image.populations[index].activeSteps = start..<(start + 4)
    }
    image.outputs = [0]
    image.spikeCounts = SpikeCountReadout(worth: [[1, 1]], offset: [[0, 0]])
    return image
  }

  @Test(
    "counts begin at t0",
    arguments: [(0, [2, 3]), (1, [1, 2]), (2, [1, 1]), (3, [0, 0])] as [(Int, [Int64])])
  func scores(start: Int, scores: [Int64]) throws {
    let emulator = try Emulator(image: image(readoutStart: start), profile: profile)
    let trace = try emulator.trace(HandWorkedImage.sample, index: 0)
    #expect(trace.spikes[0] == [1, 1, 0, 1, 1, 1, 0, 0, 0, 0])
    #expect(trace.scores == scores)
    let record = try emulator.run(HandWorkedImage.sample)
    #expect(record.scores == scores)
    #expect(record.predictions == [scores[1] > scores[0] ? 1 : 0])
    // One number for each output, however late the count begins.
    #expect(record.host.readouts == 2)
  }

  @Test("every spike of an output also leaves for the host, and takes its time")
  func messages() throws {
    let counted = try Emulator(image: image(readoutStart: 1), profile: profile).run(
      HandWorkedImage.sample)
    // Five spikes, each to B and to the host.
    #expect(counted.cores[0].spikes == 5)
    #expect(counted.cores[0].messagesOut == 10 && counted.populations[0].messagesOut == 10)
    var plain = image(readoutStart: 1)
    plain.spikeCounts = nil
    let uncounted = try Emulator(image: plain, profile: profile).run(HandWorkedImage.sample)
    // Outputs of networks that are spiking by birth are counted from their first step.
    #expect(uncounted.scores == [2, 3] && counted.scores == [1, 2])
    #expect(uncounted.cores[0].messagesOut == 5)
    // 5 ns a message leaving: two in step 0, one in step 1, two in step 2.
    let more = zip(counted.stepNanoseconds, uncounted.stepNanoseconds).map { $0 - $1 }
    #expect(more == [10, 5, 10, 0, 0])
  }

  @Test("every T is read off one run: counts between t0 and T")
  func everyLength() throws {
    let emulator = try Emulator(image: image(readoutStart: 1), profile: profile)
    let lengths = [
      RunLength(timesteps: 1, readoutStart: 0), RunLength(timesteps: 3, readoutStart: 0),
      RunLength(timesteps: 3, readoutStart: 2), RunLength(timesteps: 4, readoutStart: 1),
    ]
    let stepwise = try emulator.runStepwise(HandWorkedImage.sample, lengths: lengths)
    let scores = lengths.map { stepwise.readings.scores(sample: 0, length: $0) }
    #expect(scores == [[1, 1], [2, 3], [1, 1], [1, 2]])
    #expect(stepwise.records.map(\.predictions) == [[0], [1], [0], [1]])
    #expect(stepwise.records.map { $0.cores[0].messagesOut } == [4, 10, 10, 10])
    // A margin of one spike over steps 0 and 1 stops: A1 leads 2 to 1 after two steps.
    let rule = ExitRule(length: RunLength(timesteps: 4, readoutStart: 0), interval: 1, threshold: 1)
    { _ in 0 }
    let decision = rule.decision(stepwise.readings.rows(sample: 0), countsSpikes: [true, true])
    #expect(decision.steps == 2 && decision.prediction == 1)
  }
}
