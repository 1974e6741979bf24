import LoomBase

extension HardwareImage {
  /// The same image for a shorter window: what compiling the same integers for T′ ≤ T steps gives.
  ///
  /// Every population loses T − T′ of its last active steps; weights, thresholds, gates and places stay.
  /// One exception, on chips without a start step: an image compiled for t0 > 0 carries the biases of
  /// readouts in v(0) (precharge), where one compiled for t0 = 0 has gates; its scores for t0 = 0 are then
  /// off by a constant, its counts and times are not. Samples of spikes need their first T′ steps.
  /// - Precondition: the code is `rate`, 1 ≤ T′ ≤ T and 0 ≤ t0 < T′.
  public func shortened(to timesteps: Int, readoutStart: Int) -> HardwareImage {
    precondition(schedule.code == .rate, "window codes read T as the number of bits or of levels")
    precondition((1...schedule.timesteps).contains(timesteps), "a window of at most T steps")
    precondition((0..<timesteps).contains(readoutStart), "the readout starts within the window")
    let cut = schedule.timesteps - timesteps
    var image = self
    image.schedule.timesteps = timesteps
    image.schedule.readoutStart = readoutStart
    for index in image.populations.indices {
      let active = populations[index].activeSteps
      image.populations[index].activeSteps =
        active.lowerBound..<max(active.lowerBound, active.upperBound - cut)
    }
    return image
  }
}
