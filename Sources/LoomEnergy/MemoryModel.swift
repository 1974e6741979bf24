/// What one access to an on-chip memory costs (45 nm).
public enum MemoryModel: String, Sendable, Hashable, CaseIterable {
  /// Lemaire et al. 2022 (arXiv 2210.13107): 1.09e-5 · bits + 13.2 pJ for every element accessed, bits =
  /// elements × width of the memory it lies in.
  case perElement
  /// Their newer option: 10 pJ for a 64-bit word of an 8 KB block (Horowitz 2014), elements packed.
  case packedWords

  /// One access to an element of `width` bits in a memory of `elements` such elements, pJ.
  public func accessPicojoules(elements: Double, width: Double) -> Double {
    switch self {
    case .perElement: 1.09e-5 * elements * width + 13.2
    case .packedWords: 10 * width / 64
    }
  }
}
