import LoomBase
import LoomNetwork

/// A layer that conversion cannot take, said as a diagnostic.
struct Refusal: Error {
  /// What is wrong.
  var diagnostic: Diagnostic
}

/// A layer that reads something already refused: nothing more to say.
struct Poisoned: Error {}

/// Turns a trained network into populations and the linear maps between them.
///
/// Layers are taken in order. Every value is an exact affine expression of the populations made so far
/// and of the analog input; linear layers compose their maps into it, activations end it in a new
/// population. Layers no answer depends on are not looked at. Refused layers leave a placeholder, so
/// that all findings come together.
struct RegionBuilder {
  let network: Network
  let options: ConversionOptions
  let plan: InputPlan
  /// The layers reading each value.
  let consumers: [ValueID: [Int]]
  var constants: [ValueID: Tensor]
  var values: [ValueID: AffineValue] = [:]
  /// Values already clipped from above.
  var bounds: [ValueID: Float] = [:]
  var populations: [DraftPopulation] = []
  var costs: [DraftCost] = []
  var maxPools: [DraftMaxPool] = []
  var diagnostics: [Diagnostic] = []
  var remarks: [String] = []
  /// Layers that are part of an activation already built.
  var taken: Set<Int> = []
  /// Whether only sizes are wanted (`Converter.outline`).
  var outline: OutlineDetail?
  /// Populations that refused layers read, which are sized all the same.
  var readByRefused: Set<Int> = []
  /// The populations that carry the analog input to where spikes meet it, once there are any.
  var inputPair: InputParts?
  private var names: Set<String> = []

  /// Prepares the building of a network whose input is understood.
  init(_ network: Network, options: ConversionOptions, plan: InputPlan) {
    self.network = network
    self.options = options
    self.plan = plan
    constants = network.constants
    for layer in network.layers {
      if case .constant(let tensor) = layer.operation, let output = layer.outputs.first {
        constants[output] = tensor
      }
    }
    var readers: [ValueID: [Int]] = [:]
    for (index, layer) in network.layers.enumerated() {
      for input in layer.inputs.compactMap({ $0 }) { readers[input, default: []].append(index) }
    }
    consumers = readers
  }

  /// Builds everything; findings are in `diagnostics`.
  mutating func build() -> DraftNetwork {
    let tail = OutputTail(network)
    remarks += tail.remarks
    values[network.inputs[0]] = AffineValue(
      layout: plan.layout,
      terms: [Term(source: Term.input, map: .identity(plan.layout.map), firstChannel: 0)],
      bias: [], origin: [])
    let needed = neededLayers(roots: tail.roots)
    for index in network.layers.indices where needed[index] { take(index) }
    var outputs: [Int] = []
    for root in tail.roots {
      guard let value = values[root] else {
        if diagnostics.isEmpty { diagnostics.append(.unreachableOutput(network[root].name)) }
        continue
      }
      let drive = withoutLateAnalog(value, answers: true)
      outputs.append(populations.count)
      let origin = value.origin.isEmpty ? [network[root].name] : value.origin
      populations.append(
        DraftPopulation(
          name: uniqueName(network[root].name), kind: .readout, sites: [drive], bound: nil,
          origin: origin))
    }
    var draft = DraftNetwork(
      populations: populations, costs: costs, maxPools: maxPools, outputs: outputs,
      remarks: remarks
    ).pruned(keeping: outline == nil ? [] : readByRefused)
    draft.chooseResets(options)
    return draft
  }

  private func neededLayers(roots: [ValueID]) -> [Bool] {
    var wanted = Set(roots)
    var needed = [Bool](repeating: false, count: network.layers.count)
    for index in network.layers.indices.reversed() {
      let layer = network.layers[index]
      guard layer.outputs.contains(where: { wanted.contains($0) }) else { continue }
      needed[index] = true
      let read = layer.operation.readsOnlyFirstInput ? layer.inputs.prefix(1) : layer.inputs[...]
      wanted.formUnion(read.compactMap { $0 })
    }
    return needed
  }

  private mutating func take(_ index: Int) {
    let layer = network.layers[index]
    if case .constant = layer.operation { return }
    guard !taken.contains(index) else { return }
    do {
      try checkFinite(layer)
      if try quantizedActivation(index) { return }
      try build(layer)
    } catch let refusal as Refusal {
      diagnostics.append(refusal.diagnostic)
      substitute(layer)
    } catch let limit as RegionLimit {
      diagnostics.append(.regionTooLarge(layer, entries: limit.entries))
      if !rebuildApart(layer) { substitute(layer) }
    } catch {
      substitute(layer)
    }
  }

  private func checkFinite(_ layer: Layer) throws {
    for input in layer.inputs.compactMap({ $0 }) {
      guard let tensor = constants[input], tensor.type.isFloating else { continue }
      if case .clip = layer.operation { continue }
      let isFinite =
        switch tensor.storage {
        case .floats(let values): values.allSatisfy(\.isFinite)
        case .doubles(let values): values.allSatisfy(\.isFinite)
        case .splat(let value): value.isFinite
        case .integers: true
        }
      if !isFinite { throw Refusal(diagnostic: .notFinite(layer, network[input].name)) }
    }
  }

  /// Lets building go on behind a refused layer, where the shape of its output is known.
  private mutating func substitute(_ layer: Layer) {
    guard let output = layer.outputs.first else { return }
    var layout: TensorLayout?
    if let known = network[output].shape, known.count > 0, known.dropFirst().allSatisfy({ $0 > 0 })
    {
      layout = .standard(Array(known.dropFirst()))
    } else if layer.operation.keepsShape, let input = layer.inputs.first ?? nil {
      layout = values[input]?.layout
    }
    for input in layer.inputs.compactMap({ $0 }) {
      for term in values[input]?.terms ?? [] where term.source >= 0 {
        readByRefused.insert(term.source)
      }
    }
    guard let layout, layout.count < 1 << 26 else { return }
    let nothing = AffineValue(layout: layout, terms: [], bias: [], origin: [])
    values[output] = addPopulation(nothing, kind: .placeholder, name: layer.name, bound: nil)
  }

  /// A name no other population has.
  mutating func uniqueName(_ wanted: String) -> String {
    var name = wanted
    var number = 2
    while !names.insert(name).inserted {
      name = "\(wanted)#\(number)"
      number += 1
    }
    return name
  }

  /// Ends a value in a population and returns the population's output in the value's layout.
  mutating func addPopulation(
    _ drive: AffineValue, kind: DraftPopulation.Kind, name: String, bound: Float?,
    quantization: QuantizedClip? = nil, origin: String? = nil
  ) -> AffineValue {
    let drive = withoutLateAnalog(drive)
    let index = populations.count
    populations.append(
      DraftPopulation(
        name: uniqueName(name), kind: kind, sites: [drive], bound: bound,
        quantization: quantization, origin: mergedOrigins(drive.origin, [origin ?? name])))
    return AffineValue(
      layout: drive.layout,
      terms: [Term(source: index, map: .identity(drive.map), firstChannel: 0)], bias: [],
      origin: [])
  }

  /// The affine value of an input of a layer.
  func value(_ layer: Layer, _ position: Int = 0) throws -> AffineValue {
    guard position < layer.inputs.count, let id = layer.inputs[position] else {
      throw Refusal(diagnostic: .missingInput(layer, position))
    }
    if constants[id] != nil { throw Refusal(diagnostic: .constantData(layer, network[id].name)) }
    guard let value = values[id] else { throw Poisoned() }
    return value
  }

  /// The constant at an input of a layer, or nil where the input is left out.
  func constant(_ layer: Layer, _ position: Int) throws -> Tensor? {
    guard position < layer.inputs.count, let id = layer.inputs[position] else { return nil }
    guard let tensor = constants[id] else {
      throw Refusal(diagnostic: .needsConstant(layer, network[id].name))
    }
    return tensor
  }

  /// The constant at an input that must be there.
  func requiredConstant(_ layer: Layer, _ position: Int) throws -> Tensor {
    guard let tensor = try constant(layer, position) else {
      throw Refusal(diagnostic: .missingInput(layer, position))
    }
    return tensor
  }

  /// Sets the output of a layer.
  mutating func finish(_ layer: Layer, _ value: AffineValue, named: Bool = true) {
    guard let output = layer.outputs.first else { return }
    var result = value
    if named { result.origin = mergedOrigins(value.origin, [layer.name]) }
    values[output] = result
  }
}

extension LoomNetwork.Operation {
  /// Whether only the first input is data: the others say shapes, axes or indices.
  var readsOnlyFirstInput: Bool {
    switch self {
    case .reshape, .squeeze, .unsqueeze, .slice, .pad, .expand, .tile, .resize, .reduce, .gather,
      .split, .clip, .dropout:
      true
    default: false
    }
  }

  /// Whether the output has the shape of the first input.
  var keepsShape: Bool {
    switch self {
    case .unary, .parametric, .prelu, .clip, .instanceNormalization, .batchNormalization,
      .localResponseNormalization, .softmax, .logSoftmax, .quantizeLinear, .dequantizeLinear,
      .binary:
      true
    default: false
    }
  }
}
