/// The crossbars of one core: `arrays` blocks of `rows` axons × `columns` cells whose column sums are
/// shifted (one shift per array and column) and added digitally before the neurons.
public struct CrossbarFormat: Sendable, Hashable, Codable {
  /// Axons of one array.
  public var rows: Int
  /// Columns of one array, one neuron (or current site) each.
  public var columns: Int
  /// Arrays joined in one core: fan-in up to rows × arrays.
  public var arrays: Int
  /// Bits of one cell, 0: any weight; a weight of more bits takes as many columns as it needs.
  public var cellBits: Int
  /// Whether every array in use is read in every step, spikes or none (analog arrays).
  public var readsWhenSilent: Bool
  /// Types an axon may have, where cells only say whether a synapse is there and each neuron holds one weight
  /// for each type (TrueNorth, RANC); 0: every cell holds a weight of its own.
  public var axonTypes: Int
  /// Whether all synapses of an axon have one sign (ODIN).
  public var signPerAxon: Bool

  /// Creates a format.
  public init(
    rows: Int, columns: Int, arrays: Int, cellBits: Int = 0, readsWhenSilent: Bool = false,
    axonTypes: Int = 0, signPerAxon: Bool = false
  ) {
    self.rows = rows
    self.columns = columns
    self.arrays = arrays
    self.cellBits = cellBits
    self.readsWhenSilent = readsWhenSilent
    self.axonTypes = axonTypes
    self.signPerAxon = signPerAxon
  }

  /// Columns that a weight of some bits takes.
  public func columnsPerWeight(bits: Int) -> Int {
    cellBits == 0 || axonTypes > 0 ? 1 : (bits + cellBits - 1) / cellBits
  }
}
