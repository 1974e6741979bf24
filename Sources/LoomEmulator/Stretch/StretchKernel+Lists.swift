extension StretchKernel {
  /// The spikes of a stretch, and where those due in each of its steps are.
  package struct Due {
    let fired: [UInt64]
    /// By step where the bits begin; −1: none yet.
    let rows: [Int]
    let firstRow: Int
    let steps: Int

    package init(fired: [UInt64], rows: [Int], from firstRow: Int, steps: Int) {
      precondition(steps <= mostSteps && firstRow + steps <= rows.count, "a stretch fits")
      self.fired = fired
      self.rows = rows
      self.firstRow = firstRow
      self.steps = steps
    }
  }

  /// Lists the neurons of half a word that fired, step after step: two of one step together, what is left by itself.
  ///
  /// Unchecked access is safe because rows are those of `SpikeBits`, and the list has room for all neurons in all steps.
  @inline(never)
  package static func list(
    _ list: Int, _ neurons: TimedNeurons, _ due: Due, _ lists: inout StretchLists
  ) {
    lists.reserve(
      pairs: due.steps * (neurons.mask.nonzeroBitCount / 2) + 2, singles: due.steps + 1)
    let (firstPair, firstSingle) = (lists.pairCount, lists.singleCount)
    let firstCount = list * mostSteps
    precondition(firstCount + due.steps <= lists.counts.count, "lists are the machine's")
    let found = unsafe due.fired.withUnsafeBufferPointer { fired in
      unsafe lists.counts.withUnsafeMutableBufferPointer { counts in
        unsafe lists.pairs.withUnsafeMutableBufferPointer { pairs in
          unsafe lists.singles.withUnsafeMutableBufferPointer { singles in
            guard let pairs = pairs.baseAddress, let singles = singles.baseAddress,
              let fired = fired.baseAddress, let counts = counts.baseAddress
            else { return (0, 0) }
            var (pair, single) = unsafe (pairs + firstPair, singles + firstSingle)
            unsafe StretchKernel.list(neurons, due, fired, counts + firstCount, &pair, &single)
            return unsafe (pair - (pairs + firstPair), single - (singles + firstSingle))
          }
        }
      }
    }
    lists.take(list, pairs: found.0, singles: found.1)
  }

  @inline(__always)
  private static func list(
    _ neurons: TimedNeurons, _ due: Due, _ fired: UnsafePointer<UInt64>,
    _ counts: UnsafeMutablePointer<UInt8>, _ pair: inout UnsafeMutablePointer<UInt32>,
    _ single: inout UnsafeMutablePointer<UInt16>
  ) {
    let half: UInt32 = neurons.mask & 0xffff_ffff == 0 ? 32 : 0
    let mask = UInt32(truncatingIfNeeded: neurons.mask &>> UInt64(half))
    let words = unsafe fired + Int(neurons.word)
    unsafe due.rows.withUnsafeBufferPointer { rows in
      for step in 0..<due.steps {
        let row = unsafe rows[due.firstRow &+ step]
        let bits =
          row < 0 ? 0 : unsafe UInt32(truncatingIfNeeded: words[row] &>> UInt64(half)) & mask
        let mark = UInt32(truncatingIfNeeded: step &<< 6) | half
        unsafe counts[step] = UInt8(truncatingIfNeeded: list(bits, mark, &pair, &single))
      }
    }
  }

  /// Lists the bits of half a word, four at a time, whether there are as many or not: what is none is written over.
  @inline(__always)
  private static func list(
    _ bits: UInt32, _ mark: UInt32, _ pair: inout UnsafeMutablePointer<UInt32>,
    _ single: inout UnsafeMutablePointer<UInt16>
  ) -> Int {
    let second = (mark & 32) &<< 16
    var word = UInt64(bits)
    var all = 0
    repeat {
      let beyondOne = word & (word &- 1)
      let beyondTwo = beyondOne & (beyondOne &- 1)
      let beyondThree = beyondTwo & (beyondTwo &- 1)
      let isThird = isAny(beyondTwo)
      let count = Int(
        truncatingIfNeeded: isAny(word) &+ isAny(beyondOne) &+ isThird &+ isAny(beyondThree))
      let (a, c) = (place(word), place(beyondTwo))
      unsafe pair[0] = mark | second | a | place(beyondOne) &<< 16
      unsafe pair[1] = mark | second | c | place(beyondThree) &<< 16
      unsafe pair += count &>> 1
      let last = a ^ ((a ^ c) & (0 &- UInt32(truncatingIfNeeded: isThird)))
      unsafe single[0] = UInt16(truncatingIfNeeded: mark | last)
      unsafe single += count & 1
      all &+= count
      word = beyondThree & (beyondThree &- 1)
    } while word != 0
    return all
  }

  /// 1 for bits below 63 of which any is set, without a branch.
  @inline(__always)
  private static func isAny(_ word: UInt64) -> UInt64 { (0 &- word) &>> 63 }

  /// The lowest bit's place below 32; of none 31.
  @inline(__always)
  private static func place(_ word: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: (word | 1 &<< 31).trailingZeroBitCount)
  }

  /// Lists the neurons of a word that fired, each in the list that its bit belongs to.
  @inline(never)
  package static func list(
    _ family: ListFamily, _ neurons: [TimedNeurons], _ due: Due, _ lists: inout StretchLists
  ) {
    precondition(family.lists.upperBound <= lists.heads.count, "lists are the machine's")
    let word = Int(neurons[family.lists.lowerBound].word)
    var mask: UInt64 = 0
    for list in family.lists {
      mask |= neurons[list].mask
      lists.open(list, singles: due.steps * neurons[list].mask.nonzeroBitCount)
      for step in 0..<due.steps { lists.counts[list * mostSteps + step] = 0 }
    }
    unsafe lists.heads.withUnsafeMutableBufferPointer { heads in
      unsafe lists.counts.withUnsafeMutableBufferPointer { counts in
        unsafe lists.singles.withUnsafeMutableBufferPointer { singles in
          unsafe family.listOfBit.withUnsafeBufferPointer { listOfBit in
            for step in 0..<due.steps where due.rows[due.firstRow &+ step] >= 0 {
              var bits = due.fired[due.rows[due.firstRow &+ step] &+ word] & mask
              while bits != 0 {
                let place = bits.trailingZeroBitCount
                bits &= bits &- 1
                let list = unsafe family.lists.lowerBound &+ Int(listOfBit[place])
                let end = unsafe heads[list].firstSingle &+ heads[list].singles
                unsafe singles[Int(end)] = UInt16(truncatingIfNeeded: step &<< 6 | place)
                unsafe heads[list].singles &+= 1
                unsafe counts[list &* mostSteps &+ step] &+= 1
              }
            }
          }
        }
      }
    }
  }
}
