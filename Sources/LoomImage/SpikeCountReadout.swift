import LoomBase

/// How the host turns the spike counts of an image's outputs into the trained network's units.
///
/// An image that has this is read by counts: the host counts the spikes of every output neuron from step t0
/// on; a score is worth · count / (T − t0) − offset. The emulator reads only that it is there.
public struct SpikeCountReadout: Sendable, Hashable {
  /// What one spike in every step is worth, by output and channel: θ in activation units.
  public var worth: [[Double]]
  /// What is taken off, by output and channel, in activation units.
  public var offset: [[Double]]

  /// Creates the constants.
  public init(worth: [[Double]], offset: [[Double]]) {
    self.worth = worth
    self.offset = offset
  }
}

extension ChipFile {
  /// The section of a readout by spike counts.
  ///
  /// It is not marked optional: a reader that does not know it would count from step 0 and answer wrongly.
  static let countsSection = "CNTS"

  static func encodeCounts(_ readout: SpikeCountReadout) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(count: readout.worth.count)
    for (worth, offset) in zip(readout.worth, readout.offset) {
      writer.write(doubles: worth)
      writer.write(doubles: offset)
    }
    return writer.bytes
  }

  static func decodeCounts(_ bytes: FileBytes) throws(ByteError) -> SpikeCountReadout {
    var reader = ByteReader(bytes)
    var readout = SpikeCountReadout(worth: [], offset: [])
    for _ in 0..<(try reader.readCount(ofItems: 8)) {
      readout.worth.append(try reader.readDoubles())
      readout.offset.append(try reader.readDoubles())
    }
    try reader.finish()
    return readout
  }
}

extension StructureCheck {
  /// A readout by counts has one sound number for each channel of each output, all of which fire.
  func counts() {
    guard let readout = image.spikeCounts else { return }
    need(
      image.schedule.code == .rate,
      "a readout by spike counts needs the rate code, has \(image.schedule.code.rawValue)")
    let channels = image.outputs.map {
      image.populations.indices.contains($0) ? image.populations[$0].map.channels : 0
    }
    for (name, values) in [("worths", readout.worth), ("offsets", readout.offset)] {
      need(
        values.map(\.count) == channels,
        "a readout by spike counts needs \(name) of \(channels) channels, has \(values.map(\.count))"
      )
      need(
        values.allSatisfy { $0.allSatisfy(\.isFinite) },
        "a readout by spike counts needs finite \(name), has others")
    }
    need(
      readout.worth.allSatisfy { $0.allSatisfy { $0 > 0 } },
      "a readout by spike counts needs worths above 0, has others")
    let silent = image.outputs.first {
      image.populations.indices.contains($0) && image.populations[$0].role != .hidden
    }
    need(
      silent == nil,
      "a readout by spike counts needs outputs that fire, has population \(silent ?? 0)")
  }
}
