/// One option of a command as it is documented and parsed.
struct OptionSpecification: Sendable {
  /// All spellings, the canonical one first.
  var names: [String]
  /// What the value is called in the help text; nil for a flag.
  var placeholder: String?
  /// One line of help.
  var help: String
  /// Whether it may be given more than once.
  var isRepeatable = false

  /// An option that takes a value.
  static func value(
    _ names: String..., placeholder: String, help: String, repeatable: Bool = false
  ) -> OptionSpecification {
    OptionSpecification(
      names: names, placeholder: placeholder, help: help, isRepeatable: repeatable)
  }

  /// An option that is there or not.
  static func flag(_ names: String..., help: String) -> OptionSpecification {
    OptionSpecification(names: names, placeholder: nil, help: help)
  }

  /// The spelling under which values are stored.
  var key: String { names[0] }
}

/// The options that every command takes.
enum CommonOptions {
  static let json = OptionSpecification.flag("--json", help: "only JSON on standard output")
  static let help = OptionSpecification.flag("--help", "-h", help: "show this help")
  static let samples = OptionSpecification.value(
    "--samples", placeholder: "N", help: "use only the first N samples")
  static let threads = OptionSpecification.value(
    "--threads", placeholder: "N", help: "worker threads (default: all cores)")
  static let seed = OptionSpecification.value(
    "--seed", placeholder: "N", help: "seed of every random choice (default 0)")

  static let everywhere = [json, samples, threads, seed, help]
}
