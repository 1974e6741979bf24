import Foundation
import LoomBase

/// Profile files of chips whose axons have types or signs, or whose cells hold four bits: crossbar-256 with the
/// structure of TrueNorth, RANC, ODIN and tinyODIN in numbers of our own.
enum AxonChipFile: String, CaseIterable {
  case typed
  case wideTyped
  case signed
  case fourBits

  /// The text of the profile.
  func text() throws -> String {
    let base = CheckOut.root.appendingPathComponent("HardwareProfiles/crossbar-256.json")
    var profile = try JSONText.decode(Array(Data(contentsOf: base)))
    func set(_ pointer: String, _ value: Int) {
      _ = profile.replace(at: pointer + "/value", with: .integer(value))
    }
    set("/core/axonsIn", 256)
    set("/core/axonsOut", 256)
    set("/core/synapses/arrays", 1)
    set("/weight/bits", 4)
    set("/weight/maximumShift", self == .typed || self == .wideTyped ? 5 : 0)
    set("/topology/maximumChips", 1)
    set("/topology/chipColumns", 1)
    let bits = [Self.typed: 20, .wideTyped: 30, .signed: 8, .fourBits: 12][self] ?? 24
    set("/neuron/potentialBits", bits)
    set("/neuron/thresholdMantissaBits", bits - 1)
    if self == .signed || self == .fourBits {
      set("/topology/tileColumns", 1)
      set("/topology/tileRows", 1)
    }
    guard case .object(var members) = profile, case .object(var core)? = members["core"],
      case .object(var synapses)? = core["synapses"]
    else { return "" }
    members["$schema"] = nil
    members["name"] = .text(rawValue)
    switch self {
    case .typed, .wideTyped: synapses["axonTypes"] = Self.quantity(4, "types")
    case .signed: synapses["signPerAxon"] = .boolean(true)
    case .fourBits: synapses["cellBits"] = Self.quantity(4, "bit")
    }
    core["synapses"] = .object(synapses)
    members["core"] = .object(core)
    members["routing"] = .object([
      "multicast": .boolean(false),
      "fanOut": Self.quantity(self == .fourBits ? 0 : 1, "destinations"),
      "tableEntries": Self.quantity(0, "entries"), "tablePerChip": .boolean(false),
    ])
    return JSONText.encode(.object(members))
  }

  private static func quantity(_ value: Int, _ unit: String) -> JSONValue {
    .object([
      "value": .integer(value), "unit": .text(unit), "method": .text("assumed"),
      "source": .text("definition of this test"), "reason": .text("structure of a real chip"),
    ])
  }
}
