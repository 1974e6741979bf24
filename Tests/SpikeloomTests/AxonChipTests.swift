import Foundation
import LoomBase
import LoomImport
import LoomNetwork
import Testing

@Suite("Chips of axon types, signs and four-bit cells from the command line")
struct AxonChipTests {
  /// Dense 64-32-10 with fixed random weights: spikes in, spike counts out.
  private static func network() -> SpikingNetwork {
    var generator = SeededGenerator(seed: 11)
    func population(_ name: String, _ size: Int, _ role: PopulationRole) -> Population {
      Population(
        name: name, shape: MapShape(channels: size), role: role, threshold: .uniform(1),
        initialPotential: .uniform(role == .input ? 0 : 0.5), calibratedPeak: 2,
        expectedRate: 0.2, origin: [name])
    }
    func weights(_ from: Int, _ to: Int) -> [Float] {
      let scale = 2 / Double(from).squareRoot()
      return (0..<(from * to)).map { _ in Float((generator.unit() * 2 - 1) * scale) }
    }
    return SpikingNetwork(
      name: "dense", method: "fixed random weights",
      input: InputSpecification(
        shape: MapShape(channels: 64), preprocessing: Preprocessing(scale: 1),
        samplesAreBytes: true, calibratedPeak: 1),
      coding: .spikes, timesteps: 10,
      populations: [
        population("input", 64, .input), population("hidden", 32, .hidden),
        population("output", 10, .hidden),
      ],
      projections: [
        Projection(
          source: PopulationID(0), target: PopulationID(1), connectivity: .dense,
          weights: weights(64, 32)),
        Projection(
          source: PopulationID(1), target: PopulationID(2), connectivity: .dense,
          weights: weights(32, 10)),
      ], outputs: [PopulationID(2)])
  }

  /// Five samples of random spikes, [5, 10, 64, 1, 1] bytes as .npy.
  private static func samples() -> [UInt8] {
    var generator = SeededGenerator(seed: 4)
    var header =
      "{'descr': '|u1', 'fortran_order': False, 'shape': (5, 10, 64, 1, 1), }"
    while (header.utf8.count + 11) % 64 != 0 { header += " " }
    header += "\n"
    let length = UInt16(header.utf8.count)
    let start: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
    return start + Array(header.utf8)
      + (0..<(5 * 640)).map { _ in UInt8(generator.next() % 3 == 0 ? 1 : 0) }
  }

  @Test(
    "a dense network compiles, runs and is verified bit for bit", arguments: AxonChipFile.allCases)
  func dense(chip: AxonChipFile) throws {
    try withEmptyFolder { folder in
      try folder.put(SpikingNetworkFile.encode(Self.network()), as: "dense.snn")
      try folder.put(Array(try chip.text().utf8), as: "chip.json")
      try folder.put(Self.samples(), as: "samples.npy")
      try BuiltProgram.succeed(
        ["compile", "dense.snn", "--profile", "chip.json", "-o", "dense.chip"], in: folder)
      let verified = try BuiltProgram.run(
        [
          "verify", "dense.chip", "dense.snn", "--profile", "chip.json", "--data", "samples.npy",
          "--samples", "5",
        ], in: folder)
      #expect(verified.status == 0, "\(verified.errors)")
      let run = try BuiltProgram.succeed(
        ["emulate", "dense.chip", "--profile", "chip.json", "--data", "samples.npy", "--json"],
        in: folder)
      #expect(try run.json().members?.isEmpty == false)
    }
  }

  @Test("the digits network is refused with one finding", arguments: AxonChipFile.allCases)
  func digits(chip: AxonChipFile) throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.network(), as: "digits.snn")
      try folder.put(Array(try chip.text().utf8), as: "chip.json")
      let run = try BuiltProgram.run(
        ["compile", "digits.snn", "--profile", "chip.json", "-o", "out.chip"], in: folder)
      #expect(run.status == 2, "\(run.errors)")
      let errors = run.errors.split(separator: "\n").filter { $0.hasPrefix("error ") }
      #expect(errors.count == 1, "\(run.errors)")
      let code = chip == .typed || chip == .wideTyped ? "SL4014" : "SL4012"
      #expect(errors.first?.hasPrefix("error \(code)") == true, "\(run.errors)")
    }
  }
}
