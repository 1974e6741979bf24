import LoomEmulator
import LoomHardware
import Testing

@Suite("Steady load on a mesh")
struct OpenLoopTests {
  private func loop(_ rate: Double, _ model: RouterModel, seed: UInt64 = 1) -> OpenLoop {
    var mesh = MeshNetwork(rows: 4, columns: 4, RouterTimes(model))
    return OpenLoop(rate: rate, cycles: 4000, warmup: 500, seed: seed, on: &mesh)
  }

  @Test("a light load takes the latency of an empty network, 5 + 3 h, over the mean distance")
  func light() {
    let loop = loop(0.01, .bs3)
    // Uniform over 4 × 4 with the sender: the mean distance is 2 · (4² − 1) / (3 · 4).
    #expect(abs(loop.hops - 2.5) < 0.1)
    #expect(abs(loop.packetLatency - (5 + 3 * loop.hops)) < 0.3)
    #expect(abs(loop.accepted - 0.01) < 0.001)
    #expect(!loop.isUnstable)
  }

  @Test("latency grows with load, and a load beyond saturation is called unstable")
  func saturation() {
    let loads = [0.1, 0.4, 1].map { loop($0, .min1) }
    #expect(loads[0].packetLatency < loads[1].packetLatency)
    #expect(loads[1].packetLatency < loads[2].packetLatency)
    #expect(loads.map(\.isUnstable) == [false, false, true])
    #expect(loads[2].accepted < 0.95)
    #expect(loads[2].networkLatency < loads[2].packetLatency)
  }

  @Test("one seed gives one result, another seed another")
  func deterministic() {
    #expect(loop(0.3, .bs3) == loop(0.3, .bs3))
    #expect(loop(0.3, .bs3) != loop(0.3, .bs3, seed: 2))
  }
}
