import LoomBase
import LoomExecution
import LoomNetwork

/// Builds a typed network from a graph: names to values, nodes to layers, constants folded.
struct GraphBuilder {
  private let graph: GraphMessage
  private let opset: Int
  private let store: ExternalStore
  private var values: [NetworkValue] = []
  private var facts: [ValueFacts] = []
  private var ids: [String: ValueID] = [:]
  private var layers: [Layer] = []
  private var inputs: [ValueID] = []
  private var declared: [String: ValueMessage] = [:]
  private var budget = FoldingBudget()
  private(set) var diagnostics: [Diagnostic] = []

  init(_ model: ModelMessage, _ graph: GraphMessage, store: ExternalStore) {
    self.graph = graph
    self.store = store
    opset = model.standardOpset
  }

  /// The network; nil if there are errors, which are then in `diagnostics`.
  mutating func build(name: String) -> Network? {
    for value in graph.values + graph.outputs { declared[value.name] = value }
    addInitializers()
    addInputs()
    let names = GraphBuilder.nodeNames(graph.nodes)
    let sorted = GraphOrder(graph, given: Set(ids.keys), names: names)
    diagnostics += sorted.diagnostics
    guard diagnostics.isEmpty else { return nil }
    for index in sorted.order {
      do throws(ImportFault) {
        try add(graph.nodes[index], name: names[index])
      } catch {
        let anchor = Anchor.onnxNode(name: names[index], operation: graph.nodes[index].type)
        diagnostics.append(error.diagnostic(at: anchor))
        for output in graph.nodes[index].outputs where ids[output] == nil {
          _ = addValue(output, ValueFacts())
        }
      }
    }
    guard diagnostics.isEmpty else { return nil }
    var constants: [ValueID: Tensor] = [:]
    for index in facts.indices {
      if let constant = facts[index].constant { constants[ValueID(index)] = constant }
    }
    let whole = Network(
      name: graph.name.isEmpty ? name : graph.name, values: values, inputs: inputs,
      outputs: graph.outputs.compactMap { ids[$0.name] }, constants: constants, layers: layers)
    return DeadLayers.removed(from: whole)
  }

  /// The names of nodes: their own, one made of type and position, or one made distinct.
  private static func nodeNames(_ nodes: [NodeMessage]) -> [String] {
    var taken = Set<String>()
    return nodes.enumerated().map { index, node in
      var name = node.name.isEmpty ? "\(node.type)_\(index)" : node.name
      if !taken.insert(name).inserted {
        name += "#\(index)"
        taken.insert(name)
      }
      return name
    }
  }

  private mutating func addValue(_ name: String, _ known: ValueFacts) -> ValueID {
    let id = ValueID(values.count)
    values.append(NetworkValue(name: name, type: known.type, shape: known.shape))
    facts.append(known)
    if !name.isEmpty { ids[name] = id }
    return id
  }

  private mutating func addInitializers() {
    if graph.sparseInitializers > 0 {
      diagnostics.append(
        ImportFault(
          FaultCode.tensor, "needs dense initializers, has \(graph.sparseInitializers) sparse ones"
        ).diagnostic(at: .none))
    }
    for message in graph.initializers {
      let anchor = Anchor.layer(message.name)
      guard ids[message.name] == nil else {
        diagnostics.append(
          ImportFault(
            FaultCode.duplicateValue, "needs one initializer of a name, has '\(message.name)' twice"
          ).diagnostic(at: anchor))
        continue
      }
      do throws(ImportFault) {
        let tensor = try TensorDecoding.tensor(message, store: store)
        budget.add(tensor)
        _ = addValue(message.name, ValueFacts(constant: tensor))
      } catch {
        diagnostics.append(error.diagnostic(at: anchor))
        _ = addValue(message.name, ValueFacts())
      }
    }
  }

  private mutating func addInputs() {
    var seen = Set<String>()
    for value in graph.inputs {
      guard seen.insert(value.name).inserted else {
        diagnostics.append(
          ImportFault(
            FaultCode.duplicateValue, "needs one input of a name, has '\(value.name)' twice"
          ).diagnostic(at: .layer(value.name)))
        continue
      }
      guard ids[value.name] == nil else { continue }
      let type = value.elementType.flatMap { TensorDecoding.elementType($0) }
      guard (try? ShapeArithmetic.count((value.shape ?? []).map { max(1, $0) })) != nil else {
        diagnostics.append(
          ImportFault(FaultCode.tensor, "needs a countable shape, has \(value.shape ?? [])")
            .diagnostic(at: .layer(value.name)))
        continue
      }
      inputs.append(addValue(value.name, ValueFacts(shape: value.shape, type: type)))
    }
  }

  /// Adds the layer of a node, or only its constants.
  private mutating func add(_ node: NodeMessage, name: String) throws(ImportFault) {
    let nodeFacts = node.inputs.map { ids[$0].map { facts[$0.index] } }
    let reader = NodeReader(node: node, opset: opset, facts: nodeFacts, store: store)
    var typed = try OperatorTable.typed(reader)
    var outputs = node.outputs
    while outputs.last == "" { outputs.removeLast() }
    guard !outputs.isEmpty else { return }
    var operands = typed.inputs.map { resolve($0, node: name) }
    while operands.count > 0, operands[operands.count - 1] == nil { operands.removeLast() }
    if case .reshape(let allowZero) = typed.operation {
      simplifyReshape(&operands, allowZero: allowZero, node: name)
    }
    let known = operands.map { $0.map { facts[$0.index] } }
    if let results = try fold(typed.operation, known, outputs.count) {
      for (output, tensor) in zip(outputs, results) {
        _ = addValue(output, ValueFacts(constant: tensor))
      }
      return
    }
    let inferred = try infer(typed.operation, known, outputs)
    if inferred.count == 1, let constant = inferred[0].constant {
      _ = addValue(outputs[0], ValueFacts(constant: constant))
      return
    }
    if case .unsupported(let reason) = typed.operation {
      typed.operation = .unsupported(reason: reason)
    }
    let targets = zip(outputs, inferred).map { addValue($0, $1) }
    layers.append(
      Layer(
        name: name, operation: typed.operation, inputs: operands, outputs: targets,
        sourceType: node.type))
  }

  private mutating func resolve(_ operand: NodeOperand?, node: String) -> ValueID? {
    switch operand {
    case nil: return nil
    case .value(let name): return ids[name]
    case .constant(let tensor): return addConstant(tensor, node: node)
    }
  }

  private mutating func addConstant(_ tensor: Tensor, node: String) -> ValueID {
    let id = ValueID(values.count)
    values.append(
      NetworkValue(name: "\(node)/constant_\(id.index)", type: tensor.type, shape: tensor.shape))
    facts.append(ValueFacts(constant: tensor))
    return id
  }

  /// A Reshape whose only unknown extent is the batch axis copied from its input gets a constant shape.
  private mutating func simplifyReshape(
    _ operands: inout [ValueID?], allowZero: Bool, node: String
  ) {
    guard !allowZero, operands.count == 2, let data = operands[0], let wanted = operands[1],
      facts[data.index].shape?.first == -1, facts[wanted.index].constant == nil,
      let partial = facts[wanted.index].partial, partial.first == .some(nil),
      !partial.dropFirst().contains(where: { $0 == nil }), !partial.contains(0)
    else { return }
    let shape = partial.map { Int64($0 ?? 0) }
    operands[1] = addConstant(Tensor(shape: [shape.count], integers: shape), node: node)
  }

  /// The results of a layer whose inputs are all constant, if they may be worked out now.
  private mutating func fold(
    _ operation: Operation, _ known: [ValueFacts?], _ count: Int
  ) throws(ImportFault) -> [Tensor]? {
    guard known.allSatisfy({ $0 == nil || $0?.constant != nil }),
      budget.allows(operation, known.map { $0?.constant })
    else { return nil }
    do throws(ExecutionError) {
      let results = try LayerEvaluator.evaluate(
        operation, inputs: known.map { $0?.constant }, outputCount: count,
        elementLimit: budget.elements)
      guard results.count >= count else { return nil }
      budget.spend(results)
      return results
    } catch {
      if error.kind == .invalid { throw ImportFault(error) }
      return nil
    }
  }

  /// What is known of the outputs of a layer that stays.
  private func infer(
    _ operation: Operation, _ known: [ValueFacts?], _ outputs: [String]
  ) throws(ImportFault) -> [ValueFacts] {
    var result: [ValueFacts]
    do throws(ExecutionError) {
      result = try ShapeInference.infer(operation, known, outputCount: outputs.count)
    } catch {
      if error.kind == .invalid { throw ImportFault(error) }
      result = outputs.map { _ in ValueFacts() }
    }
    for (index, name) in outputs.enumerated() {
      if result[index].shape == nil { result[index].shape = declared[name]?.shape }
      if result[index].type == nil {
        result[index].type = declared[name]?.elementType
          .flatMap { TensorDecoding.elementType($0) }
      }
    }
    result[0].partial = PartialValues.infer(operation, known)
    guard let partial = result[0].partial, outputs.count == 1 else { return result }
    if let shape = result[0].shape, !partial.contains(where: { $0 == nil }), shape.count <= 1,
      shape.first ?? 1 == partial.count
    {
      let integers = partial.map { Int64($0 ?? 0) }
      result[0].constant = Tensor(
        shape: shape, type: result[0].type ?? .int64, storage: .integers(integers))
    }
    return result
  }
}

/// How much may be worked out while a model is read: bounded by what the file stores.
struct FoldingBudget {
  /// The elements that folding may still make or read.
  private(set) var elements = 1 << 22

  /// Widens the budget for a stored tensor.
  mutating func add(_ tensor: Tensor) {
    guard case .splat = tensor.storage else {
      elements = min(1 << 30, elements + 16 * tensor.count)
      return
    }
  }

  /// Whether a layer of constants is cheap enough to be folded; charges what it reads.
  mutating func allows(_ operation: Operation, _ inputs: [Tensor?]) -> Bool {
    switch operation {
    case .convolution, .transposedConvolution, .quantizedConvolution, .averagePool, .maxPool,
      .localResponseNormalization, .resize, .unsupported:
      return false
    case .gemm, .matMul, .integerMatMul, .quantizedMatMul:
      // A product costs up to the elements of one factor for each row of the other.
      let counts = inputs.compactMap { $0?.count }.prefix(2)
      guard counts.allSatisfy({ $0 <= 1 << 14 }) else { return false }
    default: break
    }
    for tensor in inputs {
      guard let tensor else { continue }
      if case .splat = tensor.storage { continue }
      elements -= tensor.count
    }
    return elements > 0
  }

  /// Charges results.
  mutating func spend(_ results: [Tensor]) {
    elements -= 16
    for tensor in results {
      if case .splat = tensor.storage { continue }
      elements -= tensor.count
    }
  }
}
