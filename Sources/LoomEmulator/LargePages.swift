#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Room for arrays of many megabytes: the only place of this module that asks the operating system.
enum LargePages {
  /// Arrays below this many bytes are left to the system's small pages.
  private static let least = 8 << 20

  /// Reserves room for so many elements of an empty array, in large pages where the system has them.
  ///
  /// Rows read here and there in a gigabyte of small pages cost a look at the page table each. The advice changes nothing
  /// but time, and it is taken before the room is first written.
  static func reserve<Element: BitwiseCopyable>(_ array: inout [Element], _ count: Int) {
    array.reserveCapacity(count)
    #if os(Linux)
      let bytes = count * MemoryLayout<Element>.stride
      guard bytes >= least else { return }
      unsafe array.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        let page = 4096
        let start = (UInt(bitPattern: base) + UInt(page) - 1) & ~UInt(page - 1)
        let length = (bytes - page) & ~(page - 1)
        _ = unsafe madvise(UnsafeMutableRawPointer(bitPattern: start), length, Int32(MADV_HUGEPAGE))
      }
    #endif
  }
}
