#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Room for arrays of many megabytes: the only place of this module that asks the operating system.
enum LargePages {
  /// Arrays below this many bytes are left to the system's small pages; a large one has 2 MiB.
  private static let least = 4 << 20

  /// An array of so many elements in large pages, where the system has them; `fill` writes them all.
  ///
  /// Rows read here and there in a gigabyte of small pages cost a look at the page table each. The advice changes nothing
  /// but time, and it is taken before the room is first written.
  static func array<Element: BitwiseCopyable>(
    count: Int, _ fill: (UnsafeMutableBufferPointer<Element>) -> Void
  ) -> [Element] {
    unsafe [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe advise(UnsafeMutableRawBufferPointer(buffer))
      unsafe fill(buffer)
      initialized = count
    }
  }

  /// An array of one value in large pages: what a big network's state takes is then mapped in a few strokes.
  static func array<Element: BitwiseCopyable>(repeating value: Element, count: Int) -> [Element] {
    unsafe array(count: count) { unsafe $0.initialize(repeating: value) }
  }

  private static func advise(_ room: UnsafeMutableRawBufferPointer) {
    #if os(Linux)
      guard room.count >= least, let base = room.baseAddress else { return }
      let page: UInt = 4096
      let start = (UInt(bitPattern: base) + page - 1) & ~(page - 1)
      let length = (room.count - Int(page)) & ~Int(page - 1)
      _ = unsafe madvise(UnsafeMutableRawPointer(bitPattern: start), length, Int32(MADV_HUGEPAGE))
    #endif
  }
}
