import LoomBase
import LoomImage
import Testing

@Suite("Chip file")
struct ChipFileTests {
  @Test(
    "decoding gives back what was encoded, and encoding it again the same bytes",
    arguments: 0..<UInt64(12))
  func roundTrip(seed: UInt64) throws {
    let code = SpikeCode.allCases[Int(seed) % 2 == 0 ? 0 : Int(seed) % 3]
    var image = RandomImage.make(
      seed: seed, options: .init(spikes: code == .rate && seed % 3 == 0, code: code))
    if seed % 2 == 0 { image.provenance = ChipFileTests.provenance(image) }
    let bytes = ChipFile.encode(image)
    let decoded = try ChipFile.decode(bytes, name: "x.chip")
    #expect(decoded == image)
    #expect(ChipFile.encode(decoded) == bytes)
  }

  @Test("wide weights, float input and sparse front ends survive")
  func rareForms() throws {
    var image = RandomImage.make(seed: 1)
    image.templates[0].weights[0] = -300
    image.input.isBytes = false
    image.input.floatFactor = 0.1
    image.frontEnd[0].biasMantissaBits = 12
    #expect(try ChipFile.decode(ChipFile.encode(image), name: "x") == image)
  }

  @Test("a file in a region of its own is read in place; one that changes meanwhile is refused")
  func mapped() throws {
    let image = RandomImage.make(seed: 3)
    let bytes = ChipFile.encode(image)
    for isUnchanged in [true, false] {
      let region = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
      unsafe region.copyBytes(from: bytes)
      let address = UInt(bitPattern: region.baseAddress)
      let file = unsafe FileBytes(
        MappedBytes(UnsafeRawBufferPointer(region), isUnchanged: { isUnchanged }) {
          unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
        })
      #expect(ChipFile.sha256(of: file) == ChipFile.sha256(of: bytes))
      if isUnchanged {
        #expect(try ChipFile.decode(file, name: "x") == image)
      } else {
        #expect(throws: DiagnosticsError.self) { try ChipFile.decode(file, name: "x") }
      }
    }
  }

  @Test("stripping provenance leaves the other sections as they are")
  func strip() throws {
    var image = RandomImage.make(seed: 4)
    let bare = ChipFile.encode(image)
    image.provenance = ChipFileTests.provenance(image)
    let full = ChipFile.encode(image)
    let offset = 16 + 32 * 6
    let length = bare.count - 32 - offset
    #expect(bare[offset..<(offset + length)] == full[(offset + 32)..<(offset + 32 + length)])
    var decoded = try ChipFile.decode(full, name: "x")
    #expect(decoded.provenance == image.provenance)
    decoded.provenance = nil
    #expect(ChipFile.encode(decoded) == bare)
  }

  @Test("the checksum of sections is zlib's CRC-32")
  func cyclicRedundancyCheck() {
    #expect(CyclicRedundancyCheck.checksum(Array("123456789".utf8)[...]) == 0xCBF4_3926)
    var generator = SeededGenerator(seed: 5)
    for count in [0, 1, 7, 8, 9, 16, 1000, 1003] {
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      // Bit by bit, as the polynomial says.
      var value: UInt32 = 0xFFFF_FFFF
      for byte in bytes {
        for bit in 0..<8 {
          let isOdd = (value ^ UInt32(byte >> UInt8(bit))) & 1 == 1
          value = isOdd ? (value >> 1) ^ 0xEDB8_8320 : value >> 1
        }
      }
      #expect(CyclicRedundancyCheck.checksum(bytes[...]) == ~value, "\(count)")
    }
  }

  @Test("an unknown optional section is skipped, an unknown required one refused")
  func unknownSections() throws {
    let image = RandomImage.make(seed: 2)
    let bytes = ChipFile.encode(image)
    let extra = try Repacked(bytes)
    #expect(try ChipFile.decode(extra.adding("ZZZZ", isOptional: true), name: "x") == image)
    #expect(throws: DiagnosticsError.self) {
      try ChipFile.decode(extra.adding("ZZZZ", isOptional: false), name: "x")
    }
    #expect(throws: DiagnosticsError.self) {
      try ChipFile.decode(extra.adding("CORE", isOptional: false), name: "x")
    }
  }

  @Test("any flipped byte is found and named")
  func flippedBytes() {
    let bytes = ChipFile.encode(RandomImage.make(seed: 3))
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<200 {
      var damaged = bytes
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      damaged[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator))
      #expect(throws: DiagnosticsError.self) { try ChipFile.decode(damaged, name: "x.chip") }
    }
    for length in stride(from: 0, to: bytes.count, by: 97) {
      #expect(throws: DiagnosticsError.self) {
        try ChipFile.decode(Array(bytes[..<length]), name: "x.chip")
      }
    }
  }

  @Test(
    "damage with mended checksums never traps: what is read is sound or refused",
    arguments: 0..<UInt64(6))
  func fuzz(seed: UInt64) throws {
    let code = SpikeCode.allCases[Int(seed) % 3]
    let image = RandomImage.make(
      seed: seed, options: .init(spikes: seed == 3, code: code))
    let packed = try Repacked(ChipFile.encode(image))
    var generator = SeededGenerator(seed: seed)
    var (refused, suspicious) = (0, 0)
    for _ in 0..<(200 * Repacked.effort) {
      let bytes = packed.mutated(&generator)
      guard let decoded = try? ChipFile.decode(bytes, name: "x") else {
        refused += 1
        continue
      }
      let findings = ImageVerifier.check(decoded, profile: TestProfiles.profile())
      if !findings.isEmpty { suspicious += 1 }
      _ = try? ImageExplanation.json(decoded, .whole, profile: TestProfiles.profile())
    }
    #expect(refused > 20 && suspicious > 0)
  }

  static func provenance(_ image: HardwareImage) -> ImageProvenance {
    ImageProvenance(
      network: "net", method: "balance", tool: "spikeloom 0",
      populations: image.populations.indices.map {
        PopulationProvenance(name: "layer\($0)", origin: ["/conv\($0)/Conv", "größe"])
      }, templates: [["a"], []], scales: [[1.5, 2]], remarks: ["made by a test"])
  }
}
