import Foundation
import LoomBase
import LoomReport
import Testing

@Suite("Detections and average precision")
struct DetectionTests {
  private static func box(
    _ left: Double, _ top: Double, _ right: Double, _ bottom: Double
  ) -> DetectionBox { DetectionBox(left: left, top: top, right: right, bottom: bottom) }

  private static func found(_ score: Double, _ box: DetectionBox, kind: Int = 0) -> Detection {
    Detection(kind: kind, score: score, box: box)
  }

  @Test("intersection over union by hand")
  func overlap() {
    let square = Self.box(0, 0, 4, 4)
    #expect(square.intersectionOverUnion(square) == 1)
    #expect(square.intersectionOverUnion(Self.box(2, 0, 6, 4)) == 8.0 / 24)
    #expect(square.intersectionOverUnion(Self.box(4, 0, 6, 4)) == 0)
    #expect(square.intersectionOverUnion(Self.box(1, 1, 3, 3)) == 0.25)
    let empty = Self.box(3, 3, 3, 3)
    #expect(empty.intersectionOverUnion(empty) == 0)
  }

  @Test("a cell's raw numbers become a box, a score and a class")
  func decoding() throws {
    let head = DetectionHead(classes: 2, pictureWidth: 8, pictureHeight: 16)
    let shape = MapShape(channels: 7, height: 2, width: 2)
    var values = [Float](repeating: 0, count: shape.count)
    for position in 0..<4 { values[shape.positions * 4 + position] = -30 }
    let cell = 2  // row 1, column 0
    let third = Float(log(3.0))
    let raw: [Float] = [0, third, -third, 0, third, -30, third]
    for (channel, value) in raw.enumerated() {
      values[channel * 4 + cell] = value
    }
    let answers = AnswerTensors(outputs: [shape], samples: 1, values: values)
    let all = head.detections(answers, sample: 0)
    try #require(all.count == 1)
    // σ = 1/2, 3/4, 1/4, 1/2, 3/4, 0, 3/4: centre (2, 14), size 2 × 8, score 9/16.
    #expect(all[0].kind == 1)
    #expect(abs(all[0].score - 0.5625) < 1e-6)
    let box = all[0].box
    let edges: [Double] = [box.left, box.top, box.right, box.bottom]
    #expect(zip(edges, [1, 10, 3, 18]).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("several boxes a cell, several outputs and samples are told apart")
  func groups() throws {
    let head = DetectionHead(classes: 1, pictureWidth: 10, pictureHeight: 10)
    let outputs = [MapShape(channels: 12), MapShape(channels: 6)]
    // Objectness logits of the three boxes of each sample; everything else 0 but the size.
    func sample(_ objects: [Float]) -> [Float] {
      objects.enumerated().flatMap { index, object -> [Float] in
        let width: Float = index == 1 ? -30 : 0
        return [0, 0, width, 0, object, 30]
      }
    }
    let values: [Float] = sample([2, -30, -30]) + sample([-30, 2, 1])
    let answers = AnswerTensors(outputs: outputs, samples: 2, values: values)
    #expect(head.suits(outputs[0]) && head.suits(outputs[1]))
    #expect(!head.suits(MapShape(channels: 7)))
    #expect(head.detections(answers, sample: 0).map { $0.box.right } == [7.5])
    let second = head.detections(answers, sample: 1)
    #expect(second.count == 2)
    #expect(second[0].box.area < 1e-9 && second[1].box.right == 7.5)
  }

  @Test("the better of two overlapping boxes of a class stays")
  func suppression() {
    let head = DetectionHead(classes: 2, pictureWidth: 16, pictureHeight: 16)
    // Two outputs of one cell: equal boxes, so the lower score of each class goes.
    let shape = MapShape(channels: 7)
    let values: [Float] = [0, 0, 0, 0, 2, 5, -1, 0, 0, 0, 0, 3, 5, -9]
    let answers = AnswerTensors(outputs: [shape, shape], samples: 1, values: values)
    let kept = head.detections(answers, sample: 0)
    #expect(kept.map(\.kind) == [0, 1])
    #expect(kept[0].score > 0.94 && kept[1].score > 0.2)
    var loose = head
    loose.overlapThreshold = 1
    #expect(loose.detections(answers, sample: 0).count == 3)
    loose.limit = 2
    #expect(loose.detections(answers, sample: 0).count == 2)
  }

  @Test("average precision by hand: right, wrong, right, twice the same, right of four objects")
  func averagePrecision() throws {
    let places = (0..<4).map { Self.box(Double($0) * 10, 0, Double($0) * 10 + 4, 4) }
    let truth = ObjectBoxes(pictures: [
      places.prefix(3).map { ObjectBoxes.Object(kind: 0, box: $0) },
      [ObjectBoxes.Object(kind: 0, box: places[3])],
    ])
    let detections = [
      [
        Self.found(0.9, places[0]), Self.found(0.8, Self.box(100, 0, 104, 4)),
        Self.found(0.7, places[1]), Self.found(0.6, places[0]),
      ],
      [Self.found(0.5, places[3])],
    ]
    // Precision at the hits: 1, 2/3, 3/5; recall 1/4 each; the fourth object is never found.
    let value = try #require(truth.meanAveragePrecision(detections))
    let wanted: Double = (1 + 2.0 / 3 + 3.0 / 5) / 4
    #expect(abs(value - wanted) < 1e-12)
  }

  @Test("precision that rises again lifts what lies before it; classes are averaged")
  func envelopeAndClasses() throws {
    let place = Self.box(0, 0, 4, 4)
    let other = Self.box(20, 20, 24, 24)
    let truth = ObjectBoxes(pictures: [
      [
        ObjectBoxes.Object(kind: 0, box: place), ObjectBoxes.Object(kind: 0, box: other),
        ObjectBoxes.Object(kind: 2, box: place),
      ]
    ])
    let detections = [
      [
        Self.found(0.9, Self.box(50, 50, 54, 54)), Self.found(0.8, place), Self.found(0.7, other),
        Self.found(0.9, place, kind: 1),
        // Exactly half: 8 of 16 square pixels.
        Self.found(0.6, Self.box(0, 0, 2, 4), kind: 2),
      ]
    ]
    // Class 0: hits at ranks 2 and 3, envelope 2/3 at both. Class 1 has no objects. Class 2: 1.
    let value = try #require(truth.meanAveragePrecision(detections))
    #expect(abs(value - 5.0 / 6) < 1e-12)
    #expect(ObjectBoxes(pictures: [[]]).meanAveragePrecision([[]]) == nil)
  }
}
