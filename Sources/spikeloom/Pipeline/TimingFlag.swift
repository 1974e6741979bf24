import LoomBase
import LoomEmulator
import LoomHardware

/// `--timing`: from counts, or packet by packet.
enum TimingFlag {
  static let option = OptionSpecification.value(
    "--timing", placeholder: "MODE",
    help: "analytic (default: from counts) or event (every packet through the routers)")

  /// The mode asked for.
  ///
  /// - Throws: `UsageError`, and what `TimingMode.requireSteps` throws.
  static func mode(_ arguments: ParsedArguments, on profile: Profile) throws -> TimingMode {
    guard let text = arguments.text("--timing") else { return .analytic }
    guard let mode = TimingMode(rawValue: text) else {
      throw UsageError("--timing needs 'analytic' or 'event', has '\(text)'")
    }
    try mode.requireSteps(of: profile)
    return mode
  }
}
