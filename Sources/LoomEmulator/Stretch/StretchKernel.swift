/// Many steps of up to 64 neighbouring neurons at once: who fired when, synaptic operations, updates.
///
/// Sums of a patch stand step after step, 128 bytes each, in 16 KiB of the nearest cache, and a spike adds a row of weights to
/// those of its step; so a spike costs what its synapses cost, whatever happens in other steps. Two spikes of one step are
/// added together. An update then goes through all steps with the potentials of 32 neurons in registers.
package enum StretchKernel {
  /// Neurons of a patch at most, and vectors of sums in a step.
  package static let lanes = 64
  static let vectors = 8
  /// Neurons of a line of sums, and its vectors.
  package static let lineLanes = 32
  static let lineVectors = 4
  /// Steps of a stretch at most: seven bits of a list's entry.
  package static let mostSteps = 128

  /// Adds the synapses of all spans of a patch to the sums of the steps in which they are due.
  @inline(never)
  package static func add(
    _ spans: [PatchSpan], _ patch: PatchInfo, _ lists: StretchLists, _ weights: [Int16],
    into sums: inout [SIMD8<Int16>]
  ) {
    gather(spans, patch, lists, weights, &sums)
  }

  /// The same with weights of 8 bits.
  @inline(never)
  package static func add(
    _ spans: [PatchSpan], _ patch: PatchInfo, _ lists: StretchLists, _ weights: [Int8],
    into sums: inout [SIMD8<Int16>]
  ) {
    gather(spans, patch, lists, weights, &sums)
  }

  /// Unchecked access is safe because the machine's builder made patches from runs of segments and numbered their lists, which
  /// `list` wrote for steps of a stretch.
  @inline(__always)
  private static func gather<Weight: ScatterWeight>(
    _ spans: [PatchSpan], _ patch: PatchInfo, _ lists: StretchLists, _ weights: [Weight],
    _ sums: inout [SIMD8<Int16>]
  ) where Weight.Sum == Int16 {
    let range = Int(patch.firstSpan)..<Int(patch.firstSpan + patch.spanCount)
    precondition(
      range.upperBound <= spans.count && sums.count >= mostSteps * vectors && patch.width > 0
        && patch.width <= lanes, "patches are the machine's")
    unsafe spans.withUnsafeBufferPointer { spans in
      unsafe withLists(lists, weights, &sums) { rows, heads in
        for index in range {
          let span = unsafe spans[index]
          let head = unsafe heads[Int(span.list)]
          guard head.stamp == lists.stamp else { continue }
          unsafe rows.add(span, head, vectors: Int(patch.width + 7) / 8)
        }
      }
    }
  }

  @inline(__always)
  private static func withLists<Weight: ScatterWeight>(
    _ lists: StretchLists, _ weights: [Weight], _ sums: inout [SIMD8<Int16>],
    _ body: (Rows<Weight>, UnsafePointer<StretchLists.Head>) -> Void
  ) where Weight.Sum == Int16 {
    unsafe lists.heads.withUnsafeBufferPointer { heads in
      unsafe lists.pairs.withUnsafeBufferPointer { pairs in
        unsafe lists.singles.withUnsafeBufferPointer { singles in
          unsafe weights.withUnsafeBufferPointer { weights in
            unsafe sums.withUnsafeMutableBytes { sums in
              guard let pairs = pairs.baseAddress, let singles = singles.baseAddress,
                let weights = weights.baseAddress, let sums = sums.baseAddress,
                let heads = heads.baseAddress
              else { return }
              unsafe body(
                Rows(pairs: pairs, singles: singles, weights: weights, sums: sums), heads)
            }
          }
        }
      }
    }
  }

  /// Lists, weights, and the sums they are added to.
  @unsafe private struct Rows<Weight: ScatterWeight> where Weight.Sum == Int16 {
    let pairs: UnsafePointer<UInt32>
    let singles: UnsafePointer<UInt16>
    let weights: UnsafePointer<Weight>
    let sums: UnsafeMutableRawPointer

    /// Adds the weights of listed neurons; a loop for each number of vectors, in which all of them are written out.
    @inline(__always)
    func add(_ span: PatchSpan, _ head: StretchLists.Head, vectors: Int) {
      switch vectors {
      case 8: unsafe add(span, head, 8)
      case 7: unsafe add(span, head, 7)
      case 6: unsafe add(span, head, 6)
      case 5: unsafe add(span, head, 5)
      case 4: unsafe add(span, head, 4)
      case 3: unsafe add(span, head, 3)
      case 2: unsafe add(span, head, 2)
      default: unsafe add(span, head, 1)
      }
    }

    @inline(__always)
    private func add(_ span: PatchSpan, _ head: StretchLists.Head, _ vectors: Int) {
      // The word's first bit may be no neuron of the list, and have no weights.
      let weights = unsafe weights + Int(Int32(bitPattern: span.weight))
      let step = Int(span.weightStep)
      let pair = unsafe pairs + Int(head.firstPair)
      for index in 0..<Int(head.pairs) {
        let entry = unsafe Int(pair[index])
        let first = unsafe weights + (entry & 63) &* step
        let second = unsafe weights + (entry &>> 16) &* step
        let sum = unsafe sums(of: entry & 0x1fc0)
        for vector in 0..<vectors {
          let both = unsafe Int16.sum(
            Weight.lanes(first, 8 &* vector), Weight.lanes(second, 8 &* vector))
          unsafe sum[vector] = Int16.sum(sum[vector], both)
        }
      }
      let single = unsafe singles + Int(head.firstSingle)
      for index in 0..<Int(head.singles) {
        let entry = unsafe Int(single[index])
        let row = unsafe weights + (entry & 63) &* step
        let sum = unsafe sums(of: entry & 0x1fc0)
        for vector in 0..<vectors {
          unsafe sum[vector] = Int16.sum(sum[vector], Weight.lanes(row, 8 &* vector))
        }
      }
    }

    /// The sums of a step, which is given in an entry's bits: 64 of them for 128 bytes.
    @inline(__always)
    private func sums(of step: Int) -> UnsafeMutablePointer<SIMD8<Int16>> {
      unsafe (sums + step &* 2).assumingMemoryBound(to: SIMD8<Int16>.self)
    }
  }
}
