import LoomHardware
import LoomImage
import LoomReport
import Testing

@Suite("Footprint of the model")
struct ModelFootprintTests {
  @Test("weights once, parameters of channels, potentials of neurons: bits by hand")
  func byHand() throws {
    let image = try DifferenceImage.make()
    let profile = try DifferenceImage.profile()
    let footprint = ModelFootprint(image: image, profile: profile)
    // 2 + 1 synapses and 2 weights of the first layer; thresholds of A's 2 channels, biases of all 4.
    #expect(footprint.weights == 5 && footprint.zeroWeights == 0)
    #expect(footprint.neuronParameters == 2 + 4)
    let thresholds = 2 * profile.neuron.thresholdMantissaBits
    let biases = 4 * (profile.bias.mantissaBits == 0 ? profile.neuron.potentialBits : 0)
    #expect(profile.bias.mantissaBits == 0)
    #expect(
      footprint.bits == 3 * profile.weight.bits + 2 * 32 + thresholds + biases + 4 * 24)
    #expect(footprint.bytes == Double(footprint.bits) / 8)
    #expect(footprint.connectionSparsity == 0)
  }

  @Test("what only lowers something is no part of it, and zeros are counted")
  func lowering() throws {
    let profile = try DifferenceImage.profile()
    var image = try DifferenceImage.make()
    let before = ModelFootprint(image: image, profile: profile)
    image.templates[0].weights[1] = 0
    let zero = ModelFootprint(image: image, profile: profile)
    #expect(zero.zeroWeights == 1 && zero.bits == before.bits)
    #expect(zero.connectionSparsity == 0.2)
    image.templates[1].isLowering = true
    let less = ModelFootprint(image: image, profile: profile)
    #expect(less.weights == 4 && less.bits == before.bits - profile.weight.bits)
    image.populations[0].role = .lowering
    let none = ModelFootprint(image: image, profile: profile)
    #expect(none.weights == 2)
  }

  @Test("a weight kept in several cells is one weight, zero only if all its cells are")
  func planes() throws {
    let profile = try DifferenceImage.profile()
    var image = try DifferenceImage.make()
    var plane = image.templates[0]
    plane.repeats = true
    plane.weights = [0, 1]
    image.templates.insert(plane, at: 1)
    image.templates[0].weights = [0, 0]
    let footprint = ModelFootprint(image: image, profile: profile)
    #expect(footprint.weights == 5 && footprint.zeroWeights == 1)
  }
}
