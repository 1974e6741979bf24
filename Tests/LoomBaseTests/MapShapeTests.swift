import LoomBase
import Testing

@Suite("Map shapes")
struct MapShapeTests {
  @Test("channel-first indices count through columns, rows, channels")
  func indices() {
    let shape = MapShape(channels: 3, height: 4, width: 5)
    var next = 0
    for channel in 0..<3 {
      for row in 0..<4 {
        for column in 0..<5 {
          #expect(shape.index(channel: channel, row: row, column: column) == next)
          next += 1
        }
      }
    }
    #expect(shape.count == next)
    #expect(shape.positions == 20)
    #expect(shape.description == "3×4×5")
    #expect(MapShape(channels: 7).description == "7×1×1")
  }

  @Test("the box of a whole map holds every element")
  func boxes() {
    let whole = MapBox(MapShape(channels: 3, height: 4, width: 5))
    #expect(whole.count == 60)
    #expect(whole.description == "c0..<3 y0..<4 x0..<5")
    #expect(MapBox(channels: 1..<3, rows: 2..<2, columns: 0..<5).count == 0)
    #expect(MapBox(channels: 1..<3, rows: 2..<4, columns: 1..<4).count == 12)
  }
}
