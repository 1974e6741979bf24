import LoomBase
import LoomImage

extension MachineBuilder {
  /// Bounds what synapses and bias can bring a neuron in one step, so that 32-bit accumulators never
  /// overflow and the narrow update is taken only where it is exact.
  ///
  /// Returns what synapses, those of gates apart, can bring each slice. Refuses images beyond that.
  mutating func boundCurrents() throws(DiagnosticsError) -> [CurrentRange] {
    var hits = [Int64](repeating: 0, count: machine.axons.count)
    for entry in machine.routes.entries { hits[Int(entry.event.axon)] += 1 }
    for entry in machine.hostRoutes.entries { hits[Int(entry.event.axon)] += 1 }
    var sums = Extremes(count: machine.accumulatorCount)
    let templates = templateOfBlock
    let gates = machine.blocks.indices.filter { machine.blocks[$0].isGate }
    for block in machine.blocks.indices where !machine.blocks[block].isGate {
      add(machine.blocks[block], templates[block], hits, to: &sums)
    }
    addSums(to: &sums)
    let ranges = machine.slices.map { slice in
      let places = slice.firstAccumulator..<(slice.firstAccumulator + slice.count * slice.sites)
      return CurrentRange(
        lowest: min(0, sums.lowest[places].min() ?? 0),
        highest: max(0, sums.highest[places].max() ?? 0))
    }
    for block in gates { add(machine.blocks[block], templates[block], hits, to: &sums) }
    var findings: [Diagnostic] = []
    for index in machine.slices.indices {
      let slice = machine.slices[index]
      var bound: Int64 = 0
      for site in 0..<slice.sites {
        for neuron in 0..<slice.count {
          let place = slice.firstAccumulator + site * slice.count + neuron
          let sum = sums.magnitude(place)
          bound = max(
            bound, sum + Int64(machine.biases[slice.firstNeuron + neuron].magnitude))
        }
      }
      machine.slices[index].currentBound = bound
      if bound >= 1 << 31 {
        findings.append(
          Diagnostic(
            .error, "SL6003",
            "population \(slice.population) needs currents below 2^31 in a step, has up to \(bound)",
            at: .core(slice.core), remedy: "smaller weight shifts"))
      }
    }
    if !findings.isEmpty { throw DiagnosticsError(.badInput, findings) }
    return ranges
  }

  /// Adds what the axons of a block of a template can bring, each as often as it can be hit.
  private func add(_ block: BlockInfo, _ template: Int, _ hits: [Int64], to sums: inout Extremes) {
    let axons = block.firstAxon..<(block.firstAxon + block.axonCount)
    sums.add(
      machine.axons[axons], hits: hits[axons], machine, templateWeights[template],
      start: templateStarts[template])
  }

  /// Adds what partial sums can bring: no more than their sources take in, nor than their width.
  private func addSums(to sums: inout Extremes) {
    for slice in machine.slices where slice.sendsSums {
      for neuron in 0..<slice.count {
        let most = min(sums.magnitude(slice.firstAccumulator + neuron), slice.highest + 1)
        let first = Int(machine.routes.offsets[slice.firstNeuron + neuron])
        let last = Int(machine.routes.offsets[slice.firstNeuron + neuron + 1])
        for entry in machine.routes.entries[first..<last]
        where machine.blocks[Int(entry.block)].takesSums {
          let run = machine.patterns[Int(entry.event.pattern)].firstRun
          sums.highest[Int(machine.runs[Int(run)].target)] += most
        }
      }
    }
  }
}

/// The least and the greatest sum of weights that each accumulator can get in a step.
private struct Extremes {
  var lowest: [Int64]
  var highest: [Int64]

  init(count: Int) {
    lowest = Array(repeating: 0, count: count)
    highest = lowest
  }

  /// The sum of all magnitudes.
  func magnitude(_ place: Int) -> Int64 { highest[place] - lowest[place] }

  /// Adds the synapses of every axon that can be hit, as often as it can be hit.
  ///
  /// - Parameter start: The number of the first of the weights.
  mutating func add(
    _ axons: ArraySlice<Event>, hits: ArraySlice<Int64>, _ machine: Machine,
    _ weights: TemplateWeights, start: Int
  ) {
    for (axon, count) in zip(axons, hits) where count > 0 {
      let pattern = machine.patterns[Int(axon.pattern)]
      let first = Int(pattern.firstRun)
      for run in machine.runs[first..<(first + Int(pattern.runCount))] where run.count > 0 {
        let weight = Int(run.weight) + Int(axon.weightBase) - start
        let target = Int(run.target)
        weights.forEach(in: weight..<(weight + Int(run.count))) { offset, weight in
          let most = Int64(weight) * count
          lowest[target + offset] += min(most, 0)
          highest[target + offset] += max(most, 0)
        }
      }
    }
  }
}
