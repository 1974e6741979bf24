import LoomBase
import LoomNetwork

/// Window networks evaluated without spikes: dense sums of integer codes, floors and clips, target by target.
///
/// It shares no line with the interpreters: every connectivity is walked by its definition.
enum DenseOracle {
  /// The sources a target neuron (both channel-first) meets, each with the place of its weight.
  static func meetings(
    of neuron: Int, _ connectivity: Connectivity, source: MapShape, target: MapShape
  ) -> [(source: Int, weight: Int)] {
    switch connectivity {
    case .dense: return (0..<source.count).map { ($0, neuron * source.count + $0) }
    case .sparse(let pattern):
      return (pattern.targetOffsets[neuron]..<pattern.targetOffsets[neuron + 1]).map {
        (Int(pattern.sources[$0]), $0)
      }
    case .convolution(let kernel):
      let channel = neuron / target.positions
      let row = neuron % target.positions / target.width
      let column = neuron % target.width
      let members = source.channels / kernel.groups
      let first = channel / (target.channels / kernel.groups) * members
      var met: [(source: Int, weight: Int)] = []
      for member in 0..<members {
        for kernelRow in 0..<kernel.kernelHeight {
          for kernelColumn in 0..<kernel.kernelWidth {
            let y = row * kernel.strideY + kernelRow * kernel.dilationY - kernel.padTop
            let x = column * kernel.strideX + kernelColumn * kernel.dilationX - kernel.padLeft
            guard y >= 0, y < source.height, x >= 0, x < source.width else { continue }
            met.append(
              (
                ((first + member) * source.height + y) * source.width + x,
                ((channel * members + member) * kernel.kernelHeight + kernelRow)
                  * kernel.kernelWidth + kernelColumn
              ))
          }
        }
      }
      return met
    }
  }

  /// Σ w·code + B of every neuron of a population: of the largest site, if there are several.
  static func sums(
    _ network: FixedPointNetwork, population: Int, codes: [[Int]], input: [Int]
  ) -> [Int] {
    let own = network.populations[population]
    return (0..<own.shape.count).map { neuron in
      let channel = neuron / own.shape.positions
      var sites = [Int](repeating: 0, count: own.sites)
      for projection in network.projections where projection.target.index == population {
        let source = projection.source.index
        for (place, weight) in meetings(
          of: neuron, projection.connectivity, source: network.populations[source].shape,
          target: own.shape)
        {
          let shift = projection.shifts[projection.shifts.count == 1 ? 0 : channel]
          sites[projection.site] +=
            Int(projection.weights[weight]) * (1 << Int(shift))
            * codes[source][place]
        }
      }
      for part in network.frontEnd where part.target.index == population {
        var sum = Int(part.offset.value(neuron: neuron, in: own.shape))
        for (place, weight) in meetings(
          of: neuron, part.connectivity, source: network.input.shape, target: own.shape)
        {
          sum += Int(part.weights[weight]) * input[place]
        }
        let half = part.rightShift == 0 ? 0 : 1 << (part.rightShift - 1)
        sites[part.site] += floorDivide(sum + half, 1 << part.rightShift)
      }
      return sites.reduce(Int.min, max) + Int(own.bias.value(neuron: neuron, in: own.shape))
        + Int(own.initialPotential.value(neuron: neuron, in: own.shape))
    }
  }

  /// The code of a sum: a quantised clip.
  static func code(_ sum: Int, threshold: Int, code: SpikeCode, timesteps: Int) -> Int {
    code == .bitSerial
      ? min(max(floorDivide((1 << timesteps) * sum, threshold), 0), (1 << timesteps) - 1)
      : min(max(floorDivide(sum, threshold), 0), timesteps)
  }

  /// The codes of a hidden population.
  static func codes(
    _ network: FixedPointNetwork, population: Int, sums: [Int]
  ) -> [Int] {
    let own = network.populations[population]
    return sums.indices.map {
      code(
        sums[$0], threshold: Int(own.threshold.value(neuron: $0, in: own.shape)),
        code: network.code, timesteps: network.timesteps)
    }
  }

  /// What a raster [step][neuron] of 0/1 bytes says.
  static func decoded(_ raster: [UInt8], neurons: Int, code: SpikeCode) -> [Int] {
    let steps = raster.count / neurons
    return (0..<neurons).map { neuron in
      (0..<steps).reduce(0) { value, step in
        let spike = Int(raster[step * neurons + neuron])
        return code == .bitSerial ? 2 * value + spike : value + spike * (steps - step)
      }
    }
  }

  private static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
    let quotient = value / divisor
    return quotient * divisor > value ? quotient - 1 : quotient
  }
}
