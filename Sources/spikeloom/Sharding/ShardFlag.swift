import LoomBase
import LoomEmulator

/// `--shard k/n`: one part of the samples, on one of n machines.
enum ShardFlag {
  static let option = OptionSpecification.value(
    "--shard", placeholder: "K/N",
    help: "run the K-th of N parts of the samples and write it to --output, for 'merge'")

  static let scores = OptionSpecification.flag(
    "--scores",
    help: "with --shard: keep all scores in the part, for 'merge --outputs' and '--metric'")

  /// The part asked for; nil: all samples.
  ///
  /// - Parameter forbidden: Options that need all samples.
  static func read(
    _ arguments: ParsedArguments, without forbidden: [String]
  ) throws(UsageError) -> Shard? {
    guard let word = arguments.text("--shard") else {
      try arguments.refuse(["--output", "--scores"], "goes with '--shard'")
      return nil
    }
    let numbers = word.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let part = numbers[0], let count = numbers[1],
      Shard.isPossible(part: part, of: count)
    else {
      throw UsageError(
        "'--shard' needs K/N, the K-th of N parts, 1 ≤ K ≤ N ≤ \(Shard.limit), has '\(word)'")
    }
    _ = try arguments.required("--output")
    try arguments.refuse(forbidden, "needs all samples, has one part of them ('--shard \(word)')")
    return Shard(part: part, of: count)
  }

  /// Options that say where things are and how fast they go, not what is computed.
  static let places = [
    "--shard", "--output", "--json", "--threads", "--data", "--labels", "--calibration",
    "--profile", "--set",
  ]
}
