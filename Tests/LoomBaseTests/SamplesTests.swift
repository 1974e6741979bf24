import LoomBase
import Testing

@Suite("Samples")
struct SamplesTests {
  static let colour = MapShape(channels: 3, height: 28, width: 20)
  static let grey = MapShape(channels: 1, height: 28, width: 28)

  @Test(
    "the layout is the one whose axes fit the map",
    arguments: [
      ([3, 28, 20], colour, SampleLayout?.some(.channelFirst)),
      ([28, 20, 3], colour, .channelLast), ([1, 28, 20, 3], colour, .channelLast),
      ([28, 3, 20], colour, nil), ([20, 28, 3], colour, nil), ([1680], colour, .channelFirst),
      ([1, 1680], colour, .channelFirst), ([1681], colour, nil), ([2, 840], colour, nil),
      ([784], grey, .channelFirst), ([28, 56], grey, nil), ([], MapShape(channels: 2), nil),
    ])
  func matching(stored: [Int], map: MapShape, layout: SampleLayout?) {
    for isBytes in [true, false] {
      #expect(SampleLayout.matching(stored: stored, map: map, isBytes: isBytes) == layout)
    }
  }

  @Test(
    "where both layouts fit, bytes are images and floats are tensors",
    arguments: [
      ([28, 28], grey), ([1, 28, 28], grey), ([28, 28, 1], grey),
      ([4, 4, 4], MapShape(channels: 4, height: 4, width: 4)), ([10], MapShape(channels: 10)),
    ])
  func ambiguous(stored: [Int], map: MapShape) {
    #expect(SampleLayout.matching(stored: stored, map: map, isBytes: true) == .channelLast)
    #expect(SampleLayout.matching(stored: stored, map: map, isBytes: false) == .channelFirst)
  }

  @Test("stored indices run through the sample in the layout's own order")
  func storedIndices() {
    let map = MapShape(channels: 3, height: 2, width: 4)
    var next = 0
    for row in 0..<2 {
      for column in 0..<4 {
        for channel in 0..<3 {
          let layout = SampleLayout.channelLast
          #expect(layout.storedIndex(channel: channel, row: row, column: column, in: map) == next)
          next += 1
        }
      }
    }
    #expect(SampleLayout.channelFirst.storedIndex(channel: 2, row: 1, column: 3, in: map) == 23)
    #expect(SampleLayout.channelFirst.storedIndex(channel: 1, row: 0, column: 0, in: map) == 8)
  }

  @Test(
    "selected samples keep the numbers they have in their file, however often some are selected")
  func numbers() {
    let samples = Samples(storage: .bytes([1, 2, 3, 4, 5, 6]), sampleShape: [1], count: 6)
    #expect((0..<6).map { samples.number(of: $0) } == [0, 1, 2, 3, 4, 5])
    let later = samples.selecting(2..<6)
    #expect((0..<4).map { later.number(of: $0) } == [2, 3, 4, 5])
    let mixed = later.selecting([3, 0, 0])
    #expect((0..<3).map { mixed.number(of: $0) } == [5, 2, 2])
  }

  @Test("selected samples come in the order asked for")
  func selecting() {
    let bytes = Samples(storage: .bytes([1, 2, 3, 4, 5, 6]), sampleShape: [2], count: 3)
    let chosen = bytes.selecting([2, 0, 2])
    guard case .bytes(let values) = chosen.storage else {
      Issue.record("bytes stay bytes")
      return
    }
    #expect(values == [5, 6, 1, 2, 5, 6])
    #expect(chosen.count == 3 && chosen.isBytes && chosen.elementsPerSample == 2)
    let floats = Samples(storage: .floats([0.5, 1.5]), sampleShape: [], count: 2).selecting([1])
    #expect(!floats.isBytes && floats.count == 1)
  }

  /// Six samples of two numbers that stay elsewhere; floats are a quarter of the bytes.
  private static func left(isBytes: Bool, isUnchanged: Bool = true) -> Samples {
    let stored = StoredSamples(
      isBytes: isBytes, elementCount: 12,
      read: { range in
        isBytes ? .bytes(range.map { UInt8($0) }) : .floats(range.map { Float($0) / 4 })
      }, isUnchanged: { isUnchanged })
    return Samples(stored: stored, sampleShape: [2], count: 6)
  }

  /// The numbers of some samples, in quarters if they are floats.
  private static func numbers(_ samples: Samples, _ range: Range<Int>) -> [Int] {
    let (storage, first) = samples.stored(range)
    let places = first..<(first + range.count * samples.elementsPerSample)
    switch storage {
    case .bytes(let values): return values[places].map { Int($0) }
    case .floats(let values): return values[places].map { Int($0 * 4) }
    }
  }

  @Test(
    "samples left in a file are those in memory, also picked and cut anew",
    arguments: [true, false])
  func left(isBytes: Bool) {
    let file = Self.left(isBytes: isBytes)
    let memory = Samples(storage: file.storage, sampleShape: [2], count: 6)
    #expect(file.isBytes == isBytes && memory.isBytes == isBytes)
    let picks = [5, 0, 0, 3]
    for (one, other) in [
      (file, memory), (file.selecting(picks), memory.selecting(picks)),
      (
        file.selecting(2..<6).selecting([3, 1]),
        memory.selecting(2..<6).selecting([3, 1])
      ),
      (file.recut(sampleShape: [3, 1], count: 4), memory.recut(sampleShape: [3, 1], count: 4)),
    ] {
      #expect(one.count == other.count && one.sampleShape == other.sampleShape)
      for first in 0..<one.count {
        for end in first...one.count {
          #expect(Self.numbers(one, first..<end) == Self.numbers(other, first..<end))
        }
      }
      #expect((0..<one.count).map(one.number(of:)) == (0..<one.count).map(other.number(of:)))
    }
    #expect(Self.numbers(file, 1..<3) == [2, 3, 4, 5])
  }

  @Test("a file that changed is an error, samples in memory never are")
  func changed() throws {
    try Self.left(isBytes: true).requireUnchanged()
    let error = #expect(throws: DiagnosticsError.self) {
      try Self.left(isBytes: true, isUnchanged: false).selecting([1]).requireUnchanged()
    }
    #expect(error?.diagnostics.first?.code == "SL1210")
    try Samples(storage: .bytes([1]), sampleShape: [], count: 1).requireUnchanged()
  }

  @Test("means and deviations are none, one for all or one a channel")
  func preprocessing() {
    let plain = Preprocessing(scale: 1)
    #expect(plain.mean(ofChannel: 2) == 0 && plain.deviation(ofChannel: 2) == 1)
    let mixed = Preprocessing(scale: 1, mean: [0.5], deviation: [1, 2, 4])
    #expect(mixed.mean(ofChannel: 2) == 0.5 && mixed.deviation(ofChannel: 2) == 4)
  }
}
