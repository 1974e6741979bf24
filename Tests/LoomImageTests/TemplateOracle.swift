import LoomBase
import LoomImage

/// One stored synapse between two maps, channel-last.
struct PlainSynapse: Hashable {
  var source: Int
  var target: Int
  var weight: Int
  var shift: Int
}

/// Templates spelled out target by target, from their definitions alone.
enum TemplateOracle {
  static func synapses(
    _ template: SynapseTemplate, _ source: MapShape, _ target: MapShape
  ) -> [PlainSynapse] {
    func shift(_ index: Int) -> Int {
      Int(template.shifts[template.shifts.count == 1 ? 0 : index])
    }
    var list: [PlainSynapse] = []
    switch template.kind {
    case .dense:
      for from in 0..<source.count {
        for to in 0..<target.count {
          list.append(
            PlainSynapse(
              source: from, target: to, weight: from * target.count + to,
              shift: shift(to % target.channels)))
        }
      }
    case .sparse(let offsets, let targets):
      for from in 0..<source.count {
        for entry in Int(offsets[from])..<Int(offsets[from + 1]) {
          let to = Int(targets[entry])
          list.append(
            PlainSynapse(
              source: from, target: to, weight: entry, shift: shift(to % target.channels)))
        }
      }
    case .broadcast(let planes, let perNeuron):
      for plane in 0..<planes {
        for to in 0..<target.count {
          let place =
            perNeuron
            ? plane * target.count + to : plane * target.channels + to % target.channels
          list.append(PlainSynapse(source: 0, target: to, weight: place, shift: shift(place)))
        }
      }
    case .sums: break
    case .convolution(let geometry):
      list = convolution(geometry, source, target, shift)
    }
    return list
  }

  private static func convolution(
    _ g: TemplateGeometry, _ source: MapShape, _ target: MapShape, _ shift: (Int) -> Int
  ) -> [PlainSynapse] {
    var list: [PlainSynapse] = []
    let (perSource, perTarget) = (source.channels / g.groups, target.channels / g.groups)
    for row in 0..<target.height {
      for column in 0..<target.width {
        for channel in 0..<target.channels {
          let group = channel / perTarget
          for input in (group * perSource)..<((group + 1) * perSource) {
            for ky in 0..<g.kernelHeight {
              for kx in 0..<g.kernelWidth {
                let y = row * g.strideY + ky * g.dilationY - g.padTop
                let x = column * g.strideX + kx * g.dilationX - g.padLeft
                guard (0..<source.height).contains(y), (0..<source.width).contains(x) else {
                  continue
                }
                let weight =
                  ((input * g.kernelHeight + ky) * g.kernelWidth + kx) * perTarget
                  + channel % perTarget
                list.append(
                  PlainSynapse(
                    source: (y * source.width + x) * source.channels + input,
                    target: (row * target.width + column) * target.channels + channel,
                    weight: weight, shift: shift(channel)))
              }
            }
          }
        }
      }
    }
    return list
  }
}
