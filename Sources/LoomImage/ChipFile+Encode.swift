import LoomBase

extension ByteWriter {
  /// Appends a count, size or index.
  mutating func write(count: Int) { write(UInt32(clamping: count)) }

  mutating func write(flag: Bool) { write(UInt8(flag ? 1 : 0)) }

  mutating func write(code: SpikeCode) {
    let number: UInt8 =
      switch code {
      case .rate: 0
      case .bitSerial: 1
      case .timeToFirstSpike: 2
      }
    write(number)
  }

  mutating func write(shape: MapShape) {
    write(count: shape.channels)
    write(count: shape.height)
    write(count: shape.width)
  }

  mutating func write(range: Range<Int>) {
    write(count: range.lowerBound)
    write(count: range.upperBound)
  }

  mutating func write(box: MapBox) {
    write(range: box.channels)
    write(range: box.rows)
    write(range: box.columns)
  }

  mutating func write<Value: FixedWidthInteger>(list values: [Value]) {
    write(count: values.count)
    write(contentsOf: values)
  }

  mutating func write(doubles values: [Double]) {
    write(count: values.count)
    for value in values { write(value) }
  }

  mutating func write(texts: [String]) {
    write(count: texts.count)
    for text in texts { write(text: text) }
  }

  mutating func write(geometry: TemplateGeometry) {
    for value in [
      geometry.kernelHeight, geometry.kernelWidth, geometry.strideY, geometry.strideX,
      geometry.padTop, geometry.padLeft, geometry.dilationY, geometry.dilationX, geometry.groups,
    ] {
      write(count: value)
    }
  }

  mutating func write(values: SliceValues) {
    switch values {
    case .uniform(let value):
      write(UInt8(0))
      write(value)
    case .perChannel(let list):
      write(UInt8(1))
      write(list: list)
    case .perNeuron(let list):
      write(UInt8(2))
      write(list: list)
    }
  }

  mutating func write(routes: RouteTable) {
    write(list: routes.offsets)
    write(list: routes.cores)
    write(contentsOf: routes.axons)
  }
}

extension ChipFile {
  static func encodeMeta(_ image: HardwareImage) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(text: image.profileName)
    writer.write(raw: image.structureDigest.bytes)
    writer.write(count: image.schedule.timesteps)
    writer.write(count: image.schedule.depth)
    writer.write(count: image.schedule.readoutStart)
    let order: UInt8 = image.schedule.isAsynchronous ? 2 : image.schedule.freeRunning ? 1 : 0
    writer.write(order)
    writer.write(code: image.schedule.code)
    writer.write(flag: image.input.isSpikes)
    writer.write(flag: image.input.isBytes)
    writer.write(shape: image.input.shape)
    writer.write(image.input.floatFactor)
    writer.write(image.input.preprocessing.scale)
    writer.write(doubles: image.input.preprocessing.mean)
    writer.write(doubles: image.input.preprocessing.deviation)
    writer.write(count: image.outputs.count)
    for output in image.outputs { writer.write(count: output) }
    return writer.bytes
  }

  static func encodePopulations(_ populations: [ImagePopulation]) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(count: populations.count)
    for population in populations {
      writer.write(shape: population.shape)
      writer.write(population.role.rawValue)
      writer.write(population.reset.rawValue)
      writer.write(flag: population.firesOnGreaterOnly)
      writer.write(UInt8(clamping: population.potentialBits))
      writer.write(count: population.sites)
      writer.write(count: population.start)
      writer.write(range: population.activeSteps)
      writer.write(count: population.compartments)
      writer.write(code: population.code)
    }
    return writer.bytes
  }

  static func encodeFrontEnd(_ frontEnds: [ImageFrontEnd]) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(count: frontEnds.count)
    for frontEnd in frontEnds {
      let kind: UInt8 =
        switch frontEnd.kind {
        case .convolution: 0
        case .dense: 1
        case .sparse: 2
        }
      writer.write(kind)
      writer.write(UInt8(clamping: frontEnd.rightShift))
      writer.write(UInt8(clamping: frontEnd.biasMantissaBits))
      writer.write(UInt8(clamping: frontEnd.biasMaximumExponent))
      writer.write(count: frontEnd.target)
      writer.write(count: frontEnd.site)
      switch frontEnd.kind {
      case .convolution(let geometry): writer.write(geometry: geometry)
      case .dense: break
      case .sparse(let offsets, let sources):
        writer.write(list: offsets)
        writer.write(list: sources)
      }
      writer.write(list: frontEnd.weights)
      writer.write(list: frontEnd.offsets)
    }
    return writer.bytes
  }

  static func encodeTemplates(_ templates: [SynapseTemplate]) -> [UInt8] {
    var writer = ByteWriter()
    writer.reserve(templates.reduce(0) { $0 + $1.weights.count + 64 })
    writer.write(count: templates.count)
    for template in templates {
      let isNarrow = template.weights.allSatisfy { $0 >= -128 && $0 <= 127 }
      let kind: UInt8 =
        switch template.kind {
        case .convolution: template.sourceRange == nil ? 0 : 6
        case .dense: template.sourceRange == nil ? 1 : 7
        case .sparse: 2
        case .broadcast(_, let perNeuron): perNeuron ? 4 : 3
        case .sums: 5
        }
      writer.write(kind)
      writer.write(flag: template.isLowering)
      writer.write(UInt8(isNarrow ? 1 : 2))
      writer.write(flag: template.repeats)
      writer.write(count: template.source)
      writer.write(count: template.target)
      writer.write(count: template.site)
      switch template.kind {
      case .convolution(let geometry): writer.write(geometry: geometry)
      case .dense: break
      case .sparse(let offsets, let targets):
        writer.write(list: offsets)
        writer.write(list: targets)
      case .broadcast(let planes, _): writer.write(count: planes)
      case .sums: break
      }
      if kind >= 6, let share = template.sourceRange { writer.write(range: share) }
      if isNarrow {
        writer.write(list: template.weights.map { Int8(truncatingIfNeeded: $0) })
      } else {
        writer.write(list: template.weights)
      }
      writer.write(list: template.shifts)
    }
    return writer.bytes
  }

  static func encodeHost(_ routes: RouteTable) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(routes: routes)
    return writer.bytes
  }

  static func encodeCores(_ cores: [ImageCore]) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(count: cores.count)
    for core in cores {
      for value in [
        core.position.chip, core.position.column, core.position.row, core.position.slot,
      ] {
        writer.write(count: value)
      }
      encode(core.slices, &writer)
      writer.write(count: core.axonBlocks.count)
      for block in core.axonBlocks { encode(block, &writer) }
      writer.write(routes: core.routes)
    }
    return writer.bytes
  }

  static func encodeHostNeurons(_ slices: [NeuronSlice]) -> [UInt8] {
    var writer = ByteWriter()
    encode(slices, &writer)
    return writer.bytes
  }

  private static func encode(_ slices: [NeuronSlice], _ writer: inout ByteWriter) {
    writer.write(count: slices.count)
    for slice in slices {
      writer.write(count: slice.population)
      writer.write(box: slice.box)
      writer.write(values: slice.thresholds)
      writer.write(values: slice.initialPotentials)
      writer.write(values: slice.biases)
    }
  }

  private static func encode(_ block: AxonBlock, _ writer: inout ByteWriter) {
    writer.write(count: block.firstAxon)
    writer.write(count: block.template)
    writer.write(count: block.slice)
    writer.write(count: block.delay)
    switch block.sources {
    case .box(let box):
      writer.write(UInt8(0))
      writer.write(box: box)
    case .list(let indices):
      writer.write(UInt8(1))
      writer.write(list: indices)
    }
  }

  static func encodeProvenance(_ provenance: ImageProvenance) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(text: provenance.network)
    writer.write(text: provenance.method)
    writer.write(text: provenance.tool)
    writer.write(count: provenance.populations.count)
    for population in provenance.populations {
      writer.write(text: population.name)
      writer.write(texts: population.origin)
    }
    writer.write(count: provenance.templates.count)
    for origin in provenance.templates { writer.write(texts: origin) }
    writer.write(count: provenance.scales.count)
    for scales in provenance.scales { writer.write(doubles: scales) }
    writer.write(texts: provenance.remarks)
    return writer.bytes
  }
}
