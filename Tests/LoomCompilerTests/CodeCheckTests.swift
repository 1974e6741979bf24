import LoomBase
import LoomCompiler
import LoomHardware
import LoomNetwork
import Testing

@Suite("What a chip must have for a code")
struct CodeCheckTests {
  @Test("One finding names what is missing and the methods the chip can run")
  func missingCode() throws {
    let loihi = try ProfileFile.load("loihi1")
    let findings = CodeCheck.findings(code: .bitSerial, profile: loihi)
    #expect(findings.count == 1)
    let text = try #require(findings.first).description
    #expect(
      text.contains("needs a chip that runs bit-serial codes, has rate only on loihi1-silicon-fit"))
    #expect(text.contains("threshold-balancing, calibrated, ttrbr, percentile, auto"))
    #expect(!text.contains("auto, bit-serial"))
    #expect(CodeCheck.findings(code: .rate, profile: loihi).isEmpty)
    for name in ["crossbar-256", "loihi2"] {
      let profile = try ProfileFile.load(name)
      for code in SpikeCode.allCases {
        #expect(CodeCheck.findings(code: code, profile: profile).isEmpty)
      }
    }
  }

  @Test("A chip that has one window code offers it beside the rate methods")
  func offers() throws {
    var profile = TestProfiles.windowed()
    profile.neuron.codes = [.rate, .bitSerial]
    let findings = CodeCheck.findings(code: .timeToFirstSpike, profile: profile)
    #expect(findings.first?.remedy?.contains("auto, bit-serial") == true)
    #expect(findings.first?.description.contains("has rate and bit-serial on") == true)
  }

  @Test("Start steps, native soft reset, v ≥ θ and potentials are needed, each named")
  func capabilities() {
    var profile = TestProfiles.windowed()
    profile.neuron.startStep = false
    profile.neuron.softReset = .none
    profile.neuron.firesOnGreaterOnly = true
    profile.neuron.potentialReadout = false
    let findings = CodeCheck.findings(code: .timeToFirstSpike, profile: profile)
    #expect(findings.map(\.code) == ["SL3014", "SL3014", "SL3014", "SL3014"])
  }

  @Test("Quantizer and compiler refuse a chip without the code")
  func refused() throws {
    let network = WindowNetworks.everything(seed: 1, .bitSerial, timesteps: 4, comparator: false)
    let loihi = try ProfileFile.load("loihi1")
    let error = #expect(throws: DiagnosticsError.self) {
      try Quantizer.quantize(network, profile: loihi)
    }
    #expect(error?.diagnostics.map(\.code) == ["SL3014"])
    let fixed = try Quantizer.quantize(network, profile: TestProfiles.windowed()).network
    #expect(throws: DiagnosticsError.self) { try Compiler.compile(fixed, profile: loihi) }
  }

  @Test("What has no window is refused, each with a reason")
  func refusedNetworks() throws {
    let base = WindowNetworks.everything(seed: 1, .bitSerial, timesteps: 4)
    var cases: [(String, SpikingNetwork)] = []
    func add(_ text: String, _ change: (inout SpikingNetwork) -> Void) {
      var network = base
      change(&network)
      cases.append((text, network))
    }
    add("16 time-steps") { $0.timesteps = 17 }
    add("readout of the whole window") { $0.readoutStart = 2 }
    add("free-running") { $0.schedule = .freeRunning }
    add("injected spikes") { $0.coding = .spikes }
    add("hard reset") { $0.populations[1].reset = .hard }
    add("v > θ") { $0.populations[1].comparison = .greater }
    add("without delays") { $0.projections[0].alignedDelay = 1 }
    add("readouts as outputs") { $0.outputs = [PopulationID(2)] }
    for (text, network) in cases {
      let error = #expect(throws: DiagnosticsError.self) {
        try Quantizer.quantize(network, profile: TestProfiles.windowed())
      }
      let found = error?.diagnostics.filter { $0.code == "SL3013" } ?? []
      #expect(found.contains { $0.description.contains(text) }, "\(text)")
    }
  }
}
