public import LoomBase
public import LoomHardware

/// How the duration of a time-step is found.
public enum TimingMode: String, Sendable, Codable, CaseIterable {
  /// From counts: the slowest core's serial work, the busiest link, the longest route (architecture.md §3.6).
  case analytic
  /// Packet by packet: each leaves its core when it is made, waits in routers, and stalls its core if it must.
  case event

  /// Refuses event timing of a chip that knows no time-steps.
  ///
  /// - Throws: SL6047.
  public func requireSteps(of profile: Profile) throws(DiagnosticsError) {
    guard self == .event, profile.synchronisation == .asynchronous else { return }
    throw DiagnosticsError(
      Diagnostic(
        .error, "SL6047", "needs time-steps for event timing, has an asynchronous chip",
        at: .jsonPointer(file: profile.name, pointer: "/synchronisation"),
        remedy:
          "--timing analytic: spikes of an asynchronous chip are taken in order in either mode"))
  }
}
