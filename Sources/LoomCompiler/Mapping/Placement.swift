import LoomHardware
import LoomImage

/// Where cores sit: in order of layers along a Hilbert curve over each chip's tiles, chips in turn.
///
/// Before: cores 0, 1, 2, ... in order of starts. After: neighbours on the mesh.
enum Placement {
  /// The positions of the first `count` cores.
  static func positions(_ count: Int, topology: Topology) -> [CorePosition] {
    let curve = HilbertCurve(width: topology.tileColumns, height: topology.tileRows).points
    return (0..<count).map { core in
      let chip = core / topology.coresPerChip
      let place = core % topology.coresPerChip
      let tile = curve[place / topology.coresPerTile]
      return CorePosition(
        chip: chip, column: tile.x, row: tile.y, slot: place % topology.coresPerTile)
    }
  }
}
