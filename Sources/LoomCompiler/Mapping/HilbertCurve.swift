/// A generalised Hilbert curve over a rectangle of any size.
///
/// Consecutive points are neighbours (one diagonal step may occur where the longer side is odd and the
/// shorter even). Recursion as in J. Červený's *gilbert* (2018): halve the longer side, keep halves even.
package struct HilbertCurve {
  package private(set) var points: [(x: Int, y: Int)] = []

  package init(width: Int, height: Int) {
    points.reserveCapacity(width * height)
    if width >= height {
      generate(0, 0, width, 0, 0, height)
    } else {
      generate(0, 0, 0, height, width, 0)
    }
  }

  /// Fills the rectangle spanned by vectors a (main direction) and b from (x, y).
  private mutating func generate(_ x: Int, _ y: Int, _ ax: Int, _ ay: Int, _ bx: Int, _ by: Int) {
    let width = abs(ax + ay)
    let height = abs(bx + by)
    let (dax, day) = (ax.signum(), ay.signum())
    let (dbx, dby) = (bx.signum(), by.signum())
    if height == 1 {
      for step in 0..<width { points.append((x + step * dax, y + step * day)) }
      return
    }
    if width == 1 {
      for step in 0..<height { points.append((x + step * dbx, y + step * dby)) }
      return
    }
    var (ax2, ay2) = (half(ax), half(ay))
    var (bx2, by2) = (half(bx), half(by))
    if 2 * width > 3 * height {
      if abs(ax2 + ay2) % 2 == 1, width > 2 { (ax2, ay2) = (ax2 + dax, ay2 + day) }
      generate(x, y, ax2, ay2, bx, by)
      generate(x + ax2, y + ay2, ax - ax2, ay - ay2, bx, by)
      return
    }
    if abs(bx2 + by2) % 2 == 1, height > 2 { (bx2, by2) = (bx2 + dbx, by2 + dby) }
    generate(x, y, bx2, by2, ax2, ay2)
    generate(x + bx2, y + by2, ax, ay, bx - bx2, by - by2)
    generate(
      x + (ax - dax) + (bx2 - dbx), y + (ay - day) + (by2 - dby), -bx2, -by2, -(ax - ax2),
      -(ay - ay2))
  }

  /// Half a signed length, rounded down (towards minus infinity, as the original does).
  private func half(_ value: Int) -> Int { value >> 1 }
}
