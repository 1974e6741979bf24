import LoomBase

extension StructureCheck {
  /// Populations of partial sums are what the emulator takes them for: nothing but sums leaves them, and sums
  /// come from nowhere else.
  func partialSums() {
    for (index, population) in image.populations.enumerated() where population.role == .partial {
      need(
        population.sites == 1 && population.code == .rate && population.compartments == 1,
        "population \(index) of partial sums needs plain neurons of one site, has others")
      need(
        !image.outputs.contains(index) && !image.frontEnd.contains { $0.target == index },
        "population \(index) of partial sums needs neither input of the host nor readers, has some")
    }
    for (index, template) in image.templates.enumerated()
    where image.populations.indices.contains(template.source)
      && image.populations.indices.contains(template.target)
    {
      let source = image.populations[template.source]
      let target = image.populations[template.target]
      let isSums = template.kind == .sums
      need(
        isSums == (source.role == .partial),
        "template \(index) needs partial sums at one end if at the other, has population \(template.source)"
      )
      guard isSums else { continue }
      need(
        source.shape == target.shape && target.role != .partial,
        "template \(index) needs neurons that take sums, as many as send them, has \(target.shape)")
    }
  }
}
