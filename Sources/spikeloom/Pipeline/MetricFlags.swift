import Foundation
import LoomBase
import LoomImport
import LoomReport

/// The options that say what answers are judged by.
enum MetricFlags {
  static let metric = OptionSpecification.value(
    "--metric", placeholder: "M",
    help: "top1 (default), miou, map50 or mse; --labels then holds masks, boxes or tensors")
  static let classes = OptionSpecification.value(
    "--classes", placeholder: "C",
    help: "map50: number of classes (default: channels − 5, one box a cell)")

  static let options = [metric, classes]

  /// The metric asked for.
  static func chosen(_ arguments: ParsedArguments) throws(UsageError) -> TaskMetric {
    guard let word = arguments.text("--metric") else { return .top1 }
    guard let metric = TaskMetric(rawValue: word) else {
      let names = TaskMetric.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("'--metric' needs one of \(names), has '\(word)'")
    }
    return metric
  }

  /// Reads `--labels` as the metric wants it; nil without the option.
  ///
  /// `outputs` and `picture` (the input's shape) say how a detector's outputs are decoded.
  static func targets(
    _ arguments: ParsedArguments, count: Int, outputs: [MapShape], picture: MapShape
  ) throws -> MetricTargets? {
    guard let path = arguments.text("--labels") else { return nil }
    let metric = try chosen(arguments)
    let classes = try arguments.integer("--classes", in: 1...100_000)
    if metric == .top1 { return .classes(try DataSet.readLabels(path, count: count)) }
    let file = TargetFile(
      array: try SampleFile.array(
        try AtomicFile.read(path: path), name: path,
        preferring: ["labels", "y", "y_test", "targets", "masks", "boxes"]),
      name: Files.name(of: path))
    guard file.array.shape.first == count else {
      throw file.error("needs targets of \(count) samples, has an array of \(file.array.shape)")
    }
    let targets: MetricTargets
    switch metric {
    case .top1, .meanSquaredError: targets = .tensors(try file.tensors())
    case .meanIntersectionOverUnion: targets = .masks(try file.masks())
    case .meanAveragePrecision50:
      let channels = outputs.map(\.channels).min() ?? 0
      let head = DetectionHead(
        classes: classes ?? max(channels - 5, 0), pictureWidth: picture.width,
        pictureHeight: picture.height)
      targets = .boxes(try file.boxes(), head)
    }
    if let finding = targets.finding(outputs: outputs) { throw DiagnosticsError(finding) }
    return targets
  }
}

/// A file of targets that are more than one class a sample.
struct TargetFile {
  /// The file's array.
  var array: NumericArray
  /// The file's name.
  var name: String

  /// SL1820: an array that holds no such targets.
  func error(_ message: String) -> DiagnosticsError {
    DiagnosticsError(Diagnostic(.error, "SL1820", message, at: .file(name)))
  }

  /// The numbers as doubles (integers beyond 2^53 are rounded).
  private var numbers: [Double] {
    switch array.elements {
    case .bytes(let values): values.map { Double($0) }
    case .integers(let values): values.map { Double($0) }
    case .floats(let values): values.map { Double($0) }
    case .doubles(let values): values
    }
  }

  /// N × height × width classes (an axis of one channel may stand first or last); negative numbers, and 255
  /// of bytes, are pixels that do not count.
  func masks() throws -> SegmentationMasks {
    var shape = Array(array.shape.dropFirst())
    if shape.count == 3, shape[0] == 1 {
      shape.removeFirst()
    } else if shape.count == 3, shape[2] == 1 {
      shape.removeLast()
    }
    guard shape.count == 2, shape.allSatisfy({ $0 > 0 }) else {
      throw error("needs masks of N × height × width, has an array of \(array.shape)")
    }
    var isBytes = false
    if case .bytes = array.elements { isBytes = true }
    let classes = numbers.map { number -> Int32? in
      if number < 0 || (isBytes && number == 255) { return -1 }
      return number.isFinite ? Int32(exactly: number) : nil
    }
    guard !classes.contains(nil) else { throw error("needs whole pixel classes, has others") }
    return SegmentationMasks(
      height: shape[0], width: shape[1], classes: classes.compactMap(\.self))
  }

  /// N × K × 5 numbers: class, left, top, right, bottom in pixels; a negative class is no object.
  func boxes() throws -> ObjectBoxes {
    guard array.shape.count == 3, array.shape[2] == 5 else {
      throw error(
        "needs boxes of N × K × 5 (class, left, top, right, bottom), has an array of \(array.shape)"
      )
    }
    let numbers = numbers
    let most = array.shape[1]
    var pictures: [[ObjectBoxes.Object]] = []
    for picture in 0..<array.shape[0] {
      var objects: [ObjectBoxes.Object] = []
      for row in 0..<most {
        let first = (picture * most + row) * 5
        if let object = try object(Array(numbers[first..<(first + 5)])) { objects.append(object) }
      }
      pictures.append(objects)
    }
    return ObjectBoxes(pictures: pictures)
  }

  private func object(_ row: [Double]) throws -> ObjectBoxes.Object? {
    if row[0] < 0 { return nil }
    guard row.allSatisfy(\.isFinite), let kind = Int32(exactly: row[0]), row[3] > row[1],
      row[4] > row[2]
    else {
      throw error("needs a whole class and left < right, top < bottom, has \(row)")
    }
    return ObjectBoxes.Object(
      kind: Int(kind),
      box: DetectionBox(left: row[1], top: row[2], right: row[3], bottom: row[4]))
  }

  /// N × the network's outputs, any shape.
  func tensors() throws -> TargetTensors {
    let values = numbers.map { Float($0) }
    guard values.allSatisfy(\.isFinite) else { throw error("needs finite targets, has others") }
    return TargetTensors(
      samples: array.shape[0], sampleShape: Array(array.shape.dropFirst()), values: values)
  }
}
