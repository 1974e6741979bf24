import Foundation
import LoomBase
import Testing

@Suite("spikeloom noc")
struct NocCommandTests {
  private let packets = "src,dst,cycle\n0,3,0\n0,1,0\n3,0,2\n"

  @Test("a list is replayed: deliveries in a file, figures in JSON")
  func replay() throws {
    try withEmptyFolder { folder in
      try folder.put(Array(packets.utf8), as: "p.csv")
      let run = try BuiltProgram.succeed(
        [
          "noc", "--replay", "p.csv", "--mesh", "2x2", "--preset", "min1", "-o", "out.csv",
          "--json",
        ], in: folder)
      // min1: 2 + hops; the second packet enters a cycle later.
      #expect(
        String(decoding: try folder.bytes(of: "out.csv"), as: UTF8.self)
          == "src,dst,cycle,delivered\n0,3,0,4\n0,1,0,4\n3,0,2,6\n")
      let json = try run.json()
      #expect(json["schema"]?.string == "spikeloom.noc/1")
      #expect(json["packetHops"]?.int == 5)
      #expect(json["drain"]?.double == 6)
      #expect(json["latency"]?["mean"]?.double == 4)
      #expect(json["latency"]?["largest"]?.double == 4)
      #expect(json["busiestLink"]?["packets"]?.int == 2)
      #expect(json["stalls"]?["total"]?.double == 0)
      #expect(json["host"]?["packetHopsPerSecond"]?.double ?? 0 > 0)
      let text = try BuiltProgram.succeed(
        ["noc", "--replay", "p.csv", "--mesh", "2x2", "--preset", "bs3"], in: folder)
      #expect(text.output.contains("drained at"))
      #expect(text.output.contains("busiest link  0 (0, 0) to 1 (1, 0)"))
    }
  }

  @Test("a profile's times are used in ns, and --set changes them")
  func profile() throws {
    try withEmptyFolder { folder in
      try folder.put(Array("src,dst,cycle\n0,1,3\n".utf8), as: "p.csv")
      let call = [
        "noc", "--replay", "p.csv", "--mesh", "4x8", "--preset", "loihi1", "-o", "out.csv",
      ]
      let run = try BuiltProgram.succeed(call, in: folder)
      #expect(run.errors.contains("1 ns"))
      // 3 + entry 1.05 + hop 4.1 + ejection 1.05
      #expect(
        String(decoding: try folder.bytes(of: "out.csv"), as: UTF8.self)
          == "src,dst,cycle,delivered\n0,1,3,9.2\n")
      try BuiltProgram.succeed(
        call + ["--set", "/times/hopEastWest=5.123", "--set", "/router/fifoDepth=2"], in: folder)
      #expect(
        String(decoding: try folder.bytes(of: "out.csv"), as: UTF8.self)
          == "src,dst,cycle,delivered\n0,1,3,10.223\n")
    }
  }

  @Test("a steady load is measured and an unstable one named")
  func openLoop() throws {
    try withEmptyFolder { folder in
      let run = try BuiltProgram.succeed(
        [
          "noc", "--open-loop", "0.05,0.9", "--mesh", "4x4", "--preset", "bs3", "--cycles", "2000",
          "--warmup", "500", "--seed", "3", "--json",
        ], in: folder)
      let loads = try #require(try run.json()["openLoop"]?.elements)
      #expect(loads.map { $0["unstable"]?.bool } == [false, true])
      #expect(loads[0]["offered"]?.double == 0.05)
      let latency = try #require(loads[0]["packetLatency"]?.double)
      #expect((12.0...14).contains(latency))
    }
  }

  @Test(
    "what cannot be run is refused in words",
    arguments: [
      (["--mesh", "2x2", "--preset", "bs3"], 64, "--replay"),
      (["--replay", "p.csv", "--preset", "bs3"], 64, "--mesh"),
      (["--replay", "p.csv", "--mesh", "2x2"], 64, "--preset"),
      (["--replay", "p.csv", "--mesh", "2by2", "--preset", "bs3"], 64, "ROWSxCOLS"),
      (["--replay", "p.csv", "--mesh", "0x2", "--preset", "bs3"], 64, "ROWSxCOLS"),
      (["--replay", "p.csv", "--mesh", "4096x4096", "--preset", "bs3"], 64, "65536"),
      (["--replay", "p.csv", "--mesh", "1x2", "--preset", "bs3"], 1, "line 2"),
      (["--replay", "q.csv", "--mesh", "2x2", "--preset", "bs3"], 1, "q.csv"),
      (["--replay", "p.csv", "--mesh", "2x2", "--preset", "bs4"], 1, "bs4"),
      (["--replay", "p.csv", "--mesh", "2x2", "--preset", "paicore2"], 1, "SL6043"),
      (["--replay", "p.csv", "--mesh", "2x2", "--preset", "ranc"], 1, "/router/creditDelay"),
      (["--replay", "p.csv", "--mesh", "2x2", "--preset", "bs3", "--set", "/a=1"], 64, "--set"),
      (
        [
          "--replay", "p.csv", "--mesh", "256x256", "--preset", "loihi1", "--set",
          "/router/fifoDepth=4096",
        ], 1, "SL6044"
      ),
      (["--open-loop", "0", "--mesh", "2x2", "--preset", "bs3"], 64, "rates"),
      (["--open-loop", "0.1", "--mesh", "2x2", "--preset", "bs3", "-o", "x"], 64, "--output"),
      (
        ["--open-loop", "1", "--mesh", "256x256", "--preset", "bs3", "--cycles", "9999999"], 64,
        "fewer"
      ),
    ])
  func refuses(arguments: [String], status: Int32, word: String) throws {
    try withEmptyFolder { folder in
      try folder.put(Array(packets.utf8), as: "p.csv")
      let run = try BuiltProgram.run(["noc"] + arguments, in: folder)
      #expect(run.status == status, "\(run.errors)")
      #expect(run.errors.contains(word), "\(run.errors)")
      #expect(try folder.names() == ["p.csv"])
    }
  }
}
