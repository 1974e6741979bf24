import Foundation

/// What the operating system knows of processes: the only place that asks it.
enum HostProcess {
  /// Time all threads of this process have computed, s; other work on the machine does not count.
  static func cpuSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// How a child process ended and what it took.
  struct ChildRun {
    /// Its exit code; −1: it was killed or never started.
    var status: Int32
    /// From starting it to its end.
    var seconds: Double
    /// The most memory it had at any time.
    var peakMebibytes: Double
  }

  /// Runs this program again with other arguments, its output thrown away, and waits for it.
  static func runAgain(_ arguments: [String]) -> ChildRun {
    let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
    var words: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + arguments).map {
      unsafe strdup($0)
    }
    unsafe words.append(nil)
    defer { for unsafeword in unsafe words { unsafe free(word) } }
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = unsafe posix_spawn_file_actions_t()
    #endif
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    let start = ContinuousClock.now
    var child = pid_t()
    let failure = unsafe posix_spawn(&child, path, &actions, nil, words, environ)
    guard failure == 0 else { return ChildRun(status: -1, seconds: 0, peakMebibytes: 0) }
    var status: Int32 = 0
    var usage = rusage()
    while unsafe wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    // Linux counts kibibytes, macOS bytes.
    #if os(Linux)
      let perMebibyte = 1024.0
    #else
      let perMebibyte = 1_048_576.0
    #endif
    return ChildRun(
      status: status & 0x7f == 0 ? status >> 8 & 0xff : -1, seconds: seconds,
      peakMebibytes: Double(usage.ru_maxrss) / perMebibyte)
  }
}
