/// A population of the spiking network beside the ANN layers it stands for.
public struct LayerComparison: Sendable, Hashable {
  /// The population's name, or the ANN layer's if no population stands for it.
  public var name: String
  /// The population; nil if none stands for these ANN layers.
  public var spiking: LayerEnergy?
  /// The ANN layers.
  public var ann: [ANNLayer]
  /// Break-even of the layer's events on the chip with the INT8 ANN, operations only (static power, barriers
  /// and host belong to no layer and are left out).
  public var operationBreakEven: BreakEven
  /// Break-even of the same with the INT8 ANN, memory included.
  public var memoryBreakEven: BreakEven
  /// The ANN's layers in every number format and way of counting, each beside the chip.
  public var baselines: [LayerBaseline]
  /// The same spikes on an imagined 45 nm machine.
  public var analytic: SpikingEnergy

  /// Dense MACs of the ANN layers.
  public var macs: Double { ann.reduce(0) { $0 + $1.macs } }

  /// Creates the comparison of one population with its ANN layers.
  public init(
    spiking: LayerEnergy?, ann: [ANNLayer], timesteps: Int,
    precisions: [ANNPrecision] = [.fp32, .int8]
  ) {
    self.spiking = spiking
    self.ann = ann
    name = spiking?.name ?? ann.first?.name ?? ""
    let baseline = ANNBaseline.energy(of: ann, precision: .int8)
    let macs = ann.reduce(0) { $0 + $1.macs }
    let operations = spiking?.synapticOperations ?? 0
    func breakEven(_ picojoules: Double) -> BreakEven {
      BreakEven(
        fixed: spiking?.fixedPicojoules ?? 0,
        variable: spiking?.variablePicojoules ?? 0,
        synapticOperations: operations, macs: macs, timesteps: timesteps, baseline: picojoules)
    }
    operationBreakEven = breakEven(baseline.operationPicojoules)
    memoryBreakEven = breakEven(baseline.withMemoryPicojoules)
    baselines = precisions.flatMap { precision -> [LayerBaseline] in
      let energy = ANNBaseline.energy(of: ann, precision: precision)
      return energy.levels.map { name, picojoules in
        LayerBaseline(
          precision: precision.name, level: name, picojoules: picojoules,
          breakEven: breakEven(picojoules), total: spiking?.totalPicojoules)
      }
    }
    analytic = SpikingEnergy()
    guard operations > 0 else { return }
    for layer in ann {
      // Several ANN layers may feed one population: each takes its share of the operations by MACs.
      let share = macs > 0 ? layer.macs / macs : 0
      analytic.add(
        SpikingBaseline.energy(
          of: layer, synapticOperations: operations * share,
          spikes: (spiking?.spikes ?? 0) * share, timesteps: timesteps))
    }
  }

  /// The layer beside one number format and way of counting; nil if it was not compared with.
  public func baseline(_ precision: String, _ level: String) -> LayerBaseline? {
    baselines.first { $0.precision == precision && $0.level == level }
  }

  /// What the layer's own energy takes for each synaptic operation, all its events included, pJ; nil without any.
  public var allInPicojoulesPerOperation: Double? {
    guard let spiking, spiking.synapticOperations > 0 else { return nil }
    return spiking.totalPicojoules.map { $0 / spiking.synapticOperations }
  }

  /// What one more synaptic operation of the layer takes with its share of spikes and messages, pJ; nil without any.
  public var marginalPicojoulesPerOperation: Double? {
    guard let spiking, spiking.synapticOperations > 0 else { return nil }
    return spiking.variablePicojoules.map { $0 / spiking.synapticOperations }
  }

  /// Pairs populations with ANN layers by name.
  ///
  /// An ANN layer belongs to the first population of its name, else to the first whose origins name it; what
  /// no population stands for gets a row of its own at the end. Populations of the same origins stand for
  /// the same layers together (both signs of a LeakyRelu): they share a row, named by the last origin.
  /// - Parameters:
  ///   - layers: The populations' energies.
  ///   - origins: For each population the ONNX nodes it stands for (may be shorter).
  ///   - ann: The ANN's layers.
  ///   - timesteps: T.
  ///   - precisions: The ANN's number formats.
  public static func pair(
    layers: [LayerEnergy], origins: [[String]], ann: [ANNLayer], timesteps: Int,
    precisions: [ANNPrecision] = [.fp32, .int8]
  ) -> [LayerComparison] {
    let (layers, origins) = joined(layers, origins)
    var byName: [String: Int] = [:]
    var byOrigin: [String: Int] = [:]
    for (index, layer) in layers.enumerated() {
      if byName[layer.name] == nil { byName[layer.name] = index }
      guard index < origins.count else { continue }
      for origin in origins[index] where byOrigin[origin] == nil { byOrigin[origin] = index }
    }
    var members = [[ANNLayer]](repeating: [], count: layers.count)
    var rest: [ANNLayer] = []
    for layer in ann {
      if let index = byName[layer.name] ?? byOrigin[layer.name] {
        members[index].append(layer)
      } else {
        rest.append(layer)
      }
    }
    // Populations that only sum for others do nothing of their own (`RunRecord.populations`).
    let shown = layers.indices.filter { index in
      let layer = layers[index]
      let own = index < origins.count ? origins[index].first : nil
      return !members[index].isEmpty || layer.neuronUpdates > 0 || layer.spikes > 0
        || layer.synapticOperations > 0 || own.map { byOrigin[$0] == index } ?? true
    }
    let paired = shown.map { index in
      LayerComparison(
        spiking: layers[index], ann: members[index], timesteps: timesteps, precisions: precisions)
    }
    return paired
      + rest.map {
        LayerComparison(spiking: nil, ann: [$0], timesteps: timesteps, precisions: precisions)
      }
  }
}

extension LayerComparison {
  /// Energies with those of the same origins added to the first of them.
  private static func joined(
    _ layers: [LayerEnergy], _ origins: [[String]]
  ) -> (layers: [LayerEnergy], origins: [[String]]) {
    var result: (layers: [LayerEnergy], origins: [[String]]) = ([], [])
    var places: [[String]: Int] = [:]
    for (index, layer) in layers.enumerated() {
      let origin = index < origins.count ? origins[index] : []
      if let place = places[origin], layer.synapticOperations > 0 || layer.neuronUpdates > 0 {
        result.layers[place].add(layer)
        result.layers[place].name = origin.last ?? layer.name
        continue
      }
      if !origin.isEmpty, places[origin] == nil { places[origin] = result.layers.count }
      result.layers.append(layer)
      result.origins.append(origin)
    }
    return result
  }
}
