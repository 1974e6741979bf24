/// What every core and link did in each step of one sample, for chips on which samples overlap.
///
/// When a new sample starts every P steps, the steps equal modulo P fall together: a core does the work of
/// all of them, a link carries the messages of all of them. The interval adds them up.
struct PipelinedSteps: Sendable {
  private let cores: Int
  private let links: Int
  /// Serial work by step and core, ns.
  private var work: [Double] = []
  /// The longest route of the messages a core sent, by step and core, ns.
  private var routes: [Double] = []
  /// Time messages take on a link, by step and link, ns.
  private var loads: [Double] = []

  /// No steps of so many cores and links.
  init(cores: Int, links: Int) {
    self.cores = cores
    self.links = links
  }

  /// Forgets the last sample.
  mutating func clear() {
    work.removeAll(keepingCapacity: true)
    routes.removeAll(keepingCapacity: true)
    loads.removeAll(keepingCapacity: true)
  }

  /// Opens the next step.
  mutating func open() {
    work.append(contentsOf: repeatElement(0, count: cores))
    routes.append(contentsOf: repeatElement(0, count: cores))
    loads.append(contentsOf: repeatElement(0, count: links))
  }

  /// Notes what a core did in an open step.
  mutating func note(core: Int, step: Int, work nanoseconds: Double, route: Double) {
    let place = step * cores + core
    work[place] = nanoseconds
    routes[place] = route
  }

  /// Takes over what some cores did in the last step opened, noted elsewhere.
  mutating func take(_ other: PipelinedSteps, cores others: Range<Int>) {
    let first = work.count - cores
    for place in (first + others.lowerBound)..<(first + others.upperBound) {
      work[place] = other.work[place]
      routes[place] = other.routes[place]
    }
  }

  /// Notes how long messages took a link in an open step.
  mutating func note(link: Int, step: Int, nanoseconds: Double) {
    loads[step * links + link] = nanoseconds
  }

  /// The lengths of the `period` steps from one sample's start to the next one's, ns.
  ///
  /// - Parameters:
  ///   - steps: The steps of a sample, from its first.
  ///   - step: A step's duration from what bounds it (tick and barrier).
  func lengths(period: Int, steps: Int, _ step: (Double) -> Double) -> [Double] {
    var lengths: [Double] = []
    var busy = [Double](repeating: 0, count: cores)
    var route = busy
    var taken = [Double](repeating: 0, count: links)
    for residue in 0..<min(period, steps) {
      for core in busy.indices { (busy[core], route[core]) = (0, 0) }
      for link in taken.indices { taken[link] = 0 }
      for together in stride(from: residue, to: steps, by: period) {
        for core in busy.indices {
          busy[core] += work[together &* cores &+ core]
          route[core] = max(route[core], routes[together &* cores &+ core])
        }
        for link in taken.indices { taken[link] += loads[together &* links &+ link] }
      }
      var longest = taken.max() ?? 0
      for core in busy.indices { longest = max(longest, busy[core] + route[core]) }
      lengths.append(step(longest))
    }
    // A sample shorter than its period leaves the chip nothing but ticks and barriers.
    for _ in min(period, steps)..<period { lengths.append(step(0)) }
    return lengths
  }

  /// A core's work in a step, ns.
  func work(step: Int, core: Int) -> Double {
    let place = step * cores + core
    return place < work.count ? work[place] : 0
  }
}

extension StepLoop {
  /// The lengths of an interval's steps where packets are moved, those of all steps that fall together meeting in
  /// the network, ns; nil where counts tell them or samples do not overlap.
  ///
  /// - Parameter steps: The steps of a sample, from its first.
  mutating func overlappingLengths(period: Int, steps: Int) -> [Double]? {
    guard events != nil, let pipelined else { return nil }
    let cores = machine.coreSlices.count
    return (0..<period).map { residue in
      let together = stride(from: residue, to: steps, by: period)
      let busy = events?.overlapping(Array(together), cores: cores) {
        pipelined.work(step: $0, core: $1)
      }
      return timing.duration(boundBy: busy ?? 0)
    }
  }
}
