import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Neurons the host integrates")
struct HostNeuronsTests {
  let profile = TestProfiles.profile()

  /// The three neurons of `HandWorkedImage` with A0 and A1 on the host: B starts at step 0, too.
  static func image() -> HardwareImage {
    var image = HandWorkedImage.make()
    image.schedule.depth = 0
    image.hostNeurons = image.cores[0].slices
    image.populations[0].role = .host
    image.populations[1].start = 0
    image.populations[1].activeSteps = 0..<3
    image.cores.removeFirst()
    image.cores[0].axonBlocks[0].delay = 0
    return image.assemblingRoutes()
  }

  @Test("spikes, potentials and counts by hand")
  func byHand() throws {
    // A0: 32→2 spike, 19, 36→6 spike. A1: 40→10, 35→5, 30→0, three spikes. B adds 20 for A0, −8 for A1 and its
    // bias 1 in the same step: 13, 6, 19.
    let emulator = try Emulator(image: Self.image(), profile: profile)
    let trace = try emulator.trace(HandWorkedImage.sample, index: 0)
    #expect(trace.spikes[0] == [1, 1, 0, 1, 1, 1])
    #expect(trace.finalPotentials == [[6, 0], [19]])
    #expect(trace.scores == [19])
    let record = try emulator.run(HandWorkedImage.sample)
    #expect(record.host.inputSpikes == 5 && record.host.inputMessages == 5)
    #expect(record.host.neuronUpdates == 6 && record.host.frontEndMacs == 2)
    #expect(record.host.biasWrites == 0)
    #expect(record.cores.map(\.neuronUpdates) == [3])
    #expect(record.cores.map(\.messagesIn) == [5] && record.cores.map(\.synapticOperations) == [5])
    #expect(record.stepsPerSample == 3 && record.cores[0].hopsEastWest == 0)
  }

  @Test("hard reset, v > θ, saturation and a bias of the host's own")
  func kinds() throws {
    var image = Self.image()
    image.populations[0].reset = .hard
    image.populations[0].firesOnGreaterOnly = true
    image.populations[0].potentialBits = 6
    image.hostNeurons[0].biases = .perChannel([-4, 15])
    // Six bits hold −32...31. A0: 15 + 13 = 28, 31 (of 41) spike → 0, 13. A1 gains 40 a step: 31 spike each time.
    let trace = try Emulator(image: image, profile: profile).trace(
      HandWorkedImage.sample, index: 0)
    #expect(trace.spikes[0] == [0, 1, 1, 1, 0, 1])
    #expect(trace.finalPotentials[0] == [13, 0])
  }

  @Test("the file keeps them, and no reader may pass over them")
  func file() throws {
    let image = Self.image()
    let bytes = ChipFile.encode(image)
    #expect(try ChipFile.decode(bytes, name: "host.chip") == image)
    #expect(ImageVerifier.check(image, profile: profile).isEmpty)
    let name = Array("HNEU".utf8)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
    #expect(bytes[place + 4] == 0)
  }

  @Test("images whose host neurons do not fit their populations are refused")
  func broken() throws {
    func findings(_ change: (inout HardwareImage) -> Void) -> [Diagnostic] {
      var image = Self.image()
      change(&image)
      return ImageStructure.findings(image)
    }
    #expect(findings { _ in }.isEmpty)
    #expect(!findings { $0.hostNeurons = [] }.isEmpty)
    #expect(!findings { $0.hostNeurons += $0.hostNeurons }.isEmpty)
    #expect(!findings { $0.hostNeurons[0].population = 1 }.isEmpty)
    #expect(!findings { $0.hostNeurons[0].thresholds = .perNeuron([1]) }.isEmpty)
    #expect(!findings { $0.populations[0].sites = 2 }.isEmpty)
    #expect(!findings { $0.populations[0].start = 1 }.isEmpty)
    #expect(!findings { $0.populations[0].reset = .softBySecondCompartment }.isEmpty)
    #expect(!findings { $0.outputs = [0] }.isEmpty)
    #expect(!findings { $0.hostRoutes = RouteTable() }.isEmpty)
    #expect(
      !findings {
        $0.hostNeurons[0].box = MapBox(channels: 0..<1, rows: 0..<1, columns: 0..<1)
      }.isEmpty)
  }
}
