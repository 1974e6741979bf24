import Foundation
import LoomBase
import LoomHardware
import Testing

@Suite("Bundled profiles")
struct BundledProfilesTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "HardwareProfiles")

  static func files() throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "json" && $0.lastPathComponent != "profile.schema.json" }
  }

  @Test("the copies in the program equal the files, name by name")
  func copiesEqualFiles() throws {
    let files = try BundledProfilesTests.files()
    let names = files.map { $0.deletingPathExtension().lastPathComponent }.sorted()
    #expect(names == ProfileFile.bundledNames)
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(ProfileFile.bundledText(file.deletingPathExtension().lastPathComponent) == text)
    }
  }

  @Test("every one decodes, by name and by path, and calls itself by its name")
  func decode() throws {
    for name in ProfileFile.bundledNames {
      let profile = try ProfileFile.load(name, overrides: [])
      #expect(profile.name == name)
      let path = BundledProfilesTests.folder.appending(path: "\(name).json").path()
      #expect(try ProfileFile.load(path, overrides: []) == profile)
      #expect(profile.quantities.values.allSatisfy { !$0.source.isEmpty })
    }
    let alias = try ProfileFile.load("loihi1", overrides: [])
    #expect(alias.name == "loihi1-silicon-fit")
  }

  @Test("an unknown name lists the known ones, an unreadable path says so")
  func unknown() {
    for name in ["loihi9", "/nonexistent/x.json", "missing.json"] {
      let error = #expect(throws: DiagnosticsError.self) {
        try ProfileFile.load(name, overrides: [])
      }
      #expect(error?.diagnostics.first?.code == "SL7010")
    }
  }

  @Test("both Loihi profiles share one structure; prices are those of Davies and of the fit")
  func loihi() throws {
    let davies = try ProfileFile.load("loihi1-davies", overrides: [])
    let fit = try ProfileFile.load("loihi1-silicon-fit", overrides: [])
    #expect(davies.structureDigest == fit.structureDigest)
    #expect(fit.topology.coresPerChip == 128)
    #expect(davies.prices.synapticOperation?.value == 23.6)
    // An active update costs 81 pJ in Davies' table.
    let update = try #require(davies.prices.neuronUpdate?.value)
    let spike = try #require(davies.prices.neuronSpike?.value)
    #expect(update + spike == 81)
    #expect(abs((fit.prices.neuronUpdate?.value ?? 0) - (51.2 + 21.6)) < 1e-9)
    #expect(fit.times.barrierByTiles.map(\.duration.value) == [600, 1000, 1400, 1800])
    #expect(fit.neuron.softReset == .secondCompartment)
    #expect(fit.weight.largestMantissa == 127)
    guard case .packedEntries(let format) = fit.core.synapses else {
      Issue.record("Loihi stores packed entries")
      return
    }
    #expect(format.memoryBits == 16_384 * 64)
  }

  @Test("crossbar-256 joins 16 arrays of 256 by 256 cells")
  func crossbar() throws {
    let profile = try ProfileFile.load("crossbar-256", overrides: [])
    #expect(
      profile.core.synapses == .crossbar(CrossbarFormat(rows: 256, columns: 256, arrays: 16)))
    #expect(profile.core.axonsIn == 4096)
    #expect(profile.neuron.comparatorSites > 1)
    // 8 bits at 0.047 pJ and an addition of 0.1 pJ.
    #expect(abs((profile.prices.synapticOperation?.value ?? 0) - (8 * 0.047 + 0.1)) < 1e-9)
    #expect(profile.prices.arrayRead != nil)
    #expect(profile.prices.columnAdd != nil)
  }

  @Test("loihi2 runs every code, has the published capacities and no guessed price")
  func loihi2() throws {
    let profile = try ProfileFile.load("loihi2", overrides: [])
    #expect(profile.topology.coresPerChip == 128)
    // 8,192 neurons on each of 128 cores: the brief's million.
    #expect(profile.core.neurons * profile.topology.coresPerChip == 1 << 20)
    #expect(profile.neuron.codes == SpikeCode.allCases)
    #expect(profile.neuron.startStep)
    #expect(profile.neuron.softReset == .native)
    #expect(profile.prices.synapticOperation == nil)
    #expect(profile.prices.neuronUpdate == nil)
    #expect(profile.prices.staticPowerPerChip?.value == 213)
    // The brief's floor of a chip-wide step, and what was measured through Lava.
    #expect(profile.times.barrierByTiles.map(\.duration.value) == [200, 200])
    #expect(profile.times.barrierByTiles.first?.duration.range?.upperBound == 1164)
  }

  @Test("Loihi 1 knows rate codes only, crossbar-256 all")
  func codes() throws {
    for name in ["loihi1-davies", "loihi1-silicon-fit"] {
      #expect(try ProfileFile.load(name, overrides: []).neuron.codes == [.rate])
    }
    #expect(try ProfileFile.load("crossbar-256", overrides: []).neuron.codes == SpikeCode.allCases)
  }
}
