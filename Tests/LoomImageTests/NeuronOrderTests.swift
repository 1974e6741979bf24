import LoomBase
import LoomImage
import Testing

@Suite("Renumbered populations in the chip file")
struct NeuronOrderTests {
  /// A random image whose first population that may be is renumbered, its map two rows high where that divides.
  private static func image(seed: UInt64 = 3) throws -> (image: HardwareImage, population: Int) {
    var image = RandomImage.make(seed: seed)
    image.frontEnd = []
    let index = try #require(
      image.populations.indices.first {
        let shape = image.populations[$0].shape
        return image.populations[$0].role == .hidden && shape.count > 3 && shape.count % 2 == 0
      })
    let count = image.populations[index].shape.count
    var generator = SeededGenerator(seed: seed)
    image.populations[index].shape = MapShape(channels: count)
    image.populations[index].order = NeuronOrder(
      map: MapShape(channels: count / 2, height: 2),
      neurons: (0..<UInt32(count)).shuffled(using: &generator))
    // What else the image says of this population no longer fits: only the orders are looked at here.
    return (image, index)
  }

  private static func orderFindings(_ image: HardwareImage) -> [String] {
    ImageStructure.findings(image).map(\.description).filter { $0.contains("renumbered") }
  }

  /// The sections of a file whose only interesting one is ORDR.
  private static func decoded(_ image: HardwareImage) throws -> NeuronOrder? {
    let bytes = ChipFile.encode(image)
    let packed = try Repacked(bytes)
    #expect(packed.sections.contains { $0.name == "ORDR" && $0.flags == 0 })
    do {
      let read = try ChipFile.decode(bytes, name: "x")
      return read.populations.compactMap(\.order).first
    } catch {
      // Refused for what does not fit, but not for its order.
      #expect(!error.diagnostics.contains { $0.description.contains("renumbered") })
      return image.populations.compactMap(\.order).first
    }
  }

  @Test("a permutation is sound, and stands in a section of its own that readers must know")
  func sound() throws {
    let (image, index) = try Self.image()
    #expect(Self.orderFindings(image).isEmpty)
    #expect(try Self.decoded(image) == image.populations[index].order)
    #expect(image.populations[index].map.height == 2)
    let order = try #require(image.populations[index].order)
    for position in order.neurons.indices {
      #expect(image.populations[index].neuron(at: position) == Int(order.neurons[position]))
    }
  }

  @Test("an image without renumbered populations has the bytes it always had")
  func plain() throws {
    for seed in 0..<UInt64(4) {
      let packed = try Repacked(ChipFile.encode(RandomImage.make(seed: seed)))
      #expect(packed.sections.allSatisfy { $0.name != "ORDR" })
    }
  }

  @Test("lists that are no permutation of the population are refused")
  func wrong() throws {
    let (sound, index) = try Self.image()
    let order = try #require(sound.populations[index].order)
    let count = UInt32(order.neurons.count)
    let lists: [[UInt32]] = [
      [], Array(order.neurons.dropLast()), order.neurons + [0], order.neurons + [count],
      order.neurons.map { $0 == 1 ? 0 : $0 }, order.neurons.map { $0 == 0 ? count : $0 },
      order.neurons.map { $0 == 0 ? .max : $0 },
    ]
    for list in lists {
      var image = sound
      image.populations[index].order?.neurons = list
      #expect(!Self.orderFindings(image).isEmpty, "\(list)")
    }
    for map in [
      MapShape(channels: 0), MapShape(channels: Int(count) + 1),
      MapShape(channels: 1 << 31, height: 1 << 31, width: 1 << 31),
    ] {
      var image = sound
      image.populations[index].order?.map = map
      #expect(!Self.orderFindings(image).isEmpty, "\(map)")
    }
  }

  @Test("readouts, inputs, hosts and what takes analog input keep their order")
  func roles() throws {
    let (sound, index) = try Self.image()
    for role in [ImageRole.readout, .input, .lowering, .host] {
      var image = sound
      image.populations[index].role = role
      #expect(!Self.orderFindings(image).isEmpty, "\(role)")
    }
    var driven = sound
    driven.frontEnd = RandomImage.make(seed: 3).frontEnd
    if !driven.frontEnd.isEmpty {
      driven.frontEnd[0].target = index
      #expect(!Self.orderFindings(driven).isEmpty)
    }
    var folded = sound
    folded.populations[index].shape = folded.populations[index].map
    #expect(!Self.orderFindings(folded).isEmpty)
  }

  @Test("damage with mended checksums never traps")
  func fuzz() throws {
    let packed = try Repacked(ChipFile.encode(try Self.image().image))
    let section = try #require(packed.sections.firstIndex { $0.name == "ORDR" })
    var generator = SeededGenerator(seed: 12)
    var refused = 0
    for _ in 0..<(400 * Repacked.effort) {
      var mutated = packed
      let place = Int.random(in: 0..<mutated.sections[section].bytes.count, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: mutated.sections[section].bytes.remove(at: place)
      case 1: mutated.sections[section].bytes[place] = 255
      default:
        mutated.sections[section].bytes[place] ^= UInt8(
          1 << Int.random(in: 0..<8, using: &generator))
      }
      do { _ = try ChipFile.decode(mutated.bytes, name: "x") } catch { refused += 1 }
    }
    #expect(refused > 0)
  }
}
