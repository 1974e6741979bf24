/// The busy cycles of a tinyODIN core, and when each step's work was over.
struct TinyODINActivity {
  private(set) var busyCycles = 0
  /// The first cycle after all busy ones.
  private(set) var end = 0
  private var ends: [TinyODINRecord.StepEnd] = []
  private var places: [Int: Int] = [:]
  /// The step that busy cycles count for.
  private var current: Int?
  /// The step that follows, from the cycle after its first request on.
  private var following: (step: Int, request: Int)?

  /// Notes that an event's request rises in a cycle; it must not lie before the last busy cycle's successor.
  mutating func requested(by step: Int, in cycle: Int) {
    if current == nil {
      current = step
    } else if step != current {
      following = (step, cycle)
    }
  }

  /// Notes that the event requested last was taken.
  mutating func taken() {
    if let following { current = following.step }
    following = nil
  }

  /// Counts the cycles `first..<end` as busy; intervals come in rising order.
  mutating func busy(from first: Int, to end: Int) {
    guard end > first else { return }
    busyCycles += end - first
    self.end = end
    guard let following else {
      note(current, end)
      return
    }
    let last = following.request + 1
    if first < last { note(current, min(end, last)) }
    if end > last { note(following.step, end) }
  }

  private mutating func note(_ step: Int?, _ cycle: Int) {
    guard let step else { return }
    if let place = places[step] {
      ends[place].idleCycle = cycle
    } else {
      places[step] = ends.count
      ends.append(.init(step: step, idleCycle: cycle))
    }
  }

  /// The steps' ends.
  var steps: [TinyODINRecord.StepEnd] { ends }
}
