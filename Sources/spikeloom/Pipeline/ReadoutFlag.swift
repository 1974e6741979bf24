import LoomConversion
import LoomNetwork
import LoomReport

/// The words of `--readout`: from when, of what, and what the numbers mean.
enum ReadoutFlag {
  /// Changes the options as the words say; of each pair at most one.
  ///
  /// `--metric` says whether answers are classes or values where `--readout` does not.
  static func read(
    _ arguments: ParsedArguments, into options: inout ConversionOptions
  ) throws(UsageError) {
    if arguments.has("--metric") {
      options.answers = try MetricFlags.chosen(arguments) == .top1 ? .classes : .values
    }
    guard let text = arguments.text("--readout") else { return }
    var seen: Set<Int> = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      let pair: Int
      switch word {
      case "delayed", "whole": (pair, options.delayedReadout) = (0, word == "delayed")
      case "potentials": (pair, options.readout) = (1, .potentials)
      case "counts": (pair, options.readout) = (1, .spikeCounts)
      case "classes": (pair, options.answers) = (2, .classes)
      case "values": (pair, options.answers) = (2, .values)
      default:
        throw UsageError(
          "'--readout' needs delayed or whole, potentials or counts, classes or values, has '\(word)'"
        )
      }
      guard seen.insert(pair).inserted else {
        throw UsageError("'--readout' needs words that go together, has '\(text)'")
      }
    }
  }
}
