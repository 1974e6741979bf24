import LoomBase
import LoomImage

extension MachineBuilder {
  /// Bounds what synapses and bias can bring a neuron in one step, so that 32-bit accumulators never
  /// overflow and the narrow update is taken only where it is exact.
  ///
  /// Refuses images beyond that.
  mutating func boundCurrents() throws(DiagnosticsError) {
    var hits = [Int64](repeating: 0, count: machine.axons.count)
    for entry in machine.routes.entries { hits[Int(entry.event.axon)] += 1 }
    for entry in machine.hostRoutes.entries { hits[Int(entry.event.axon)] += 1 }
    var sums = [Int64](repeating: 0, count: machine.accumulatorCount)
    MachineBuilder.addMagnitudes(
      machine.axons, machine.patterns, machine.runs, machine.weights, hits: hits, to: &sums)
    addSums(to: &sums)
    var findings: [Diagnostic] = []
    for index in machine.slices.indices {
      let slice = machine.slices[index]
      var bound: Int64 = 0
      for site in 0..<slice.sites {
        for neuron in 0..<slice.count {
          let sum = sums[slice.firstAccumulator + site * slice.count + neuron]
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
  }

  /// Adds what partial sums can bring: no more than their sources take in, nor than their width.
  private func addSums(to sums: inout [Int64]) {
    for slice in machine.slices where slice.sendsSums {
      for neuron in 0..<slice.count {
        let most = min(sums[slice.firstAccumulator + neuron], slice.highest + 1)
        let first = Int(machine.routes.offsets[slice.firstNeuron + neuron])
        let last = Int(machine.routes.offsets[slice.firstNeuron + neuron + 1])
        for entry in machine.routes.entries[first..<last]
        where machine.blocks[Int(entry.block)].takesSums {
          let run = machine.patterns[Int(entry.event.pattern)].firstRun
          sums[Int(machine.runs[Int(run)].target)] += most
        }
      }
    }
  }

  private static func addMagnitudes(
    _ axons: [Event], _ patterns: [PatternInfo], _ runs: [RunInfo], _ weights: [Int32],
    hits: [Int64], to sums: inout [Int64]
  ) {
    for (axon, count) in zip(axons, hits) where count > 0 {
      let pattern = patterns[Int(axon.pattern)]
      let first = Int(pattern.firstRun)
      for run in runs[first..<(first + Int(pattern.runCount))] {
        let weight = Int(run.weight) + Int(axon.weightBase)
        let target = Int(run.target)
        for offset in 0..<Int(run.count) {
          sums[target + offset] += Int64(weights[weight + offset].magnitude) * count
        }
      }
    }
  }
}
