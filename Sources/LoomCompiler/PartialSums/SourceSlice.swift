import LoomBase
import LoomImage

/// Cuts a template by its sources.
enum SourceSlice {
  /// How many parts a template's sources can be cut into, and what each adds to a neuron's inputs on average.
  ///
  /// Convolutions are cut between the input channels of their groups, others between sources (channel-last).
  static func inputs(_ template: SynapseTemplate, source: MapShape, target: MapShape) -> [Double] {
    switch template.kind {
    case .convolution(let geometry):
      let taps =
        min(geometry.kernelHeight, source.height) * min(geometry.kernelWidth, source.width)
      return Array(repeating: Double(taps), count: source.channels / geometry.groups)
    case .dense: return Array(repeating: 1, count: source.count)
    case .sparse(let offsets, _):
      return zip(offsets, offsets.dropFirst()).map {
        Double($1 - $0) / Double(max(1, target.count))
      }
    case .broadcast, .sums: return [1]
    }
  }

  /// The nearest place to cut at which a part of a dense template is a box of the source map.
  static func aligned(_ cut: Int, _ template: SynapseTemplate, source: MapShape, parts: Int) -> Int
  {
    guard case .dense = template.kind else { return cut }
    var unit = 1
    if source.height >= 8 * parts {
      unit = source.width * source.channels
    } else if source.height == 1, source.width >= 8 * parts {
      unit = source.channels
    }
    return min(source.count, (cut + unit / 2) / unit * unit)
  }

  /// The part of a template that reads some of its sources; templates without weights stay without.
  static func part(
    _ template: SynapseTemplate, _ range: Range<Int>, source: MapShape, target: MapShape
  ) -> SynapseTemplate {
    var part = template
    switch template.kind {
    case .convolution(let geometry):
      let inputs = source.channels / geometry.groups
      guard range != 0..<inputs else { return template }
      part.sourceRange = range
      guard !template.weights.isEmpty else { return part }
      let size = geometry.kernelHeight * geometry.kernelWidth * (target.channels / geometry.groups)
      part.weights = (0..<geometry.groups).flatMap { group in
        let first = group * inputs
        return template.weights[
          ((first + range.lowerBound) * size)..<((first + range.upperBound) * size)]
      }
    case .dense:
      guard range != 0..<source.count else { return template }
      part.sourceRange = range
      guard !template.weights.isEmpty else { return part }
      part.weights = Array(
        template.weights[(range.lowerBound * target.count)..<(range.upperBound * target.count)])
    case .sparse(let offsets, let targets):
      let (first, end) = (offsets[range.lowerBound], offsets[range.upperBound])
      part.kind = .sparse(
        sourceOffsets: offsets.map { min(max($0, first), end) - first },
        targets: Array(targets[Int(first)..<Int(end)]))
      if !template.weights.isEmpty {
        part.weights = Array(template.weights[Int(first)..<Int(end)])
      }
    case .broadcast, .sums: break
    }
    return part
  }

  /// The most synapses that are written out one by one.
  private static let mostEntries = 1 << 24

  /// A convolution as a list of synapses, for kernels of which a single input channel is too much; nil if the
  /// list would be too long.
  static func listed(
    _ template: SynapseTemplate, source: MapShape, target: MapShape
  ) -> SynapseTemplate? {
    guard case .convolution(let geometry) = template.kind else { return nil }
    let taps = geometry.kernelHeight * geometry.kernelWidth * (source.channels / geometry.groups)
    guard target.count <= mostEntries / max(1, taps) else { return nil }
    let runs = SynapseRuns(template, source: source, target: target, ignoresShifts: true)
    let whole = MapBox(target)
    var (offsets, targets, weights): ([UInt32], [UInt32], [Int16]) = ([0], [], [])
    var found: [SynapseRun] = []
    for index in 0..<source.count {
      found.removeAll(keepingCapacity: true)
      runs.append(source: index, box: whole, to: &found)
      for run in found {
        for offset in 0..<run.count {
          targets.append(UInt32(run.firstTarget + offset))
          if !template.weights.isEmpty {
            weights.append(template.weights[run.firstWeight + offset])
          }
        }
      }
      offsets.append(UInt32(targets.count))
    }
    var listed = template
    listed.kind = .sparse(sourceOffsets: offsets, targets: targets)
    listed.weights = weights
    return listed
  }
}
