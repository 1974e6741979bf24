import LoomBase
import LoomReport
import Testing

@Suite("Mean intersection over union")
struct SegmentationMasksTests {
  /// Answers of two pictures of 1 × 4 pixels whose largest channel is given; the rest are lower.
  static func answers(_ largest: [[Int]], channels: Int) -> AnswerTensors {
    var values: [Float] = []
    for picture in largest {
      for channel in 0..<channels {
        for answer in picture { values.append(answer == channel ? 2.5 : -Float(channel)) }
      }
    }
    return AnswerTensors(
      outputs: [MapShape(channels: channels, height: 1, width: 4)], samples: largest.count,
      values: values)
  }

  @Test("all pixels of all pictures count together; absent classes do not")
  func mean() throws {
    let masks = SegmentationMasks(height: 1, width: 4, classes: [0, 0, 1, 1, 1, 2, 0, 0])
    let answers = Self.answers([[0, 1, 1, 1], [1, 2, 2, 0]], channels: 5)
    // class 0: both 2 of union 4; class 1: both 3 of union 4; class 2: both 1 of union 2.
    let value = try #require(masks.meanIntersectionOverUnion(answers, output: 0))
    let wanted: Double = (2.0 / 4 + 3.0 / 4 + 1.0 / 2) / 3
    #expect(abs(value - wanted) < 1e-12)
  }

  @Test("a class that is only answered counts as zero; pixels without class count nowhere")
  func onlyAnswered() throws {
    let masks = SegmentationMasks(height: 1, width: 4, classes: [0, 0, 0, -1])
    let answers = Self.answers([[0, 0, 2, 1]], channels: 3)
    let value = try #require(masks.meanIntersectionOverUnion(answers, output: 0))
    #expect(abs(value - 1.0 / 3) < 1e-12)
    let empty = SegmentationMasks(height: 1, width: 4, classes: [-1, -1, -1, -1])
    #expect(empty.meanIntersectionOverUnion(answers, output: 0) == nil)
  }

  @Test("a single channel is the logit of class 1, and equal scores are the first class")
  func singleChannelAndTies() throws {
    let masks = SegmentationMasks(height: 1, width: 4, classes: [0, 1, 1, 0])
    let logits = AnswerTensors(
      outputs: [MapShape(channels: 1, height: 1, width: 4)], samples: 1,
      values: [-1, 0.5, 0, 0.25])
    let value = try #require(masks.meanIntersectionOverUnion(logits, output: 0))
    #expect(abs(value - 1.0 / 3) < 1e-12)
    let ties = AnswerTensors(
      outputs: [MapShape(channels: 2, height: 1, width: 4)], samples: 1,
      values: [1, 1, 1, 1, 1, 1, 2, 0])
    // Answers 0, 0, 1, 0: class 0 both 2 of 3, class 1 both 1 of 2.
    let tied = try #require(masks.meanIntersectionOverUnion(ties, output: 0))
    let wanted: Double = (2.0 / 3 + 0.5) / 2
    #expect(abs(tied - wanted) < 1e-12)
  }
}
