import LoomBase
import LoomNetwork

/// Checks what a window code (bit-serial, time to first spike) asks of a network beyond consistency.
enum WindowCheck {
  /// The longest window of a code that doubles every step: its values then fit 32 signed bits.
  static let longestDoubling = 31

  /// All findings about a network whose ids and counts are already sound; none for a rate code.
  static func findings(of skeleton: NetworkSkeleton) -> [Diagnostic] {
    guard skeleton.code.isWindowed else { return [] }
    return time(skeleton) + skeleton.nodes.flatMap { problems($0, skeleton) }
      + skeleton.edges.indices.flatMap { delay(ofProjection: $0, skeleton) }
  }

  private static func finding(
    _ message: String, _ skeleton: NetworkSkeleton, at anchor: Anchor = .none
  ) -> Diagnostic {
    Diagnostic(
      .error, skeleton.diagnosticCode, "code '\(skeleton.code.rawValue)' \(message)", at: anchor)
  }

  private static func time(_ skeleton: NetworkSkeleton) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    if skeleton.schedule != .aligned {
      findings.append(finding("needs schedule 'aligned', has another", skeleton))
    }
    if skeleton.readoutStart != 0 {
      findings.append(finding("needs a readout start of 0, has \(skeleton.readoutStart)", skeleton))
    }
    if skeleton.code == .bitSerial, skeleton.timesteps > longestDoubling {
      findings.append(
        finding("needs at most \(longestDoubling) steps, has \(skeleton.timesteps)", skeleton))
    }
    return findings
  }

  private static func problems(
    _ node: NetworkSkeleton.Node, _ skeleton: NetworkSkeleton
  ) -> [Diagnostic] {
    guard node.role == .hidden else { return [] }
    let anchor = Anchor.layer(node.name)
    var findings: [Diagnostic] = []
    if !node.firesAtThresholdAndSubtracts {
      findings.append(
        finding(
          "needs neurons with soft reset that fire at ≥ θ, has others", skeleton, at: anchor))
    }
    if !node.thresholdsArePositive {
      findings.append(
        finding("needs thresholds greater than 0, has others", skeleton, at: anchor))
    }
    return findings
  }

  private static func delay(
    ofProjection index: Int, _ skeleton: NetworkSkeleton
  ) -> [Diagnostic] {
    let delay = skeleton.edges[index].alignedDelay
    guard delay != 0 else { return [] }
    return [
      finding(
        "needs projections without aligned delay, has \(delay)", skeleton,
        at: .layer("projection \(index)"))
    ]
  }
}

extension SpikeCode {
  /// What a spike of aligned step `step` adds to the value of a window of `steps` steps.
  func worth(ofStep step: Int, of steps: Int) -> Int64 {
    switch self {
    case .rate: 1
    case .bitSerial: 1 << Int64(steps - 1 - step)
    case .timeToFirstSpike: Int64(steps - step)
    }
  }
}
