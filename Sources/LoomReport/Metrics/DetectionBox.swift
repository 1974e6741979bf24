/// An upright rectangle in pixels of the picture; x to the right, y down, the far edges outside.
public struct DetectionBox: Sendable, Hashable {
  /// The left edge.
  public var left: Double
  /// The upper edge.
  public var top: Double
  /// The right edge.
  public var right: Double
  /// The lower edge.
  public var bottom: Double

  /// Creates a box from its edges.
  public init(left: Double, top: Double, right: Double, bottom: Double) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  /// The area, square pixels; zero where edges are the wrong way round.
  public var area: Double { max(0, right - left) * max(0, bottom - top) }

  /// Intersection over union with another box; zero where both are empty.
  public func intersectionOverUnion(_ other: DetectionBox) -> Double {
    let common = DetectionBox(
      left: max(left, other.left), top: max(top, other.top), right: min(right, other.right),
      bottom: min(bottom, other.bottom)
    ).area
    let union = area + other.area - common
    return union > 0 ? common / union : 0
  }
}

/// One object that a detector claims to see.
public struct Detection: Sendable, Hashable {
  /// Its class.
  public var kind: Int
  /// How sure the detector is, 0...1.
  public var score: Double
  /// Where it is.
  public var box: DetectionBox

  /// Creates a detection.
  public init(kind: Int, score: Double, box: DetectionBox) {
    self.kind = kind
    self.score = score
    self.box = box
  }
}
