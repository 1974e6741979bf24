import LoomBase
public import LoomHardware

/// The memories of cores that keep one layer's kernels for all its neurons (`SharedKernelFormat`).
public enum SharedKernelMemory {
  /// The words a kernel takes: inputs × 2^(⌈log2(height · width)⌉ + ⌈log2 outputs⌉); nil beyond 2^40.
  ///
  /// Addresses are put together from bit fields, so that a 3×3 kernel counts as 16 positions and 10 output
  /// channels as 16 (sinabs, `docs/speck/overview.md`).
  public static func words(inputs: Int, height: Int, width: Int, outputs: Int) -> Int? {
    guard inputs > 0, outputs > 0, height > 0, width > 0, inputs <= 1 << 24, outputs <= 1 << 24,
      height <= 1 << 16, width <= 1 << 16
    else { return nil }
    let bits = bits(height * width) + bits(outputs)
    guard bits <= 40, inputs <= (1 << 40) >> bits else { return nil }
    return inputs << bits
  }

  /// The words of a template; nil for one that is no kernel: sparse or broadcast.
  ///
  /// A dense layer is a kernel as large as its source map, onto as many channels as it has targets.
  public static func words(
    of template: SynapseTemplate, populations: [ImagePopulation]
  ) -> Int? {
    let source = populations[template.source].shape
    let target = populations[template.target].shape
    switch template.kind {
    case .convolution(let geometry):
      return words(
        inputs: source.channels, height: geometry.kernelHeight, width: geometry.kernelWidth,
        outputs: target.channels)
    case .dense:
      return words(
        inputs: source.channels, height: source.height, width: source.width, outputs: target.count)
    case .sparse, .broadcast, .sums: return nil
    }
  }

  /// ⌈log2 value⌉ of a positive number.
  private static func bits(_ value: Int) -> Int {
    value <= 1 ? 0 : Int.bitWidth - (value - 1).leadingZeroBitCount
  }

  /// The neurons and kernel words of the core at a place: those of its class, where cores differ.
  ///
  /// Classes follow one another in the order of places on a chip: slot, then tile column, then tile row.
  /// Kernel words are without limit where the profile states none.
  public static func capacity(
    of position: CorePosition, _ profile: Profile
  ) -> (neurons: Int, kernelWords: Int) {
    let topology = profile.topology
    let tile = position.row * topology.tileColumns + position.column
    var place = tile * topology.coresPerTile + position.slot
    for kind in profile.core.classes {
      if place < kind.cores {
        return (kind.neurons, kind.kernelWords > 0 ? kind.kernelWords : .max)
      }
      place -= kind.cores
    }
    return (profile.core.neurons, .max)
  }
}
