import LoomBase
import LoomHardware
import LoomImage
import LoomReport
import Testing

@Suite("Differences of images")
struct ImageDifferenceTests {
  private func difference(
    _ change: (inout HardwareImage) -> Void
  ) throws -> ImageDifference {
    let image = try DifferenceImage.make()
    #expect(ImageVerifier.check(image, profile: try DifferenceImage.profile()).isEmpty)
    var other = image
    change(&other)
    let profile = try DifferenceImage.profile()
    return ImageDifference(image, other, profiles: (profile, profile))
  }

  private func cost(_ difference: ImageDifference, _ name: String) -> [Double?]? {
    difference.costs.first { $0.name == name }.map { [$0.before, $0.after] }
  }

  @Test("equal images: nothing")
  func equal() throws {
    let found = try difference { _ in }
    #expect(found.isEmpty && found.text.isEmpty)
    #expect(found.members["cost"] == .object([:]))
  }

  @Test("two cores that changed places: their names, and the hops by hand")
  func swapped() throws {
    let found = try difference { image in
      let position = image.cores[1].position
      image.cores[1].position = image.cores[2].position
      image.cores[2].position = position
    }
    let places = [(2, 1), (3, 2)].map { CorePosition(chip: 0, column: $0, row: $1, slot: 0) }
    #expect(
      found.movedCores == [
        .init(coreBefore: 1, coreAfter: 1, from: places[0], to: places[1]),
        .init(coreBefore: 2, coreAfter: 2, from: places[1], to: places[0]),
      ])
    // A → B is now 2 × (3 + 2), A → C 1 × (2 + 1).
    #expect(cost(found, "hops") == [11, 13])
    #expect(cost(found, "hopsEastWest") == [7, 8])
    #expect(cost(found, "hopsNorthSouth") == [4, 5])
    let hopsPerEntry: [Double] = [11 / 3, 13 / 3]
    #expect(cost(found, "hopsPerRouteEntry") == hopsPerEntry)
    #expect(found.costs.count == 4)
    #expect(found.header.isEmpty && found.populations.isEmpty && found.templates.isEmpty)
    #expect(found.movedSlices.isEmpty && found.wiring.isEmpty && found.remarks.isEmpty)
    #expect(
      found.text.contains("core 1: chip 0, column 2, row 1, slot 0 → chip 0, column 3, row 2"))
    #expect(found.text.contains("+18.18 %"))
  }

  @Test("cores in another order are the same cores: only their numbers differ")
  func renumbered() throws {
    let found = try difference { image in
      image.cores.swapAt(1, 2)
      image = image.assemblingRoutes()
    }
    #expect(found.movedCores.isEmpty && found.movedSlices.isEmpty && found.costs.isEmpty)
    #expect(found.wiring.map(\.name) == ["coreNumbers"] && found.wiring[0].count == 2)
    #expect(!found.isEmpty)
  }

  @Test("one weight, as the current it makes")
  func weight() throws {
    let found = try difference { $0.templates[0].weights[1] = 6 }
    #expect(
      found.templates == [
        ItemChange(
          name: "A → B", kind: .changed,
          fields: [
            FieldChange(
              name: "weights", before: .integer(-8), after: .integer(12), count: 1, total: 2,
              place: "output channel 0, input channel 1, row 0, column 0")
          ])
      ])
    #expect(found.costs.isEmpty && found.populations.isEmpty && found.movedCores.isEmpty)
  }

  @Test("one threshold of one neuron")
  func threshold() throws {
    let found = try difference { $0.cores[0].slices[0].thresholds = .perNeuron([30, 37]) }
    #expect(
      found.populations == [
        ItemChange(
          name: "A", kind: .changed,
          fields: [
            FieldChange(
              name: "thresholds", before: .integer(30), after: .integer(37), count: 1, total: 2,
              place: "channel 1, row 0, column 0")
          ])
      ])
    #expect(found.templates.isEmpty && found.costs.isEmpty)
  }

  @Test("a slice that went to another core, and the core that is gone")
  func slice() throws {
    let found = try difference { image in
      let gone = image.cores.remove(at: 2)
      image.cores[1].slices += gone.slices
      var block = gone.axonBlocks[0]
      block.slice = 1
      image.cores[1].axonBlocks.append(block)
      image = image.assemblingRoutes()
    }
    #expect(
      found.movedSlices == [
        .init(population: "C", box: MapBox(MapShape(channels: 1)), from: 2, to: 1)
      ])
    #expect(found.removedCores == [2] && found.addedCores.isEmpty && found.movedCores.isEmpty)
    #expect(cost(found, "cores") == [3, 2])
    // A → B and A → C both go three hops now.
    #expect(cost(found, "hops") == [11, 9])
    #expect(cost(found, "axons") == nil)
  }

  @Test("populations are known by name, else by number")
  func names() throws {
    let image = try DifferenceImage.make()
    var other = image
    other.provenance?.populations[2].name = "D"
    let named = ImageDifference(image, other, profiles: (nil, nil))
    #expect(named.populations.map(\.name) == ["C", "D"])
    #expect(named.populations.map(\.kind) == [.removed, .added])
    #expect(named.templates.map(\.name) == ["A → C", "A → D"])
    #expect(named.remarks.count == 2)
    other.provenance = nil
    let numbered = ImageDifference(image, other, profiles: (nil, nil))
    #expect(numbered.header.map(\.name) == ["provenance"] && numbered.populations.isEmpty)
  }

  @Test("a route, a delay, a front-end weight, the header: each is named")
  func others() throws {
    let route = try difference { $0.cores[0].routes.axons[0] = 1 - $0.cores[0].routes.axons[0] }
    #expect(route.wiring.map(\.name) == ["neuronsSentElsewhere"])
    let delay = try difference { $0.cores[1].axonBlocks[0].delay = 2 }
    #expect(delay.templates.flatMap(\.fields).map(\.name) == ["axonsByDelay"])
    let front = try difference { $0.frontEnd[0].weights[0] = 9 }
    #expect(front.frontEnds.flatMap(\.fields).map(\.after) == [.integer(9)])
    let header = try difference { $0.schedule.timesteps = 4 }
    #expect(header.header.map(\.text) == ["timesteps: 3 → 4"])
    let written = try difference { $0.cores[0].slices[0].thresholds = .perNeuron([30, 30]) }
    #expect(written.remarks.count == 1 && written.text.contains("mean the same"))
  }

  @Test("no bytes of a damaged image make a comparison trap")
  func damaged() throws {
    let image = try DifferenceImage.make()
    let profile = try DifferenceImage.profile()
    let sections = try Repacked(ChipFile.encode(image))
    var generator = SeededGenerator(seed: 5)
    var compared = 0
    for _ in 0..<4000 {
      let damaged = sections.mutated(&generator)
      guard let other = try? ChipFile.decode(damaged, name: "damaged.chip") else { continue }
      let found = ImageDifference(image, other, profiles: (profile, profile))
      #expect(found.isEmpty == (image == other))
      _ = JSONText.encode(.object(found.members))
      _ = ImageDifference(other, image, profiles: (profile, nil)).text
      compared += 1
    }
    #expect(compared > 50)
  }
}
