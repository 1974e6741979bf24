public import LoomBase
import LoomImage

extension ImageDifference {
  /// The difference for people; empty if there is none.
  public var text: String {
    guard !isEmpty else { return "" }
    var lines = DiffText.section("image", header.map(\.text))
    lines += DiffText.section("populations", populations.flatMap(\.lines))
    lines += DiffText.section("templates", templates.flatMap(\.lines))
    lines += DiffText.section("first layer", frontEnds.flatMap(\.lines))
    lines += DiffText.section(
      "cut in other ways (slices only here → only there)", cuts.map(\.text))
    lines += DiffText.section(
      "slices on another core (\(movedSlices.count))",
      movedSlices.map { "\($0.population) \($0.box): core \($0.from) → \($0.to)" })
    lines += DiffText.section(
      "cores moved (\(movedCores.count))",
      movedCores.map { move in
        let name =
          move.coreBefore == move.coreAfter
          ? "\(move.coreBefore)" : "\(move.coreBefore) (now \(move.coreAfter))"
        return "core \(name): \(place(move.from)) → \(place(move.to))"
      })
    lines += DiffText.section("cores only before", numbers(removedCores))
    lines += DiffText.section("cores only after", numbers(addedCores))
    lines += DiffText.section("wiring", wiring.map(\.text))
    lines += DiffText.table("cost of the mapping", costs)
    lines += remarks.map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }

  private func numbers(_ cores: [Int]) -> [String] {
    cores.isEmpty ? [] : [cores.map(String.init).joined(separator: " ")]
  }

  private func place(_ position: CorePosition) -> String {
    "chip \(position.chip), column \(position.column), row \(position.row), slot \(position.slot)"
  }

  /// The members of `spikeloom.diff/1` for two images.
  public var members: [String: JSONValue] {
    [
      "header": .array(header.map(\.jsonValue)),
      "populations": .array(populations.map(\.jsonValue)),
      "templates": .array(templates.map(\.jsonValue)),
      "frontEnds": .array(frontEnds.map(\.jsonValue)), "cuts": .array(cuts.map(\.jsonValue)),
      "movedSlices": .array(
        movedSlices.map {
          .object([
            "population": .text($0.population), "box": .text($0.box.description),
            "from": .integer($0.from), "to": .integer($0.to),
          ])
        }),
      "movedCores": .array(
        movedCores.map {
          .object([
            "coreBefore": .integer($0.coreBefore), "coreAfter": .integer($0.coreAfter),
            "from": position($0.from), "to": position($0.to),
          ])
        }),
      "removedCores": .array(removedCores.map { .integer($0) }),
      "addedCores": .array(addedCores.map { .integer($0) }),
      "wiring": .array(wiring.map(\.jsonValue)),
      "cost": .object(
        Dictionary(costs.map { ($0.name, $0.jsonValue) }, uniquingKeysWith: { first, _ in first })),
      "remarks": .texts(remarks),
    ]
  }

  private func position(_ position: CorePosition) -> JSONValue {
    .object([
      "chip": .integer(position.chip), "column": .integer(position.column),
      "row": .integer(position.row), "slot": .integer(position.slot),
    ])
  }
}
