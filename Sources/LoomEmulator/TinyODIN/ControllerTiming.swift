import LoomBase
import LoomHardware
import LoomImage

/// Steps that follow a core's controller to the clock cycle, for profiles that name one (`core/controller`).
struct ControllerTiming: Sendable {
  private let core: TinyODINImage
  private let cycleNanoseconds: Double

  /// The controller of a profile; nil if it names none.
  ///
  /// - Throws: SL6048 without a clock; SL6052 for an image that is none of such a core.
  static func make(
    _ image: HardwareImage, _ profile: Profile, _ machine: Machine
  ) throws(DiagnosticsError) -> ControllerTiming? {
    guard profile.core.controller == .tinyodin else { return nil }
    guard let cycle = profile.times.controllerCycle else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL6048", "needs the clock cycle of the core's controller, has none",
          at: .jsonPointer(file: profile.name, pointer: "/times/controllerCycle"),
          remedy: "state it in the profile, or try --set /times/controllerCycle=13.3"))
    }
    return ControllerTiming(
      core: try TinyODINImage(image, profile, machine), cycleNanoseconds: cycle.value)
  }

  /// The durations of a sample's steps, ns, and the spikes that the core's queue would have lost.
  func durations(
    _ raster: Raster, hostSpikes: [[UInt32]], _ machine: Machine, steps: Int
  ) -> (nanoseconds: [Double], lostSpikes: Int) {
    let replay = core.replay(core.events(of: hostSpikes, machine, steps: steps)) {
      raster.spikes[$0][$1 * raster.sizes[$0] + $2] != 0
    }
    return (replay.stepCycles.map { Double($0) * cycleNanoseconds }, replay.lostSpikes)
  }
}
