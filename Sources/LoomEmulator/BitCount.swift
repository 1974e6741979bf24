/// Bits counted two words at a time, where the machine has no instruction for it.
enum BitCount {
  /// How many bits are set in some words, of each those that a mask has.
  @inline(__always)
  static func masked(
    _ words: [UInt64], from first: Int, _ masks: [UInt64], _ range: Range<Int>
  ) -> Int {
    precondition(
      first >= 0 && first + range.count <= words.count && range.lowerBound >= 0
        && range.upperBound <= masks.count, "masks lie within the words")
    return unsafe words.withUnsafeBufferPointer { words in
      unsafe masks.withUnsafeBufferPointer { masks in
        guard let words = words.baseAddress, let masks = masks.baseAddress else { return 0 }
        let mask = unsafe masks + range.lowerBound
        return unsafe sum(words + first, range.count) { unsafe mask[$0] }
      }
    }
  }

  /// How many bits are set in some words.
  @inline(__always)
  static func all(_ words: [UInt64], _ range: Range<Int>) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= words.count, "words are there")
    return unsafe words.withUnsafeBufferPointer { words in
      guard let words = words.baseAddress else { return 0 }
      return unsafe sum(words + range.lowerBound, range.count) { _ in .max }
    }
  }

  @inline(__always)
  private static func sum(
    _ words: UnsafePointer<UInt64>, _ count: Int, _ mask: (Int) -> UInt64
  ) -> Int {
    var total = 0
    var place = 0
    while place < count {
      // Bytes of 31 pairs of words stay below 256.
      let end = min(count, place &+ 62)
      var bytes = SIMD2<UInt64>(repeating: 0)
      while place &+ 2 <= end {
        bytes &+= unsafe inBytes(
          SIMD2(words[place] & mask(place), words[place &+ 1] & mask(place &+ 1)))
        place &+= 2
      }
      if place < end {
        bytes &+= unsafe inBytes(SIMD2(words[place] & mask(place), 0))
        place &+= 1
      }
      let low = SIMD2<UInt64>(repeating: 0x00ff_00ff_00ff_00ff)
      let pairs = (bytes & low) &+ ((bytes &>> SIMD2(repeating: 8)) & low)
      total &+= Int(
        truncatingIfNeeded: ((pairs[0] &+ pairs[1]) &* 0x0001_0001_0001_0001) &>> 48)
    }
    return total
  }

  /// By byte how many bits are set in it.
  @inline(__always)
  private static func inBytes(_ words: SIMD2<UInt64>) -> SIMD2<UInt64> {
    let (odd, pairs) = (
      SIMD2<UInt64>(repeating: 0x5555_5555_5555_5555),
      SIMD2<UInt64>(repeating: 0x3333_3333_3333_3333)
    )
    let ofTwo = words &- ((words &>> SIMD2(repeating: 1)) & odd)
    let ofFour = (ofTwo & pairs) &+ ((ofTwo &>> SIMD2(repeating: 2)) & pairs)
    return (ofFour &+ (ofFour &>> SIMD2(repeating: 4)))
      & SIMD2(repeating: 0x0f0f_0f0f_0f0f_0f0f)
  }
}
