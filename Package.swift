// swift-tools-version: 6.2
import PackageDescription

/// The import graph of the package, bottom up; `RepositoryTests` checks the sources against it.
///
/// The emulator side (`LoomImage`, `LoomEmulator`, `LoomEnergy`) never sees the network side, and the
/// reference interpreter sees neither the compiler nor the image.
let modules: [(name: String, dependencies: [String])] = [
  ("LoomBase", []),
  ("LoomNetwork", ["LoomBase"]),
  ("LoomHardware", ["LoomBase"]),
  ("LoomExecution", ["LoomBase", "LoomNetwork"]),
  ("LoomImport", ["LoomBase", "LoomNetwork", "LoomExecution"]),
  ("LoomReference", ["LoomBase", "LoomNetwork"]),
  ("LoomConversion", ["LoomBase", "LoomNetwork", "LoomExecution", "LoomReference"]),
  ("LoomImage", ["LoomBase", "LoomHardware"]),
  ("LoomCompiler", ["LoomBase", "LoomNetwork", "LoomHardware", "LoomImage"]),
  ("LoomEmulator", ["LoomBase", "LoomHardware", "LoomImage"]),
  ("LoomEnergy", ["LoomBase", "LoomHardware", "LoomImage", "LoomEmulator"]),
  ("LoomReport", ["LoomBase", "LoomHardware", "LoomImage", "LoomEmulator", "LoomEnergy"]),
]

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
]

func dependencies(_ names: [String]) -> [Target.Dependency] {
  names.map { .target(name: $0) }
}

let everyModule = modules.map(\.name)

let libraryTargets: [Target] = modules.map {
  .target(
    name: $0.name, dependencies: dependencies($0.dependencies), swiftSettings: settings)
}

/// What tests compare a module with, beyond what the module itself may import.
let comparisons: [String: [String]] = ["LoomCompiler": ["LoomReference", "LoomEmulator"]]

/// Modules whose tests compute much themselves; the others' are built without optimisation, which takes half the time.
let computingTests: Set<String> = ["LoomCompiler", "LoomEmulator", "LoomImage"]

let plainSettings: [SwiftSetting] = settings + [.unsafeFlags(["-Onone"])]

let testTargets: [Target] = modules.map {
  .testTarget(
    name: $0.name + "Tests",
    dependencies: dependencies([$0.name] + $0.dependencies + (comparisons[$0.name] ?? [])),
    swiftSettings: computingTests.contains($0.name) ? settings : plainSettings)
}

let package = Package(
  name: "spikeloom",
  products: [
    .executable(name: "spikeloom", targets: ["spikeloom"]),
    .library(name: "Spikeloom", targets: everyModule),
  ],
  targets: libraryTargets + testTargets + [
    .executableTarget(
      name: "spikeloom", dependencies: dependencies(everyModule), swiftSettings: settings),
    .testTarget(
      name: "SpikeloomTests", dependencies: dependencies(everyModule), swiftSettings: plainSettings),
    .testTarget(name: "RepositoryTests", swiftSettings: plainSettings),
  ]
)
