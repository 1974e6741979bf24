/// The product of two dense float32 matrices on one thread.
///
/// Blocked and packed after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication"
/// (ACM TOMS 34, 2008), with a register tile of 4 × 8. Every element of the result is summed in
/// ascending order of the inner index, one rounded product and one rounded addition at a time,
/// whatever the blocking: the same bytes as the obvious three loops give.
public enum MatrixProduct {
  /// Rows of the register tile.
  private static let tileRows = 4
  /// Columns of the register tile.
  private static let tileColumns = 8
  /// Rows of A packed at a time.
  private static let rowBlock = 64
  /// Inner elements packed at a time.
  private static let innerBlock = 256
  /// Columns of B packed at a time.
  private static let columnBlock = 512

  /// C (rows×columns) = A (rows×inner) · B (inner×columns), added to C if `accumulating`.
  ///
  /// All matrices are row-major and densely stored; the buffers must hold at least the elements named.
  public static func multiply(
    rows: Int, columns: Int, inner: Int, _ a: UnsafeBufferPointer<Float>,
    _ b: UnsafeBufferPointer<Float>, into c: UnsafeMutableBufferPointer<Float>,
    accumulating: Bool = false
  ) {
    precondition(rows >= 0 && columns >= 0 && inner >= 0, "a matrix extent is not negative")
    precondition(
      a.count >= rows * inner && b.count >= inner * columns && c.count >= rows * columns,
      "the buffers hold the matrices")
    guard rows > 0, columns > 0 else { return }
    guard let target = c.baseAddress else { return }
    if !accumulating { unsafe target.update(repeating: 0, count: rows * columns) }
    guard inner > 0, let left = a.baseAddress, let right = b.baseAddress else { return }
    if columns == 1 {
      unsafe multiplyVector(rows: rows, inner: inner, left, right, into: target)
    } else if rows < tileRows {
      unsafe multiplyFewRows(
        rows: rows, columns: columns, inner: inner, left, right, into: target)
    } else {
      unsafe multiplyBlocks(
        rows: rows, columns: columns, inner: inner, left, right, into: target)
    }
  }

  /// The product with a single column: eight rows are summed side by side.
  private static func multiplyVector(
    rows: Int, inner: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    into c: UnsafeMutablePointer<Float>
  ) {
    var row = 0
    while row &+ 4 <= rows {
      let first = unsafe a + row &* inner
      let second = unsafe first + inner
      let third = unsafe second + inner
      let fourth = unsafe third + inner
      var sums = unsafe SIMD4<Float>(c[row], c[row &+ 1], c[row &+ 2], c[row &+ 3])
      for index in 0..<inner {
        let column = unsafe SIMD4(first[index], second[index], third[index], fourth[index])
        unsafe sums += column * b[index]
      }
      for lane in 0..<4 { unsafe c[row &+ lane] = sums[lane] }
      row &+= 4
    }
    while row < rows {
      let line = unsafe a + row &* inner
      var sum = unsafe c[row]
      for index in 0..<inner { unsafe sum += line[index] * b[index] }
      unsafe c[row] = sum
      row &+= 1
    }
  }

  /// The product with fewer rows than a tile: B is read once, in place, a strip of columns at a time.
  private static func multiplyFewRows(
    rows: Int, columns: Int, inner: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    into c: UnsafeMutablePointer<Float>
  ) {
    for strip in stride(from: 0, to: columns, by: columnBlock) {
      let width = min(columnBlock, columns - strip)
      for row in 0..<rows {
        let target = unsafe c + (row &* columns &+ strip)
        for index in 0..<inner {
          let factor = unsafe a[row &* inner &+ index]
          let line = unsafe b + (index &* columns &+ strip)
          for column in 0..<width { unsafe target[column] += factor * line[column] }
        }
      }
    }
  }

  /// The product in packed blocks.
  private static func multiplyBlocks(
    rows: Int, columns: Int, inner: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    into c: UnsafeMutablePointer<Float>
  ) {
    let depth = min(innerBlock, inner)
    let width = min(columnBlock, roundedUp(columns, tileColumns))
    unsafe withUnsafeTemporaryAllocation(
      of: Float.self, capacity: depth * (rowBlock + width)
    ) { scratch in
      guard let packedA = scratch.baseAddress else { return }
      let packedB = unsafe packedA + depth * rowBlock
      for strip in stride(from: 0, to: columns, by: columnBlock) {
        let stripWidth = min(columnBlock, columns - strip)
        for start in stride(from: 0, to: inner, by: innerBlock) {
          let slab = min(innerBlock, inner - start)
          unsafe packRight(
            b + (start &* columns &+ strip), columns, slab, stripWidth, into: packedB)
          for top in stride(from: 0, to: rows, by: rowBlock) {
            let height = min(rowBlock, rows - top)
            unsafe packLeft(a + (top &* inner &+ start), inner, height, slab, into: packedA)
            unsafe multiplyPacked(
              height, stripWidth, slab, packedA, packedB,
              into: c + (top &* columns &+ strip), columns)
          }
        }
      }
    }
  }

  private static func roundedUp(_ value: Int, _ unit: Int) -> Int {
    (value + unit - 1) / unit * unit
  }

  /// Packs rows of A in tiles of four: for each inner index the four rows side by side, zero-filled.
  private static func packLeft(
    _ a: UnsafePointer<Float>, _ pitch: Int, _ rows: Int, _ inner: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    var target = unsafe packed
    for top in stride(from: 0, to: rows, by: tileRows) {
      let height = min(tileRows, rows - top)
      for lane in 0..<tileRows {
        if lane < height {
          let line = unsafe a + (top &+ lane) &* pitch
          for index in 0..<inner { unsafe target[index &* 4 &+ lane] = line[index] }
        } else {
          for index in 0..<inner { unsafe target[index &* 4 &+ lane] = 0 }
        }
      }
      unsafe target += inner &* tileRows
    }
  }

  /// Packs columns of B in panels of eight: for each inner index the eight columns, zero-filled.
  private static func packRight(
    _ b: UnsafePointer<Float>, _ pitch: Int, _ inner: Int, _ columns: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    var target = unsafe packed
    for left in stride(from: 0, to: columns, by: tileColumns) {
      let width = min(tileColumns, columns - left)
      for index in 0..<inner {
        let line = unsafe b + (index &* pitch &+ left)
        if width == tileColumns {
          unsafe storeEight(loadEight(line), at: target)
        } else {
          for lane in 0..<tileColumns { unsafe target[lane] = lane < width ? line[lane] : 0 }
        }
        unsafe target += tileColumns
      }
    }
  }

  /// Multiplies a packed block of A with a packed block of B, tile by tile.
  private static func multiplyPacked(
    _ rows: Int, _ columns: Int, _ inner: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    into c: UnsafeMutablePointer<Float>, _ pitch: Int
  ) {
    var edge = InlineArray<32, Float>(repeating: 0)
    for left in stride(from: 0, to: columns, by: tileColumns) {
      let panel = unsafe b + left &* inner
      let width = min(tileColumns, columns - left)
      for top in stride(from: 0, to: rows, by: tileRows) {
        let lines = unsafe a + top &* inner
        let height = min(tileRows, rows - top)
        let target = unsafe c + (top &* pitch &+ left)
        if width == tileColumns && height == tileRows {
          unsafe multiplyTile(inner, lines, panel, into: target, pitch)
          continue
        }
        for row in 0..<height {
          for column in 0..<width {
            unsafe edge[row &* 8 &+ column] = target[row &* pitch &+ column]
          }
        }
        var span = edge.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { buffer in
          guard let tile = buffer.baseAddress else { return }
          unsafe multiplyTile(inner, lines, panel, into: tile, tileColumns)
        }
        for row in 0..<height {
          for column in 0..<width {
            unsafe target[row &* pitch &+ column] = edge[row &* 8 &+ column]
          }
        }
      }
    }
  }

  /// The register tile: 4 × 8 sums over the inner index, started from what C holds.
  @inline(__always)
  private static func multiplyTile(
    _ inner: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    into c: UnsafeMutablePointer<Float>, _ pitch: Int
  ) {
    var first = unsafe loadEight(c)
    var second = unsafe loadEight(c + pitch)
    var third = unsafe loadEight(c + 2 &* pitch)
    var fourth = unsafe loadEight(c + 3 &* pitch)
    var lines = unsafe a
    var panel = unsafe b
    for _ in 0..<inner {
      let columns = unsafe loadEight(panel)
      unsafe first += columns * lines[0]
      unsafe second += columns * lines[1]
      unsafe third += columns * lines[2]
      unsafe fourth += columns * lines[3]
      unsafe lines += 4
      unsafe panel += 8
    }
    unsafe storeEight(first, at: c)
    unsafe storeEight(second, at: c + pitch)
    unsafe storeEight(third, at: c + 2 &* pitch)
    unsafe storeEight(fourth, at: c + 3 &* pitch)
  }

  @inline(__always)
  private static func loadEight(_ source: UnsafePointer<Float>) -> SIMD8<Float> {
    unsafe UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Float>.self)
  }

  @inline(__always)
  private static func storeEight(_ value: SIMD8<Float>, at target: UnsafeMutablePointer<Float>) {
    unsafe UnsafeMutableRawPointer(target).storeBytes(of: value, as: SIMD8<Float>.self)
  }
}
