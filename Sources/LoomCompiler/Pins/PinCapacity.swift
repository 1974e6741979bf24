import LoomBase
import LoomHardware
import LoomImage

/// Whether pinned cores can hold what is pinned to them.
enum PinCapacity {
  /// Every resource of which a pinned core is short, pin by pin and for several pins together.
  static func findings(
    _ tiles: [[Tile]], _ pinned: PinnedSlices, _ builder: TileBuilder
  ) -> [Diagnostic] {
    let budget = CoreBudget(profile: builder.profile)
    var findings: [Diagnostic] = []
    for core in pinned.places.indices {
      let slices = pinned.slices.filter { $0.core == core }
      var load = CoreLoad()
      var alone: [Diagnostic] = []
      for slice in slices {
        let own = tiles[core].filter { $0.population == slice.population && $0.box == slice.box }
        var single = CoreLoad()
        for tile in own {
          single.add(tile)
          load.add(tile)
        }
        alone += report(single, [slice], pinned.places[core], budget, builder)
      }
      findings +=
        alone.isEmpty && slices.count > 1
        ? report(load, slices, pinned.places[core], budget, builder) : alone
    }
    return findings
  }

  private static func report(
    _ load: CoreLoad, _ slices: [PinnedSlices.Slice], _ place: CorePosition,
    _ budget: CoreBudget, _ builder: TileBuilder
  ) -> [Diagnostic] {
    let numbers = slices.map { "\($0.pin)" }
    let pins =
      numbers.count == 1
      ? "pin \(numbers[0]) needs"
      : "pins \(numbers.dropLast().joined(separator: ", ")) and \(numbers.last ?? "") together need"
    let names = slices.map { slice in
      "pin \(slice.pin): layer '\(builder.network.populations[slice.population].name)', \(slice.box)"
    }
    let layer = builder.network.populations[slices[0].population].name
    return load.exceeded(budget, builder).map { resource, needs, has in
      Diagnostic(
        .error, "SL4044", "\(pins) \(needs) \(resource.name), has \(has)", at: .layer(layer),
        notes: names + [
          "on chip \(place.chip), tile (\(place.column), \(place.row)), slot \(place.slot)"
        ],
        remedy: "pin a smaller part to this core")
    }
  }
}
