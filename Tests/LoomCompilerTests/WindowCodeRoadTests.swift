import LoomBase
import LoomHardware
import LoomNetwork
import Testing

@Suite("Window codes: the emulator runs compiled images to the reference's spikes")
struct WindowCodeRoadTests {
  static let windows: [(SpikeCode, Int)] = [
    (.bitSerial, 1), (.bitSerial, 4), (.bitSerial, 6), (.timeToFirstSpike, 3),
    (.timeToFirstSpike, 12),
  ]

  @Test(
    "Shortcuts, relays, comparators, average pools and two outputs on crossbar-256",
    arguments: windows, [1, 2])
  func crossbar(window: (SpikeCode, Int), seed: Int) throws {
    let network = WindowNetworks.everything(
      seed: UInt64(seed), window.0, timesteps: window.1)
    let profile = try ProfileFile.load("crossbar-256", overrides: ["/core/neurons=48"])
    let result = try EmulatorTests.compare(network, profile)
    #expect(result.difference == nil)
    #expect(result.spikes > 100)
    #expect(result.cores > 10)
  }

  @Test("Packed entries and long delays on loihi2", arguments: windows)
  func loihi2(window: (SpikeCode, Int)) throws {
    let network = WindowNetworks.everything(
      seed: 3, window.0, timesteps: window.1, comparator: false)
    let profile = try ProfileFile.load("loihi2", overrides: ["/core/neurons=48"])
    let result = try EmulatorTests.compare(network, profile)
    #expect(result.difference == nil)
    #expect(result.spikes > 100)
  }

  @Test("A residual network of CIFAR size, six bits")
  func residual() throws {
    let network = ResidualNetwork.make(blocks: 1).inWindows(.bitSerial, timesteps: 6)
    let result = try EmulatorTests.compare(network, try ProfileFile.load("crossbar-256"))
    #expect(result.difference == nil)
    #expect(result.spikes > 1000)
  }
}
