import LoomBase

/// The section of what the host draws spikes from: `u8` law (0: `PoissonDraw`), `u64` seed.
extension ChipFile {
  static let drawSection = "DRAW"

  static func encodeDraw(_ draw: PoissonDraw) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(UInt8(0))
    writer.write(draw.seed)
    return writer.bytes
  }

  static func decodeDraw(_ bytes: FileBytes) throws(ByteError) -> PoissonDraw {
    var reader = ByteReader(bytes)
    let law = try reader.read(UInt8.self)
    guard law == 0 else {
      throw .invalid(offset: 0, reason: "needs the law 0 of drawn spikes, has \(law)")
    }
    let draw = PoissonDraw(seed: try reader.read(UInt64.self))
    try reader.finish()
    return draw
  }
}

extension StructureCheck {
  /// Drawn spikes are those of neurons on the host, each driven by the sample, in steps that all count alike.
  func draw() {
    guard image.draw != nil else { return }
    need(!image.frontEnd.isEmpty, "needs input neurons to draw spikes of, has no front end")
    need(
      image.schedule.code == .rate && !image.schedule.freeRunning,
      "needs windows of the rate code for drawn spikes, has others")
    for frontEnd in image.frontEnd {
      let population = image.populations[frontEnd.target]
      need(
        population.role == .host,
        "needs every front end to drive neurons on the host, whose spikes are drawn, has population \(frontEnd.target)"
      )
      need(
        !image.templates.contains { $0.target == frontEnd.target },
        "needs drawn neurons without synapses, has some onto population \(frontEnd.target)")
    }
    for slice in image.hostNeurons
    where image.frontEnd.contains(where: { $0.target == slice.population }) {
      let least = slice.thresholds.all.min() ?? 1
      need(
        least > 0,
        "needs thresholds above 0 of drawn neurons, has \(least) in population \(slice.population)")
    }
  }
}
