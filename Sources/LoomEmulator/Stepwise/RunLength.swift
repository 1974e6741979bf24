/// How long a sample is run and which part of the window answers.
public struct RunLength: Sendable, Hashable, Codable {
  /// T′, the window, in steps.
  public var timesteps: Int
  /// t0: the answer is what the readout gained after aligned step t0 − 1.
  public var readoutStart: Int

  /// Creates a length; 0 ≤ t0 < T′.
  public init(timesteps: Int, readoutStart: Int) {
    precondition(timesteps >= 1, "a window of at least one step")
    precondition((0..<timesteps).contains(readoutStart), "the readout starts within the window")
    self.timesteps = timesteps
    self.readoutStart = readoutStart
  }
}
