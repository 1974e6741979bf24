import LoomBase
import LoomExecution
import LoomNetwork
import Testing

@Suite("Convolution")
struct ConvolutionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var input: [Int]
    var weights: [Int]
    var groups = 1
    var strides = [1, 1]
    var pads = [0, 0, 0, 0]
    var dilations = [1, 1]
    var testDescription: String {
      "\(input) \(weights) g\(groups) s\(strides) p\(pads) d\(dilations)"
    }
    var window: Window { Window(strides: strides, pads: pads, dilations: dilations) }
  }

  static let cases = [
    Case(input: [2, 3, 7, 6], weights: [5, 3, 3, 3], pads: [1, 1, 1, 1]),
    Case(
      input: [1, 4, 9, 8], weights: [6, 2, 3, 2], groups: 2, strides: [2, 3], pads: [0, 1, 2, 0]),
    Case(
      input: [2, 6, 8, 8], weights: [6, 1, 3, 3], groups: 6, strides: [2, 2], pads: [0, 0, 1, 1]),
    Case(input: [1, 3, 6, 7], weights: [9, 1, 2, 3], groups: 3, dilations: [2, 2]),
    Case(input: [1, 8, 5, 5], weights: [4, 8, 1, 1]),
    Case(input: [1, 64, 32, 32], weights: [8, 64, 3, 3], pads: [1, 1, 1, 1]),
  ]

  /// The sum of the definition, element by element, in double precision.
  static func oracle(_ test: Case, _ x: [Float], _ w: [Float], _ bias: [Float]) -> [Double] {
    let (channels, height, width) = (test.input[1], test.input[2], test.input[3])
    let (outputs, depth, rows, columns) =
      (test.weights[0], test.weights[1], test.weights[2], test.weights[3])
    let outputHeight =
      (height + test.pads[0] + test.pads[2] - (rows - 1) * test.dilations[0] - 1) / test.strides[0]
      + 1
    let outputWidth =
      (width + test.pads[1] + test.pads[3] - (columns - 1) * test.dilations[1] - 1)
      / test.strides[1] + 1
    var result: [Double] = []
    for n in 0..<test.input[0] {
      for o in 0..<outputs {
        for y in 0..<outputHeight {
          for z in 0..<outputWidth {
            var sum = Double(bias[o])
            for c in 0..<depth {
              let source = o / (outputs / test.groups) * depth + c
              for i in 0..<rows {
                for j in 0..<columns {
                  let row = y * test.strides[0] + i * test.dilations[0] - test.pads[0]
                  let column = z * test.strides[1] + j * test.dilations[1] - test.pads[1]
                  guard row >= 0, row < height, column >= 0, column < width else { continue }
                  sum +=
                    Double(x[((n * channels + source) * height + row) * width + column])
                    * Double(w[((o * depth + c) * rows + i) * columns + j])
                }
              }
            }
            result.append(sum)
          }
        }
      }
    }
    return result
  }

  @Test("strides, uneven pads, dilations, groups and strips match the definition", arguments: cases)
  func matchesDefinition(test: Case) throws {
    var generator = SeededGenerator(seed: 3)
    let x = MatrixProductTests.random(test.input.reduce(1, *), &generator)
    let w = MatrixProductTests.random(test.weights.reduce(1, *), &generator)
    let bias = MatrixProductTests.random(test.weights[0], &generator)
    let output = try LayerEvaluator.evaluate(
      .convolution(test.window, groups: test.groups),
      inputs: [
        Tensor(shape: test.input, floats: x), Tensor(shape: test.weights, floats: w),
        Tensor(shape: [bias.count], floats: bias),
      ], outputCount: 1)[0]
    let expected = Self.oracle(test, x, w, bias)
    #expect(output.count == expected.count)
    #expect(zip(output.doubles, expected).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("equal weights left unexpanded give the bytes of the expanded ones", arguments: cases)
  func splatWeights(test: Case) throws {
    var generator = SeededGenerator(seed: 4)
    let x = Tensor(
      shape: test.input, floats: MatrixProductTests.random(test.input.reduce(1, *), &generator))
    let splat = Tensor(shape: test.weights, type: .float32, storage: .splat(0.25))
    let dense = Tensor(shape: test.weights, floats: splat.floats)
    let bias = Tensor(shape: [test.weights[0]], type: .float32, storage: .splat(0.5))
    let operation = Operation.convolution(test.window, groups: test.groups)
    let thin = try LayerEvaluator.evaluate(operation, inputs: [x, splat, bias], outputCount: 1)
    let full = try LayerEvaluator.evaluate(operation, inputs: [x, dense, bias], outputCount: 1)
    #expect(thin == full)
  }

  @Test("a transposed convolution is the adjoint of the convolution")
  func transposedIsAdjoint() throws {
    var generator = SeededGenerator(seed: 6)
    let window = Window(strides: [2, 1], pads: [1, 0, 1, 2], dilations: [1, 2])
    let weights = Tensor(
      shape: [4, 3, 3, 2], floats: MatrixProductTests.random(72, &generator))
    let x = Tensor(shape: [1, 3, 7, 6], floats: MatrixProductTests.random(126, &generator))
    let forward = try LayerEvaluator.evaluate(
      .convolution(window, groups: 1), inputs: [x, weights], outputCount: 1)[0]
    let y = Tensor(
      shape: forward.shape, floats: MatrixProductTests.random(forward.count, &generator))
    let back = try LayerEvaluator.evaluate(
      .transposedConvolution(window, groups: 1, outputPadding: [0, 0], outputShape: []),
      inputs: [y, weights], outputCount: 1)[0]
    #expect(back.shape == x.shape)
    let left = zip(forward.doubles, y.doubles).reduce(0) { $0 + $1.0 * $1.1 }
    let right = zip(x.doubles, back.doubles).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(left - right) < 1e-4)
  }
}
