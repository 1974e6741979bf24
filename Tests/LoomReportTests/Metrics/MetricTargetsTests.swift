import LoomBase
import LoomReport
import Testing

@Suite("Targets of metrics")
struct MetricTargetsTests {
  static let shape = MapShape(channels: 2, height: 1, width: 3)

  @Test("the mean squared error by hand, channel-first and channel-last")
  func squares() {
    let answers = AnswerTensors(outputs: [Self.shape], samples: 1, values: [1, 2, 3, 4, 5, 6])
    let first = TargetTensors(samples: 1, sampleShape: [2, 1, 3], values: [1, 2, 3, 4, 5, 9])
    #expect(first.meanSquaredError(answers) == 9.0 / 6)
    let last = TargetTensors(samples: 1, sampleShape: [1, 3, 2], values: [1, 4, 2, 5, 3, 8])
    #expect(last.meanSquaredError(answers) == 4.0 / 6)
    let none = TargetTensors(samples: 0, sampleShape: [6], values: [])
    let nothing = AnswerTensors(outputs: [Self.shape], samples: 0, values: [])
    #expect(none.meanSquaredError(nothing) == nil)
  }

  @Test("top-1 looks at all outputs, first largest first")
  func classes() {
    let answers = AnswerTensors(
      outputs: [MapShape(channels: 2), MapShape(channels: 1)], samples: 3,
      values: [0, 1, 2, 5, 5, 1, -2, -1, -3])
    #expect(MetricTargets.classes([2, 0, 1]).value(of: answers) == 1)
    #expect(MetricTargets.classes([2, 1, 0]).value(of: answers) == 1.0 / 3)
  }

  @Test("a range of targets judges the same range of answers")
  func ranges() throws {
    let masks = SegmentationMasks(height: 1, width: 3, classes: [0, 0, 1, 1, 1, 0])
    let whole = AnswerTensors(
      outputs: [Self.shape], samples: 2, values: [1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0])
    let second = AnswerTensors(outputs: [Self.shape], samples: 1, values: [1, 1, 1, 0, 0, 0])
    let targets = MetricTargets.masks(masks)
    #expect(targets.count == 2 && targets.metric == .meanIntersectionOverUnion)
    // Both pictures: class 0 both 3 of 5, class 1 both 1 of 3; the second alone 1 of 3 and 0 of 2.
    let both = try #require(targets.value(of: whole))
    let wanted: Double = (3.0 / 5 + 1.0 / 3) / 2
    #expect(abs(both - wanted) < 1e-12)
    let part = targets.selecting(1..<2)
    let alone = try #require(part.value(of: second))
    #expect(abs(alone - 1.0 / 6) < 1e-12)
    let tensors = MetricTargets.tensors(
      TargetTensors(samples: 2, sampleShape: [1], values: [3, 4]))
    #expect(
      tensors.selecting(1..<2)
        == .tensors(TargetTensors(samples: 1, sampleShape: [1], values: [4])))
  }

  @Test("what does not suit the outputs is said")
  func findings() throws {
    let small = MetricTargets.masks(SegmentationMasks(height: 1, width: 2, classes: [0, 0]))
    #expect(try #require(small.finding(outputs: [Self.shape])).code == "SL1821")
    let large = MetricTargets.masks(SegmentationMasks(height: 1, width: 3, classes: [0, 2, 0]))
    #expect(try #require(large.finding(outputs: [Self.shape])).message.contains("below 2, has 2"))
    let fine = MetricTargets.masks(SegmentationMasks(height: 1, width: 3, classes: [0, 1, -1]))
    #expect(fine.finding(outputs: [MapShape(channels: 9), Self.shape]) == nil)
    let object = ObjectBoxes.Object(
      kind: 1, box: DetectionBox(left: 0, top: 0, right: 1, bottom: 1))
    let boxes = MetricTargets.boxes(
      ObjectBoxes(pictures: [[object]]),
      DetectionHead(classes: 1, pictureWidth: 4, pictureHeight: 4))
    #expect(try #require(boxes.finding(outputs: [Self.shape])).message.contains("5 + 1"))
    #expect(
      try #require(boxes.finding(outputs: [MapShape(channels: 6)])).message.contains("has 1"))
    let numbers = MetricTargets.tensors(
      TargetTensors(samples: 1, sampleShape: [5], values: [0, 0, 0, 0, 0]))
    #expect(try #require(numbers.finding(outputs: [Self.shape])).message.contains("2×1×3"))
  }
}
