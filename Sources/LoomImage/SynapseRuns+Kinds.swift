import LoomBase

/// How each kind of template lists the targets of a source.
extension SynapseRuns {
  /// Target (y, x) reads source (y·stride + ky·dilation − pad, ...): solved for y and x, kernel rows and
  /// columns descending so that targets ascend.
  func convolve(
    _ geometry: TemplateGeometry, _ index: Int, _ box: MapBox, _ emitter: inout Emitter,
    _ runs: inout [SynapseRun]
  ) {
    let channel = index % source.channels
    let position = index / source.channels
    let row = position / source.width + geometry.padTop
    let column = position % source.width + geometry.padLeft
    let perGroup = target.channels / geometry.groups
    let sourcesPerGroup = source.channels / geometry.groups
    let group = channel / sourcesPerGroup
    let kept = share ?? 0..<sourcesPerGroup
    guard kept.contains(channel - group * sourcesPerGroup) else { return }
    // The channel's place among those whose weights the template has.
    let place = channel - group * (sourcesPerGroup - kept.count) - kept.lowerBound
    let firstOfGroup = group * perGroup
    let low = max(firstOfGroup, box.channels.lowerBound)
    let high = min(firstOfGroup + perGroup, box.channels.upperBound)
    guard low < high else { return }
    for kernelRow in (0..<geometry.kernelHeight).reversed() {
      let offset = row - kernelRow * geometry.dilationY
      guard offset >= 0, offset % geometry.strideY == 0 else { continue }
      let targetRow = offset / geometry.strideY
      guard box.rows.contains(targetRow) else { continue }
      let base = (place * geometry.kernelHeight + kernelRow) * geometry.kernelWidth
      let rowStart = (targetRow - box.rows.lowerBound) * box.columns.count
      for kernelColumn in (0..<geometry.kernelWidth).reversed() {
        let reach = column - kernelColumn * geometry.dilationX
        guard reach >= 0, reach % geometry.strideX == 0 else { continue }
        let targetColumn = reach / geometry.strideX
        guard box.columns.contains(targetColumn) else { continue }
        let position = rowStart + targetColumn - box.columns.lowerBound
        emitter.emit(
          target: position * box.channels.count + low - box.channels.lowerBound,
          weight: isChannelLast
            ? depthwisePlace(channel, kernelRow * geometry.kernelWidth + kernelColumn, geometry)
            : (base + columnSlots[kernelColumn]) * perGroup + low - firstOfGroup,
          count: high - low, shiftIndex: low, to: &runs)
      }
    }
  }

  func appendDense(
    _ index: Int, _ box: MapBox, _ emitter: inout Emitter, _ runs: inout [SynapseRun]
  ) {
    let kept = share ?? 0..<source.count
    guard kept.contains(index) else { return }
    let base = (index - kept.lowerBound) * target.count
    appendBox(box, &emitter, &runs) { base + $0 }
  }

  func appendSparse(
    _ targets: ArraySlice<UInt32>, _ box: MapBox, _ emitter: inout Emitter,
    _ runs: inout [SynapseRun]
  ) {
    guard box.count > 0 else { return }
    let firstIndex = channelLast(
      box.channels.lowerBound, box.rows.lowerBound, box.columns.lowerBound)
    let lastIndex = channelLast(
      box.channels.upperBound - 1, box.rows.upperBound - 1, box.columns.upperBound - 1)
    let (end, channels) = (UInt32(lastIndex + 1), target.channels)
    var entry = lowerBound(targets, UInt32(firstIndex))
    while entry < targets.endIndex, targets[entry] < end {
      let position = Int(targets[entry]) / channels
      let (row, column) = (position / target.width, position % target.width)
      let from = UInt32(position * channels + box.channels.lowerBound)
      let to = UInt32(position * channels + box.channels.upperBound)
      let next = min(end, UInt32((position + 1) * channels))
      guard box.rows.contains(row), box.columns.contains(column) else {
        while entry < targets.endIndex, targets[entry] < next { entry += 1 }
        continue
      }
      let place =
        ((row - box.rows.lowerBound) * box.columns.count + column - box.columns.lowerBound)
        * box.channels.count
      while entry < targets.endIndex, targets[entry] < next {
        let (first, start) = (targets[entry], entry)
        entry += 1
        guard first >= from, first < to else { continue }
        // Neighbours in the list that are neighbours in the map, too, are one piece.
        while entry < targets.endIndex, targets[entry] < to,
          targets[entry] == first + UInt32(entry - start)
        { entry += 1 }
        emitter.emit(
          target: place + Int(first - from), weight: start, count: entry - start,
          shiftIndex: Int(first) - position * channels, to: &runs)
      }
    }
  }

  func appendBroadcast(
    _ planes: Int, _ perNeuron: Bool, _ box: MapBox, _ emitter: inout Emitter,
    _ runs: inout [SynapseRun]
  ) {
    for plane in 0..<planes {
      let base = plane * (perNeuron ? target.count : target.channels)
      appendBox(box, &emitter, &runs, shiftIsWeight: true) { index in
        base + (perNeuron ? index : index % target.channels)
      }
    }
  }

  /// Emits every target of the box; `weight` maps a channel-last index to a weight index.
  private func appendBox(
    _ box: MapBox, _ emitter: inout Emitter, _ runs: inout [SynapseRun],
    shiftIsWeight: Bool = false, weight: (Int) -> Int
  ) {
    let channels = box.channels.count
    var place = 0
    for row in box.rows {
      for column in box.columns {
        let first = weight(channelLast(box.channels.lowerBound, row, column))
        emitter.emit(
          target: place, weight: first, count: channels,
          shiftIndex: shiftIsWeight ? first : box.channels.lowerBound, to: &runs)
        place += channels
      }
    }
  }

  private func channelLast(_ channel: Int, _ row: Int, _ column: Int) -> Int {
    (row * target.width + column) * target.channels + channel
  }

  private func lowerBound(_ values: ArraySlice<UInt32>, _ bound: UInt32) -> Int {
    var (low, high) = (values.startIndex, values.endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if values[middle] < bound { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
