public import LoomBase

/// The structural invariants of an image: every index in range, every box in its map, every list as long
/// as it must be.
///
/// An image that passes is safe: no later stage traps on it, and what is allocated for it is bounded by
/// its own size. Whether it means what it should is for `ImageVerifier`.
public enum ImageStructure {
  /// The longest schedule, in steps.
  static let maximumSteps = 1 << 20
  /// The longest delay, in steps.
  static let maximumDelay = 65_535
  /// The largest extent of a map along one axis.
  static let maximumExtent = 1 << 22
  /// The most neurons of a population.
  static let maximumNeurons = 1 << 28
  /// The most current sites of a neuron.
  static let maximumSites = 4_096

  /// What breaks the structure (code SL5002); empty for a sound image.
  ///
  /// At most one finding for each
  /// part, for later parts are not looked at where they rest on broken ones.
  public static func findings(_ image: HardwareImage) -> [Diagnostic] {
    let check = StructureCheck(image: image)
    check.schedule()
    check.populations()
    check.orders()
    check.counts()
    guard check.findings.isEmpty else { return check.findings }
    check.templates()
    check.partialSums()
    check.frontEnds()
    guard check.findings.isEmpty else { return check.findings }
    check.cores()
    check.hostNeurons()
    check.draw()
    guard check.findings.isEmpty else { return check.findings }
    check.coverage()
    check.routes()
    return check.findings
  }
}

/// Collects structural findings.
final class StructureCheck {
  let image: HardwareImage
  var findings: [Diagnostic] = []

  init(image: HardwareImage) { self.image = image }

  /// Reports unless the condition holds; says whether it holds.
  @discardableResult
  func need(
    _ condition: Bool, _ message: @autoclosure () -> String, at anchor: Anchor = .none
  ) -> Bool {
    if !condition { findings.append(Diagnostic(.error, "SL5002", message(), at: anchor)) }
    return condition
  }

  func schedule() {
    let schedule = image.schedule
    let limit = ImageStructure.maximumSteps
    need(
      (1...limit).contains(schedule.timesteps) && (0...limit).contains(schedule.depth),
      "needs 1 to \(limit) steps and a depth up to \(limit), has T = \(schedule.timesteps), D = \(schedule.depth)"
    )
    need(
      schedule.readoutStart >= 0 && schedule.readoutStart < max(1, schedule.timesteps),
      "needs a readout start below T = \(schedule.timesteps), has \(schedule.readoutStart)")
    need(isSound(image.input.shape), "needs an input shape that can be, has \(image.input.shape)")
    need(
      image.input.isSpikes || image.input.isBytes || image.input.floatFactor.isFinite,
      "needs a finite factor for float input, has \(image.input.floatFactor)")
  }

  func isSound(_ shape: MapShape) -> Bool {
    let extents = 1...ImageStructure.maximumExtent
    guard extents.contains(shape.channels), extents.contains(shape.height),
      extents.contains(shape.width)
    else { return false }
    let (area, overflow) = shape.height.multipliedReportingOverflow(by: shape.width)
    guard !overflow, area <= ImageStructure.maximumNeurons else { return false }
    return area * shape.channels <= ImageStructure.maximumNeurons
  }

  func populations() {
    let steps = image.schedule.timesteps + image.schedule.depth
    for (index, population) in image.populations.enumerated() {
      let name = "population \(index)"
      need(isSound(population.shape), "\(name) needs a shape that can be, has \(population.shape)")
      need(
        (2...32).contains(population.potentialBits),
        "\(name) needs 2 to 32 potential bits, has \(population.potentialBits)")
      need(
        (1...ImageStructure.maximumSites).contains(population.sites),
        "\(name) needs 1 to \(ImageStructure.maximumSites) current sites, has \(population.sites)")
      need(
        (1...1024).contains(population.compartments),
        "\(name) needs 1 to 1024 compartments, has \(population.compartments)")
      need(
        (0...image.schedule.depth).contains(population.start),
        "\(name) needs a start up to D = \(image.schedule.depth), has \(population.start)")
      need(
        population.activeSteps.lowerBound >= 0 && population.activeSteps.upperBound <= steps,
        "\(name) needs active steps within 0..<\(steps), has \(population.activeSteps)")
      if population.role == .input {
        need(
          image.input.isSpikes && population.shape == image.input.shape,
          "\(name) of input spikes needs the input's shape \(image.input.shape), has \(population.shape)"
        )
      }
      if population.role == .host { host(population, name) }
    }
    need(!image.outputs.isEmpty, "needs an output population, has none")
    for output in image.outputs {
      need(
        image.populations.indices.contains(output) && image.populations[output].role.isOnCores,
        "needs outputs that are populations with neurons, has \(output)")
    }
  }

  private func host(_ population: ImagePopulation, _ name: String) {
    need(
      population.sites == 1 && population.code == .rate && population.start == 0
        && population.reset != .softBySecondCompartment && !image.schedule.freeRunning
        && !image.schedule.code.isWindowed && !image.input.isSpikes,
      "\(name) on the host needs plain neurons of a rate code from step 0 on, has others")
  }

  func isSound(_ box: MapBox, in shape: MapShape) -> Bool {
    box.channels.lowerBound >= 0 && box.channels.upperBound <= shape.channels
      && box.rows.lowerBound >= 0 && box.rows.upperBound <= shape.height
      && box.columns.lowerBound >= 0 && box.columns.upperBound <= shape.width
      && !box.channels.isEmpty && !box.rows.isEmpty && !box.columns.isEmpty
  }

  func isSound(_ geometry: TemplateGeometry, channels: Int...) -> Bool {
    let sizes = [
      geometry.kernelHeight, geometry.kernelWidth, geometry.strideY, geometry.strideX,
      geometry.dilationY, geometry.dilationX, geometry.groups,
    ]
    return sizes.allSatisfy { (1...65_535).contains($0) }
      && (0...65_535).contains(geometry.padTop) && (0...65_535).contains(geometry.padLeft)
      && channels.allSatisfy { $0 % geometry.groups == 0 }
  }
}

extension MapBox {
  /// Whether a neuron of a map (channel-last index) stands in the box.
  func contains(_ index: Int, in shape: MapShape) -> Bool {
    let position = index / shape.channels
    return channels.contains(index % shape.channels) && rows.contains(position / shape.width)
      && columns.contains(position % shape.width)
  }

  /// The place within the box (channel-last) of a neuron of it, given by its channel-last index in the map.
  package func place(of index: Int, in shape: MapShape) -> Int {
    let position = index / shape.channels
    let row = position / shape.width - rows.lowerBound
    let column = position % shape.width - columns.lowerBound
    return (row * columns.count + column) * channels.count + index % shape.channels
      - channels.lowerBound
  }
}

extension [UInt32] {
  /// Whether these are the starts of `count` lists over `total` entries: 0 first, never falling.
  func areOffsets(ofLists count: Int, total: Int) -> Bool {
    guard self.count == count + 1, first == 0, let last, Int(last) == total else { return false }
    return isAscending(strictly: false)
  }

  /// Whether every value is greater (or not less) than the one before.
  func isAscending(strictly: Bool) -> Bool {
    for index in indices.dropFirst() {
      if self[index] < self[index - 1] || (strictly && self[index] == self[index - 1]) {
        return false
      }
    }
    return true
  }
}

/// The product, or nil if it does not fit.
func checkedProduct(_ factors: Int...) -> Int? {
  var result = 1
  for factor in factors {
    let (product, overflow) = result.multipliedReportingOverflow(by: factor)
    if overflow { return nil }
    result = product
  }
  return result
}
