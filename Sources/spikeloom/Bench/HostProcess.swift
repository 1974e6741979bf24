import Foundation

/// What the operating system knows of processes: the only place that asks it.
enum HostProcess {
  /// Time all threads of this process have computed, s; other work on the machine does not count.
  static func cpuSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Where this process alone may write files, each with a suffix of its own.
  static var scratchPath: String {
    NSTemporaryDirectory() + "spikeloom-bench-\(ProcessInfo.processInfo.processIdentifier)"
  }

  /// The most memory this process has had at any time, MiB.
  ///
  /// Linux hands the peak of whoever started a process on to it (`ru_maxrss`); `VmHWM` is its own.
  static func peakMebibytes() -> Double {
    #if os(Linux)
      let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
      return kibibytes.flatMap { Double($0) }.map { $0 / 1024 } ?? 0
    #else
      var usage = rusage()
      unsafe getrusage(RUSAGE_SELF, &usage)
      return Double(usage.ru_maxrss) / 1_048_576
    #endif
  }

  /// Begins a new peak at what the process has now, where the system lets it (Linux does).
  static func forgetPeak() {
    #if os(Linux)
      let descriptor = unsafe open("/proc/self/clear_refs", O_WRONLY)
      guard descriptor >= 0 else { return }
      _ = unsafe write(descriptor, "5", 1)
      _ = close(descriptor)
    #endif
  }

  /// The peak as a line of progress, which `peak(inNotes:)` reads again.
  static var peakNote: String { "· peak memory \(peakMebibytes()) MiB" }

  /// The peak that a process said among its notes; 0 if it did not.
  static func peak(inNotes notes: String) -> Double {
    let words = notes.split(separator: "\n").last { $0.hasPrefix("· peak memory ") }
    return words?.split(separator: " ").dropLast().last.flatMap { Double($0) } ?? 0
  }

  /// How a child process ended and what it took.
  struct ChildRun {
    /// Its exit code; −1: it was killed or never started.
    var status: Int32
    /// From starting it to its end.
    var seconds: Double
  }

  /// Runs this program again with other arguments, its notes in a file and its output thrown away, and waits for it.
  static func runAgain(_ arguments: [String], notes: String) -> ChildRun {
    let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
    var words: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + arguments).map {
      unsafe strdup($0)
    }
    unsafe words.append(nil)
    defer { unsafe words.forEach { unsafe free($0) } }
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = unsafe posix_spawn_file_actions_t()
    #endif
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, notes, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let start = ContinuousClock.now
    var child = pid_t()
    let failure = unsafe posix_spawn(&child, path, &actions, nil, words, environ)
    guard failure == 0 else { return ChildRun(status: -1, seconds: 0) }
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return ChildRun(
      status: status & 0x7f == 0 ? status >> 8 & 0xff : -1, seconds: seconds)
  }
}
