import LoomNetwork

extension RegionBuilder {
  /// For sizing: builds a layer whose linear region is too large on neurons of its own before it.
  ///
  /// Conversion refuses such a layer (the finding stays); what it would take behind neurons is its size.
  mutating func rebuildApart(_ layer: Layer) -> Bool {
    guard outline != nil, let input = layer.inputs.first ?? nil, let value = values[input] else {
      return false
    }
    do {
      let flat = try neurons(value, kind: .pooling, name: "\(layer.name).input", bound: nil)
      values[input] = flat
      try build(layer)
      return true
    } catch {
      return false
    }
  }
}
