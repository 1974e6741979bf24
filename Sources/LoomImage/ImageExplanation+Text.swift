public import LoomBase
public import LoomHardware

extension ImageExplanation {
  /// The explanation for people; throws if there is no such core, axon or layer.
  public static func text(
    _ image: HardwareImage, _ scope: ExplanationScope, profile: Profile? = nil
  ) throws(DiagnosticsError) -> String {
    let value = try json(image, scope, profile: profile)
    switch scope {
    case .whole: return summary(image, value)
    case .kernel: return lines(shortened(value), indent: 0).joined(separator: "\n")
    default: return lines(value, indent: 0).joined(separator: "\n")
    }
  }

  /// The most places of one weight that people are shown.
  private static let shownLocations = 40

  private static func shortened(_ value: JSONValue) -> JSONValue {
    guard var members = value.members, let all = members["locations"]?.elements,
      all.count > shownLocations
    else { return value }
    members["locations"] = .array(
      all[..<shownLocations] + [
        .text("and \(all.count - shownLocations) more (all with --json)")
      ])
    return .object(members)
  }

  private static func summary(_ image: HardwareImage, _ value: JSONValue) -> String {
    func total(_ key: String) -> Int { value.value(at: "/totals/\(key)")?.int ?? 0 }
    var lines = [
      "image for \(image.profileName): \(image.schedule.code.rawValue) code, T = \(image.schedule.timesteps), D = \(image.schedule.depth), \(total("cores")) cores on \(total("chips")) \(total("chips") == 1 ? "chip" : "chips")",
      "\(total("neurons")) neurons, \(total("axons")) axons, \(total("synapses")) synapses (\(total("weights")) stored weights), \(total("routes")) routes",
    ]
    if let draw = image.draw {
      lines.append("the host draws the input's spikes at random (seed \(draw.seed))")
    }
    if image.spikeCounts != nil {
      lines.append(
        "answers are spike counts of steps \(image.schedule.readoutStart)..<\(image.schedule.timesteps), potentials are not read"
      )
    }
    for (index, population) in (value["populations"]?.elements ?? []).enumerated() {
      let shape = image.populations[index].map
      lines.append(
        "population \(index) \(population["name"]?.string ?? ""): \(shape), \(population["role"]?.string ?? ""), \(steps(image, index)), on \(population["cores"]?.int ?? 0) cores"
      )
    }
    return lines.joined(separator: "\n")
  }

  /// When a population is at work.
  private static func steps(_ image: HardwareImage, _ index: Int) -> String {
    let population = image.populations[index]
    if image.schedule.isAsynchronous { return "in every bin" }
    guard population.code.isWindowed else {
      let isOther = image.schedule.code.isWindowed
      return "starts at \(population.start)\(isOther ? ", \(population.code.rawValue) code" : "")"
    }
    let listens =
      population.start == 0
      ? "has nothing to listen to"
      : "listens \(population.activeSteps.lowerBound)...\(population.start)"
    guard population.role != .readout else { return listens }
    return "\(listens), emits \(population.start)..<\(population.activeSteps.upperBound)"
  }

  /// Any explanation as indented lines, keys in order.
  private static func lines(_ value: JSONValue, indent: Int) -> [String] {
    let space = String(repeating: " ", count: indent)
    switch value {
    case .object(let members):
      return members.sorted { $0.key < $1.key }.flatMap { key, value -> [String] in
        if let plain = plain(value) { return ["\(space)\(key): \(plain)"] }
        return ["\(space)\(key):"] + lines(value, indent: indent + 2)
      }
    case .array(let values):
      return values.flatMap { element -> [String] in
        if case .object(let members) = element {
          let parts = members.sorted { $0.key < $1.key }.compactMap { key, value in
            plain(value).map { "\(key) \($0)" }
          }
          return ["\(space)- " + parts.joined(separator: ", ")]
        }
        return ["\(space)- \(plain(element) ?? "")"]
      }
    default: return [space + (plain(value) ?? "")]
    }
  }

  private static func plain(_ value: JSONValue) -> String? {
    switch value {
    case .null: "-"
    case .boolean(let value): value ? "yes" : "no"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): value
    case .array(let values):
      values.contains { if case .object = $0 { true } else { false } }
        ? nil : "[" + values.compactMap(plain).joined(separator: ", ") + "]"
    case .object: nil
    }
  }
}
