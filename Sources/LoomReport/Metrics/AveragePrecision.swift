/// The true objects of a set of pictures, and the average precision of detections against them.
public struct ObjectBoxes: Sendable, Hashable {
  /// One true object.
  public struct Object: Sendable, Hashable {
    /// Its class.
    public var kind: Int
    /// Where it is.
    public var box: DetectionBox

    /// Creates an object.
    public init(kind: Int, box: DetectionBox) {
      self.kind = kind
      self.box = box
    }
  }

  /// The objects of each picture.
  public var pictures: [[Object]]

  /// Creates the objects of pictures.
  public init(pictures: [[Object]]) {
    self.pictures = pictures
  }

  /// The largest class number that occurs, −1 without objects.
  public var largestClass: Int { pictures.joined().map(\.kind).max() ?? -1 }

  /// Average precision at an overlap, mean over the classes that have objects.
  ///
  /// In order of score over all pictures, a detection is right if the object of its class that it overlaps
  /// most has at least this IoU with it and is not taken yet. Precision is made to fall with recall, and the
  /// area under it is summed at every point (Pascal VOC since 2010; Everingham and others 2010, §4.2).
  ///
  /// - Returns: the mean in 0...1; nil if there are no objects.
  public func meanAveragePrecision(
    _ detections: [[Detection]], overlap: Double = 0.5
  ) -> Double? {
    precondition(detections.count == pictures.count, "detections are of the same pictures")
    var sum = 0.0
    var classes = 0
    for kind in 0..<(largestClass + 1) {
      let total = pictures.joined().count { $0.kind == kind }
      guard total > 0 else { continue }
      let hits = hits(of: kind, detections, overlap: overlap)
      sum += Self.averagePrecision(hits, objects: total)
      classes += 1
    }
    return classes == 0 ? nil : sum / Double(classes)
  }

  /// For each detection of a class, best first, whether it is right.
  private func hits(of kind: Int, _ detections: [[Detection]], overlap: Double) -> [Bool] {
    var ranked: [(score: Double, picture: Int, box: DetectionBox)] = []
    for (picture, found) in detections.enumerated() {
      for one in found where one.kind == kind { ranked.append((one.score, picture, one.box)) }
    }
    let order = ranked.indices.sorted { (-ranked[$0].score, $0) < (-ranked[$1].score, $1) }
    var taken = pictures.map { [Bool](repeating: false, count: $0.count) }
    return order.map { index in
      let one = ranked[index]
      var best = -1
      var largest = overlap
      for (place, object) in pictures[one.picture].enumerated() where object.kind == kind {
        let share = object.box.intersectionOverUnion(one.box)
        if share > largest || (best < 0 && share == largest) { (best, largest) = (place, share) }
      }
      guard best >= 0, !taken[one.picture][best] else { return false }
      taken[one.picture][best] = true
      return true
    }
  }

  /// The area under the falling envelope of precision over recall.
  static func averagePrecision(_ hits: [Bool], objects: Int) -> Double {
    var right = hits.count { $0 }
    var envelope = 0.0
    var area = 0.0
    for rank in hits.indices.reversed() {
      envelope = max(envelope, Double(right) / Double(rank + 1))
      if hits[rank] {
        area += envelope
        right -= 1
      }
    }
    return area / Double(objects)
  }
}
