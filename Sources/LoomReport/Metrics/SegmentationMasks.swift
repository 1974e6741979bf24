import LoomBase

/// The true class of every pixel of a set of pictures, and the mean intersection over union against it.
public struct SegmentationMasks: Sendable, Hashable {
  /// Rows of a mask.
  public var height: Int
  /// Columns of a mask.
  public var width: Int
  /// The class of each pixel, mask after mask, row by row; negative: the pixel does not count.
  public var classes: [Int32]

  /// Creates masks; there must be a whole number of them.
  public init(height: Int, width: Int, classes: [Int32]) {
    precondition(
      height > 0 && width > 0 && classes.count % (height * width) == 0, "masks are whole")
    self.height = height
    self.width = width
    self.classes = classes
  }

  /// The number of masks.
  public var count: Int { classes.count / (height * width) }

  /// The masks of a range of samples.
  func selecting(_ range: Range<Int>) -> SegmentationMasks {
    let size = height * width
    return SegmentationMasks(
      height: height, width: width,
      classes: Array(classes[(range.lowerBound * size)..<(range.upperBound * size)]))
  }

  /// Intersection over union of each class over all pixels of all pictures, averaged over the classes
  /// that occur in masks or answers.
  ///
  /// A pixel's answer is the first channel with the largest score; of a single channel (the logit of a
  /// sigmoid) class 1 above zero, else class 0. Everingham and others 2010, *The Pascal VOC challenge*,
  /// §4.3; the mean over classes as Long, Shelhamer and Darrell 2015 (FCN), §5.
  ///
  /// - Returns: the mean in 0...1; nil if no pixel counts.
  public func meanIntersectionOverUnion(_ answers: AnswerTensors, output: Int) -> Double? {
    let shape = answers.outputs[output]
    precondition(
      shape.height == height && shape.width == width && answers.samples == count,
      "answers and masks are of the same pictures")
    let kinds = max(shape.channels, 2)
    var counts = ClassOverlap(kinds: kinds)
    for sample in 0..<count {
      let predicted = Self.largestChannels(answers.output(output, ofSample: sample), shape)
      let first = sample * shape.positions
      counts.add(predicted, classes[first..<(first + shape.positions)])
    }
    return counts.mean
  }

  /// The largest class number that occurs.
  var largestClass: Int { Int(classes.max() ?? -1) }

  private static func largestChannels(_ scores: ArraySlice<Float>, _ shape: MapShape) -> [Int32] {
    let first = scores.startIndex
    if shape.channels == 1 { return scores.map { $0 > 0 ? 1 : 0 } }
    var best = [Int32](repeating: 0, count: shape.positions)
    for position in 0..<shape.positions {
      var largest = scores[first + position]
      for channel in 1..<shape.channels {
        let score = scores[first + channel * shape.positions + position]
        if score > largest {
          largest = score
          best[position] = Int32(channel)
        }
      }
    }
    return best
  }
}

/// Pixels of each class in answers, in masks, and in both.
private struct ClassOverlap {
  var answered: [Int]
  var wanted: [Int]
  var both: [Int]

  init(kinds: Int) {
    answered = Array(repeating: 0, count: kinds)
    wanted = answered
    both = answered
  }

  mutating func add(_ predicted: [Int32], _ mask: ArraySlice<Int32>) {
    for (answer, truth) in zip(predicted, mask) where truth >= 0 {
      answered[Int(answer)] += 1
      wanted[Int(truth)] += 1
      if answer == truth { both[Int(truth)] += 1 }
    }
  }

  var mean: Double? {
    let shares = answered.indices.compactMap { kind -> Double? in
      let union = answered[kind] + wanted[kind] - both[kind]
      return union > 0 ? Double(both[kind]) / Double(union) : nil
    }
    return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
  }
}
