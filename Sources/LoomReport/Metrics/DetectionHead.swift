import Foundation
public import LoomBase

/// How a one-stage detector's raw outputs mean boxes; the host decodes them after readout.
///
/// Every output is a grid of H × W cells with A · (5 + C) channels for A boxes a cell and C classes: box a
/// owns channels a·(5 + C) and following, in this order (all raw: the sigmoid σ is the host's)
///
///     x, y, w, h, object, class 0, …, class C−1
///
///     centre   = ((column + σ(x)) / W · picture width, (row + σ(y)) / H · picture height)
///     size     = (σ(w) · picture width, σ(h) · picture height)
///     score    = σ(object) · σ(class)
///
/// which is the grid of YOLO (Redmon and Farhadi 2017, *YOLO9000*, §2) with sizes as parts of the picture in
/// place of anchors. Of all outputs together candidates of at least `scoreThreshold` are taken in order of
/// score; one that overlaps a better one of its class by more than `overlapThreshold` is dropped; at most
/// `limit` a picture remain.
public struct DetectionHead: Sendable, Hashable {
  /// C, the number of classes.
  public var classes: Int
  /// Width of the picture, pixels.
  public var pictureWidth: Double
  /// Height of the picture, pixels.
  public var pictureHeight: Double
  /// The smallest score that counts.
  public var scoreThreshold = 0.01
  /// The largest IoU that two detections of one class may have.
  public var overlapThreshold = 0.5
  /// The most detections of one picture.
  public var limit = 100

  /// Creates the decoding for a number of classes and a picture size in pixels.
  public init(classes: Int, pictureWidth: Int, pictureHeight: Int) {
    self.classes = classes
    self.pictureWidth = Double(pictureWidth)
    self.pictureHeight = Double(pictureHeight)
  }

  /// Whether an output has the channels of this head.
  public func suits(_ shape: MapShape) -> Bool {
    classes > 0 && shape.channels > 0 && shape.channels % (5 + classes) == 0
  }

  /// The detections in one picture, best first.
  public func detections(_ answers: AnswerTensors, sample: Int) -> [Detection] {
    var candidates: [Detection] = []
    for output in answers.outputs.indices {
      let shape = answers.outputs[output]
      precondition(suits(shape), "every output has A · (5 + C) channels")
      let values = Array(answers.output(output, ofSample: sample))
      for group in 0..<(shape.channels / (5 + classes)) {
        let first = group * (5 + classes) * shape.positions
        for position in 0..<shape.positions {
          candidates += cell(values, first: first + position, position: position, shape)
        }
      }
    }
    return suppressed(candidates)
  }

  private func cell(
    _ values: [Float], first: Int, position: Int, _ shape: MapShape
  ) -> [Detection] {
    func part(_ channel: Int) -> Double {
      1 / (1 + exp(-Double(values[first + channel * shape.positions])))
    }
    let object = part(4)
    guard object >= scoreThreshold else { return [] }
    let x = (Double(position % shape.width) + part(0)) / Double(shape.width) * pictureWidth
    let y = (Double(position / shape.width) + part(1)) / Double(shape.height) * pictureHeight
    let (width, height) = (part(2) * pictureWidth, part(3) * pictureHeight)
    let box = DetectionBox(
      left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2)
    return (0..<classes).compactMap { kind in
      let score = object * part(5 + kind)
      return score >= scoreThreshold ? Detection(kind: kind, score: score, box: box) : nil
    }
  }

  /// Greedy suppression by class; ties keep the order of outputs, groups, cells and classes.
  func suppressed(_ candidates: [Detection]) -> [Detection] {
    let order = candidates.indices.sorted {
      (-candidates[$0].score, $0) < (-candidates[$1].score, $1)
    }
    var kept: [Detection] = []
    for index in order where kept.count < limit {
      let one = candidates[index]
      let isNew = kept.allSatisfy {
        $0.kind != one.kind || $0.box.intersectionOverUnion(one.box) <= overlapThreshold
      }
      if isNew { kept.append(one) }
    }
    return kept
  }
}
