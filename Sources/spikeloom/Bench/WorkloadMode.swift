import LoomEmulator
import LoomHardware
import LoomImage

/// How a workload is run.
enum WorkloadMode: String, CaseIterable {
  /// Spikes and synaptic operations only.
  case functional
  /// With counts, energy and durations from counts.
  case analytic
  /// With every packet moved through the routers.
  case event

  /// The emulator of an image in this mode.
  func emulator(_ image: HardwareImage, _ profile: Profile) throws -> Emulator {
    switch self {
    case .functional: try Emulator(image: image, profile: profile).functional
    case .analytic: try Emulator(image: image, profile: profile)
    case .event: try Emulator(image: image, profile: profile, timing: .event)
    }
  }

  /// The nearest mode of `emulate`: its process is what start to end means.
  var timing: TimingMode { self == .event ? .event : .analytic }
}
