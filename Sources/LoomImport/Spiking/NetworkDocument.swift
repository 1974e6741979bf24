import LoomBase
import LoomNetwork

/// What the JSON of float and integer networks has in common.
struct NetworkDocument {
  static let metadataKey = "spikeloom"

  let root: DocumentReader
  let tensors: TensorSet
  let input: InputSpecification
  let coding: Coding
  let timesteps: Int
  let readoutStart: Int
  let schedule: Schedule
  let code: SpikeCode
  let readout: ScoreReading
  let seed: UInt64

  /// Opens a file and reads what every network has.
  init(_ bytes: [UInt8], name: String, schema: String) throws(DiagnosticsError) {
    let file = try Safetensors(bytes, name: name)
    let text = file.metadata[NetworkDocument.metadataKey]
    guard let text, let json = try? JSONText.decode(text.utf8), json.members != nil else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1301",
          "needs a JSON object as text under __metadata__.\(NetworkDocument.metadataKey), has none",
          at: .file(name)))
    }
    root = DocumentReader(file: name, pointer: "", value: json)
    tensors = TensorSet(file: name, tensors: file.tensors)
    let found = try root.child("schema").text()
    guard found == schema else { throw root.error("needs the schema \(schema), has '\(found)'") }
    input = try NetworkDocument.input(root.child("input"))
    coding = try root.choice("coding", default: .direct)
    timesteps = try root.child("timesteps").integer(in: 1...DocumentReader.mostTimesteps)
    readoutStart = try root.integer("readoutStart", in: 0...(timesteps - 1), default: 0)
    schedule = try root.choice("schedule", default: .aligned)
    code = try root.choice("code", default: .rate)
    readout = try root.choice("readout", default: .potentials)
    seed = UInt64(truncatingIfNeeded: try root.integer("seed", in: .min ... .max, default: 0))
  }

  /// The file of a structure and its tensors.
  static func file(_ members: [String: JSONValue], _ tensors: TensorSet) -> [UInt8] {
    let text = JSONText.encode(.object(members), layout: .compact)
    return Safetensors(
      metadata: ["format": "spikeloom", metadataKey: text], tensors: tensors.tensors
    ).encoded()
  }

  private static func input(
    _ place: DocumentReader
  ) throws(DiagnosticsError) -> InputSpecification {
    let shape = try place.child("shape").shape()
    let mean = try place.numbers("mean")
    let deviation = try place.numbers("deviation")
    for (key, values) in [("mean", mean), ("deviation", deviation)]
    where ![0, 1, shape.channels].contains(values.count) {
      throw place.error("needs no, one or \(shape.channels) numbers as \(key), has \(values.count)")
    }
    return InputSpecification(
      shape: shape,
      preprocessing: Preprocessing(
        scale: try place.number("scale", default: 1), mean: mean, deviation: deviation),
      samplesAreBytes: try place.flag("samplesAreBytes", default: true),
      calibratedPeak: Float(try place.number("calibratedPeak", default: 0)))
  }

  // MARK: Shared pieces of populations and projections

  /// What populations of either kind of number have in common, read and checked.
  struct PopulationHead<Number: Hashable & Sendable> {
    /// Its place in the JSON, for what only one kind has.
    var place: DocumentReader
    var name: String
    var shape: MapShape
    var role: PopulationRole
    var threshold: ChannelOrNeuron<Number>
    var initialPotential: ChannelOrNeuron<Number>
    var bias: ChannelOrNeuron<Number>
    var reset: ResetMode
    var comparison: ThresholdComparison
    var sites: Int
    /// One number for each channel, or none.
    var scoreOffset: [Double]
    var origin: Origin
  }

  /// Reads all populations; `zero` stands for parameters that are not given, `read` gives a tensor's numbers.
  func populationHeads<Number>(
    zero: Number, _ read: (String) throws(DiagnosticsError) -> [Number]
  ) throws(DiagnosticsError) -> [PopulationHead<Number>] {
    var heads: [PopulationHead<Number>] = []
    var names: Set<String> = []
    for (index, place) in try root.child("populations").items().enumerated() {
      let head = try populationHead(place, index: index, zero: zero, read)
      guard names.insert(head.name).inserted else {
        throw place.error("needs unique names, has '\(head.name)' twice")
      }
      heads.append(head)
    }
    return heads
  }

  private func populationHead<Number>(
    _ place: DocumentReader, index: Int, zero: Number,
    _ read: (String) throws(DiagnosticsError) -> [Number]
  ) throws(DiagnosticsError) -> PopulationHead<Number> {
    let shape = try place.child("shape").shape()
    let role: PopulationRole = try place.choice("role", default: .hidden)
    let sites = try place.integer("sites", in: 1...4096, default: 1)
    guard shape.count * sites <= DocumentReader.mostNeurons else {
      throw place.error("needs at most \(DocumentReader.mostNeurons) sites in all, has more")
    }
    func parameter(
      _ name: String, default standard: Number?
    ) throws(DiagnosticsError) -> ChannelOrNeuron<Number> {
      try tensors.parameter("population.\(index).\(name)", in: shape, default: standard, read)
    }
    let offset = try place.numbers("scoreOffset")
    guard [0, shape.channels].contains(offset.count), offset.allSatisfy(\.isFinite) else {
      throw place.error(
        "needs no or \(shape.channels) finite numbers as scoreOffset, has \(offset.count)")
    }
    return PopulationHead(
      place: place, name: try place.text("name", default: "population \(index)"), shape: shape,
      role: role, threshold: try parameter("threshold", default: role == .hidden ? nil : zero),
      initialPotential: try parameter("initialPotential", default: zero),
      bias: try parameter("bias", default: zero),
      reset: try place.choice("reset", default: .soft),
      comparison: try place.choice("comparison", default: .greaterOrEqual), sites: sites,
      scoreOffset: offset, origin: try place.texts("origin"))
  }

  /// Who a projection or front end joins, with its connectivity checked.
  struct Link {
    var source: PopulationID?
    var target: PopulationID
    var connectivity: Connectivity
    var site: Int
    var alignedDelay: Int
    var origin: Origin
  }

  /// Reads a projection (whose JSON names a source) or a front end (driven by the sample).
  func link(
    _ place: DocumentReader, named prefix: String, isFrontEnd: Bool, weightCount: Int,
    shapes: [MapShape], sites: [Int]
  ) throws(DiagnosticsError) -> Link {
    guard !shapes.isEmpty else { throw root.error("needs populations, has none") }
    let ids = 0...(shapes.count - 1)
    let source = isFrontEnd ? nil : try place.child("source").integer(in: ids)
    let target = try place.child("target").integer(in: ids)
    let connectivity = try ConnectivityDocument.read(
      place, tensors: tensors, named: prefix,
      source: source.map { shapes[$0] } ?? input.shape, target: shapes[target],
      weightCount: weightCount)
    return Link(
      source: source.map { PopulationID($0) }, target: PopulationID(target),
      connectivity: connectivity,
      site: try place.integer("site", in: 0...(sites[target] - 1), default: 0),
      alignedDelay: try place.integer(
        "alignedDelay", in: 0...DocumentReader.mostTimesteps,
        default: schedule == .freeRunning ? 1 : 0),
      origin: try place.texts("origin"))
  }

  func outputs(populations: Int) throws(DiagnosticsError) -> [PopulationID] {
    var outputs: [PopulationID] = []
    for item in try root.child("outputs").items() {
      outputs.append(PopulationID(try item.integer(in: 0...max(populations - 1, 0))))
    }
    guard populations > 0, !outputs.isEmpty else {
      throw root.error("needs populations and outputs, has none")
    }
    return outputs
  }
}
