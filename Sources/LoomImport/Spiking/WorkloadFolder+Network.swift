public import LoomBase
public import LoomNetwork

extension WorkloadFolder {
  /// The integer network with the given strides, one of `strideChoices`; its outputs are the last layer's spikes.
  public func network(strides: [Int]) -> SpikingNetwork {
    precondition(strides.count == layers.count, "a stride for each layer")
    let input = inputShape
    var populations = [
      Population(name: "input", shape: input, role: .input, threshold: .uniform(1))
    ]
    populations[0].spikeWorthThreshold = false
    var projections: [Projection] = []
    for (index, layer) in layers.enumerated() {
      let source = populations[index].shape
      let target = layer.target(source, stride: strides[index])
      populations.append(
        Population(
          name: "layer\(index)", shape: target, role: .hidden,
          threshold: .uniform(Float(layer.threshold)), reset: .hard, comparison: .greater,
          spikeWorthThreshold: false))
      projections.append(
        Projection(
          source: PopulationID(index), target: PopulationID(index + 1),
          connectivity: layer.connectivity(stride: strides[index]),
          weights: layer.networkWeights(source: source)))
    }
    return SpikingNetwork(
      name: name, method: "native",
      input: InputSpecification(
        shape: input, preprocessing: Preprocessing(scale: 1), samplesAreBytes: true,
        calibratedPeak: 1),
      coding: .spikes, timesteps: steps, populations: populations, projections: projections,
      outputs: [PopulationID(layers.count)], isInteger: true)
  }

  /// The shape of one step of input.
  public var inputShape: MapShape {
    guard let first = layers.first, first.isConvolution else { return MapShape(channels: inputs) }
    let side = Int(Double(inputs / first.shape[2]).squareRoot())
    return MapShape(channels: first.shape[2], height: side, width: side)
  }

  /// The workload with each input spike kept by chance (`share` of them): what counts there are for the whole raster do
  /// not hold for it, so it has none.
  public func thinned(to share: Double, seed: UInt64) -> WorkloadFolder {
    var result = self
    result.reference = nil
    var generator = SeededGenerator(seed: seed)
    for index in raster.indices where raster[index] != 0 && generator.unit() >= share {
      result.raster[index] = 0
    }
    return result
  }

  /// The raster as one sample of steps × rows × columns × channels.
  public var samples: Samples {
    let shape = inputShape
    return Samples(
      storage: .bytes(raster), sampleShape: [steps, shape.height, shape.width, shape.channels],
      count: 1)
  }
}

extension WorkloadFolder.Layer {
  fileprivate func target(_ source: MapShape, stride: Int) -> MapShape {
    guard isConvolution else { return MapShape(channels: outputs) }
    return MapShape(
      channels: outputs, height: (source.height - shape[0]) / stride + 1,
      width: (source.width - shape[1]) / stride + 1)
  }

  fileprivate func connectivity(stride: Int) -> Connectivity {
    guard isConvolution else { return .dense }
    return .convolution(
      ConvolutionGeometry(
        kernelHeight: shape[0], kernelWidth: shape[1], strideY: stride, strideX: stride))
  }

  /// The weights in the order of `Connectivity`: targets outermost, everything channel-first.
  fileprivate func networkWeights(source: MapShape) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(weights.count)
    guard isConvolution else {
      for target in 0..<outputs {
        for channel in 0..<source.channels {
          for position in 0..<source.positions {
            result.append(Float(weights[(position * source.channels + channel) * outputs + target]))
          }
        }
      }
      return result
    }
    let (rows, columns, inputs) = (shape[0], shape[1], shape[2])
    for target in 0..<outputs {
      for channel in 0..<inputs {
        for position in 0..<(rows * columns) {
          result.append(Float(weights[(position * inputs + channel) * outputs + target]))
        }
      }
    }
    return result
  }
}
