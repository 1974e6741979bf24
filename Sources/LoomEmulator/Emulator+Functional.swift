extension Emulator {
  /// The same emulator without durations: what is computed and which synapses are met, no messages, links or times.
  ///
  /// Where answers alone are looked at, and for measuring what accounting costs; its records say nothing of latency or energy.
  package var functional: Emulator {
    Emulator(self, machine: machine.withoutFlows, timing: StepTiming())
  }
}

extension Machine {
  /// The machine without the ways of its messages; events reach their cores all the same.
  fileprivate var withoutFlows: Machine {
    var machine = self
    machine.flows = []
    machine.flowOfNeuron = []
    machine.mesh = Mesh()
    for index in machine.slices.indices { machine.slices[index].flows = 0..<0 }
    return machine
  }
}
