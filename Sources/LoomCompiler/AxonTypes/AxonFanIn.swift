import LoomBase
import LoomHardware
import LoomImage

/// Refuses layers whose neurons need more input axons than a core has, where weights take several axons a source.
///
/// Such chips add no partial sums of other cores, so nothing but fewer axons helps. One finding says it for all
/// layers.
enum AxonFanIn {
  /// What one neuron of a layer takes.
  private struct Need {
    var layer: String
    var axons: Int
    var sources: Int
  }

  /// Throws one finding about the layer that needs most.
  static func check(
    _ network: LoweredNetwork, profile: Profile
  ) throws(DiagnosticsError) {
    guard profile.splitsWeights else { return }
    let builder = TileBuilder(network, profile)
    let needs = network.populations.indices.map { need($0, builder) }
    let beyond = needs.filter { $0.axons > profile.core.axonsIn }
    guard let worst = beyond.max(by: { $0.axons < $1.axons }) else { return }
    throw DiagnosticsError(.doesNotFit, [finding(worst, beyond, profile)])
  }

  /// The need of the layer's neuron of most axons, of those in the middle of the map, where receptive fields
  /// are whole.
  private static func need(_ population: Int, _ builder: TileBuilder) -> Need {
    let shape = builder.images[population].shape
    let needs = (0..<shape.channels).map { channel in
      need(population, MapBox(neuronInMiddleOf: shape, channel: channel), builder)
    }
    return needs.max { $0.axons < $1.axons } ?? Need(layer: "", axons: 0, sources: 0)
  }

  private static func need(_ population: Int, _ box: MapBox, _ builder: TileBuilder) -> Need {
    var need = Need(layer: builder.network.populations[population].name, axons: 0, sources: 0)
    var group: Set<UInt32> = []
    for index in builder.incoming[population] {
      let template = builder.network.templates[index]
      let sources = builder.sources(index, box)
      need.axons += sources.count
      if !template.repeats {
        need.sources += group.count
        group = []
      }
      group.formUnion(sources.indices(in: builder.images[template.source].shape))
    }
    need.sources += group.count
    return need
  }

  private static func finding(
    _ worst: Need, _ beyond: [Need], _ profile: Profile
  ) -> Diagnostic {
    let has = profile.core.axonsIn
    let copies = Double(worst.axons) / Double(max(1, worst.sources))
    let others = beyond.filter { $0.layer != worst.layer }.map { "'\($0.layer)' needs \($0.axons)" }
    return Diagnostic(
      .error, "SL4014",
      "needs \(worst.axons) input axons for a single neuron (\(worst.sources) sources × "
        + "\(tenths(copies)) axons each for \(profile.weight.bits)-bit weights), has \(has)",
      at: .layer(worst.layer),
      notes: ["cores of this chip add no partial sums of other cores"]
        + (others.isEmpty ? [] : ["too wide as well: " + others.joined(separator: ", ")]),
      remedy: remedy(beyond.map(\.sources).max() ?? 0, has, profile))
  }

  private static func remedy(_ sources: Int, _ has: Int, _ profile: Profile) -> String {
    // A neuron meets at most two of the digits of 3-bit weights, and one of 2-bit weights (1 and −1).
    let enough = sources <= has / 2 ? 3 : sources <= has ? 2 : 0
    let bits = min(enough, profile.weight.bits - 1)
    if profile.core.synapses.hasBinaryCells, bits >= 2 {
      return "quantize with fewer bits (--set /weight/bits=\(bits))"
    }
    return "narrow the layers before it to \(has) sources for each neuron or fewer, or choose a "
      + "profile with more input axons a core or whose cells hold whole weights"
  }

  /// A ratio with at most one decimal.
  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
