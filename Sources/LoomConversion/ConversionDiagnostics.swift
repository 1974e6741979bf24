import LoomBase
import LoomNetwork

/// The findings of conversion, codes SL20xx (network), SL21xx (layers) and SL22xx (samples).
extension Diagnostic {
  static func inputCount(_ names: [String]) -> Diagnostic {
    Diagnostic(
      .error, "SL2001",
      "needs a network with one input, has \(names.count)"
        + (names.isEmpty ? "" : " (\(names.map { "'\($0)'" }.joined(separator: ", ")))"),
      remedy: "export the network with a single image or vector as its input")
  }

  static func inputShape(_ name: String, _ shape: [Int]?) -> Diagnostic {
    Diagnostic(
      .error, "SL2002",
      "needs an input of shape N×C×H×W, N×H×W×C, N×C×L or N×n with known extents, "
        + "input '\(name)' has \(shape.map { dimensions($0) } ?? "no shape")",
      remedy: "export the network with fixed extents behind the batch axis")
  }

  static func unreachableOutput(_ name: String) -> Diagnostic {
    Diagnostic(
      .error, "SL2003", "needs an output computed from the input, '\(name)' is not",
      remedy: "export the network with the class scores as its output")
  }

  static func unsuitable(_ layer: Layer, why: String, remedy: String) -> Diagnostic {
    Diagnostic(.error, "SL2101", why, at: layer.anchor, remedy: remedy)
  }

  static func needsConstant(_ layer: Layer, _ name: String) -> Diagnostic {
    Diagnostic(
      .error, "SL2102", "needs a constant operand, '\(name)' is computed from the input",
      at: layer.anchor,
      remedy: layer.operation.readsOnlyFirstInput
        ? "export with fixed shapes, or simplify the file (constant folding)"
        : "spiking neurons add currents: replace products of two activations, retrain, export")
  }

  static func missingInput(_ layer: Layer, _ position: Int) -> Diagnostic {
    Diagnostic(
      .error, "SL2103", "needs an operand at position \(position), has none", at: layer.anchor,
      remedy: "export the network anew; the file breaks the operator's definition")
  }

  static func constantData(_ layer: Layer, _ name: String) -> Diagnostic {
    Diagnostic(
      .error, "SL2104", "needs data computed from the input, '\(name)' is a constant",
      at: layer.anchor,
      remedy: "simplify the network (constant folding), or put the constant second")
  }

  static func regionTooLarge(_ layer: Layer, entries: Int) -> Diagnostic {
    Diagnostic(
      .error, "SL2105",
      "needs a linear region of at most \(RegionLimit.maximumEntries) weights, "
        + "composed with the linear layers before it takes \(entries) weights or multiplications",
      at: layer.anchor,
      remedy: "put a Relu between the linear layers, or use a smaller map")
  }

  static func shapeUnclear(_ layer: Layer, _ has: String) -> Diagnostic {
    Diagnostic(
      .error, "SL2106", "needs a shape that keeps the batch axis first, has \(has)",
      at: layer.anchor, remedy: "keep samples apart: reshape and transpose behind the batch axis")
  }

  static func badOperand(_ layer: Layer, needs: String, has: String) -> Diagnostic {
    Diagnostic(
      .error, "SL2107", "needs \(needs), has \(has)", at: layer.anchor,
      remedy: "export the network anew, or simplify the layer")
  }

  static func notFinite(_ layer: Layer, _ name: String) -> Diagnostic {
    Diagnostic(
      .error, "SL2108", "needs finite weights, '\(name)' holds NaN or infinity", at: layer.anchor,
      remedy: "the training diverged or the file is damaged: train or export anew")
  }

  static func sampleShape(_ stored: [Int], _ map: MapShape) -> Diagnostic {
    Diagnostic(
      .error, "SL2201",
      "needs samples of \(map.channels)×\(map.height)×\(map.width) (or "
        + "\(map.height)×\(map.width)×\(map.channels)), has \(dimensions(stored))",
      remedy: "give data of the shape the network was trained on")
  }

  static func tooFewSamples(_ count: Int) -> Diagnostic {
    Diagnostic(
      .error, "SL2202", "needs at least 10 calibration samples, has \(count)",
      remedy: "give more unlabelled samples with --calibration")
  }

  static func samplesNotFinite(_ index: Int) -> Diagnostic {
    Diagnostic(
      .error, "SL2203", "needs finite calibration samples, sample \(index) holds NaN or infinity",
      remedy: "remove the sample, or check --scale, --mean and --std")
  }

  static func preprocessing(_ what: String) -> Diagnostic {
    Diagnostic(
      .error, "SL2204", what, remedy: "check --scale, --mean and --std, or the MODEL.json file")
  }

  static func option(_ what: String, remedy: String) -> Diagnostic {
    Diagnostic(.error, "SL2205", what, remedy: remedy)
  }

  private static func dimensions(_ shape: [Int]) -> String {
    shape.isEmpty
      ? "a scalar" : shape.map { $0 < 0 ? "N" : String($0) }.joined(separator: "×")
  }
}
