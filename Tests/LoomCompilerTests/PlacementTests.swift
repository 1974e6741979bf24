import LoomBase
import LoomCompiler
import Testing

@Suite("Tilings and the Hilbert curve")
struct PlacementTests {
  @Test(
    "The curve visits every tile once and steps to neighbours",
    arguments: [(8, 4), (16, 16), (4, 4), (2, 2), (12, 6), (1, 7), (9, 1), (3, 5), (6, 10)])
  func curve(width: Int, height: Int) {
    let points = HilbertCurve(width: width, height: height).points
    #expect(points.count == width * height)
    #expect(Set(points.map { $0.y * width + $0.x }).count == width * height)
    #expect(points.allSatisfy { (0..<width).contains($0.x) && (0..<height).contains($0.y) })
    let steps = zip(points, points.dropFirst()).map { abs($0.x - $1.x) + abs($0.y - $1.y) }
    #expect(steps.allSatisfy { $0 == 1 || ($0 == 2 && (width % 2 == 1 || height % 2 == 1)) })
  }

  @Test("The boxes of a tiling cover a map once")
  func cover() {
    let shape = MapShape(channels: 5, height: 7, width: 3)
    for tiling in Tiling.candidates(shape, neuronsPerTile: 40) {
      var owners = [Int](repeating: 0, count: shape.count)
      for box in tiling.boxes(shape) {
        #expect(box.count <= 40)
        for channel in box.channels {
          for row in box.rows {
            for column in box.columns {
              owners[shape.index(channel: channel, row: row, column: column)] += 1
            }
          }
        }
      }
      #expect(owners.allSatisfy { $0 == 1 })
    }
  }
}
