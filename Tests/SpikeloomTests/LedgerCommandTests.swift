import Foundation
import LoomBase
import Testing

@Suite("--sensitivity, --budget and calibrate on the command line")
struct LedgerCommandTests {
  static let data = ["--data", DigitsFixture.images, "--labels", DigitsFixture.labels]
  static let chip = "loihi1-silicon-fit"

  private static func budget(_ members: String, in folder: URL) throws {
    try folder.put(
      Array("{\"schema\": \"spikeloom.budget/1\", \(members)}".utf8), as: "budget.json")
  }

  @Test("compare reports first, then lists what the budget misses, and ends with 2")
  func compare() throws {
    try withEmptyFolder { folder in
      try Self.budget("\"maximumEnergyPicojoules\": 1000, \"maximumCores\": 4096", in: folder)
      let run = try BuiltProgram.run(
        ["compare", DigitsFixture.model] + Self.data + DigitsFixture.conversion + [
          "--profile", Self.chip, "--waterfall", "0", "--samples", "20", "--sensitivity",
          "--budget", "budget.json", "--json",
        ], in: folder)
      #expect(run.status == 2)
      #expect(run.errors.contains("SL8210: budget.json#/maximumEnergyPicojoules"))
      let json = try run.json()
      #expect(json.value(at: "/budget/met") == .boolean(false))
      let total = try #require(json.value(at: "/energy/totalPicojoules")?.double)
      let constants = try #require(json.value(at: "/sensitivity/constants")?.elements)
      #expect(constants.count > 10)
      for constant in constants {
        let low = try #require(constant["lowPicojoules"]?.double)
        let high = try #require(constant["highPicojoules"]?.double)
        #expect(low <= total * (1 + 1e-9) && total <= high * (1 + 1e-9), "\(constant)")
      }
      let pointers = constants.compactMap { $0["pointer"]?.string }
      #expect(pointers.contains("/times/synapticOperation"))
      #expect(json.value(at: "/neurobench/Footprint")?.double ?? 0 > 1000)
    }
  }

  @Test(
    "emulate: a price moved by --sensitivity is what --set makes of it; a budget that is kept ends with 0"
  )
  func emulate() throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.chip(Self.chip), as: "digits.chip")
      try Self.budget("\"minimumAccuracy\": 0.1, \"maximumChips\": 1", in: folder)
      let words = ["emulate", "digits.chip", "--samples", "4", "--json"] + Self.data
      let run = try BuiltProgram.succeed(
        words + ["--sensitivity", "--budget", "budget.json"], in: folder
      ).json()
      let constants = try #require(run.value(at: "/sensitivity/constants")?.elements)
      for pointer in ["/prices/biasWrite", "/times/synapticOperation", "/times/neuronUpdate"] {
        let constant = try #require(constants.first { $0["pointer"]?.string == pointer })
        let high = try #require(constant.value(at: "/range/1")?.double)
        let set = try BuiltProgram.succeed(words + ["--set", "\(pointer)=\(high)"], in: folder)
        let total = try #require(set.json().value(at: "/energy/totalPicojoules")?.double)
        let said = try #require(constant["highPicojoules"]?.double)
        #expect(abs(said / total - 1) < 1e-9, "\(pointer)")
      }
      try Self.budget("\"maximumCor\": 1", in: folder)
      let refused = try BuiltProgram.run(words + ["--budget", "budget.json"], in: folder)
      #expect(refused.status == 1 && refused.output.isEmpty)
      #expect(refused.errors.contains("budget.json#/maximumCor"))
    }
  }

  @Test(
    "calibrate finds the prices that made the energies of runs, and the profile it writes gives them"
  )
  func calibrate() throws {
    try withEmptyFolder { folder in
      try folder.put(try DigitsFixture.chip(Self.chip), as: "digits.chip")
      let words = ["emulate", "digits.chip", "--json"] + Self.data
      let truth = [("/prices/synapticOperation", 50.0), ("/prices/neuronSpike", 200.0)]
      var points: [String] = []
      for index in 0..<5 {
        let set = truth.flatMap { ["--set", "\($0.0)=\($0.1)"] }
        let run = try BuiltProgram.succeed(words + set + ["--index", "\(index)"], in: folder)
        try folder.put(Array(run.output.utf8), as: "run\(index).json")
        let total = try #require(run.json().value(at: "/energy/totalPicojoules")?.double)
        points.append("{\"run\": \"run\(index).json\", \"energyPicojoules\": \(total)}")
      }
      let document = """
        {"schema": "spikeloom.measurements/1", "source": "emulated", "fit": [
        "\(truth[0].0)", "\(truth[1].0)"], "points": [\(points.joined(separator: ", "))]}
        """
      try folder.put(Array(document.utf8), as: "m.json")
      let calibrate = ["calibrate", Self.chip, "--measurements", "m.json"]
      let found = try BuiltProgram.succeed(
        calibrate + ["-o", "fitted.json", "--json"], in: folder
      ).json()
      for (index, value) in truth.map(\.1).enumerated() {
        let fitted = try #require(found.value(at: "/constants/\(index)/value")?.double)
        #expect(abs(fitted / value - 1) < 1e-9)
      }
      let again = try BuiltProgram.succeed(
        words + ["--index", "0", "--profile", "./fitted.json"], in: folder
      ).json()
      let total = try #require(found.value(at: "/points/0/measured")?.double)
      let energy = try #require(again.value(at: "/energy/totalPicojoules")?.double)
      #expect(abs(energy / total - 1) < 1e-9)
      // Updates, barriers and resets are the same in every sample: nobody can tell them apart.
      let refused = try BuiltProgram.run(
        calibrate + ["--fit", "/prices/neuronUpdate", "--fit", "/prices/barrier"], in: folder)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("tell apart /prices/neuronUpdate, /prices/barrier"))
    }
  }
}
