package import LoomBase
import LoomHardware

extension ImageVerifier {
  /// What axons of types or signs cannot carry; `populations` and templates as in the image.
  static func axonFindings(_ image: HardwareImage, _ storage: SynapseStorage) -> [Diagnostic] {
    guard case .crossbar(let format) = storage else { return [] }
    if storage.hasBinaryCells { return typeFindings(image, types: format.axonTypes) }
    return storage.hasSignedAxons ? signFindings(image) : []
  }

  private static func typeFindings(_ image: HardwareImage, types: Int) -> [Diagnostic] {
    image.populations.indices.compactMap { population in
      var lists: [[Int32]] = []
      for (index, template) in image.templates.enumerated() where template.target == population {
        guard
          let values = AxonTypeAssignment.values(
            template, target: image.populations[population].shape)
        else { return finding("template \(index) needs one weight for each neuron, has several") }
        lists.append(values)
      }
      let needed = (AxonTypeAssignment.types(lists).max() ?? -1) + 1
      guard needed > types else { return nil }
      return finding("population \(population) needs at most \(types) axon types, has \(needed)")
    }
  }

  private static func signFindings(_ image: HardwareImage) -> [Diagnostic] {
    image.templates.enumerated().compactMap { index, template in
      guard AxonSign.isMixed(template, source: image.populations[template.source].shape) else {
        return nil
      }
      return finding("template \(index) needs one sign for each axon, has an axon of both")
    }
  }

  private static func finding(_ message: String) -> Diagnostic {
    Diagnostic(.error, "SL5108", message)
  }
}

/// The signs of the weights of each source.
package enum AxonSign {
  /// Whether a source has weights of both signs.
  package static func isMixed(_ template: SynapseTemplate, source: MapShape) -> Bool {
    switch template.kind {
    case .convolution(let geometry):
      // A source channel's kernel rows stand together.
      let inputs = template.inputChannels(source, groups: geometry.groups).count
      return isMixed(template.weights, lists: inputs * geometry.groups)
    case .dense: return isMixed(template.weights, lists: template.denseSources(source).count)
    case .broadcast, .sums: return isMixed(template.weights, lists: 1)
    case .sparse(let offsets, _):
      return zip(offsets, offsets.dropFirst()).contains {
        isMixed(template.weights[Int($0)..<Int($1)])
      }
    }
  }

  private static func isMixed(_ weights: [Int16], lists: Int) -> Bool {
    let size = max(1, weights.count / max(1, lists))
    return stride(from: 0, to: weights.count, by: size).contains {
      isMixed(weights[$0..<min($0 + size, weights.count)])
    }
  }

  private static func isMixed(_ weights: ArraySlice<Int16>) -> Bool {
    weights.contains { $0 > 0 } && weights.contains { $0 < 0 }
  }
}
