import LoomBase
import LoomHardware
import LoomImage
import Testing

@Suite("Image verifier")
struct ImageVerifierTests {
  let profile = TestProfiles.profile()

  private func codes(
    _ image: HardwareImage, _ profile: Profile? = nil, isBare: Bool = false
  ) -> Set<String> {
    Set(ImageVerifier.check(image, profile: isBare ? nil : profile ?? self.profile).map(\.code))
  }

  @Test("finds nothing in sound images", arguments: 0..<UInt64(10))
  func sound(seed: UInt64) {
    var roomy = profile
    roomy.topology.coresPerTile = 8
    roomy.core.neurons = 4096
    roomy.core.axonsIn = 1 << 20
    roomy.core.axonsOut = 1 << 20
    roomy.neuron.distinctThresholds = 0
    let findings = ImageVerifier.check(RandomImage.make(seed: seed), profile: roomy)
    #expect(findings.isEmpty, "\(findings.map(\.description))")
  }

  @Test("a route to another neuron's axon, and the axon it leaves")
  func routes() {
    var image = RandomImage.make(seed: 0)
    guard let core = image.cores.indices.first(where: { image.cores[$0].routes.axons.count > 1 })
    else { return }
    image.cores[core].routes.axons.swapAt(0, image.cores[core].routes.axons.count - 1)
    image.cores[core].routes.cores.swapAt(0, image.cores[core].routes.cores.count - 1)
    #expect(codes(image).contains("SL5102"))
  }

  @Test("a slice that overlaps another")
  func partition() {
    var image = RandomImage.make(seed: 0)
    let first = image.cores[0].slices[0]
    for core in image.cores.indices {
      for slice in image.cores[core].slices.indices
      where image.cores[core].slices[slice].population == first.population
        && image.cores[core].slices[slice].box != first.box
        && image.cores[core].slices[slice].box.count == first.box.count
      {
        image.cores[core].slices[slice].box = first.box
      }
    }
    var shifted = RandomImage.make(seed: 0)
    for core in shifted.cores.indices {
      for slice in shifted.cores[core].slices.indices {
        let box = shifted.cores[core].slices[slice].box
        if box.rows.lowerBound > 0 {
          shifted.cores[core].slices[slice].box.rows =
            (box.rows.lowerBound - 1)..<(box.rows.upperBound - 1)
        }
      }
    }
    #expect(codes(shifted).contains("SL5101"))
  }

  @Test("delays, currents, thresholds, initial potentials")
  func values() {
    var image = RandomImage.make(seed: 0)
    image.cores[image.cores.count - 1].axonBlocks.indices.forEach {
      image.cores[image.cores.count - 1].axonBlocks[$0].delay = 0
    }
    let last = image.cores.lastIndex { !$0.axonBlocks.isEmpty } ?? 0
    image.cores[last].axonBlocks[0].delay = 0
    #expect(codes(image).contains("SL5103"))
    image = RandomImage.make(seed: 0)
    for index in image.templates.indices {
      image.templates[index].shifts = [30]
      image.templates[index].weights = image.templates[index].weights.map { $0 | 64 }
    }
    #expect(codes(image).contains("SL5104"))
    image = RandomImage.make(seed: 0)
    image.cores[0].slices[0].thresholds = .uniform(-1)
    #expect(codes(image).contains("SL5105"))
    image = RandomImage.make(seed: 0)
    image.cores[0].slices[0].initialPotentials = .uniform(1 << 23)
    #expect(codes(image).contains("SL5105"))
  }

  @Test("places, limits, formats, structure")
  func profileFindings() {
    var image = RandomImage.make(seed: 0)
    image.cores[1].position = image.cores[0].position
    #expect(codes(image).contains("SL5106"))
    image = RandomImage.make(seed: 0)
    var small = profile
    small.core.neurons = 8
    #expect(codes(image, small).contains("SL5107"))
    image.templates[0].weights[0] = 200
    #expect(codes(image).contains("SL5108"))
    small = profile
    small.structureDigest = Digest(of: [7])
    #expect(codes(RandomImage.make(seed: 0), small).contains("SL5109"))
  }

  @Test("window codes: schedule, steps, neurons, thresholds")
  func windowCodes() {
    func broken(
      _ code: SpikeCode, _ change: (inout HardwareImage) -> Void
    ) -> [String] {
      var image = RandomImage.make(seed: 2, options: .init(code: code))
      change(&image)
      return ImageVerifier.check(image, profile: nil).map(\.code)
    }
    let bits = SpikeCode.bitSerial
    #expect(broken(bits) { _ in }.isEmpty)
    #expect(broken(.timeToFirstSpike) { _ in }.isEmpty)
    #expect(broken(bits) { $0.schedule.freeRunning = true }.contains("SL5110"))
    #expect(broken(bits) { $0.schedule.code = .rate }.contains("SL5110"))
    #expect(broken(bits) { $0.populations[1].code = .timeToFirstSpike } == ["SL5110"])
    #expect(broken(bits) { $0.populations[4].code = .bitSerial }.contains("SL5110"))
    #expect(broken(bits) { $0.populations[3].activeSteps = 0..<1 } == ["SL5110"])
    #expect(broken(bits) { $0.populations[1].reset = .hard } == ["SL5110"])
    #expect(broken(bits) { $0.populations[1].firesOnGreaterOnly = true } == ["SL5110"])
    #expect(broken(bits) { $0.outputs = [4] } == ["SL5110"])
    #expect(broken(bits) { $0.cores[0].slices[0].thresholds = .uniform(0) } == ["SL5110"])
    let most =
      Int32.max / Int32(RandomImage.make(seed: 2, options: .init(code: bits)).schedule.timesteps)
    for (threshold, codes) in [(most, [String]()), (most + 1, ["SL5110"])] {
      #expect(
        broken(.timeToFirstSpike) { $0.cores[0].slices[0].thresholds = .uniform(threshold) }
          == codes)
    }
    #expect(broken(bits) { $0.cores[0].slices[0].thresholds = .uniform(most + 1) }.isEmpty)
  }

  @Test("window codes need a hidden output's whole window, and exact delays")
  func windowTimes() {
    var image = RandomImage.make(seed: 3, options: .init(hiddenOutput: true, code: .bitSerial))
    #expect(codes(image, nil, isBare: true).isEmpty)
    image.schedule.depth -= 1
    #expect(codes(image, nil, isBare: true) == ["SL5110"])
    let active = image.populations[3].activeSteps
    image.populations[3].activeSteps = active.lowerBound..<image.schedule.steps
    #expect(
      ImageVerifier.check(image, profile: nil).map(\.message) == [
        "output population 3 needs \(active.upperBound) steps to emit its code, has \(active.upperBound - 1)"
      ])
    image = RandomImage.make(seed: 3, options: .init(code: .bitSerial))
    let core = image.cores.lastIndex { !$0.axonBlocks.isEmpty } ?? 0
    let block = image.cores[core].axonBlocks.indices.first {
      image.populations[image.templates[image.cores[core].axonBlocks[$0].template].source].role
        == .hidden
    }
    image.cores[core].axonBlocks[block ?? 0].delay += 1
    #expect(codes(image, nil, isBare: true) == ["SL5103"])
  }

  @Test("a chip must have the code")
  func missingCode() {
    let image = RandomImage.make(seed: 2, options: .init(code: .bitSerial))
    let found = ImageVerifier.check(image, profile: profile).filter {
      $0.message.contains("needs neurons of 'bit-serial' codes")
    }
    #expect(found.count == 4 && found.allSatisfy { $0.code == "SL5108" })
  }

  @Test("legal thresholds of a second compartment are weights")
  func thresholds() {
    var chip = TestProfiles.profile(softReset: .secondCompartment)
    chip.topology.coresPerTile = 8
    chip.neuron.distinctThresholds = 0
    var image = RandomImage.make(seed: 1, profile: chip, options: .init(secondCompartment: true))
    image.populations.indices.forEach {
      if image.populations[$0].role != .readout {
        image.populations[$0].reset = .softBySecondCompartment
        image.populations[$0].compartments = 2
      }
    }
    #expect(codes(image, chip).isEmpty)
    image.cores[0].slices[0].thresholds = .uniform(257)
    #expect(codes(image, chip) == ["SL5108"])
  }
}
