import LoomBase
import LoomNetwork
import LoomReference
import Testing

@Suite("Window codes against a dense quantised network")
struct WindowOracleTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var code: SpikeCode
    var timesteps: Int
    var coding: Coding
    var testDescription: String { "\(code.rawValue), T = \(timesteps), \(coding.rawValue)" }
  }

  static let cases: [Case] = [SpikeCode.bitSerial, .timeToFirstSpike].flatMap { code in
    (1...8).flatMap { steps in
      [Coding.direct, .spikes].map { Case(code: code, timesteps: steps, coding: $0) }
    }
  }

  @Test("spikes of every layer decode to the codes of the dense network", arguments: cases)
  func codes(_ item: Case) throws {
    var distinct: Set<Int> = []
    for seed in 1...6 as ClosedRange<UInt64> {
      let (network, samples) = WindowNetworks.network(
        seed: seed * 100 + UInt64(item.timesteps), code: item.code, timesteps: item.timesteps,
        coding: item.coding)
      let interpreter = try IntegerInterpreter(network)
      for index in 0..<samples.count {
        let run = try interpreter.run(samples, index: index, recordingSpikes: true)
        let input = WindowNetworks.integers(
          samples, index: index, code: item.code, coding: item.coding)
        var codes: [[Int]] = []
        for (population, own) in network.populations.enumerated() {
          if own.role == .input {
            codes.append(input)
            continue
          }
          let sums = DenseOracle.sums(network, population: population, codes: codes, input: input)
          guard own.role == .hidden else {
            codes.append([])
            expectAnswer(run, network, readout: population, sums: sums, codes: codes)
            continue
          }
          codes.append(DenseOracle.codes(network, population: population, sums: sums))
          let decoded = DenseOracle.decoded(
            run.rasters[population], neurons: own.shape.count, code: item.code)
          #expect(decoded == codes[population], "population \(population), seed \(seed)")
          distinct.formUnion(decoded)
        }
      }
    }
    let levels = item.code == .bitSerial ? 1 << item.timesteps : item.timesteps + 1
    #expect(distinct.contains(0) && distinct.contains(levels - 1))
    #expect(distinct.count * 10 >= levels * 9)
  }

  private func expectAnswer(
    _ run: ReferenceRun, _ network: FixedPointNetwork, readout: Int, sums: [Int], codes: [[Int]]
  ) {
    let own = network.populations[readout]
    #expect(run.finalPotentials[readout].map { Int($0) } == sums)
    let gained = sums.indices.map {
      Int64(sums[$0]) - Int64(own.initialPotential.value(neuron: $0, in: own.shape))
    }
    #expect(run.scores == gained + codes[5].map { Int64($0) })
  }

  @Test("without recorded spikes the answer is the same")
  func unrecorded() throws {
    let (network, samples) = WindowNetworks.network(
      seed: 3, code: .bitSerial, timesteps: 5, coding: .direct)
    let interpreter = try IntegerInterpreter(network)
    let recorded = try interpreter.run(samples, index: 1, recordingSpikes: true)
    let run = try interpreter.run(samples, index: 1, recordingSpikes: false)
    #expect(run.scores == recorded.scores)
    #expect(run.finalPotentials == recorded.finalPotentials)
    #expect(run.spikeCounts == recorded.spikeCounts)
    #expect(run.rasters.allSatisfy { $0.isEmpty })
  }
}
