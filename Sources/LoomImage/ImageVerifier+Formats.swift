import LoomBase
import LoomHardware

extension ImageVerifier {
  /// Weights, thresholds, biases, delays and neuron kinds are such as the profile stores and does.
  static func formatFindings(_ image: HardwareImage, _ profile: Profile) -> [Diagnostic] {
    var check = FormatCheck(image: image, profile: profile)
    for (index, template) in image.templates.enumerated() { check.check(template, index) }
    check.findings += axonFindings(image, profile.core.synapses)
    for (index, population) in image.populations.enumerated() where population.role.isOnCores {
      check.check(population, index)
    }
    for (index, core) in image.cores.enumerated() {
      for slice in core.slices { check.check(slice, core: index) }
      // The host holds its events back as long as it likes.
      let longest =
        core.axonBlocks.filter {
          image.populations[image.templates[$0.template].source].role != .host
        }.map(\.delay).max() ?? 0
      check.need(
        longest <= profile.delay.maximum,
        "needs delays up to \(profile.delay.maximum), has \(longest)", at: .core(index))
    }
    for frontEnd in image.frontEnd where image.populations[frontEnd.target].role.isOnCores {
      check.need(profile.neuron.analogInput, "needs a chip with written biases, has none")
      check.need(
        frontEnd.biasMantissaBits == profile.bias.mantissaBits
          && (frontEnd.biasMantissaBits == 0
            || frontEnd.biasMaximumExponent <= profile.bias.maximumExponent),
        "needs front-end currents of \(profile.bias.mantissaBits) mantissa bits, has \(frontEnd.biasMantissaBits)"
      )
    }
    return check.findings
  }
}

private struct FormatCheck {
  let image: HardwareImage
  let profile: Profile
  var findings: [Diagnostic] = []

  init(image: HardwareImage, profile: Profile) {
    self.image = image
    self.profile = profile
  }

  mutating func need(
    _ condition: Bool, _ message: @autoclosure () -> String, at anchor: Anchor = .none
  ) {
    if !condition { findings.append(Diagnostic(.error, "SL5108", message(), at: anchor)) }
  }

  mutating func check(_ template: SynapseTemplate, _ index: Int) {
    let format = profile.weight
    let largest = template.weights.map { Int($0.magnitude) }.max() ?? 0
    need(
      largest <= format.largestMantissa,
      "template \(index) needs weights up to \(format.largestMantissa), has \(largest)")
    let shifts = template.shifts.map(Int.init)
    need(
      shifts.allSatisfy { $0 >= format.minimumShift && $0 <= format.maximumShift },
      "template \(index) needs shifts from \(format.minimumShift) to \(format.maximumShift), has \(shifts.min() ?? 0) to \(shifts.max() ?? 0)"
    )
    if case .broadcast = template.kind { return }
    need(
      format.shiftPerChannel || Set(shifts).count == 1,
      "template \(index) needs one shift for all channels, has \(Set(shifts).count)")
  }

  mutating func check(_ population: ImagePopulation, _ index: Int) {
    let neuron = profile.neuron
    let name = "population \(index)"
    let isPartial = population.role == .partial
    let chip = profile.name
    need(
      !isPartial || neuron.partialSums != nil,
      "\(name) needs a chip whose cores add partial sums of others, has '\(chip)'")
    let bits = isPartial ? neuron.partialSums?.bits ?? 0 : neuron.potentialBits
    need(
      population.potentialBits == bits,
      "\(name) needs \(isPartial ? "sums" : "potentials") of \(bits) bits, has \(population.potentialBits)"
    )
    need(
      population.sites <= max(1, neuron.comparatorSites),
      "\(name) needs at most \(max(1, neuron.comparatorSites)) current sites, has \(population.sites)"
    )
    let window = population.start..<(population.start + image.schedule.timesteps)
    let all = 0..<image.schedule.steps
    need(
      neuron.codes.contains(population.code),
      "\(name) needs neurons of '\(population.code.rawValue)' codes, has \(neuron.codes.map(\.rawValue))"
    )
    // Steps and comparison of window codes are part of the code, which the chip has or has not.
    need(
      population.code.isWindowed || population.activeSteps == all
        || (neuron.startStep
          && (population.activeSteps == window || image.schedule.code.isWindowed)),
      "\(name) needs active steps \(neuron.startStep ? window : all), has \(population.activeSteps)"
    )
    guard !isPartial else { return }
    guard population.role != .readout else {
      need(neuron.potentialReadout, "\(name) needs a chip whose potentials can be read")
      return
    }
    need(
      population.code.isWindowed || population.firesOnGreaterOnly == neuron.firesOnGreaterOnly,
      "\(name) needs the chip's comparison \(neuron.firesOnGreaterOnly ? "v > θ" : "v ≥ θ"), has the other"
    )
    let isOffered =
      switch population.reset {
      case .soft: neuron.softReset == .native
      case .hard: neuron.hardReset
      case .softBySecondCompartment: neuron.softReset == .secondCompartment
      }
    need(isOffered || population.role == .lowering, "\(name) needs a reset the chip has")
    need(
      population.compartments == (population.reset == .softBySecondCompartment ? 2 : 1),
      "\(name) needs a compartment (two for soft reset by a second), has \(population.compartments)"
    )
  }

  mutating func check(_ slice: NeuronSlice, core: Int) {
    let population = image.populations[slice.population]
    let name = "population \(slice.population)"
    let bias = profile.bias
    need(
      bias.hasRegister || slice.biases.all.allSatisfy { $0 == 0 },
      "\(name) needs biases of 0 on a chip without bias registers, has others", at: .core(core))
    let biases = slice.biases.all.filter { value in
      bias.mantissaBits > 0
        && FixedPoint.roundToMantissa(
          Int64(value), mantissaBits: bias.mantissaBits, maximumExponent: bias.maximumExponent)
          != Int64(value)
    }
    need(
      biases.isEmpty, "\(name) needs biases m·2^e of the chip, has \(biases.first ?? 0)",
      at: .core(core))
    need(
      population.role != .partial || slice.biases.all.allSatisfy { $0 == 0 },
      "\(name) of partial sums needs no biases, has some", at: .core(core))
    guard population.role.hasThreshold else { return }
    let wrong = slice.thresholds.all.first {
      !isLegal(Int64($0), population.reset, population.potentialBits)
    }
    need(
      wrong == nil, "\(name) needs thresholds the chip can hold, has \(wrong ?? 0)",
      at: .core(core))
  }

  private func isLegal(_ threshold: Int64, _ reset: ImageReset, _ bits: Int) -> Bool {
    let neuron = profile.neuron
    let mantissa = threshold >> Int64(neuron.thresholdShift)
    guard threshold >= 0, mantissa << Int64(neuron.thresholdShift) == threshold,
      threshold <= FixedPoint.maximum(bits: bits),
      neuron.thresholdMantissaBits == 0 || mantissa < 1 << Int64(neuron.thresholdMantissaBits)
    else { return false }
    guard reset == .softBySecondCompartment else { return true }
    return (profile.weight.minimumShift...profile.weight.maximumShift).contains { shift in
      let weight = threshold >> Int64(shift)
      return weight << Int64(shift) == threshold && weight <= Int64(profile.weight.largestMantissa)
    }
  }
}
