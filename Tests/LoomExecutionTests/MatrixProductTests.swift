import LoomBase
import LoomExecution
import Testing

@Suite("Matrix product")
struct MatrixProductTests {
  /// The obvious three loops.
  static func oracle(
    rows: Int, columns: Int, inner: Int, _ a: [Float], _ b: [Float], start: [Float]
  ) -> [Float] {
    var c = start
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = c[row * columns + column]
        for index in 0..<inner { sum += a[row * inner + index] * b[index * columns + column] }
        c[row * columns + column] = sum
      }
    }
    return c
  }

  static func random(_ count: Int, _ generator: inout SeededGenerator) -> [Float] {
    (0..<count).map { _ in Float(generator.unit() * 2 - 1) }
  }

  static func multiply(
    rows: Int, columns: Int, inner: Int, _ a: [Float], _ b: [Float], start: [Float],
    accumulating: Bool
  ) -> [Float] {
    var c = start
    unsafe a.withUnsafeBufferPointer { left in
      unsafe b.withUnsafeBufferPointer { right in
        unsafe c.withUnsafeMutableBufferPointer { target in
          unsafe MatrixProduct.multiply(
            rows: rows, columns: columns, inner: inner, left, right, into: target,
            accumulating: accumulating)
        }
      }
    }
    return c
  }

  @Test("every shape around the tile and block edges gives the bytes of the three loops")
  func matchesOracle() {
    var generator = SeededGenerator(seed: 7)
    let shapes = [
      (1, 1, 1), (1, 9, 5), (3, 17, 4), (4, 8, 1), (4, 8, 300), (5, 9, 257), (7, 1, 33),
      (64, 512, 16), (65, 513, 257), (9, 1030, 3), (2, 600, 40), (130, 20, 520), (6, 7, 0),
      (0, 3, 3), (3, 0, 3),
    ]
    for (rows, columns, inner) in shapes {
      let a = Self.random(rows * inner, &generator)
      let b = Self.random(inner * columns, &generator)
      let start = Self.random(rows * columns, &generator)
      let zero = [Float](repeating: 0, count: rows * columns)
      let fresh = Self.multiply(
        rows: rows, columns: columns, inner: inner, a, b, start: start, accumulating: false)
      #expect(
        fresh
          == Self.oracle(rows: rows, columns: columns, inner: inner, a, b, start: zero))
      let added = Self.multiply(
        rows: rows, columns: columns, inner: inner, a, b, start: start, accumulating: true)
      #expect(
        added
          == Self.oracle(rows: rows, columns: columns, inner: inner, a, b, start: start))
    }
  }

  @Test("a two by two product worked by hand")
  func handWorked() {
    let product = Self.multiply(
      rows: 2, columns: 2, inner: 2, [1, 2, 3, 4], [5, 6, 7, 8], start: [0, 0, 0, 0],
      accumulating: false)
    #expect(product == [19, 22, 43, 50])
  }
}
