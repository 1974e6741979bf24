import LoomBase
import LoomEmulator
import LoomHardware
import Testing

@Suite("Time that is no core's work")
struct TimeOverheadsTests {
  @Test(
    "barriers, management, readout and reset are told apart, and management lengthens every step")
  func lines() throws {
    let profile = TestProfiles.profile()
    let plain = try Emulator(image: HandWorkedImage.make(), profile: profile)
      .run(HandWorkedImage.sample)
    var managed = profile
    managed.times.management = TestProfiles.quantity(1000)
    let record = try Emulator(image: HandWorkedImage.make(), profile: managed)
      .run(HandWorkedImage.sample)
    #expect(plain.overheads.managementNanoseconds == 0)
    #expect(record.overheads.managementNanoseconds == 4 * 1000)
    #expect(zip(record.stepNanoseconds, plain.stepNanoseconds).allSatisfy { $0 == $1 + 1000 })
    #expect(record.latencyNanoseconds == plain.latencyNanoseconds + 4000)
    #expect(record.populations == plain.populations)
    let over = record.overheads
    // What is left of the interval is the latency, the writing of the input, reading and reset.
    if !managed.neuron.perPopulationReset {
      #expect(
        record.intervalNanoseconds == record.latencyNanoseconds + record.inputNanoseconds
          + over.readoutNanoseconds + over.resetNanoseconds)
    }
    let barrier = over.barrierNanoseconds / 4
    #expect(barrier > 0 && plain.stepNanoseconds.allSatisfy { $0 >= barrier })
    #expect(over.mean(of: 2).barrierNanoseconds == over.barrierNanoseconds / 2)
  }
}
