import LoomBase
import LoomNetwork

/// Sums of the analog input and of spikes: the skip connections of pre-activation residual networks.
extension RegionBuilder {
  /// Whether one operand of a sum reads the analog input alone and another reads neurons.
  func mixesAnalogAndSpikes(_ layer: Layer) throws -> Bool {
    var (hasAnalog, hasSpikes) = (false, false)
    for (position, input) in layer.inputs.enumerated() {
      guard let input, constants[input] == nil else { continue }
      let operand = try value(layer, position)
      hasAnalog = hasAnalog || operand.isAnalog
      hasSpikes = hasSpikes || operand.terms.contains { $0.source != Term.input }
    }
    return hasAnalog && hasSpikes
  }

  /// An operand of a sum in the sum's shape; an analog one as ReLU(x) − ReLU(−x) where asked.
  mutating func summand(
    _ layer: Layer, _ position: Int, _ shape: [Int], byPairs: Bool
  ) throws -> AffineValue {
    let operand = try expanded(layer, value(layer, position), to: shape)
    guard byPairs, operand.isAnalog else { return operand }
    let zero = AffineValue(layout: operand.layout, terms: [], bias: [], origin: operand.origin)
    let plus = try neurons(operand, kind: .pair, name: "\(layer.name).plus", bound: nil)
    let minus = try neurons(
      zero.adding(operand, factor: -1), kind: .pair, name: "\(layer.name).minus", bound: nil)
    remarks.append("analog operand of '\(layer.name)' by neurons: ReLU(x) − ReLU(−x)")
    return plus.adding(minus, factor: -1)
  }
}

/// The analog input where spikes meet it in one population: concatenations, max pooling of the input, and
/// whatever else is not a sum.
extension RegionBuilder {
  /// A drive whose analog share comes from neurons, where it reads spikes too and the chip cannot delay a
  /// current.
  ///
  /// Answers that no chip neuron may read the input for get it so in any case. The input x stands as ReLU(x) − ReLU(−x), two populations that all such drives share; every map stays.
  mutating func withoutLateAnalog(_ drive: AffineValue, answers: Bool = false) -> AffineValue {
    let isAnswer = answers && !options.analogAnswers
    guard options.analogSkip == .pairs || isAnswer, options.coding == .direct,
      drive.terms.contains(where: { $0.source == Term.input }),
      isAnswer || drive.terms.contains(where: { $0.source != Term.input })
    else { return drive }
    let parts = inputParts()
    var result = drive
    result.terms = []
    for term in drive.terms {
      guard term.source == Term.input else {
        result.add(term)
        continue
      }
      for (part, sign) in [(parts.plus, Float(1)), (parts.minus, Float(-1))] {
        result.add(
          Term(source: part, map: term.map.scaled(by: sign), firstChannel: term.firstChannel))
      }
    }
    return result
  }

  /// The populations that carry the input, made when first wanted.
  private mutating func inputParts() -> InputParts {
    if let made = inputPair { return made }
    let name = network[network.inputs[0]].name
    let input = AffineValue(
      layout: plan.layout,
      terms: [Term(source: Term.input, map: .identity(plan.layout.map), firstChannel: 0)],
      bias: [], origin: [])
    let zero = AffineValue(layout: plan.layout, terms: [], bias: [], origin: [])
    let plus = populations.count
    _ = addPopulation(input, kind: .pair, name: "\(name).plus", bound: nil)
    let minus = populations.count
    _ = addPopulation(
      zero.adding(input, factor: -1), kind: .pair, name: "\(name).minus", bound: nil)
    remarks.append("analog input '\(name)' beside spikes by neurons: ReLU(x) − ReLU(−x)")
    let made = InputParts(plus: plus, minus: minus)
    inputPair = made
    return made
  }
}

/// The populations of the input's positive and negative parts.
struct InputParts {
  /// ReLU(x).
  var plus: Int
  /// ReLU(−x).
  var minus: Int
}

extension AffineValue {
  /// Whether the value depends on the analog input and on no neuron.
  fileprivate var isAnalog: Bool {
    !terms.isEmpty && terms.allSatisfy { $0.source == Term.input }
  }
}
