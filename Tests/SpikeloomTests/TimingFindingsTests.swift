import Foundation
import LoomBase
import Testing

/// What a review of timing and energy found once, kept from coming back.
@Suite("Sums of time and energy that must agree")
struct TimingFindingsTests {
  private static func compare(_ words: [String]) throws -> JSONValue {
    try withEmptyFolder { folder in
      let run = try BuiltProgram.run(
        ["compare", DigitsFixture.model, "--data", DigitsFixture.images, "--labels"]
          + [DigitsFixture.labels, "--samples", "5", "--waterfall", "0", "--json"]
          + DigitsFixture.conversion + words, in: folder)
      return try run.json()
    }
  }

  @Test(
    "layers take all that cores take, arrays and their sums included",
    arguments: ["crossbar-256", "reram-spikesim"])
  func layers(profile: String) throws {
    let energy = try #require(try Self.compare(["--profile", profile])["energy"])
    let json = try Self.compare(["--profile", profile])
    let layers = (json["layers"]?.elements ?? []).compactMap { $0["picojoules"]?.double }
    let lines = json.value(at: "/energy/lines")?.elements ?? []
    let arrays = lines.filter { $0["id"]?.string == "arrayRead" }
    #expect(arrays.contains { ($0["picojoules"]?.double ?? 0) > 0 })
    let left = try #require(energy["unattributedPicojoules"]?.double)
    #expect(abs(left) < 1e-9 * layers.reduce(0, +))
  }

  @Test(
    "where samples overlap, a barrier closes a step of several: T a sample, not T and the depth")
  func barriers() throws {
    let json = try Self.compare(["--profile", "crossbar-256"])
    let lines = json.value(at: "/energy/lines")?.elements ?? []
    let barriers = try #require(lines.first { $0["id"]?.string == "barrier" })
    #expect(barriers["count"]?.double == 8)
    let latency = try #require(json["latency"])
    let alone = try #require(latency["perSampleNanoseconds"]?.double)
    let overlapped = try #require(latency["overlappedPerSampleNanoseconds"]?.double)
    let interval = try #require(latency["intervalNanoseconds"]?.double)
    // The steps of an interval do at least the work of the sample's own, and a sample crosses more of them.
    #expect(overlapped >= alone && overlapped > interval)
  }

  @Test("a chip without time-steps refuses event timing before anything is converted")
  func asynchronous() throws {
    try withEmptyFolder { folder in
      let run = try BuiltProgram.run(
        ["compare", DigitsFixture.model, "--data", DigitsFixture.images, "--labels"]
          + [DigitsFixture.labels, "--profile", "speck", "--timing", "event"]
          + DigitsFixture.conversion, in: folder)
      #expect(run.status == 1 && run.errors.contains("SL6047"))
      #expect(!run.errors.contains("spiking network"))
    }
  }

  @Test(
    "a tick too short for its work is counted, and nothing else is said to bound a tick that is not"
  )
  func overruns() throws {
    let work = [
      "--profile", "tianjic", "--set", "/times/synapticOperation=10", "--set",
      "/times/neuronUpdate=20", "--set", "/times/axonIn=100",
    ]
    let short = try #require(try Self.compare(work)["latency"])
    #expect((short["overruns"]?.double ?? 0) > 0)
    #expect((short["stepsBoundBy"]?["core"]?.double ?? 0) > 0)
    let calm = try #require(try Self.compare(["--profile", "tianjic"])["latency"])
    #expect(calm["overruns"]?.double == 0)
    #expect(calm["stepsBoundBy"]?["core"]?.double == 0)
    #expect(calm["timeBoundBy"]?["tick"]?.double == 1)
  }

  @Test("sensitivity asks the timing that was asked for, routers included")
  func sensitivity() throws {
    let words = [
      "--profile", "loihi1-silicon-fit", "--timing", "event", "--sensitivity", "--set",
      "/times/linkOccupancy=300", "--set", "/router/fifoDepth=1",
    ]
    let json = try Self.compare(words)
    let rows = json.value(at: "/sensitivity/constants")?.elements ?? []
    let pointers = rows.compactMap { $0["pointer"]?.string }
    #expect(pointers.contains("/router/creditDelay"), "\(pointers)")
    let total = try #require(json["energy"]?["totalPicojoules"]?.double)
    let row = try #require(rows.first { $0["pointer"]?.string == "/times/linkOccupancy" })
    let high = try #require(row["highPicojoules"]?.double)
    let rerun = try Self.compare(
      words.map { $0 == "/times/linkOccupancy=300" ? "/times/linkOccupancy=360" : $0 })
    let found = try #require(rerun["energy"]?["totalPicojoules"]?.double)
    // Durations are tried on the first 4 of the 5 samples.
    #expect(abs(high - found) < 0.02 * abs(found - total) + 0.005 * total)
  }
}
