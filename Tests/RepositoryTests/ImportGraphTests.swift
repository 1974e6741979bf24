import Foundation
import Testing

@Suite("Import graph")
struct ImportGraphTests {
  /// The graph of architecture.md §2, written down a second time on purpose.
  static let allowed: [String: Set<String>] = [
    "LoomBase": [],
    "LoomNetwork": ["LoomBase"],
    "LoomHardware": ["LoomBase"],
    "LoomExecution": ["LoomBase", "LoomNetwork"],
    "LoomImport": ["LoomBase", "LoomNetwork", "LoomExecution"],
    "LoomReference": ["LoomBase", "LoomNetwork"],
    "LoomConversion": ["LoomBase", "LoomNetwork", "LoomExecution", "LoomReference"],
    "LoomImage": ["LoomBase", "LoomHardware"],
    "LoomCompiler": ["LoomBase", "LoomNetwork", "LoomHardware", "LoomImage"],
    "LoomEmulator": ["LoomBase", "LoomHardware", "LoomImage"],
    "LoomEnergy": ["LoomBase", "LoomHardware", "LoomImage", "LoomEmulator"],
    "LoomReport": ["LoomBase", "LoomHardware", "LoomImage", "LoomEmulator", "LoomEnergy"],
  ]

  @Test("every module imports only what lies below it", arguments: allowed.keys.sorted())
  func moduleImportsOnlyLowerModules(module: String) throws {
    let files = Repository.swiftFiles(below: "Sources/\(module)")
    #expect(!files.isEmpty)
    let permitted = Self.allowed[module] ?? []
    for file in files {
      let loom = Repository.imports(in: try Repository.text(file)).filter { $0.hasPrefix("Loom") }
      #expect(loom.isSubset(of: permitted), "\(file) imports \(loom.subtracting(permitted))")
    }
  }

  @Test("the firewalls of the architecture hold")
  func firewalls() {
    let network: Set = ["LoomNetwork", "LoomImport", "LoomConversion", "LoomReference"]
    for module in ["LoomImage", "LoomEmulator", "LoomEnergy"] {
      #expect(Self.closure(of: module).isDisjoint(with: network.union(["LoomCompiler"])))
    }
    let image: Set = ["LoomCompiler", "LoomImage", "LoomEmulator"]
    #expect(Self.closure(of: "LoomReference").isDisjoint(with: image))
    #expect(!Self.closure(of: "LoomCompiler").contains("LoomEmulator"))
  }

  @Test("the base module needs no Foundation")
  func baseIsFoundationFree() throws {
    for file in Repository.swiftFiles(below: "Sources/LoomBase") {
      #expect(Repository.imports(in: try Repository.text(file)).isEmpty, "\(file)")
    }
  }

  @Test("the manifest resolves no outside package")
  func manifestHasNoDependencies() throws {
    #expect(!(try Repository.text("Package.swift")).contains(".package("))
  }

  @Test("an import is found whatever its access level")
  func importParsing() {
    let source = "public import LoomBase\nimport Foundation\n// import Nothing\nlet import1 = 2\n"
    #expect(Repository.imports(in: source) == ["LoomBase", "Foundation"])
  }

  private static func closure(of module: String) -> Set<String> {
    var seen: Set<String> = []
    var open = Array(allowed[module] ?? [])
    while let next = open.popLast() {
      guard seen.insert(next).inserted else { continue }
      open += allowed[next] ?? []
    }
    return seen
  }
}
