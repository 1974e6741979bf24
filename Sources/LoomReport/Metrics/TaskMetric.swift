/// What one number says how well a network does its task.
public enum TaskMetric: String, Sendable, Hashable, CaseIterable {
  /// The share of samples whose largest score, over all outputs, is at the label.
  case top1
  /// Semantic segmentation: intersection over union, mean over classes (`SegmentationMasks`).
  case meanIntersectionOverUnion = "miou"
  /// Detection: average precision at IoU 0.5, mean over classes (`DetectionHead`, `AveragePrecision`).
  case meanAveragePrecision50 = "map50"
  /// Regression: the mean squared difference from the targets, in the ANN's units.
  case meanSquaredError = "mse"

  /// The metric's name in tables.
  public var title: String {
    switch self {
    case .top1: "Accuracy"
    case .meanIntersectionOverUnion: "mIoU"
    case .meanAveragePrecision50: "mAP50"
    case .meanSquaredError: "Mean squared error"
    }
  }

  /// Whether the number is a share of one, said in percent and points; an error is a plain number.
  public var isShare: Bool { self != .meanSquaredError }
}

extension TaskMetric {
  /// A value as tables show it.
  func text(_ value: Double) -> String {
    isShare ? ScaledUnits.percent(value) : ScaledUnits.number(value)
  }

  /// What was lost between two stages: points of a share, what an error grew by.
  func lost(from last: Double, to value: Double) -> String {
    ScaledUnits.number(isShare ? ((last - value) * 10_000).rounded() / 100 : value - last)
  }
}
