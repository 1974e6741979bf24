import Foundation
import LoomBase
import LoomImport
import LoomNetwork
import Testing

/// Networks that use every member of the representations.
enum EveryMember {
  static let input = InputSpecification(
    shape: MapShape(channels: 3, height: 4, width: 5),
    preprocessing: Preprocessing(scale: 1 / 255, mean: [0.485, 0.456, 0.406], deviation: [0.229]),
    samplesAreBytes: false, calibratedPeak: 2.64)

  static let geometry = ConvolutionGeometry(
    kernelHeight: 2, kernelWidth: 3, strideY: 2, strideX: 1, padTop: 1, padLeft: 2, dilationY: 3,
    dilationX: 4, groups: 3)

  static let float = SpikingNetwork(
    name: "every \"member\" ü", method: "ltb", input: input, coding: .direct, timesteps: 17,
    readoutStart: 5, schedule: .aligned,
    populations: [
      Population(
        name: "a", shape: input.shape, role: .hidden, threshold: .perChannel([0.1, 2.5, 1e-7]),
        initialPotential: .perNeuron((0..<60).map { Float($0) * 0.1 }), bias: .uniform(-0.3),
        reset: .hard, comparison: .greater, sites: 3, spikeWorthThreshold: true,
        calibratedPeak: 3.7, expectedRate: 0.123, origin: ["Relu_1", "Conv_0"]),
      Population(
        name: "b", shape: MapShape(channels: 2), role: .readout, threshold: .uniform(0),
        bias: .perNeuron([1, 2]), spikeWorthThreshold: false, calibratedPeak: 9),
    ],
    projections: [
      Projection(
        source: PopulationID(0), target: PopulationID(0), connectivity: .convolution(geometry),
        weights: (0..<18).map { Float($0) / 7 }, site: 2, alignedDelay: 4, origin: ["Add_3"]),
      Projection(
        source: PopulationID(0), target: PopulationID(1),
        connectivity: .sparse(SparsePattern(targetOffsets: [0, 1, 3], sources: [59, 0, 7])),
        weights: [1, -2, .leastNonzeroMagnitude]),
    ],
    frontEnd: [
      FrontEndProjection(
        target: PopulationID(1), connectivity: .dense, weights: (0..<120).map { Float($0) - 60 },
        origin: ["Gemm_9"])
    ], outputs: [PopulationID(1), PopulationID(0)], isInteger: true,
    annLayers: [
      ANNLayerCost(
        name: "conv", macs: 123, effectiveMacs: 45.5, inputElements: 6, outputElements: 7,
        weights: 8, kernelElements: 9)
    ], remarks: ["one", "two"])

  static let fixed = FixedPointNetwork(
    name: "fixed", method: "ltb", profileName: "loihi1", input: input,
    inputQuantization: .floats(factor: 123.456), coding: .direct, timesteps: 17, readoutStart: 5,
    schedule: .aligned,
    populations: [
      FixedPopulation(
        name: "a", shape: input.shape, role: .hidden, threshold: .perChannel([1, 20, 1 << 30]),
        initialPotential: .perNeuron((0..<60).map { Int32($0) - 30 }), bias: .uniform(-7),
        reset: .hard, comparison: .greater, sites: 3, potentialBits: 23, scale: [1.5, 2.5, 1e9],
        origin: ["Relu_1"]),
      FixedPopulation(
        name: "b", shape: MapShape(channels: 2), role: .readout, threshold: .uniform(0),
        initialPotential: .uniform(0), bias: .perNeuron([1, 2]), reset: .soft,
        comparison: .greaterOrEqual, sites: 1, potentialBits: 32, scale: [], origin: []),
    ],
    projections: [
      FixedProjection(
        source: PopulationID(0), target: PopulationID(0), connectivity: .convolution(geometry),
        weights: (0..<18).map { Int16($0 * 3000 - 32000) }, shifts: [1, 2, 3], site: 2,
        alignedDelay: 4, origin: ["Add_3"]),
      FixedProjection(
        source: PopulationID(0), target: PopulationID(1),
        connectivity: .sparse(SparsePattern(targetOffsets: [0, 1, 3], sources: [59, 0, 7])),
        weights: [1, -2, 3], shifts: [0], site: 0, alignedDelay: 0, origin: []),
    ],
    frontEnd: [
      FixedFrontEnd(
        target: PopulationID(1), connectivity: .dense, weights: (0..<120).map { $0 - 60 },
        offset: .perNeuron([-(1 << 40), 1 << 40]), rightShift: 9, biasMantissaBits: 12,
        biasMaximumExponent: 7, site: 0)
    ], outputs: [PopulationID(1), PopulationID(0)])
}

@Suite("Spiking networks on disk")
struct SpikingNetworkFileTests {
  @Test("a file written by the Python example is the network its script describes")
  func fromPython() throws {
    let network = try SpikingNetworkFile.decode(SpikingFixtures.fromPython, name: "fixture.snn")
    #expect(network.name == "fixture" && network.method == "native" && network.timesteps == 5)
    #expect(network.coding == .spikes && network.schedule == .aligned && network.isInteger)
    #expect(network.input.shape == MapShape(channels: 2, height: 3, width: 3))
    #expect(network.populations.map(\.role) == [.input, .hidden, .hidden])
    #expect(network.populations[1].shape == MapShape(channels: 2, height: 2, width: 2))
    #expect(network.populations[1].threshold == .perChannel([5, 6]))
    #expect(network.populations[1].reset == .hard && network.populations[2].reset == .soft)
    #expect(network.populations[1].comparison == .greater)
    #expect(network.populations[2].comparison == .greaterOrEqual)
    #expect(network.populations[2].bias == .perNeuron([1, -1]))
    #expect(network.populations[2].threshold == .uniform(4))
    #expect(network.populations.allSatisfy { !$0.spikeWorthThreshold })
    let geometry = ConvolutionGeometry(kernelHeight: 2, kernelWidth: 2, groups: 2)
    #expect(network.projections[0].connectivity == .convolution(geometry))
    #expect(network.projections[0].weights == (0..<8).map { Float($0) - 3 })
    #expect(network.projections[1].weights == (0..<16).map { Float($0) - 8 })
    #expect(network.projections.map(\.alignedDelay) == [0, 0, 1])
    #expect(network.projections[2].source == PopulationID(2))
    #expect(network.outputs == [PopulationID(2)])
  }

  @Test("every member of a float network survives, and equal networks give equal bytes")
  func floatRoundTrip() throws {
    let bytes = SpikingNetworkFile.encode(EveryMember.float)
    let decoded = try SpikingNetworkFile.decode(bytes, name: "x")
    #expect(String(reflecting: decoded) == String(reflecting: EveryMember.float))
    #expect(SpikingNetworkFile.encode(decoded) == bytes)
  }

  @Test("every member of an integer network survives, and equal networks give equal bytes")
  func fixedRoundTrip() throws {
    let bytes = FixedPointNetworkFile.encode(EveryMember.fixed)
    let decoded = try FixedPointNetworkFile.decode(bytes, name: "x")
    #expect(decoded == EveryMember.fixed)
    #expect(FixedPointNetworkFile.encode(decoded) == bytes)
    #expect(throws: DiagnosticsError.self) { try SpikingNetworkFile.decode(bytes, name: "x") }
  }

  @Test("the container is safetensors: aligned tensors behind a JSON header")
  func container() throws {
    let bytes = FixedPointNetworkFile.encode(EveryMember.fixed)
    let length = bytes[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(length % 8 == 0)
    let header = try JSONText.decode(bytes[8..<(8 + length)])
    var end = 0
    for (name, tensor) in header.members ?? [:] where name != "__metadata__" {
      let offsets = (tensor["data_offsets"]?.elements ?? []).compactMap(\.int)
      let widths = ["U8": 1, "I16": 2, "I32": 4, "I64": 8, "F64": 8]
      let width = try #require(widths[tensor["dtype"]?.string ?? ""])
      #expect(offsets[0] % width == 0)
      end = max(end, offsets[1])
    }
    #expect(8 + length + end == bytes.count)
    #expect(header["projection.0.weights"]?["dtype"]?.string == "I16")
  }

  @Test(
    "contradictions are named by JSON pointer or tensor",
    arguments: [
      ("\"timesteps\":17", "\"timesteps\":0", "/timesteps"),
      ("\"readoutStart\":5", "\"readoutStart\":17", "/readoutStart"),
      ("\"source\":0", "\"source\":9", "/projections/0/source"),
      ("\"site\":2", "\"site\":3", "/projections/0/site"),
      ("\"alignedDelay\":4", "\"alignedDelay\":-1", "/projections/0/alignedDelay"),
      ("\"groups\":3", "\"groups\":2", "/projections/0/connectivity"),
      ("\"kernel\":[2,3]", "\"kernel\":[2,4]", "/projections/0/connectivity"),
      ("\"kernel\":[2,3]", "\"kernel\":[2]", "/projections/0/connectivity"),
      ("\"role\":\"readout\"", "\"role\":\"reader\"", "/populations/1/role"),
      ("\"name\":\"b\"", "\"name\":\"a\"", "/populations/1"),
      ("\"shape\":[2,1,1]", "\"shape\":[9,1,1]", "population.1.bias"),
      ("\"shape\":[2,1,1]", "\"shape\":[9999999,99999999,9]", "/populations/1/shape"),
      ("\"outputs\":[1,0]", "\"outputs\":[]", "outputs"),
      ("spikeloom.snn/1", "spikeloom.snn/9", "spikeloom.snn/9"),
    ])
  func contradictions(original: String, damaged: String, named: String) throws {
    var network = EveryMember.float
    network.name = "x"
    let bytes = try Rewriting.replaced(
      SpikingNetworkFile.encode(network), original, by: damaged)
    let error = #expect(throws: DiagnosticsError.self) {
      try SpikingNetworkFile.decode(bytes, name: "x")
    }
    #expect(error?.description.contains(named) == true, "\(error?.description ?? "")")
  }

  @Test("deep nesting is refused without a trap")
  func nesting() {
    for depth in [10, 100, 100_000] {
      let text = String(repeating: "{\"a\":[", count: depth)
      var writer = ByteWriter()
      writer.write(UInt64(text.utf8.count))
      writer.write(raw: Array(text.utf8))
      #expect(throws: DiagnosticsError.self) {
        try SpikingNetworkFile.decode(writer.bytes, name: "x")
      }
    }
  }

  @Test("texts keep every character JSON escapes")
  func texts() throws {
    var network = EveryMember.float
    network.name = "\" \\ / \u{8} \n \t \u{1} ü 漢 😀 e\u{301}"
    let bytes = SpikingNetworkFile.encode(network)
    #expect(try SpikingNetworkFile.decode(bytes, name: "x").name == network.name)
    let escaped = try Rewriting.replaced(
      SpikingNetworkFile.encode(EveryMember.float), "ü", by: "\\\\u00fc\\\\ud83d\\\\ude00")
    #expect(
      try SpikingNetworkFile.decode(escaped, name: "x").name == "every \"member\" ü😀")
  }

  @Test("mutated files give a network or a diagnostic, never a trap")
  func fuzz() {
    var random = SeededGenerator(seed: 4)
    let float = [SpikingFixtures.fromPython, SpikingNetworkFile.encode(EveryMember.float)]
    let fixed = FixedPointNetworkFile.encode(EveryMember.fixed)
    var accepted = 0
    for _ in 0..<1000 {
      for file in float {
        let bytes = Mutation.mutated(file, &random)
        accepted += (try? SpikingNetworkFile.decode(bytes, name: "fuzz")) == nil ? 0 : 1
      }
      let bytes = Mutation.mutated(fixed, &random)
      accepted += (try? FixedPointNetworkFile.decode(bytes, name: "fuzz")) == nil ? 0 : 1
    }
    #expect(accepted > 0)
  }
}

/// Changes to the structure inside a network file, its header length kept right.
enum Rewriting {
  static func replaced(_ file: [UInt8], _ text: String, by other: String) throws -> [UInt8] {
    let length = file[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: file[8..<(8 + length)], as: UTF8.self)
    func escaped(_ text: String) -> String {
      text.replacingOccurrences(of: "\"", with: "\\\"")
    }
    let range = try #require(header.range(of: escaped(text)))
    let changed = Array(header.replacingCharacters(in: range, with: escaped(other)).utf8)
    var writer = ByteWriter()
    writer.write(UInt64(changed.count))
    writer.write(raw: changed)
    writer.write(raw: file[(8 + length)...])
    return writer.bytes
  }
}
