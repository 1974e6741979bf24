import LoomBase
import LoomHardware
import LoomImage

/// Legal images at random: a chain of populations with a gate, cut into slices on cores.
struct RandomImage {
  var generator: SeededGenerator
  var image: HardwareImage
  let profile: Profile
  /// What every weight is multiplied by.
  private var weightFactor = 1
  private var isQuiet = false
  private var isLarge = false
  private var isDepthwise = false

  struct Options {
    var spikes = false
    var freeRunning = false
    var hiddenOutput = false
    /// Its output's spikes stand for potentials.
    var counted = false
    var secondCompartment = false
    /// Weights so large that the sums of a step pass 16 bits.
    var heavy = false
    /// Many neurons a slice, biases only where a gate brings them, and thresholds that one spike passes more than once.
    var quiet = false
    /// So many weights that they would be kept as bytes, were a few not too large for that.
    var large = false
    /// Convolutions of one channel each, several channels in every slice of their populations.
    var depthwise = false
    /// Of the input's map.
    var inputChannels = 2
    var code = SpikeCode.rate
  }

  static func make(
    seed: UInt64, profile: Profile = TestProfiles.profile(), options: Options = Options()
  ) -> HardwareImage {
    var maker = RandomImage(seed: seed, profile: profile)
    maker.weightFactor = options.heavy ? 400 : options.quiet ? 12 : 1
    maker.isQuiet = options.quiet
    maker.isLarge = options.large
    maker.isDepthwise = options.depthwise
    maker.build(options)
    return maker.image.assemblingRoutes()
  }

  private init(seed: UInt64, profile: Profile) {
    generator = SeededGenerator(seed: seed)
    self.profile = profile
    image = HardwareImage(
      profileName: profile.name, structureDigest: profile.structureDigest,
      schedule: ImageSchedule(timesteps: 9, depth: 0, readoutStart: 0, freeRunning: false),
      input: ImageInput(
        shape: MapShape(channels: 1), isSpikes: false, isBytes: true, floatFactor: 1,
        preprocessing: Preprocessing(scale: 1)), frontEnd: [], hostRoutes: RouteTable(),
      populations: [], templates: [], cores: [], outputs: [], provenance: nil)
  }

  mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

  private mutating func build(_ options: Options) {
    let shape = MapShape(
      channels: isLarge || isDepthwise ? 24 : isQuiet ? 16 : 2 * pick(1...2),
      height: isLarge ? 6 : pick(3...6),
      width: isLarge ? 6 : pick(3...6))
    let input = MapShape(
      channels: options.inputChannels, height: shape.height, width: shape.width)
    setSchedule(options)
    let steps = image.schedule.timesteps
    image.input.shape = input
    image.input.isSpikes = options.spikes
    let layer = options.code.isWindowed ? steps : 1
    func start(_ depth: Int) -> Int { options.freeRunning ? 0 : depth * layer }
    let reset: ImageReset = options.secondCompartment ? .softBySecondCompartment : .soft
    let isSoft = pick(0...1) == 0 || options.code.isWindowed
    add(shape, .hidden, isSoft ? reset : .hard, start(0), sites: 1)
    let inner = MapShape(
      channels: isLarge || isDepthwise ? 24 : isQuiet ? 16 : 2 * pick(1...3),
      height: isLarge ? 5 : pick(2...5),
      width: isLarge ? 5 : pick(2...5))
    add(inner, .hidden, reset, start(1), sites: pick(1...3))
    add(inner, .hidden, reset, start(2), sites: 1)
    add(
      MapShape(channels: pick(2...5)), options.hiddenOutput ? .hidden : .readout, reset, start(3),
      sites: 1)
    add(MapShape(channels: 1), .lowering, reset, start(0), sites: 1)
    image.outputs = [3]
    if options.spikes {
      image.populations.append(
        ImagePopulation(
          shape: input, role: .input, reset: .soft, firesOnGreaterOnly: false, potentialBits: 24,
          sites: 1, start: 0, activeSteps: 0..<steps, compartments: 1))
      connect(convolution(input, shape), 5, 0, 0)
    } else {
      addFrontEnd(input, shape, 0, 0)
    }
    if options.code.isWindowed || (isQuiet && !options.spikes), pick(0...1) == 0 {
      addFrontEnd(input, inner, 1, isQuiet ? 0 : image.populations[1].sites - 1)
    }
    for site in 0..<image.populations[1].sites { connect(convolution(shape, inner), 0, 1, site) }
    connect(sparse(inner, inner), 1, 2, 0)
    connect(.dense, 0, 2, 0)
    connect(.dense, 2, 3, 0)
    connect(.broadcast(planes: 2, perNeuron: pick(0...1) == 0), 4, 1, 0, isLowering: true)
    if isQuiet, pick(0...2) == 0 {
      connect(.broadcast(planes: 2, perNeuron: false), 4, 1, 0, isLowering: true)
    }
    for population in image.populations.indices where image.populations[population].role != .input {
      place(population)
    }
    feed()
    if options.counted {
      let channels = image.populations[3].shape.channels
      image.spikeCounts = SpikeCountReadout(
        worth: [(1...channels).map { Double($0) / 4 }],
        offset: [(1...channels).map { 0.5 - Double($0) }])
    }
  }

  private mutating func setSchedule(_ options: Options) {
    image.schedule.freeRunning = options.freeRunning
    image.schedule.depth = options.freeRunning ? 0 : 3
    image.schedule.readoutStart = pick(0...1) * 3
    guard options.code.isWindowed else { return }
    let steps = pick(1...5)
    image.schedule = ImageSchedule(
      timesteps: steps, depth: options.hiddenOutput ? 4 * steps - 1 : 3 * steps, readoutStart: 0,
      freeRunning: false, code: options.code)
  }

  private mutating func add(
    _ shape: MapShape, _ role: ImageRole, _ reset: ImageReset, _ start: Int, sites: Int
  ) {
    let steps = image.schedule.timesteps
    let code = role == .lowering ? .rate : image.schedule.code
    var active = start..<(image.schedule.freeRunning ? steps : start + steps)
    if code.isWindowed {
      active = max(0, start - steps + 1)..<(role == .readout ? start + 1 : start + steps)
    } else if image.schedule.code.isWindowed {
      active = 0..<image.schedule.steps
    }
    let isDouble = reset == .softBySecondCompartment && role != .readout
    image.populations.append(
      ImagePopulation(
        shape: shape, role: role, reset: role == .readout ? .soft : reset,
        firesOnGreaterOnly: false, potentialBits: 24, sites: sites, start: start,
        activeSteps: active, compartments: isDouble ? 2 : 1, code: code))
  }

  private mutating func convolution(_ source: MapShape, _ target: MapShape) -> TemplateKind {
    .convolution(
      TemplateGeometry(
        kernelHeight: pick(1...3), kernelWidth: pick(1...4), strideY: pick(1...2),
        strideX: pick(1...3), padTop: pick(0...2), padLeft: pick(0...2), dilationY: pick(1...2),
        dilationX: pick(1...2),
        groups: isDepthwise && source.channels == target.channels ? source.channels : pick(1...2)))
  }

  private mutating func sparse(_ source: MapShape, _ target: MapShape) -> TemplateKind {
    var offsets: [UInt32] = [0]
    var targets: [UInt32] = []
    for _ in 0..<source.count {
      for target in 0..<target.count where pick(0...3) == 0 { targets.append(UInt32(target)) }
      offsets.append(UInt32(targets.count))
    }
    return .sparse(sourceOffsets: offsets, targets: targets)
  }

  private mutating func connect(
    _ kind: TemplateKind, _ source: Int, _ target: Int, _ site: Int, isLowering: Bool = false
  ) {
    let from = image.populations[source].shape
    let to = image.populations[target].shape
    var template = SynapseTemplate(
      kind: kind, source: source, target: target, weights: [], shifts: [], site: site,
      isLowering: isLowering)
    var shifts = to.channels
    var weights: Int
    switch kind {
    case .convolution(let g):
      weights = from.channels * g.kernelHeight * g.kernelWidth * to.channels / g.groups
    case .dense: weights = from.count * to.count
    case .sparse(_, let targets): weights = targets.count
    case .broadcast(let planes, let perNeuron):
      weights = planes * (perNeuron ? to.count : to.channels)
      shifts = weights
    case .sums: weights = 0
    }
    template.weights = (0..<weights).map { index in
      isLarge && index % 97 == 0 ? 150 : Int16(weightFactor * pick(-40...60))
    }
    template.shifts =
      isLarge
      ? [0] : pick(0...1) == 0 ? [UInt8(pick(0...3))] : (0..<shifts).map { _ in UInt8(pick(0...3)) }
    image.templates.append(template)
  }

  private mutating func addFrontEnd(
    _ input: MapShape, _ shape: MapShape, _ target: Int, _ site: Int
  ) {
    image.frontEnd.append(
      ImageFrontEnd(
        kind: .convolution(
          TemplateGeometry(
            kernelHeight: 3, kernelWidth: 3, strideY: 1, strideX: 1, padTop: 1, padLeft: 1,
            dilationY: 1, dilationX: 1, groups: 1)), target: target,
        weights: (0..<(shape.channels * 2 * 9)).map { _ in Int32(pick(-9...12)) },
        offsets: (0..<shape.channels).map { _ in Int64(pick(-100...300)) }, rightShift: 4,
        biasMantissaBits: 0, biasMaximumExponent: 0, site: site))
  }

  /// Cuts a population in up to four slices, each on a core of its own or after another's.
  private mutating func place(_ population: Int) {
    let shape = image.populations[population].shape
    let channels =
      isDepthwise && shape.channels == 24
      ? pick(2...22) : shape.channels > 1 ? pick(1...(shape.channels - 1)) : shape.channels
    let rows = shape.height > 1 ? pick(1...(shape.height - 1)) : shape.height
    for channelRange in [0..<channels, channels..<shape.channels] where !channelRange.isEmpty {
      for rowRange in [0..<rows, rows..<shape.height] where !rowRange.isEmpty {
        let box = MapBox(channels: channelRange, rows: rowRange, columns: 0..<shape.width)
        if image.cores.isEmpty || pick(0...2) > 0 { addCore() }
        image.cores[image.cores.count - 1].slices.append(slice(population, box))
      }
    }
  }

  private mutating func addCore() {
    let index = image.cores.count
    image.cores.append(
      ImageCore(
        position: CorePosition(
          chip: index % 4, column: index / 4 % 4, row: index / 16, slot: index % 2),
        slices: [], axonBlocks: [], routes: RouteTable()))
  }

  private mutating func slice(_ population: Int, _ box: MapBox) -> NeuronSlice {
    let isGate = image.populations[population].role == .lowering
    let lift = lift(depth: image.populations[population].start / image.schedule.timesteps)
    // Thresholds that a second compartment's weight can take off: m << 4.
    return NeuronSlice(
      population: population, box: box,
      thresholds: isGate
        ? .uniform(64)
        : isQuiet && population == 0 && pick(0...5) == 0
          ? .uniform(0)
          : pick(0...1) == 0
            ? .uniform(320 << lift)
            : .perChannel(box.channels.map { _ in Int32(pick(8...12) << (5 + lift)) }),
      initialPotentials: isGate
        ? .uniform(0) : .perNeuron((0..<box.count).map { _ in Int32(pick(0...200)) }),
      biases: isGate
        ? .uniform(isQuiet ? 24 : 64)
        : .perChannel(box.channels.map { _ in isQuiet ? 0 : Int32(pick(-5...9)) }))
  }

  /// How many binary places thresholds stand higher, so that codes of all kinds come out: windows bring
  /// weights times codes.
  private func lift(depth: Int) -> Int {
    switch image.schedule.code {
    case .rate: 0
    case .bitSerial: [0, image.schedule.timesteps + 1, image.schedule.timesteps + 3][min(depth, 2)]
    case .timeToFirstSpike: [-2, 1, 3][min(depth, 2)]
    }
  }

  /// Gives every slice the axons of all templates that feed it.
  private mutating func feed() {
    for (index, template) in image.templates.enumerated() {
      let from = image.populations[template.source]
      let to = image.populations[template.target]
      let gap = to.start - from.start
      let delay =
        to.code.isWindowed && from.code.isWindowed
        ? gap - image.schedule.timesteps + 1
        : from.role == .input
          ? gap + pick(0...1) : max(1, gap) + (image.schedule.freeRunning ? pick(0...2) : 0)
      let geometry = SynapseRuns(template, source: from.shape, target: to.shape)
      for core in image.cores.indices {
        for slice in image.cores[core].slices.indices
        where image.cores[core].slices[slice].population == template.target {
          let sources = geometry.sources(of: image.cores[core].slices[slice].box)
          guard sources.count > 0 else { continue }
          image.cores[core].axonBlocks.append(
            AxonBlock(
              firstAxon: 0, template: index, sources: sources, slice: slice, delay: delay))
        }
      }
    }
  }

  /// Samples that fit an image; of inputs that are spikes one in `rarity` + 1 fires.
  static func samples(
    _ image: HardwareImage, count: Int, seed: UInt64, rarity: UInt8 = 3
  ) -> Samples {
    var generator = SeededGenerator(seed: seed)
    let map = [image.input.shape.channels, image.input.shape.height, image.input.shape.width]
    let shape = image.input.isSpikes ? [image.schedule.timesteps] + map : map
    let size = shape.reduce(1, *)
    let bytes = (0..<(size * count)).map { _ in
      image.input.isSpikes
        ? UInt8.random(in: 0...rarity, using: &generator) / rarity
        : UInt8.random(in: 0...255, using: &generator)
    }
    return Samples(storage: .bytes(bytes), sampleShape: shape, count: count)
  }
}
