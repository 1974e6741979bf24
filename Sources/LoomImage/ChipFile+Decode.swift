import LoomBase

extension ByteReader {
  mutating func readCount() throws(ByteError) -> Int { Int(try read(UInt32.self)) }

  /// Reads the count of items that take at least `bytes` bytes each.
  mutating func readCount(ofItems bytes: Int) throws(ByteError) -> Int {
    let start = offset
    let count = try readCount()
    guard count <= remaining / bytes else {
      throw .truncated(offset: start, needed: count * bytes, available: remaining)
    }
    return count
  }

  mutating func readFlag() throws(ByteError) -> Bool {
    let start = offset
    let value = try read(UInt8.self)
    guard value <= 1 else { throw .invalid(offset: start, reason: "needs 0 or 1, has \(value)") }
    return value == 1
  }

  /// How populations are laid out in time: 0 aligned, 1 free-running, 2 asynchronous.
  mutating func readOrder() throws(ByteError) -> (freeRunning: Bool, isAsynchronous: Bool) {
    let start = offset
    let value = try read(UInt8.self)
    guard value <= 2 else {
      throw .invalid(offset: start, reason: "needs a schedule 0 to 2, has \(value)")
    }
    return (value == 1, value == 2)
  }

  mutating func readCode() throws(ByteError) -> SpikeCode {
    let start = offset
    switch try read(UInt8.self) {
    case 0: return .rate
    case 1: return .bitSerial
    case 2: return .timeToFirstSpike
    case let number: throw .invalid(offset: start, reason: "needs a code 0 to 2, has \(number)")
    }
  }

  mutating func readShape() throws(ByteError) -> MapShape {
    MapShape(channels: try readCount(), height: try readCount(), width: try readCount())
  }

  mutating func readRange() throws(ByteError) -> Range<Int> {
    let start = offset
    let lower = try readCount()
    let upper = try readCount()
    guard lower <= upper else {
      throw .invalid(offset: start, reason: "needs an ascending range, has \(lower), \(upper)")
    }
    return lower..<upper
  }

  mutating func readBox() throws(ByteError) -> MapBox {
    MapBox(channels: try readRange(), rows: try readRange(), columns: try readRange())
  }

  mutating func readList<Value: FixedWidthInteger>(
    _ type: Value.Type = Value.self
  ) throws(ByteError) -> [Value] {
    try readArray(Value.self, count: try readCount())
  }

  mutating func readDoubles() throws(ByteError) -> [Double] {
    try readList(UInt64.self).map { Double(bitPattern: $0) }
  }

  mutating func readString() throws(ByteError) -> String {
    try readText(count: try readCount())
  }

  mutating func readTexts() throws(ByteError) -> [String] {
    var texts: [String] = []
    for _ in 0..<(try readCount(ofItems: 4)) { texts.append(try readString()) }
    return texts
  }

  mutating func readGeometry() throws(ByteError) -> TemplateGeometry {
    TemplateGeometry(
      kernelHeight: try readCount(), kernelWidth: try readCount(), strideY: try readCount(),
      strideX: try readCount(), padTop: try readCount(), padLeft: try readCount(),
      dilationY: try readCount(), dilationX: try readCount(), groups: try readCount())
  }

  mutating func readValues() throws(ByteError) -> SliceValues {
    let start = offset
    switch try read(UInt8.self) {
    case 0: return .uniform(try read(Int32.self))
    case 1: return .perChannel(try readList())
    case 2: return .perNeuron(try readList())
    default: throw .invalid(offset: start, reason: "needs a kind of values from 0 to 2")
    }
  }

  mutating func readRoutes() throws(ByteError) -> RouteTable {
    let offsets = try readList(UInt32.self)
    let cores = try readList(UInt32.self)
    return RouteTable(
      offsets: offsets, cores: cores, axons: try readArray(UInt32.self, count: cores.count))
  }

  /// Throws unless everything has been read.
  func finish() throws(ByteError) {
    guard isAtEnd else {
      throw .invalid(offset: offset, reason: "needs no further bytes, has \(remaining)")
    }
  }
}

extension ChipFile {
  static func decodeMeta(_ bytes: FileBytes, _ image: inout HardwareImage)
    throws(ByteError)
  {
    var reader = ByteReader(bytes)
    image.profileName = try reader.readString()
    let start = reader.offset
    guard let digest = Digest(bytes: try reader.take(32)) else {
      throw .invalid(offset: start, reason: "needs a digest of 32 bytes")
    }
    image.structureDigest = digest
    let lengths = (try reader.readCount(), try reader.readCount(), try reader.readCount())
    let order = try reader.readOrder()
    image.schedule = ImageSchedule(
      timesteps: lengths.0, depth: lengths.1, readoutStart: lengths.2,
      freeRunning: order.freeRunning, code: try reader.readCode(),
      isAsynchronous: order.isAsynchronous)
    let isSpikes = try reader.readFlag()
    let isBytes = try reader.readFlag()
    image.input = ImageInput(
      shape: try reader.readShape(), isSpikes: isSpikes, isBytes: isBytes,
      floatFactor: try reader.readDouble(),
      preprocessing: Preprocessing(
        scale: try reader.readDouble(), mean: try reader.readDoubles(),
        deviation: try reader.readDoubles()))
    image.outputs = try reader.readList(UInt32.self).map { Int($0) }
    try reader.finish()
  }

  static func decodePopulations(_ bytes: FileBytes) throws(ByteError)
    -> [ImagePopulation]
  {
    var reader = ByteReader(bytes)
    var populations: [ImagePopulation] = []
    for _ in 0..<(try reader.readCount(ofItems: 37)) {
      let shape = try reader.readShape()
      let start = reader.offset
      guard let role = ImageRole(rawValue: try reader.read()),
        let reset = ImageReset(rawValue: try reader.read())
      else { throw .invalid(offset: start, reason: "needs a known role and reset") }
      populations.append(
        ImagePopulation(
          shape: shape, role: role, reset: reset, firesOnGreaterOnly: try reader.readFlag(),
          potentialBits: Int(try reader.read(UInt8.self)), sites: try reader.readCount(),
          start: try reader.readCount(), activeSteps: try reader.readRange(),
          compartments: try reader.readCount(), code: try reader.readCode()))
    }
    try reader.finish()
    return populations
  }

  static func decodeFrontEnd(_ bytes: FileBytes) throws(ByteError) -> [ImageFrontEnd] {
    var reader = ByteReader(bytes)
    var frontEnds: [ImageFrontEnd] = []
    for _ in 0..<(try reader.readCount(ofItems: 20)) {
      let start = reader.offset
      let kindCode = try reader.read(UInt8.self)
      let shift = Int(try reader.read(UInt8.self))
      let mantissa = Int(try reader.read(UInt8.self))
      let exponent = Int(try reader.read(UInt8.self))
      let target = try reader.readCount()
      let site = try reader.readCount()
      let kind: ImageFrontEnd.Kind
      switch kindCode {
      case 0: kind = .convolution(try reader.readGeometry())
      case 1: kind = .dense
      case 2: kind = .sparse(targetOffsets: try reader.readList(), sources: try reader.readList())
      default: throw .invalid(offset: start, reason: "needs a front end kind from 0 to 2")
      }
      frontEnds.append(
        ImageFrontEnd(
          kind: kind, target: target, weights: try reader.readList(),
          offsets: try reader.readList(), rightShift: shift, biasMantissaBits: mantissa,
          biasMaximumExponent: exponent, site: site))
    }
    try reader.finish()
    return frontEnds
  }

  static func decodeTemplates(_ bytes: FileBytes) throws(ByteError) -> [SynapseTemplate] {
    var reader = ByteReader(bytes)
    var templates: [SynapseTemplate] = []
    for _ in 0..<(try reader.readCount(ofItems: 24)) {
      templates.append(try decodeTemplate(&reader))
    }
    try reader.finish()
    return templates
  }

  private static func decodeTemplate(_ reader: inout ByteReader) throws(ByteError)
    -> SynapseTemplate
  {
    let start = reader.offset
    let kindCode = try reader.read(UInt8.self)
    let isLowering = try reader.readFlag()
    let width = try reader.read(UInt8.self)
    guard width == 1 || width == 2 else {
      throw .invalid(offset: start, reason: "needs weights of one or two bytes")
    }
    let repeats = try reader.readFlag()
    let source = try reader.readCount()
    let target = try reader.readCount()
    let site = try reader.readCount()
    let kind: TemplateKind
    switch kindCode {
    case 0, 6: kind = .convolution(try reader.readGeometry())
    case 1, 7: kind = .dense
    case 2: kind = .sparse(sourceOffsets: try reader.readList(), targets: try reader.readList())
    case 3: kind = .broadcast(planes: try reader.readCount(), perNeuron: false)
    case 4: kind = .broadcast(planes: try reader.readCount(), perNeuron: true)
    case 5: kind = .sums
    default: throw .invalid(offset: start, reason: "needs a template kind from 0 to 7")
    }
    let share = kindCode >= 6 ? try reader.readRange() : nil
    let weights =
      width == 1
      ? try reader.readList(Int8.self).map { Int16($0) } : try reader.readList(Int16.self)
    return SynapseTemplate(
      kind: kind, source: source, target: target, weights: weights,
      shifts: try reader.readList(), site: site, isLowering: isLowering, repeats: repeats,
      sourceRange: share)
  }

  static func decodeHost(_ bytes: FileBytes) throws(ByteError) -> RouteTable {
    var reader = ByteReader(bytes)
    let routes = try reader.readRoutes()
    try reader.finish()
    return routes
  }

  static func decodeCores(_ bytes: FileBytes) throws(ByteError) -> [ImageCore] {
    var reader = ByteReader(bytes)
    var cores: [ImageCore] = []
    for _ in 0..<(try reader.readCount(ofItems: 32)) { cores.append(try decodeCore(&reader)) }
    try reader.finish()
    return cores
  }

  private static func decodeCore(_ reader: inout ByteReader) throws(ByteError) -> ImageCore {
    let position = CorePosition(
      chip: try reader.readCount(), column: try reader.readCount(), row: try reader.readCount(),
      slot: try reader.readCount())
    let slices = try decodeSlices(&reader)
    var blocks: [AxonBlock] = []
    for _ in 0..<(try reader.readCount(ofItems: 21)) {
      let firstAxon = try reader.readCount()
      let template = try reader.readCount()
      let slice = try reader.readCount()
      let delay = try reader.readCount()
      let sources: AxonSources =
        try reader.readFlag() ? .list(try reader.readList()) : .box(try reader.readBox())
      blocks.append(
        AxonBlock(
          firstAxon: firstAxon, template: template, sources: sources, slice: slice, delay: delay))
    }
    return ImageCore(
      position: position, slices: slices, axonBlocks: blocks, routes: try reader.readRoutes())
  }

  static func decodeHostNeurons(_ bytes: FileBytes) throws(ByteError) -> [NeuronSlice] {
    var reader = ByteReader(bytes)
    let slices = try decodeSlices(&reader)
    try reader.finish()
    return slices
  }

  private static func decodeSlices(_ reader: inout ByteReader) throws(ByteError) -> [NeuronSlice] {
    var slices: [NeuronSlice] = []
    for _ in 0..<(try reader.readCount(ofItems: 43)) {
      slices.append(
        NeuronSlice(
          population: try reader.readCount(), box: try reader.readBox(),
          thresholds: try reader.readValues(), initialPotentials: try reader.readValues(),
          biases: try reader.readValues()))
    }
    return slices
  }

  static func decodeProvenance(_ bytes: FileBytes) throws(ByteError) -> ImageProvenance {
    var reader = ByteReader(bytes)
    var provenance = ImageProvenance(
      network: try reader.readString(), method: try reader.readString(),
      tool: try reader.readString(), populations: [], templates: [], scales: [], remarks: [])
    for _ in 0..<(try reader.readCount(ofItems: 8)) {
      provenance.populations.append(
        PopulationProvenance(name: try reader.readString(), origin: try reader.readTexts()))
    }
    for _ in 0..<(try reader.readCount(ofItems: 4)) {
      provenance.templates.append(try reader.readTexts())
    }
    for _ in 0..<(try reader.readCount(ofItems: 4)) {
      provenance.scales.append(try reader.readDoubles())
    }
    provenance.remarks = try reader.readTexts()
    try reader.finish()
    return provenance
  }
}
