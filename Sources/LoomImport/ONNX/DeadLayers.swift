import LoomNetwork

/// Removes what no output depends on and numbers the values anew.
enum DeadLayers {
  static func removed(from network: Network) -> Network {
    var needed = Set(network.outputs)
    var kept: [Layer] = []
    for layer in network.layers.reversed()
    where layer.outputs.contains(where: { needed.contains($0) }) {
      needed.formUnion(layer.inputs.compactMap { $0 })
      kept.append(layer)
    }
    needed.formUnion(network.inputs)
    for layer in kept { needed.formUnion(layer.outputs) }
    var renumbered: [ValueID: ValueID] = [:]
    var values: [NetworkValue] = []
    var constants: [ValueID: Tensor] = [:]
    for id in needed.sorted() {
      let fresh = ValueID(values.count)
      renumbered[id] = fresh
      values.append(network[id])
      if let constant = network.constants[id] { constants[fresh] = constant }
    }
    func moved(_ id: ValueID) -> ValueID { renumbered[id] ?? id }
    let layers = kept.reversed().map { layer in
      Layer(
        name: layer.name, operation: layer.operation,
        inputs: layer.inputs.map { $0.map(moved) }, outputs: layer.outputs.map(moved),
        sourceType: layer.sourceType)
    }
    return Network(
      name: network.name, values: values, inputs: network.inputs.map(moved),
      outputs: network.outputs.map(moved), constants: constants, layers: layers)
  }
}
