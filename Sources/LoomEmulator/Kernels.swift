/// Lists of who fired.
package enum Kernels {
  /// Appends the positions of marks to `list`; returns how many there are.
  static func collect(_ fired: [UInt8], count: Int, into list: inout [UInt32]) -> Int {
    precondition(count <= fired.count && count <= list.count, "marks fit the list")
    var found = 0
    unsafe fired.withUnsafeBytes { fired in
      unsafe list.withUnsafeMutableBufferPointer { list in
        var index = 0
        while index &+ 8 <= count {
          // Every byte is 0 or 1, so that clearing the lowest bit goes to the next mark.
          var word = UInt64(
            littleEndian: unsafe fired.loadUnaligned(fromByteOffset: index, as: UInt64.self))
          while word != 0 {
            unsafe list[found] = UInt32(
              truncatingIfNeeded: index &+ (word.trailingZeroBitCount &>> 3))
            found &+= 1
            word &= word &- 1
          }
          index &+= 8
        }
        while index < count {
          if unsafe fired[index] != 0 {
            unsafe list[found] = UInt32(truncatingIfNeeded: index)
            found &+= 1
          }
          index &+= 1
        }
      }
    }
    return found
  }

  /// Lists the positions of the bits set, ascending; returns how many there are.
  package static func collect(
    _ bits: [UInt64], from firstWord: Int, count: Int, into list: inout [UInt32]
  ) -> Int {
    precondition(
      firstWord + (count + 63) / 64 <= bits.count && count <= list.count, "bits fit the list")
    var found = 0
    unsafe list.withUnsafeMutableBufferPointer { list in
      for word in 0..<((count + 63) / 64) {
        var rest = bits[firstWord &+ word]
        while rest != 0 {
          unsafe list[found] = UInt32(
            truncatingIfNeeded: word &* 64 &+ rest.trailingZeroBitCount)
          found &+= 1
          rest &= rest &- 1
        }
      }
    }
    return found
  }
}
