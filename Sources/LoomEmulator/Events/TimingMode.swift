/// How the duration of a time-step is found.
public enum TimingMode: String, Sendable, Codable, CaseIterable {
  /// From counts: the slowest core's serial work, the busiest link, the longest route (architecture.md §3.6).
  case analytic
  /// Packet by packet: each leaves its core when it is made, waits in routers, and stalls its core if it must.
  case event
}
