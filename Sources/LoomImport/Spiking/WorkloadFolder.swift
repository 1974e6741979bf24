import Foundation
public import LoomBase

/// An integer network with a fixed input raster, as `.npy` files of one folder: a reference workload for speed.
///
/// `input.npy`: a 0/1 raster, steps × inputs. `w0.npy`, `w1.npy`, …: one array of integer weights a layer, dense as inputs ×
/// outputs or a convolution without padding as kernel rows × kernel columns × channels in × channels out; neurons of
/// a map are numbered (row · width + column) · channels + channel. `thresholds.npy`: one integer a layer. A neuron
/// fires when V > threshold and is then set to 0; nothing leaks. `reference.json`, where it is there: the spikes of every layer and the synaptic
/// operations (`aligned`).
///
/// The files name no strides: they follow from the sizes of the maps (`strideChoices`). Maps are square.
public struct WorkloadFolder: Sendable {
  /// The most neurons of one layer.
  static let mostNeurons = 1 << 24

  /// One layer's weights, in the order of its file.
  public struct Layer: Hashable, Sendable {
    /// Kernel rows, kernel columns, channels in, channels out; of dense layers inputs, outputs.
    public var shape: [Int]
    /// The weights, −128 to 127.
    public var weights: [Int8]
    /// The layer's threshold.
    public var threshold: Int

    /// Whether it is a convolution.
    public var isConvolution: Bool { shape.count == 4 }
    /// Neurons (dense layers) or channels (convolutions).
    public var outputs: Int { shape[shape.count - 1] }
  }

  /// What the network does with its input, by another program.
  public struct Reference: Hashable, Sendable {
    /// By layer: spikes of all steps.
    public var spikes: [Int]
    /// Spikes that met a synapse.
    public var synapticOperations: Int

    /// Creates a reference.
    public init(spikes: [Int], synapticOperations: Int) {
      self.spikes = spikes
      self.synapticOperations = synapticOperations
    }
  }

  /// The folder's name.
  public internal(set) var name: String
  /// T.
  public internal(set) var steps: Int
  /// Inputs of one step.
  public internal(set) var inputs: Int
  /// steps × inputs, 0 or 1.
  public internal(set) var raster: [UInt8]
  /// The layers, first to last.
  public internal(set) var layers: [Layer]
  /// The expected counts, layers aligned; nil: the folder names none.
  public internal(set) var reference: Reference?
  /// Strides of each layer (1 for dense ones) with which all sizes fit, the smallest strides of early layers first.
  ///
  /// Where a folder allows several, the reference tells which is meant.
  public internal(set) var strideChoices: [[Int]] = []

  /// Reads a folder.
  ///
  /// - Throws: SL1203 for a missing file, SL1201 for damaged bytes, SL1208 for arrays that do not fit together.
  public init(path: String) throws(DiagnosticsError) {
    name = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
    let input = try Self.array("input.npy", in: path)
    guard input.shape.count == 2, input.shape[0] > 0, input.shape[0] <= 1 << 20,
      (1...Self.mostNeurons).contains(input.shape[1])
    else { throw Self.fault("needs a raster of steps × inputs, has \(input.shape)", "input.npy") }
    (steps, inputs) = (input.shape[0], input.shape[1])
    raster = try Self.integers(input, in: 0...1, "input.npy").map { UInt8($0) }
    let thresholds = try Self.array("thresholds.npy", in: path)
    let values = try Self.integers(thresholds, in: 0...(1 << 24), "thresholds.npy")
    guard thresholds.shape.count == 1, (1...256).contains(values.count) else {
      throw Self.fault("needs one threshold a layer, has \(thresholds.shape)", "thresholds.npy")
    }
    layers = []
    for (index, threshold) in values.enumerated() {
      layers.append(try Self.layer("w\(index).npy", in: path, threshold: threshold))
    }
    strideChoices = try StrideChoice.all(inputs: inputs, layers: layers)
    if FileManager.default.fileExists(atPath: path + "/reference.json") {
      reference = try Self.reference(in: path, layers: layers.count)
    }
  }

  private static func layer(
    _ file: String, in path: String, threshold: Int
  ) throws(DiagnosticsError) -> Layer {
    let array = try array(file, in: path)
    guard array.shape.count == 2 || array.shape.count == 4, array.shape.allSatisfy({ $0 > 0 })
    else {
      throw fault(
        "needs inputs × outputs or kernel rows × columns × channels in × out, has \(array.shape)",
        file)
    }
    let weights = try integers(array, in: -128...127, file).map { Int8($0) }
    return Layer(shape: array.shape, weights: weights, threshold: threshold)
  }

  private static func array(
    _ file: String, in path: String
  ) throws(DiagnosticsError) -> NumericArray {
    let bytes = try AtomicFile.read(path: "\(path)/\(file)")
    return try NumpyFile.read(bytes[...], name: file)
  }

  private static func integers(
    _ array: NumericArray, in range: ClosedRange<Int>, _ file: String
  ) throws(DiagnosticsError) -> [Int] {
    let values: [Int]
    switch array.elements {
    case .bytes(let bytes): values = bytes.map { Int($0) }
    case .integers(let numbers): values = numbers.map { Int($0) }
    case .floats, .doubles: throw fault("needs integers, has floating-point numbers", file)
    }
    if let wrong = values.first(where: { !range.contains($0) }) {
      throw fault(
        "needs numbers from \(range.lowerBound) to \(range.upperBound), has \(wrong)", file)
    }
    return values
  }

  private static func reference(
    in path: String, layers: Int
  ) throws(DiagnosticsError) -> Reference {
    let bytes = try AtomicFile.read(path: path + "/reference.json")
    let document: JSONValue
    do {
      document = try JSONText.decode(bytes)
    } catch {
      throw fault("needs a JSON document, has \(error)", "reference.json")
    }
    let spikes = document["aligned"]?["spikes"]?.elements?.compactMap(\.int)
    guard let spikes, spikes.count == layers, spikes.allSatisfy({ $0 >= 0 }),
      let operations = document["aligned"]?["synapticOperations"]?.int, operations >= 0
    else {
      throw fault(
        "needs 'aligned' with 'spikes' of \(layers) layers and 'synapticOperations'",
        "reference.json")
    }
    return Reference(spikes: spikes, synapticOperations: operations)
  }

  static func fault(_ message: String, _ file: String) -> DiagnosticsError {
    DiagnosticsError(Diagnostic(.error, "SL1208", message, at: .file(file)))
  }
}

/// The strides with which the maps of a workload's layers fit one another.
enum StrideChoice {
  /// Sides of a layer's map with what led there.
  private struct State {
    var strides: [Int]
    /// The map's side; nil: a list of neurons, not a map.
    var side: Int?
    var count: Int
  }

  /// The most choices kept at any layer: what a folder with tiny kernels could blow up.
  private static let mostChoices = 4096

  /// All choices, smallest strides of early layers first; throws if there is none.
  static func all(
    inputs: Int, layers: [WorkloadFolder.Layer]
  ) throws(DiagnosticsError) -> [[Int]] {
    var states = [State(strides: [], side: nil, count: inputs)]
    if let first = layers.first, first.isConvolution {
      let positions = inputs / first.shape[2]
      let side = Int(Double(positions).squareRoot())
      guard side * side * first.shape[2] == inputs else {
        throw WorkloadFolder.fault(
          "needs square maps of \(first.shape[2]) channels, has \(inputs) inputs", "w0.npy")
      }
      states[0].side = side
    }
    for index in layers.indices {
      // Choices that agree in size and differ in strides matter only as long as a dense layer can tell.
      states = Array(states.flatMap { next($0, layers, index) }.prefix(mostChoices))
      guard !states.isEmpty else {
        throw WorkloadFolder.fault(
          "needs \(layers[index].shape) to fit the layer before it, does not with any stride",
          "w\(index).npy")
      }
    }
    return states.map(\.strides)
  }

  private static func next(
    _ state: State, _ layers: [WorkloadFolder.Layer], _ index: Int
  ) -> [State] {
    let shape = layers[index].shape
    guard layers[index].isConvolution else {
      guard state.count == shape[0], shape[1] <= WorkloadFolder.mostNeurons else { return [] }
      return [State(strides: state.strides + [1], side: nil, count: shape[1])]
    }
    guard let side = state.side, state.count == side * side * shape[2], shape[0] <= side,
      shape[1] <= side, shape[0] == shape[1]
    else { return [] }
    var found: [State] = []
    // Strides beyond the kernel would leave inputs unread.
    for stride in 1...shape[0] {
      let next = (side - shape[0]) / stride + 1
      let (count, overflow) = (next * next).multipliedReportingOverflow(by: shape[3])
      guard !overflow, count <= WorkloadFolder.mostNeurons else { continue }
      found.append(State(strides: state.strides + [stride], side: next, count: count))
    }
    return found
  }
}
