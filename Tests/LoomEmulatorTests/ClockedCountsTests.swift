import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Counts of events that no sample changes")
struct ClockedCountsTests {
  let profile = TestProfiles.profile()

  /// The hand-worked image; with `clocked` A0 and A1 have the sample's currents, 17 and 25, as biases of their own.
  private static func image(clocked: Bool, onHost: Bool) -> HardwareImage {
    var image = HandWorkedImage.make()
    if clocked {
      image.frontEnd = []
      image.cores[0].slices[0].biases = .perChannel([17, 25])
    }
    guard onHost else { return image }
    image.schedule.depth = 0
    image.hostNeurons = image.cores[0].slices
    image.populations[0].role = .host
    image.populations[1].start = 0
    image.populations[1].activeSteps = 0..<3
    image.cores.removeFirst()
    image.cores[0].axonBlocks[0].delay = 0
    return image.assemblingRoutes()
  }

  private func record(clocked: Bool, onHost: Bool = false) throws -> RunRecord {
    try Emulator(image: Self.image(clocked: clocked, onHost: onHost), profile: profile)
      .run(HandWorkedImage.sample)
  }

  @Test("neurons driven by the sample have none")
  func driven() throws {
    for onHost in [false, true] {
      let record = try record(clocked: false, onHost: onHost)
      let none = [CoreCounts(), CoreCounts()]
      #expect(record.clockedPopulations == none && record.clockedLoweringPopulations == none)
      #expect(record.host.clockedMessages == 0)
    }
  }

  @Test(
    "of neurons that fire by their biases alone every event but the updates is, with what it causes"
  )
  func clocked() throws {
    let driven = try record(clocked: false)
    let record = try record(clocked: true)
    #expect(record.populations == driven.populations)
    var expected = record.populations
    for index in expected.indices { expected[index].neuronUpdates = 0 }
    #expect(record.clockedPopulations == expected)
    // Five spikes (HandWorkedTests): five messages, five operations at B.
    #expect(record.clockedPopulations[0].spikes == 5)
    #expect(record.clockedPopulations[1].synapticOperations == 5)
  }

  @Test("on the host their messages are, and what these meet on the chip")
  func onHost() throws {
    let record = try record(clocked: true, onHost: true)
    #expect(record.host.inputMessages == 5 && record.host.clockedMessages == 5)
    #expect(record.clockedPopulations[1].synapticOperations == 5)
    #expect(record.clockedPopulations[1].messagesIn == 5)
  }
}
