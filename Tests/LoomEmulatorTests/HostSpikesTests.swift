import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import Testing

@Suite("Spikes that the host injects")
struct HostSpikesTests {
  private static func image(_ seed: UInt64) -> HardwareImage {
    RandomImage.make(seed: seed, options: .init(spikes: true, inputChannels: 12))
  }

  @Test("any byte that is not 0 is a spike", arguments: 0..<UInt64(6))
  func bytes(seed: UInt64) throws {
    let image = Self.image(seed)
    let emulator = try Emulator(image: image, profile: TestProfiles.profile())
    let drawn = RandomImage.samples(image, count: 2, seed: seed)
    guard case .bytes(var bytes) = drawn.storage else { throw Unexpected() }
    // Channel-last, as they are injected: bytes are looked at eight together.
    let map = image.input.shape
    let shape = [image.schedule.timesteps, map.height, map.width, map.channels]
    let ones = Samples(storage: drawn.storage, sampleShape: shape, count: 2)
    let marks: [UInt8] = [128, 255, 1, 64, 129, 2]
    for index in bytes.indices where bytes[index] != 0 { bytes[index] = marks[index % 6] }
    let samples = Samples(storage: .bytes(bytes), sampleShape: shape, count: 2)
    let isSame = try emulator.run(ones) == emulator.run(samples)
    #expect(isSame)
  }

  @Test("every spike is a message to each axon it is due at", arguments: 0..<UInt64(12))
  func messages(seed: UInt64) throws {
    let image = Self.image(seed)
    let samples = RandomImage.samples(image, count: 1, seed: seed, rarity: 9)
    let record = try Emulator(image: image, profile: TestProfiles.profile()).run(samples)
    var expected = [Int](repeating: 0, count: image.cores.count)
    for (step, spikes) in TwinTests.input(image, samples, 0).enumerated() {
      for input in spikes.indices where spikes[input] != 0 {
        let routes = image.hostRoutes
        for entry in Int(routes.offsets[input])..<Int(routes.offsets[input + 1]) {
          let core = Int(routes.cores[entry])
          let block = image.cores[core].axonBlocks.last { $0.firstAxon <= routes.axons[entry] }
          if step + (block?.delay ?? 0) < image.schedule.steps { expected[core] += 1 }
        }
      }
    }
    // Of cores that hear of the host alone.
    let heard = image.cores.indices.filter { core in
      let blocks = image.cores[core].axonBlocks
      return !blocks.isEmpty
        && blocks.allSatisfy {
          image.populations[image.templates[$0.template].source].role == .input
        }
    }
    #expect(heard.map { Int(record.cores[$0].messagesIn) } == heard.map { expected[$0] })
    #expect(heard.isEmpty || heard.contains { expected[$0] > 0 })
  }

  /// Two neurons whose spikes go to two of the host's axons, and an image where they go to axons of their own with the
  /// same synapses, which in the first nobody sends to.
  @Test("neurons led astray to the host's axons", arguments: 0..<UInt64(24))
  func astray(seed: UInt64) throws {
    var shared = Self.image(seed)
    var generator = SeededGenerator(seed: seed)
    let entry = Int.random(in: shared.hostRoutes.cores.indices, using: &generator)
    let core = Int(shared.hostRoutes.cores[entry])
    let block = try #require(
      shared.cores[core].axonBlocks.last { $0.firstAxon <= Int(shared.hostRoutes.axons[entry]) })
    // Both channels of a position, so that the neurons make one segment of two as the inputs do.
    let axon =
      Int(shared.hostRoutes.axons[entry]) - (Int(shared.hostRoutes.axons[entry]) - block.firstAxon)
      % 2
    let last = try #require(shared.cores[core].axonBlocks.last)
    let shape = shared.populations[shared.templates[block.template].source].shape
    var own = block
    own.firstAxon = last.firstAxon + last.sources.count
    let first = axon - block.firstAxon
    own.sources = .list(Array(block.sources.indices(in: shape)[first...(first + 1)]))
    shared.cores[core].axonBlocks.append(own)
    var apart = shared
    let senders = shared.cores.indices.filter { shared.cores[$0].routes.offsets.count > 2 }
    let sender = try #require(senders.randomElement(using: &generator))
    let neuron = Int.random(
      in: 1..<(shared.cores[sender].routes.offsets.count - 1), using: &generator)
    for next in 0...1 {
      shared.cores[sender].routes.add(core, axon + next, before: neuron + next)
      apart.cores[sender].routes.add(core, own.firstAxon + next, before: neuron + next)
    }
    let samples = RandomImage.samples(shared, count: 1, seed: seed)
    let traces = try [shared, apart].map {
      try Emulator(
        image: $0, profile: TestProfiles.profile(), allowInconsistentRoutes: true
      ).trace(samples, index: 0)
    }
    #expect(traces[0] == traces[1])
  }

  private struct Unexpected: Error {}
}

extension RouteTable {
  /// Adds an entry to the neuron before a place of `offsets`.
  fileprivate mutating func add(_ core: Int, _ axon: Int, before neuron: Int) {
    cores.insert(UInt32(core), at: Int(offsets[neuron]))
    axons.insert(UInt32(axon), at: Int(offsets[neuron]))
    for place in neuron..<offsets.count { offsets[place] += 1 }
  }
}
