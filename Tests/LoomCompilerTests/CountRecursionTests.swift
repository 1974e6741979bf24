import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

/// Spike counts without neurons: N(t) = min(N(t−1) + 1, max(N(t−1), floor(S(t)/θ))), where S(t) is v(0) and
/// all input up to t (conversion.md §0).
///
/// Nothing is accumulated, compared or reset. Input is what the emulator's recorded spikes of the sources
/// bring through the integer network's weights, and what its front end makes of the sample.
private struct CountRecursion {
  let fixed: FixedPointNetwork
  let image: HardwareImage
  let trace: EmulatorTrace
  let sample: [Int]
  /// The first neuron and step whose count differs.
  var difference: String?
  var neurons = 0
  var spikes = 0
  /// Neurons with more spikes than their charge is worth at the end: input that dipped after a spike.
  var excesses = 0
  /// The largest |S − θ·N|, which a potential must hold.
  var largest = 0

  init(_ fixed: FixedPointNetwork, _ image: HardwareImage, _ trace: EmulatorTrace, sample: [Int]) {
    self.fixed = fixed
    self.image = image
    self.trace = trace
    self.sample = sample
    for (index, population) in fixed.populations.enumerated() where population.role == .hidden {
      check(index, population)
    }
  }

  /// Whether a neuron (channel-first) spiked in an aligned step.
  private func didSpike(_ population: Int, _ step: Int, _ neuron: Int) -> Bool {
    let shape = fixed.populations[population].shape
    let last = neuron % shape.positions * shape.channels + neuron / shape.positions
    return trace.didSpike(
      population: population, step: step + image.populations[population].start, neuron: last)
  }

  private mutating func check(_ index: Int, _ population: FixedPopulation) {
    let shape = population.shape
    let constant = constantCurrents(index)
    var charge = (0..<shape.count).map { Int(value(population.initialPotential, $0, shape)) }
    var predicted = [Int](repeating: 0, count: shape.count)
    var found = predicted
    for step in 0..<fixed.timesteps {
      let arriving = spikeCurrents(index, step)
      for neuron in 0..<shape.count {
        let threshold = Int(value(population.threshold, neuron, shape))
        charge[neuron] +=
          arriving[neuron] + constant[neuron] + Int(value(population.bias, neuron, shape))
        // v > θ of integers is v − 1 ≥ θ.
        let worth = charge[neuron] - (population.comparison == .greater ? 1 : 0)
        let before = predicted[neuron]
        predicted[neuron] = min(before + 1, max(before, floor(worth, threshold)))
        if didSpike(index, step, neuron) { found[neuron] += 1 }
        largest = max(largest, abs(charge[neuron] - threshold * before))
        if found[neuron] != predicted[neuron], difference == nil {
          difference =
            "\(population.name) \(neuron) after step \(step): \(found[neuron]) spikes, predicted \(predicted[neuron])"
        }
      }
    }
    neurons += shape.count
    spikes += found.reduce(0, +)
    for neuron in 0..<shape.count {
      let threshold = Int(value(population.threshold, neuron, shape))
      if found[neuron] > max(0, floor(charge[neuron], threshold)) { excesses += 1 }
    }
  }

  private func floor(_ value: Int, _ divisor: Int) -> Int {
    let quotient = value / divisor
    return quotient * divisor > value ? quotient - 1 : quotient
  }

  private func value<Value>(
    _ values: ChannelOrNeuron<Value>, _ neuron: Int, _ shape: MapShape
  ) -> Value {
    switch values {
    case .uniform(let value): value
    case .perChannel(let values): values[neuron / shape.positions]
    case .perNeuron(let values): values[neuron]
    }
  }

  private func spikeCurrents(_ target: Int, _ step: Int) -> [Int] {
    let shape = fixed.populations[target].shape
    var sums = [Int](repeating: 0, count: shape.count)
    for projection in fixed.projections where projection.target.index == target {
      let source = fixed.populations[projection.source.index].shape
      let sent = step - projection.alignedDelay
      guard sent >= 0 else { continue }
      for neuron in 0..<source.count where didSpike(projection.source.index, sent, neuron) {
        Self.visit(projection.connectivity, source, shape, from: neuron) { to, weight in
          sums[to] +=
            Int(projection.weights[weight]) << projection.shift(channel: to / shape.positions)
        }
      }
    }
    return sums
  }

  private func constantCurrents(_ target: Int) -> [Int] {
    let shape = fixed.populations[target].shape
    var currents = [Int](repeating: 0, count: shape.count)
    for frontEnd in fixed.frontEnd where frontEnd.target.index == target {
      var sums = (0..<shape.count).map { Int(value(frontEnd.offset, $0, shape)) }
      for (pixel, number) in sample.enumerated() {
        Self.visit(frontEnd.connectivity, fixed.input.shape, shape, from: pixel) { to, weight in
          sums[to] += Int(frontEnd.weights[weight]) * number
        }
      }
      for (neuron, sum) in sums.enumerated() {
        var current = FixedPoint.roundingShiftRight(Int64(sum), by: frontEnd.rightShift)
        if frontEnd.biasMantissaBits > 0 {
          current = FixedPoint.roundToMantissa(
            current, mantissaBits: frontEnd.biasMantissaBits,
            maximumExponent: frontEnd.biasMaximumExponent)
        }
        currents[neuron] += Int(current)
      }
    }
    return currents
  }

  /// Every target of a source neuron and the number of its weight, all channel-first.
  private static func visit(
    _ connectivity: Connectivity, _ source: MapShape, _ target: MapShape, from neuron: Int,
    _ body: (Int, Int) -> Void
  ) {
    switch connectivity {
    case .dense:
      for to in 0..<target.count { body(to, to * source.count + neuron) }
    case .sparse(let pattern):
      for to in 0..<target.count {
        for entry in pattern.targetOffsets[to]..<pattern.targetOffsets[to + 1]
        where Int(pattern.sources[entry]) == neuron { body(to, entry) }
      }
    case .convolution(let g):
      let (channel, place) = (neuron / source.positions, neuron % source.positions)
      let (row, column) = (place / source.width, place % source.width)
      let (perSource, perTarget) = (source.channels / g.groups, target.channels / g.groups)
      for ky in 0..<g.kernelHeight {
        let y = row + g.padTop - ky * g.dilationY
        guard y >= 0, y % g.strideY == 0, y / g.strideY < target.height else { continue }
        for kx in 0..<g.kernelWidth {
          let x = column + g.padLeft - kx * g.dilationX
          guard x >= 0, x % g.strideX == 0, x / g.strideX < target.width else { continue }
          for offset in 0..<perTarget {
            let to = channel / perSource * perTarget + offset
            let kernel = to * perSource + channel % perSource
            body(
              (to * target.height + y / g.strideY) * target.width + x / g.strideX,
              (kernel * g.kernelHeight + ky) * g.kernelWidth + kx)
          }
        }
      }
    }
  }
}

@Suite("The count recursion predicts every neuron's spikes on the chip")
struct CountRecursionTests {
  private func check(
    _ network: SpikingNetwork, _ profile: Profile, isCoarse: Bool = false
  ) throws -> CountRecursion {
    var fixed = try Quantizer.quantize(network, profile: profile).network
    if isCoarse { makeCoarse(&fixed) }
    let image = try Compiler.compile(fixed, profile: profile).image
    var generator = SeededGenerator(seed: 23)
    let samples = EquivalenceSamples.make(network, count: 1, &generator)
    let trace = try Emulator(image: image, profile: profile).trace(samples, index: 0)
    guard case .bytes(let bytes) = samples.storage else { throw NoBytes() }
    let result = CountRecursion(fixed, image, trace, sample: bytes.map { Int($0) })
    #expect(result.difference == nil)
    // Nothing saturates, so that S is what the potentials have summed.
    for population in fixed.populations where population.role == .hidden {
      #expect(result.largest < 1 << (population.potentialBits - 1))
      #expect(population.reset == .soft && population.sites == 1)
    }
    return result
  }

  private struct NoBytes: Error {}

  @Test(
    "Shortcuts, strides, negative weights and biases on small cores",
    arguments: ["loihi1", "loihi1-davies", "crossbar-256"], [UInt64(1), 2, 3])
  func small(name: String, seed: UInt64) throws {
    let profile = try ProfileFile.load(name, overrides: ["/core/neurons=48"])
    var network = EquivalenceTests.residual(seed: seed)
    network.timesteps = 24
    let result = try check(network, profile)
    #expect(result.spikes > 500 && result.excesses > 0)
  }

  /// Makes every number a small multiple of 1,024, so that potentials often equal their thresholds.
  private func makeCoarse(_ fixed: inout FixedPointNetwork) {
    for index in fixed.projections.indices {
      fixed.projections[index].weights = fixed.projections[index].weights.map { $0 / 40 }
      fixed.projections[index].shifts = [10]
    }
    for index in fixed.frontEnd.indices {
      fixed.frontEnd[index].weights = fixed.frontEnd[index].weights.map { _ in 0 }
      fixed.frontEnd[index].offset = .uniform(1024 << Int64(fixed.frontEnd[index].rightShift))
    }
    for index in fixed.populations.indices {
      fixed.populations[index].bias = .uniform(index % 2 == 0 ? 1024 : -1024)
      guard fixed.populations[index].role == .hidden else { continue }
      fixed.populations[index].threshold = .uniform(4096)
      fixed.populations[index].initialPotential = .uniform(2048)
    }
  }

  @Test("Potentials equal to their thresholds", arguments: ["loihi1", "crossbar-256"])
  func ties(name: String) throws {
    let profile = try ProfileFile.load(name, overrides: ["/core/neurons=48"])
    let result = try check(EquivalenceTests.residual(seed: 6), profile, isCoarse: true)
    #expect(result.spikes > 200)
  }

  @Test("Relays for missing delays on Loihi")
  func relays() throws {
    let profile = try ProfileFile.load("loihi1", overrides: ["/delay/maximum=1"])
    #expect(try check(EquivalenceTests.residual(seed: 5), profile).spikes > 50)
  }

  @Test("A residual network of CIFAR size", arguments: ["loihi1-silicon-fit", "crossbar-256"])
  func residual(name: String) throws {
    let network = ResidualNetwork.make(blocks: 1, timesteps: 16)
    let result = try check(network, try ProfileFile.load(name))
    #expect(result.neurons > 60_000 && result.spikes > 10_000 && result.excesses > 100)
  }
}
