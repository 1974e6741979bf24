import LoomNetwork
import Testing

/// An activation of four levels 0, ½, 1, 1½ (λ = 1.5, Q = 3) as an exporter writes it.
struct QuantizedForm: Sendable, CustomTestStringConvertible {
  /// What the layers are.
  var name: String
  /// Adds the layers.
  var build: @Sendable (inout Graph, ValueID) -> ValueID
  /// The step between levels in the output's units.
  var step: Float = 0.5
  /// v(0) as a share of a step.
  var offset: Float = 0.5
  var testDescription: String { name }

  static let all: [QuantizedForm] = [
    QuantizedForm(name: "Div λ, Clip 0..1, Mul Q, Add ½, Floor, Div Q, Mul λ") { graph, input in
      let share = graph.clip(graph.divide(input, 1.5), 0, 1)
      let code = graph.floor(graph.plus(graph.times(share, 3), 0.5))
      return graph.times(graph.divide(code, 3), 1.5)
    },
    QuantizedForm(name: "Div s, Clip 0..Q, Round, Mul s") { graph, input in
      graph.times(graph.round(graph.clip(graph.divide(input, 0.5), 0, 3)), 0.5)
    },
    QuantizedForm(name: "Mul 1/s, Add ½, Floor, Clip 0..Q, Mul s") { graph, input in
      let code = graph.floor(graph.plus(graph.times(input, 2), 0.5))
      return graph.times(graph.clip(code, 0, 3), 0.5)
    },
    QuantizedForm(name: "Relu, Div s, Round, Min Q, Mul s") { graph, input in
      let code = graph.round(graph.divide(graph.relu(input), 0.5))
      let kept = graph.layer(.binary(.minimum), [code, graph.constant([], [3])], "Min")
      return graph.times(kept, 0.5)
    },
    QuantizedForm(name: "Clip 0..λ, Mul 1/s, Add ½, Floor, Mul s") { graph, input in
      let code = graph.floor(graph.plus(graph.times(graph.clip(input, 0, 1.5), 2), 0.5))
      return graph.times(code, 0.5)
    },
    QuantizedForm(
      name: "Mul 1/s, Clip 0..Q, Round; the last factor is in the next layer",
      build: { graph, input in graph.round(graph.clip(graph.times(input, 2), 0, 3)) }, step: 1),
    QuantizedForm(
      name: "Clip 0..λ, Div s, Floor, Mul s",
      build: { graph, input in
        graph.times(graph.floor(graph.divide(graph.clip(input, 0, 1.5), 0.5)), 0.5)
      }, offset: 0),
    QuantizedForm(name: "steps per channel, Max 0, Min λ, Sub −½") { graph, input in
      let steps = graph.constant([1, 2, 1, 1], [0.5, 0.5])
      let positive = graph.layer(.binary(.maximum), [input, graph.constant([], [0])], "Max")
      let kept = graph.layer(.binary(.minimum), [positive, graph.constant([], [1.5])], "Min")
      let codes = graph.layer(.binary(.divide), [kept, steps], "Div")
      let half = graph.layer(.binary(.subtract), [codes, graph.constant([], [-0.5])], "Sub")
      return graph.layer(.binary(.multiply), [graph.floor(half), steps], "Mul")
    },
  ]

  /// 1×1 Conv of quarters, the activation, a matrix of quarters: exact in 32-bit floats.
  func network(before: (@Sendable (inout Graph, ValueID) -> ValueID)? = nil) -> Network {
    var graph = Graph([1, 4, 4])
    let weights = graph.constant([2, 1, 1, 1], [1.25, -0.75])
    let biases = graph.constant([2], [0.125, 0.375])
    var value = graph.layer(
      .convolution(Window(), groups: 1), [graph.input, weights, biases], "Conv")
    if let before { value = before(&graph, value) }
    let flat = graph.flatten(build(&graph, value))
    let count = before == nil ? 32 : 8
    let matrix = graph.constant(
      [count, 3], (0..<count * 3).map { Float($0 * 7 % 11 - 5) / 4 })
    return graph.finished(graph.layer(.matMul, [flat, matrix], "MatMul"))
  }
}

extension Graph {
  mutating func times(_ input: ValueID, _ factor: Float) -> ValueID {
    layer(.binary(.multiply), [input, constant([], [factor])], "Mul")
  }

  mutating func divide(_ input: ValueID, _ divisor: Float) -> ValueID {
    layer(.binary(.divide), [input, constant([1], [divisor])], "Div")
  }

  mutating func plus(_ input: ValueID, _ summand: Float) -> ValueID {
    layer(.binary(.add), [input, constant([], [summand])], "Add")
  }

  mutating func clip(_ input: ValueID, _ low: Float, _ high: Float) -> ValueID {
    layer(.clip, [input, constant([], [low]), constant([], [high])], "Clip")
  }

  mutating func floor(_ input: ValueID) -> ValueID { layer(.unary(.floor), [input], "Floor") }

  mutating func round(_ input: ValueID) -> ValueID { layer(.unary(.round), [input], "Round") }

  /// QuantizeLinear to a type with a scale and a zero point.
  mutating func quantize(_ input: ValueID, scale: Float, point: Int64, _ type: ElementType)
    -> ValueID
  {
    layer(
      .quantizeLinear(axis: 1, blockSize: 0, outputType: nil),
      [input, constant([], [scale]), zeroPoint(point, type)], "QuantizeLinear")
  }

  /// DequantizeLinear with a scale and a zero point.
  mutating func dequantize(_ input: ValueID, scale: Float, point: Int64, _ type: ElementType)
    -> ValueID
  {
    layer(
      .dequantizeLinear(axis: 1, blockSize: 0),
      [input, constant([], [scale]), zeroPoint(point, type)], "DequantizeLinear")
  }
}
