import LoomHardware
import LoomNetwork

/// How a population's constant current comes to act inside its window only.
enum BiasPath {
  /// In the bias register: the window starts with the sample, or the chip has a start step.
  case register
  /// In the bias register from chip step 0, with v(0) lowered by what accumulates before the window.
  ///
  /// Before: bias 5, start 3, v(0) = 0. After: v(0) = −15, and v = 0 when the window opens. Exact for
  /// accumulators that never fire, whose answer is counted from a later step, and for neurons that do not
  /// fire before their window: what chips take whose axons have types or signs, for a gate's synapses would
  /// need types of their own.
  case precharged
  /// Through the synapses of a gate neuron that fires in the window, or of the host's events where neurons have
  /// no bias register.
  case gate

  /// The way a population's bias takes.
  static func choose(
    role: PopulationRole, start: Int, schedule: Schedule, readoutStart: Int, profile: Profile
  ) -> BiasPath {
    if schedule == .aligned, !profile.bias.hasRegister { return .gate }
    guard schedule == .aligned, !profile.neuron.startStep, start > 0 else { return .register }
    if role == .hidden, profile.splitsWeights { return .precharged }
    return role == .readout && readoutStart > 0 ? .precharged : .gate
  }
}
