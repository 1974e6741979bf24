import LoomBase
import LoomImage

extension MachineBuilder {
  /// Finds the blocks of gates: one axon, of one neuron, that meets all neurons of a slice.
  ///
  /// What such a spike brings a neuron is always the same, so it is added to the bias once, here, and not in every step: the
  /// update reads the one sum or the other. Weights of gates, which stand for biases and may be large, are no reason then to
  /// keep a slice's sums in 32 bits.
  mutating func findGates() {
    guard !image.schedule.isAsynchronous else { return }
    var hits = [Int](repeating: 0, count: machine.blocks.count)
    for entry in machine.routes.entries { hits[Int(entry.block)] += 1 }
    for entry in machine.hostRoutes.entries { hits[Int(entry.block)] += 1 }
    let templates = templateOfBlock
    var isGate = image.templates.map { template in
      if case .broadcast = template.kind { return canBeGate(template) }
      return false
    }
    var gatesOfSlice = [Int](repeating: 0, count: machine.slices.count)
    for (block, template) in templates.enumerated() where isGate[template] {
      gatesOfSlice[machine.blocks[block].slice] += 1
    }
    for (block, template) in templates.enumerated() where isGate[template] {
      let info = machine.blocks[block]
      if info.axonCount != 1 || hits[block] != 1 || gatesOfSlice[info.slice] != 1 {
        isGate[template] = false
      }
    }
    guard isGate.contains(true) else { return }
    machine.gatedDrive = machine.biases
    for (block, template) in templates.enumerated() where isGate[template] {
      machine.blocks[block].isGate = true
      addGate(block, templateWeights[template], start: templateStarts[template])
    }
  }

  /// Whether a template onto a population of plain neurons, driven by biases alone, may be a gate's.
  private func canBeGate(_ template: SynapseTemplate) -> Bool {
    let population = image.populations[template.target]
    return population.sites == 1 && !population.code.isWindowed && population.role != .partial
      && !image.frontEnd.contains { $0.target == template.target }
  }

  /// Adds what a gate brings through weights the first of which is weight `start`; sums beyond 32 bits are refused after
  /// (`boundCurrents`).
  private mutating func addGate(_ block: Int, _ weights: TemplateWeights, start: Int) {
    let info = machine.blocks[block]
    let slice = machine.slices[info.slice]
    let axon = machine.axons[info.firstAxon]
    let pattern = machine.patterns[Int(axon.pattern)]
    let first = Int(pattern.firstRun)
    for run in machine.runs[first..<(first + Int(pattern.runCount))] {
      let place = Int(axon.weightBase) + Int(run.weight) - start
      for offset in 0..<Int(run.count) {
        let neuron = slice.firstNeuron + Int(run.target) + offset - slice.firstAccumulator
        machine.gatedDrive[neuron] &+= weights[place + offset]
      }
    }
  }

  /// By template whether its blocks are gates.
  var gateTemplates: [Bool] {
    var isGate = [Bool](repeating: false, count: image.templates.count)
    for (block, template) in templateOfBlock.enumerated() where machine.blocks[block].isGate {
      isGate[template] = true
    }
    return isGate
  }
}
