import LoomExecution
import LoomNetwork

/// The typed form of every operator that Spikeloom knows, in the opsets 6 to 25.
///
/// Where an older opset keeps in an attribute what a newer one has as an input, the input is made.
enum OperatorTable {
  /// The typed form of a node; operators that are not known become `.unsupported`.
  static func typed(_ reader: NodeReader) throws(ImportFault) -> TypedNode {
    let node = reader.node
    guard node.domain.isEmpty || node.domain == "ai.onnx" else {
      return unsupported(
        "the operator '\(node.type)' of domain '\(node.domain)' is not known", reader)
    }
    if node.attributes.values.contains(where: { $0.hasSubgraph }) {
      return unsupported("control flow ('\(node.type)') is not executed", reader)
    }
    do {
      if let simple = try simple(reader) {
        return TypedNode(operation: simple, inputs: reader.operands)
      }
      if let typed = try windowed(reader) { return typed }
      if let typed = try shaping(reader) { return typed }
      if let typed = try special(reader) { return typed }
    } catch {
      if error.code == FaultCode.unsupported { return unsupported(error.message, reader) }
      throw error
    }
    return unsupported("the operator '\(node.type)' is not known", reader)
  }

  static func unsupported(_ reason: String, _ reader: NodeReader) -> TypedNode {
    TypedNode(operation: .unsupported(reason: reason), inputs: reader.operands)
  }

  private static func fault(unsupported message: String) -> ImportFault {
    ImportFault(FaultCode.unsupported, message)
  }

  private static let unary: [String: UnaryFunction] = [
    "Relu": .relu, "Sigmoid": .sigmoid, "Tanh": .tanh, "Softplus": .softplus,
    "Softsign": .softsign, "Exp": .exp, "Log": .log, "Sqrt": .sqrt, "Reciprocal": .reciprocal,
    "Abs": .abs, "Neg": .negate, "Floor": .floor, "Ceil": .ceil, "Round": .round, "Erf": .erf,
    "Sign": .sign, "Not": .not, "Sin": .sin, "Cos": .cos, "HardSwish": .hardSwish, "Mish": .mish,
  ]

  private static let binary: [String: BinaryFunction] = [
    "Add": .add, "Sub": .subtract, "Mul": .multiply, "Div": .divide, "Pow": .power,
    "Max": .maximum, "Min": .minimum, "Sum": .sum, "Mean": .mean, "Equal": .equal,
    "Greater": .greater, "Less": .less, "GreaterOrEqual": .greaterOrEqual,
    "LessOrEqual": .lessOrEqual, "And": .and, "Or": .or, "Xor": .xor,
  ]

  private static let reductions: [String: Reduction] = [
    "ReduceMean": .mean, "ReduceSum": .sum, "ReduceMax": .max, "ReduceMin": .min,
    "ReduceProd": .product, "ReduceL1": .l1, "ReduceL2": .l2, "ReduceSumSquare": .sumSquare,
    "ReduceLogSumExp": .logSumExp,
  ]

  /// Operators whose inputs are as they stand.
  private static func simple(_ reader: NodeReader) throws(ImportFault) -> Operation? {
    if let function = unary[reader.node.type] { return .unary(function) }
    if let function = binary[reader.node.type], !reader.has("axis") { return .binary(function) }
    switch reader.node.type {
    case "Identity": return .identity
    case "PRelu": return .prelu
    case "MatMul": return .matMul
    case "GlobalAveragePool": return .globalAveragePool
    case "GlobalMaxPool": return .globalMaxPool
    case "Expand": return .expand
    case "Where": return .select
    case "Range": return .range
    case "MatMulInteger": return .integerMatMul
    case "QLinearMatMul": return .quantizedMatMul
    case "Tile" where reader.opset >= 6: return .tile
    default: return try parametric(reader)
    }
  }

  private static func parametric(_ reader: NodeReader) throws(ImportFault) -> Operation? {
    switch reader.node.type {
    case "LeakyRelu":
      return .parametric(.leakyRelu(alpha: try reader.float("alpha", default: 0.01)))
    case "Elu": return .parametric(.elu(alpha: try reader.float("alpha", default: 1)))
    case "Celu": return .parametric(.celu(alpha: try reader.float("alpha", default: 1)))
    case "ThresholdedRelu":
      return .parametric(.thresholdedRelu(alpha: try reader.float("alpha", default: 1)))
    case "Selu":
      return .parametric(
        .selu(
          alpha: try reader.float("alpha", default: 1.673_263_2),
          gamma: try reader.float("gamma", default: 1.050_701)))
    case "HardSigmoid":
      return .parametric(
        .hardSigmoid(
          alpha: try reader.float("alpha", default: 0.2),
          beta: try reader.float("beta", default: 0.5)))
    case "Gelu":
      guard try reader.text("approximate", default: "none") == "none" else {
        throw fault(unsupported: "the tanh approximation of Gelu is not executed")
      }
      return .unary(.gelu)
    case "Mod": return try modulo(reader)
    case "BitShift", "BitwiseAnd", "BitwiseOr": return nil
    default: return nil
    }
  }

  private static func modulo(_ reader: NodeReader) throws(ImportFault) -> Operation {
    let type = reader.facts.first??.type
    let isC = try reader.flag("fmod")
    if let type, type.isFloating != isC {
      throw fault(unsupported: "Mod with fmod \(isC ? 1 : 0) of \(type) is not executed")
    }
    return .binary(.modulo)
  }

  /// Convolutions, pooling, matrix products, normalisations, reductions.
  private static func windowed(_ reader: NodeReader) throws(ImportFault) -> TypedNode? {
    let operation: Operation
    switch reader.node.type {
    case "Conv":
      operation = .convolution(
        try reader.window(), groups: try reader.integer("group", default: 1))
    case "QLinearConv":
      operation = .quantizedConvolution(
        try reader.window(), groups: try reader.integer("group", default: 1))
    case "ConvTranspose":
      operation = .transposedConvolution(
        try reader.window(), groups: try reader.integer("group", default: 1),
        outputPadding: try reader.integers("output_padding"),
        outputShape: try reader.integers("output_shape"))
    case "AveragePool":
      operation = .averagePool(
        try reader.window(), ceilMode: try reader.flag("ceil_mode"),
        countIncludePad: try reader.flag("count_include_pad"))
    case "MaxPool":
      operation = .maxPool(
        try reader.window(), ceilMode: try reader.flag("ceil_mode"),
        storageOrder: try reader.integer("storage_order", default: 0))
    case "Gemm":
      operation = .gemm(
        alpha: try reader.float("alpha", default: 1), beta: try reader.float("beta", default: 1),
        transposeA: try reader.flag("transA"), transposeB: try reader.flag("transB"))
    default: return try normalized(reader)
    }
    return TypedNode(operation: operation, inputs: reader.operands)
  }

  private static func normalized(_ reader: NodeReader) throws(ImportFault) -> TypedNode? {
    let operation: Operation
    switch reader.node.type {
    case "BatchNormalization":
      guard try reader.flag("spatial", default: true), try !reader.flag("training_mode"),
        reader.node.outputs.dropFirst().allSatisfy({ $0.isEmpty })
      else {
        throw fault(unsupported: "BatchNormalization in training or per element is not executed")
      }
      operation = .batchNormalization(epsilon: try reader.float("epsilon", default: 1e-5))
    case "InstanceNormalization":
      operation = .instanceNormalization(epsilon: try reader.float("epsilon", default: 1e-5))
    case "LRN":
      operation = .localResponseNormalization(
        size: try reader.integer("size"), alpha: try reader.float("alpha", default: 1e-4),
        beta: try reader.float("beta", default: 0.75), bias: try reader.float("bias", default: 1))
    case "Softmax", "LogSoftmax":
      let flattened = reader.opset < 13
      let axis = try reader.integer("axis", default: flattened ? 1 : -1)
      operation =
        reader.node.type == "Softmax"
        ? .softmax(axis: axis, flattened: flattened)
        : .logSoftmax(axis: axis, flattened: flattened)
    case "ArgMax":
      operation = .argMax(
        axis: try reader.integer("axis", default: 0),
        keepDimensions: try reader.flag("keepdims", default: true),
        selectLast: try reader.flag("select_last_index"))
    default:
      guard let reduction = reductions[reader.node.type] else { return nil }
      return TypedNode(
        operation: .reduce(
          reduction, keepDimensions: try reader.flag("keepdims", default: true),
          noopWithEmptyAxes: try reader.flag("noop_with_empty_axes")),
        inputs: try reader.operands(adding: "axes", at: 1))
    }
    return TypedNode(operation: operation, inputs: reader.operands)
  }

  /// Operators that move elements or change shapes.
  private static func shaping(_ reader: NodeReader) throws(ImportFault) -> TypedNode? {
    switch reader.node.type {
    case "Flatten":
      return TypedNode(
        operation: .flatten(axis: try reader.integer("axis", default: 1)), inputs: reader.operands)
    case "Reshape":
      return TypedNode(
        operation: .reshape(allowZero: try reader.flag("allowzero")),
        inputs: try reader.operands(adding: "shape", at: 1))
    case "Transpose":
      return TypedNode(
        operation: .transpose(try reader.integers("perm")), inputs: reader.operands)
    case "Squeeze":
      return TypedNode(
        operation: .squeeze, inputs: try reader.operands(adding: "axes", at: 1))
    case "Unsqueeze":
      return TypedNode(
        operation: .unsqueeze, inputs: try reader.operands(adding: "axes", at: 1))
    case "Concat":
      return TypedNode(
        operation: .concat(axis: try reader.integer("axis", default: 1)), inputs: reader.operands)
    case "Split":
      return TypedNode(
        operation: .split(axis: try reader.integer("axis", default: 0)),
        inputs: try reader.operands(adding: "split", at: 1))
    case "Slice": return try LegacyForms.slice(reader)
    case "Pad": return try LegacyForms.pad(reader)
    default: return try picking(reader)
    }
  }

  private static func picking(_ reader: NodeReader) throws(ImportFault) -> TypedNode? {
    let operation: Operation
    switch reader.node.type {
    case "Gather": operation = .gather(axis: try reader.integer("axis", default: 0))
    case "GatherElements":
      operation = .gatherElements(axis: try reader.integer("axis", default: 0))
    case "DepthToSpace":
      operation = .depthToSpace(
        blockSize: try reader.integer("blocksize"),
        columnRowDepth: try reader.text("mode", default: "DCR") == "CRD")
    case "SpaceToDepth": operation = .spaceToDepth(blockSize: try reader.integer("blocksize"))
    case "Shape":
      operation = .shape(
        start: try reader.integer("start", default: 0),
        end: reader.has("end") ? try reader.integer("end") : nil)
    case "QuantizeLinear":
      let code = try reader.integer("output_dtype", default: 0)
      operation = .quantizeLinear(
        axis: try reader.integer("axis", default: 1),
        blockSize: try reader.integer("block_size", default: 0),
        outputType: code == 0 ? nil : try reader.elementType(code))
    case "DequantizeLinear":
      operation = .dequantizeLinear(
        axis: try reader.integer("axis", default: 1),
        blockSize: try reader.integer("block_size", default: 0))
    default: return nil
    }
    return TypedNode(operation: operation, inputs: reader.operands)
  }

  /// Operators with forms of their own.
  private static func special(_ reader: NodeReader) throws(ImportFault) -> TypedNode? {
    switch reader.node.type {
    case "Constant": return try LegacyForms.constant(reader)
    case "ConstantOfShape": return try LegacyForms.constantOfShape(reader)
    case "Cast": return try LegacyForms.cast(reader)
    case "CastLike":
      guard let type = reader.facts.count > 1 ? reader.facts[1]?.type : nil else {
        throw fault(unsupported: "CastLike to a type that is not known is not executed")
      }
      return TypedNode(operation: .cast(to: type), inputs: Array(reader.operands.prefix(1)))
    case "Clip": return try LegacyForms.clip(reader)
    case "Dropout": return try LegacyForms.dropout(reader)
    case "Resize": return try LegacyForms.resize(reader)
    case "Upsample": return try LegacyForms.upsample(reader)
    default:
      guard let function = binary[reader.node.type] else { return nil }
      return try LegacyForms.axisBroadcast(function, reader)
    }
  }
}
