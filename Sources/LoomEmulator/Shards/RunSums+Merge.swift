extension RunSums {
  /// Throws if these are no sums of a part of a run, whatever wrote them.
  public func check(_ shard: Shard) throws(PartMismatch) {
    try frame.check()
    let samples = shard.samples(of: frame.samples).count
    guard predictions.count == samples else {
      throw .impossible("\(samples) predictions, has \(predictions.count)")
    }
    guard scores.isEmpty || scores.count == samples * frame.scoresPerSample else {
      throw .impossible("\(frame.scoresPerSample) scores for each sample")
    }
    let steps = UInt64(samples) * UInt64(frame.stepsPerSample)
    guard bounds.allSatisfy({ $0 <= steps }), bounds.reduce(0, +) <= steps else {
      throw .impossible("bounds of \(steps) steps")
    }
    let count = shard.chunks(ofSamples: frame.samples).count
    guard chunks.count == count else {
      throw .impossible("\(count) chunks, has \(chunks.count)")
    }
    for chunk in chunks {
      guard chunk.steps.count == frame.stepsPerSample,
        (0...frame.samples).contains(chunk.hostBoundIntervals)
      else { throw .impossible("a duration for each of \(frame.stepsPerSample) steps") }
      try PartArithmetic.requirePossible(
        times: [chunk.latency, chunk.interval, chunk.overlappedLatency] + chunk.steps, "durations")
    }
    try checkCounts()
  }

  private func checkCounts() throws(PartMismatch) {
    try PartArithmetic.requirePossible(
      [
        cores, loweringCores, populations, loweringPopulations, clockedPopulations,
        clockedLoweringPopulations,
      ], [host])
    guard bounds.count == 4, boundTicks.count == 4 else { throw .impossible("four bounds") }
    guard bottlenecks.isPossible(steps: frame.stepsPerSample, cores: cores.count) else {
      throw .impossible("bottlenecks of \(frame.stepsPerSample) steps")
    }
    try PartArithmetic.requirePossible(times: [longestStep], "durations")
    guard loweringCores.count == cores.count, slowestCoreSteps.count == cores.count,
      slowestCoreTicks.count == cores.count, stallTicks.isEmpty || stallTicks.count == cores.count
    else { throw .impossible("numbers for each of \(cores.count) cores") }
    guard loweringPopulations.count == populations.count,
      clockedPopulations.count == populations.count,
      clockedLoweringPopulations.count == populations.count
    else { throw .impossible("numbers for each of \(populations.count) populations") }
    guard zip(links, links.dropFirst()).allSatisfy({ $0.port < $1.port }) else {
      throw .impossible("links in the order of their ports")
    }
  }

  /// Appends the next part's samples.
  public mutating func append(_ other: RunSums) throws(PartMismatch) {
    guard other.frame == frame else { throw .differs("samples, steps, chips and durations") }
    try PartArithmetic.add(other.cores, to: &cores, "cores")
    try PartArithmetic.add(other.loweringCores, to: &loweringCores, "cores")
    try PartArithmetic.add(other.populations, to: &populations, "populations")
    try PartArithmetic.add(other.loweringPopulations, to: &loweringPopulations, "populations")
    try PartArithmetic.add(other.clockedPopulations, to: &clockedPopulations, "populations")
    try PartArithmetic.add(
      other.clockedLoweringPopulations, to: &clockedLoweringPopulations, "populations")
    host.add(other.host)
    try PartArithmetic.add(other.bounds, to: &bounds, "bounds")
    try PartArithmetic.add(other.boundTicks, to: &boundTicks, "bounds")
    try PartArithmetic.add(other.slowestCoreSteps, to: &slowestCoreSteps, "slowest cores")
    try PartArithmetic.add(other.slowestCoreTicks, to: &slowestCoreTicks, "slowest cores")
    try PartArithmetic.add(other.stallTicks, to: &stallTicks, "stalled cores")
    try PartArithmetic.add(other.analyticTicks, to: &analyticTicks, "durations")
    try PartArithmetic.add(other.undelivered, to: &undelivered, "lost packets")
    try PartArithmetic.add(other.overruns, to: &overruns, "overruns")
    try PartArithmetic.add(other.lostSpikes, to: &lostSpikes, "lost spikes")
    longestStep = max(longestStep, other.longestStep)
    try bottlenecks.append(other.bottlenecks)
    try appendLinks(other.links)
    chunks += other.chunks
    predictions += other.predictions
    scores += other.scores
  }

  /// Joins two lists in the order of ports.
  private mutating func appendLinks(_ others: [Link]) throws(PartMismatch) {
    var merged: [Link] = []
    var rest = others[...]
    for var link in links {
      while let next = rest.first, next.port < link.port { merged.append(rest.removeFirst()) }
      if let same = rest.first, same.port == link.port {
        guard same.name == link.name else { throw .differs("the name of link \(link.port)") }
        try PartArithmetic.add(same.busyTicks, to: &link.busyTicks, "links")
        try PartArithmetic.add(same.heldTicks, to: &link.heldTicks, "links")
        rest.removeFirst()
      }
      merged.append(link)
    }
    links = merged + rest
  }
}

extension RunSums.Frame {
  fileprivate func check() throws(PartMismatch) {
    guard (1...Int(Int32.max)).contains(samples) else { throw .impossible("1 to 2^31 samples") }
    guard (0...(1 << 24)).contains(stepsPerSample), (0...(1 << 24)).contains(stepsPerInterval),
      (0...(1 << 24)).contains(chips),
      (0...(1 << 32)).contains(tiles), (0...(1 << 32)).contains(scoresPerSample)
    else { throw .impossible("possible numbers of steps, chips, tiles and scores") }
    let durations = durations
    try PartArithmetic.requirePossible(
      times: [
        durations.biasWrite, durations.hostSpike, durations.barrier, durations.management,
        durations.readout, durations.reset,
      ], "durations")
  }
}
