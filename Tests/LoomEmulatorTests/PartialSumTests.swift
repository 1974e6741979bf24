import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Partial sums worked by hand")
struct PartialSumTests {
  let profile = PartialSumImage.profile()

  @Test("the image is sound and comes back from its file")
  func file() throws {
    let image = PartialSumImage.make()
    #expect(ImageVerifier.check(image, profile: profile) == [])
    #expect(try ChipFile.decode(ChipFile.encode(image), name: "x") == image)
  }

  @Test("sums reach their neuron a step later, and only those that are not zero")
  func spikes() throws {
    // P: 7, nothing, 3. Q: 4, 4 − 4 = 0 (no message), nothing. N: step 1: 11 ≥ 10, rest 1; step 2: 1;
    // step 3: 4.
    let trace = try Emulator(image: PartialSumImage.make(), profile: profile).trace(
      PartialSumImage.sample, index: 0)
    #expect(trace.spikes[1] == [0, 1, 0, 0])
    #expect(trace.spikes[2] == [1, 0, 1, 0] && trace.spikes[3] == [1, 0, 0, 0])
    #expect(trace.finalPotentials[1] == [4])
    // Sums are forgotten when they are sent.
    #expect(trace.finalPotentials[2] == [0] && trace.finalPotentials[3] == [0])
    #expect(trace.scores == [1])
  }

  @Test("counts: updates and messages of sums are lowering, synaptic operations the network's")
  func counts() throws {
    let record = try Emulator(image: PartialSumImage.make(), profile: profile).run(
      PartialSumImage.sample)
    var network = [CoreCounts](repeating: CoreCounts(), count: 3)
    network[0].messagesIn = 3
    network[0].synapticOperations = 3
    network[1].messagesIn = 3
    network[1].synapticOperations = 3
    network[2].neuronUpdates = 3
    network[2].spikes = 1
    var lowering = [CoreCounts](repeating: CoreCounts(), count: 3)
    lowering[0].neuronUpdates = 3
    lowering[0].spikes = 2
    lowering[0].messagesOut = 2
    lowering[0].hopsEastWest = 4
    lowering[1].neuronUpdates = 3
    lowering[1].spikes = 1
    lowering[1].messagesOut = 1
    lowering[1].hopsEastWest = 1
    lowering[2].messagesIn = 3
    lowering[2].partialSums = 3
    #expect(record.cores == network)
    #expect(record.loweringCores == lowering)
    #expect(record.host.inputSpikes == 6 && record.host.inputMessages == 6)
  }

  @Test("what partial neurons do is counted for the population they sum for")
  func populations() throws {
    let record = try Emulator(image: PartialSumImage.make(), profile: profile).run(
      PartialSumImage.sample)
    var own = CoreCounts()
    own.neuronUpdates = 3
    own.spikes = 1
    own.messagesIn = 6
    own.synapticOperations = 6
    var lowering = CoreCounts()
    lowering.neuronUpdates = 6
    lowering.spikes = 3
    lowering.messagesOut = 3
    lowering.messagesIn = 3
    lowering.hopsEastWest = 5
    lowering.partialSums = 3
    #expect(record.populations == [CoreCounts(), own, CoreCounts(), CoreCounts()])
    #expect(record.loweringPopulations == [CoreCounts(), lowering, CoreCounts(), CoreCounts()])
  }

  @Test("nanoseconds: a sum takes its own time where it is added")
  func nanoseconds() throws {
    // Barrier of three tiles: 200. Step 0: P 2·16 + 2·4 + 10 + 30 + 5 = 85, then two hops of 4: 93 (Q 65 + 4).
    // Step 1: Q 2·16 + 2·4 + 10 = 50; N two sums 2·16 + 2·100 + 10 + 30 = 272. Step 2: P 16 + 4 + 45 = 65, with
    // its route 73. Step 3: N 16 + 100 + 10 = 126.
    let record = try Emulator(image: PartialSumImage.make(), profile: profile).run(
      PartialSumImage.sample)
    #expect(record.stepNanoseconds == [293, 472, 273, 326])
  }

  @Test("a chip that does not say how long a sum takes is refused by pointer")
  func missingTime() throws {
    var silent = profile
    silent.times.partialSum = nil
    do {
      _ = try Emulator(image: PartialSumImage.make(), profile: silent)
      Issue.record("needs a refusal")
    } catch {
      #expect(error.diagnostics.count == 1)
      #expect(error.diagnostics[0].description.contains("/times/partialSum"))
    }
  }

  @Test("damaged images of partial sums run or are refused", arguments: 0..<UInt64(3))
  func fuzz(seed: UInt64) throws {
    let packed = try Repacked(ChipFile.encode(PartialSumImage.make()))
    var generator = SeededGenerator(seed: seed)
    var ran = 0
    for _ in 0..<(400 * Repacked.effort) {
      guard let decoded = try? ChipFile.decode(packed.mutated(&generator), name: "x"),
        decoded.schedule.steps < 500,
        decoded.cores.allSatisfy({ $0.axonBlocks.allSatisfy { $0.delay < 500 } })
      else { continue }
      _ = ImageVerifier.check(decoded, profile: profile)
      _ = try? ImageExplanation.text(decoded, .whole)
      guard
        let emulator = try? Emulator(
          image: decoded, profile: profile, allowInconsistentRoutes: true)
      else { continue }
      if (try? emulator.run(PartialSumImage.sample)) != nil { ran += 1 }
    }
    #expect(ran > 3)
  }

  @Test("what an image of partial sums cannot be, and what the verifier sees in it")
  func faults() throws {
    func structure(_ change: (inout HardwareImage) -> Void) -> Int {
      var image = PartialSumImage.make()
      change(&image)
      return ImageStructure.findings(image).count
    }
    // An axon of a source outside the share, a share beyond the sources, sums onto partial neurons, weights of
    // sums, an answer of partial neurons.
    #expect(structure { $0.templates[0].sourceRange = 1..<3 } > 0)
    #expect(
      structure {
        $0.templates[0].sourceRange = 3..<5
        $0.cores[0].axonBlocks[0].sources = .list([3])
      } > 0)
    #expect(structure { $0.templates[2].target = 3 } > 0)
    #expect(structure { $0.templates[2].weights = [1] } > 0)
    #expect(structure { $0.templates[2].kind = .dense } > 0)
    #expect(structure { $0.outputs = [2] } > 0)
    func verifier(_ change: (inout HardwareImage) -> Void) -> Set<String> {
      var image = PartialSumImage.make()
      change(&image)
      return Set(ImageVerifier.check(image, profile: profile).map(\.code))
    }
    #expect(verifier { $0.cores[2].axonBlocks[1].delay = 2 } == ["SL5111"])
    #expect(
      verifier { image in
        image.cores[2].axonBlocks.removeLast()
        image = image.assemblingRoutes()
      } == ["SL5111"])
    #expect(verifier { $0.templates[0].weights = [3000, 4] }.contains("SL5111"))
    #expect(verifier { $0.populations[2].potentialBits = 11 } == ["SL5108"])
    #expect(verifier { $0.populations[2].start = 1 }.contains("SL5111"))
    let plain = TestProfiles.profile()
    #expect(
      Set(ImageVerifier.check(PartialSumImage.make(), profile: plain).map(\.code)) == ["SL5108"])
  }
}
