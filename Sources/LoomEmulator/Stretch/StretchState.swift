/// What a thread needs to do many steps of a core at once.
struct StretchState: Sendable {
  /// What a block met in a stretch.
  struct Met: Sendable {
    var block: Int
    var events: Int
    var operations: UInt64
  }

  var lists: StretchLists
  /// By delay and step where the bits and the counts begin whose spikes are due; −1: before the first step.
  var dueWords: [Int]
  var dueFields: [Int]
  /// By step where the bits of those begin who fire in it, the counts of its fields, and the loads of its links.
  var firedWords: [Int]
  var firedFields: [Int]
  var links: [Int]
  /// What 64 neurons are brought, step after step.
  var sums: [SIMD8<Int16>]
  /// What lines of sums begin with, and in how many steps they do.
  var drives = [StretchKernel.Lanes(), StretchKernel.Lanes()]
  var openSteps = [0, 0]
  /// Potentials of a core before the stretch.
  var kept: [Int16] = []
  /// What the core's blocks met, counted once it is done.
  var met: [Met] = []
  /// By step what the core does.
  var work: [Double]
  var routes: [Double]
  var events: [Int]
  var operations: [UInt64]
  var spikes: [Int]
  var sent: [Int]

  init(_ machine: Machine) {
    let steps = machine.patches.isEmpty ? 0 : StretchKernel.mostSteps
    lists = StretchLists(lists: machine.timedNeurons.count)
    dueWords = Array(repeating: -1, count: (machine.longestDelay + 1) * steps)
    dueFields = dueWords
    firedWords = Array(repeating: 0, count: steps)
    firedFields = firedWords
    links = firedWords
    sums = Array(repeating: SIMD8(repeating: 0), count: steps * StretchKernel.vectors)
    work = Array(repeating: 0, count: steps)
    routes = work
    events = firedWords
    operations = Array(repeating: 0, count: steps)
    spikes = firedWords
    sent = firedWords
  }

  /// Opens a stretch of steps.
  mutating func open(_ steps: Range<Int>, _ spikes: SpikeBits, _ machine: Machine) {
    lists.open()
    for (place, step) in steps.enumerated() {
      let fired = spikes.place(step: step)
      firedWords[place] = fired.word
      firedFields[place] = fired.field
      links[place] = step % machine.stepsTogether * machine.mesh.linkKinds.count
      for delay in 0...machine.longestDelay {
        let due = step < delay ? nil : spikes.place(step: step - delay)
        dueWords[delay * StretchKernel.mostSteps + place] = due?.word ?? -1
        dueFields[delay * StretchKernel.mostSteps + place] = due?.field ?? -1
      }
    }
  }

  /// Forgets what the last core did.
  mutating func beginCore(steps: Int) {
    met.removeAll(keepingCapacity: true)
    for place in 0..<steps {
      events[place] = 0
      operations[place] = 0
      routes[place] = 0
    }
  }

  /// Has a line of sums begin with what drives its neurons.
  mutating func open(_ line: Int, steps: Int, _ drive: StretchKernel.Lanes) {
    guard drive != drives[line] || openSteps[line] < steps else { return }
    StretchKernel.open(line, 0..<steps, drive, &sums)
    drives[line] = drive
    openSteps[line] = steps
  }
}
