import LoomBase
import LoomNetwork
import LoomReference
import Testing

@Suite("The integer front end")
struct IntegerFrontEndTests {
  private func network(
    _ frontEnd: FixedFrontEnd, input: MapShape, target: MapShape,
    quantization: InputQuantization = .bytes
  ) -> FixedPointNetwork {
    Small.network(
      input: input, steps: 2, coding: .direct,
      populations: [Small.population("n", target, role: .readout)], projections: [],
      frontEnd: [frontEnd], outputs: [0], quantization: quantization)
  }

  private func dense(
    _ weights: [Int32], offset: ChannelOrNeuron<Int64>, shift: Int, mantissa: Int = 0,
    exponent: Int = 0
  ) -> FixedFrontEnd {
    FixedFrontEnd(
      target: PopulationID(0), connectivity: .dense, weights: weights, offset: offset,
      rightShift: shift, biasMantissaBits: mantissa, biasMaximumExponent: exponent, site: 0)
  }

  @Test("sums are shifted right with halves upwards")
  func rounding() throws {
    // 3·10 + 4·20 + 2 = 112 → 112/16 = 7; −110 + 6 = −104 → −6.5 → −6; −110 + 4 = −106 → −6.6 → −7
    let frontEnd = dense(
      [3, 4, -3, -4, -3, -4], offset: .perChannel([2, 6, 4]), shift: 4)
    let interpreter = try IntegerInterpreter(
      network(frontEnd, input: MapShape(channels: 2), target: MapShape(channels: 3)))
    let samples = Samples(storage: .bytes([0, 0, 10, 20]), sampleShape: [2], count: 2)
    #expect(try interpreter.frontEndCurrents(samples, index: 1) == [[7, -6, -7]])
    let run = try interpreter.run(samples, index: 1, recordingSpikes: false)
    #expect(run.scores == [14, -12, -14])
    #expect(run.prediction == 0)
  }

  @Test("currents are rounded to the mantissa of the bias register")
  func mantissa() throws {
    // 3 bits hold 0...7: 59 → 59/8 = 7.4 → 7·8 = 56; 9 → 9/2 = 4.5 → 5·2 = 10; −9 → −10
    let frontEnd = dense([59, 9, -9], offset: .uniform(0), shift: 0, mantissa: 3, exponent: 5)
    let interpreter = try IntegerInterpreter(
      network(frontEnd, input: MapShape(channels: 1), target: MapShape(channels: 3)))
    let samples = Samples(storage: .bytes([1]), sampleShape: [1], count: 1)
    #expect(try interpreter.frontEndCurrents(samples, index: 0) == [[56, 10, -10]])
  }

  @Test("floats become integers with halves to even and are clamped to 16 bits")
  func floats() throws {
    let frontEnd = dense([1, 0, 0, 0, 1, 0, 0, 0, 1], offset: .uniform(0), shift: 0)
    let interpreter = try IntegerInterpreter(
      network(
        frontEnd, input: MapShape(channels: 3), target: MapShape(channels: 3),
        quantization: .floats(factor: 10)))
    let samples = Samples(
      storage: .floats([0.25, 0.75, -1e9]), sampleShape: [3], count: 1)
    // 2.5 → 2; 7.5 → 8; clamped at −32768
    #expect(try interpreter.frontEndCurrents(samples, index: 0) == [[2, 8, -32768]])
    #expect(throws: DiagnosticsError.self) {
      let bytes = Samples(storage: .bytes([1, 2, 3]), sampleShape: [3], count: 1)
      return try interpreter.frontEndCurrents(bytes, index: 0)
    }
    #expect(throws: DiagnosticsError.self) {
      let nan = Samples(storage: .floats([.nan, 2, 3]), sampleShape: [3], count: 1)
      return try interpreter.frontEndCurrents(nan, index: 0)
    }
  }

  @Test("channel-last images are read channel-first, padding is no input")
  func channelLastConvolution() throws {
    // 2 channels of 1×2; kernel 1×3 with one pad: target x = w0·a[x−1] + w1·a[x] + w2·a[x+1] + …
    let geometry = ConvolutionGeometry(kernelHeight: 1, kernelWidth: 3, padLeft: 1)
    let frontEnd = FixedFrontEnd(
      target: PopulationID(0), connectivity: .convolution(geometry),
      weights: [1, 10, 100, 2, 20, 200], offset: .perNeuron([7, 0]), rightShift: 0,
      biasMantissaBits: 0, biasMaximumExponent: 0, site: 0)
    let interpreter = try IntegerInterpreter(
      network(
        frontEnd, input: MapShape(channels: 2, height: 1, width: 2),
        target: MapShape(channels: 1, height: 1, width: 2)))
    // stored H×W×C: (x0: a=1, b=3), (x1: a=2, b=4)
    let samples = Samples(storage: .bytes([1, 3, 2, 4]), sampleShape: [1, 2, 2], count: 1)
    // 2 × 2 elements fit both layouts; bytes are images, so channel-last.
    // x0: 10·1 + 100·2 + 20·3 + 200·4 + 7 = 1077; x1: 1·1 + 10·2 + 2·3 + 20·4 = 107
    #expect(try interpreter.frontEndCurrents(samples, index: 0) == [[1077, 107]])
  }
}
